"""Bags: the published conformance suite, bags of our own read by another program, and names that do harm."""

import io
import tarfile
import unicodedata
from pathlib import Path

import bagit
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.corpus import corpus
from tests.media.objects import AT, packed

from nianlun.media.imaging.bag import check_folder
from nianlun.media.imaging.faults import NotPortable, SourceDamaged
from nianlun.media.imaging.names import collisions, objection
from nianlun.media.imaging.packing import Packing

KINDS = ("valid", "invalid", "warning", "linux-only", "windows-only")


@pytest.mark.parametrize("kind", KINDS)
def test_every_valid_bag_of_the_conformance_suite_is_accepted_and_every_other_refused(kind: str):
    suite = corpus("preservation/bagit-conformance")
    bags = [bag for version in sorted(suite.iterdir()) for bag in sorted((version / kind).glob("*"))]
    assert bags
    wrong = [
        f"{bag.parts[-3]}/{bag.name}" for bag in bags if check_folder(bag).sound is not (kind == "valid")
    ]
    assert wrong == []


def unpacked(tmp_path: Path, *files: tuple[str, bytes]) -> Path:
    packing = Packing(
        name="J001-2026-001",
        files=[packed(name, data, object_id="urn:a") for name, data in files],
        info=[("来源", "保定市莲池区养老保险经办处"), ("密级", "工作秘密")],
        at=AT,
    )
    with tarfile.open(fileobj=io.BytesIO(b"".join(packing.chunks()))) as archive:
        archive.extractall(tmp_path, filter="data")
    return tmp_path / "J001-2026-001"


def test_a_bag_of_ours_is_whole_and_another_program_finds_it_so_too(tmp_path: Path):
    folder = unpacked(tmp_path, ("目录.csv", b"1"), ("ocfl/审批表 1.pdf", b"2" * 70_000), ("ocfl/空", b""))
    report = check_folder(folder)
    assert (report.sound, report.files, report.size) == (True, 3, 70_001)
    assert ("密级", "工作秘密") in report.info
    # The other program knows no SM3 and would take these manifests for a fault.
    for name in ("manifest-sm3.txt", "tagmanifest-sm3.txt"):
        (folder / name).unlink()
    sums = folder / "tagmanifest-sha512.txt"
    sums.write_text("".join(x for x in sums.read_text().splitlines(keepends=True) if "-sm3" not in x))
    assert bagit.Bag(str(folder)).is_valid()


def test_a_percent_sign_in_a_name_is_written_as_the_standard_says_and_read_back(tmp_path: Path):
    folder = unpacked(tmp_path, ("审批 50%.pdf", b"1"), ("a%0Ab", b"2"))
    assert check_folder(folder).sound
    assert "审批 50%25.pdf" in (folder / "manifest-sha512.txt").read_text()


@pytest.mark.parametrize(
    ("damage", "named"),
    [
        (lambda bag: (bag / "data/a.pdf").write_bytes(b"2"), "data/a.pdf"),
        (lambda bag: (bag / "data/a.pdf").unlink(), "data/a.pdf"),
        (lambda bag: (bag / "data/多.pdf").write_bytes(b""), "data/多.pdf"),
        (lambda bag: (bag / "data/链接.pdf").symlink_to("/etc/passwd"), "data/链接.pdf"),
        (lambda bag: (bag / "bag-info.txt").write_bytes(b"x: y\n"), "bag-info.txt"),
        (lambda bag: (bag / "manifest-sha512.txt").unlink(), "manifest-sha512.txt"),
        (lambda bag: [path.unlink() for path in bag.glob("manifest-*")], "manifest"),
        (lambda bag: (bag / "bagit.txt").unlink(), "bagit.txt"),
        (lambda bag: (bag / "fetch.txt").write_text("https://example.org - data/b.pdf\n"), "data/b.pdf"),
        (lambda bag: (bag / "fetch.txt").write_text("https://example.org - ../b.pdf\n"), "../b.pdf"),
    ],
)
def test_what_is_wrong_with_a_bag_is_named(tmp_path: Path, damage, named: str):
    folder = unpacked(tmp_path, ("a.pdf", b"1"), ("b/c.pdf", b"2"))
    damage(folder)
    report = check_folder(folder)
    assert not report.sound
    assert named in {fault.name for fault in report.faults if not fault.notice}


@pytest.mark.parametrize(
    "name",
    [
        "../a",
        "/etc/passwd",
        "a/../../b",
        "C:/a",
        "a\\b",
        "~/a",
        "~root",
        "con",
        "b/LPT1.txt",
        "a.",
        "a /b",
        "a//b",
        "a?",
        "",
        "审" * 86,
    ],
)
def test_a_name_that_leads_out_or_that_windows_cannot_hold_is_refused(name: str):
    assert objection(name)
    with pytest.raises(NotPortable):
        list(Packing(name="x", files=[packed(name or "a//", b"")], info=[], at=AT).chunks())


def test_ordinary_chinese_names_are_fine():
    assert [objection(name) for name in ("审批表（第1页）.pdf", "a b/c~.txt", "控制.con", "审" * 85)] == [
        ""
    ] * 4


@given(
    st.lists(
        st.sampled_from(["a", "A", "é", unicodedata.normalize("NFD", "é"), "É", "b", "b/c"]), max_size=4
    )
)
def test_two_names_collide_exactly_where_some_computer_takes_them_for_one(names: list[str]):
    def same(one: str, other: str) -> bool:
        fold = [unicodedata.normalize("NFC", name).casefold() for name in (one, other)]
        return fold[0] == fold[1] or any(x.startswith(f"{y}/") for x in fold for y in fold)

    clash = any(same(one, other) for i, one in enumerate(names) for other in names[:i])
    assert bool(collisions(names)) is clash


def test_an_object_that_is_not_what_the_store_says_goes_onto_no_medium():
    file = packed("ocfl/a", b"rotten", object_id="urn:a", digest="0" * 128)
    with pytest.raises(SourceDamaged) as refused:
        list(Packing(name="x", files=[file], info=[], at=AT).chunks())
    assert refused.value.object_id == "urn:a"
