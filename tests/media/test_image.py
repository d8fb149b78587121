"""Images: read by others, damage found and named, an object taken out again."""

import os
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.media.objects import AT, PAGES, Made, cover, keepers, made, packed

from nianlun.media.imaging import leaflet, writing
from nianlun.media.imaging.faults import MediumError, NoRoom, Unreadable, WrongIdentity
from nianlun.media.imaging.reading import inspect
from nianlun.media.imaging.sealing import new_identity
from nianlun.media.imaging.unpacking import carrier, extract_object


@pytest.fixture(scope="module")
def medium(tmp_path_factory: pytest.TempPathFactory) -> Made:
    return made(tmp_path_factory.mktemp("medium"))


@pytest.mark.parametrize("method", ["age", "sm4"])
def test_a_fresh_image_is_sound_outside_and_inside(tmp_path: Path, method: str):
    fresh = made(tmp_path, method=method)
    report = inspect(fresh.image, expected=fresh.expected, identity=fresh.identities[1])
    assert report.sound
    assert report.bag is not None
    assert (report.bag.files, report.damaged) == (len(PAGES) + 1, ())


def test_it_can_be_checked_without_any_record_and_without_any_key(medium: Made):
    assert inspect(medium.image).sound


def test_another_program_reads_the_udf_side_with_its_chinese_names(medium: Made, tmp_path: Path):
    program = shutil.which("7zz") or shutil.which("7z")
    if program is None:
        pytest.skip("no 7-Zip: install the package 7zip to run this")
    subprocess.run(
        [program, "x", "-y", "-tudf", f"-o{tmp_path}", medium.image], capture_output=True, check=True
    )
    assert {path.name for path in tmp_path.iterdir()} == {file.name for file in medium.written.files}
    subprocess.run(["sha512sum", "--quiet", "-c", leaflet.SHA512], cwd=tmp_path, check=True)
    assert "J001-2026-001 A 份" in (tmp_path / leaflet.ABOUT).read_text("utf-8-sig")
    assert inspect(tmp_path, expected=medium.expected, identity=medium.identities[0]).sound


def test_a_plain_computer_mounts_it(medium: Made, tmp_path: Path):
    done = subprocess.run(
        ["mount", "-t", "udf", "-o", "loop,ro", medium.image, tmp_path], capture_output=True, text=True
    )
    if done.returncode:
        pytest.skip(f"this machine may not mount UDF: {done.stderr.strip()}")
    try:
        assert inspect(tmp_path, expected=medium.expected).sound
    finally:
        subprocess.run(["umount", tmp_path], check=True)


@given(st.floats(0, 1, exclude_max=True), st.integers(0, 7))
def test_one_flipped_bit_anywhere_in_an_image_is_found(medium: Made, where: float, bit: int):
    raw = bytearray(medium.image.read_bytes())
    position = int(where * len(raw))
    raw[position] ^= 1 << bit
    changed = medium.image.with_name("changed.iso")
    changed.write_bytes(raw)
    report = inspect(changed, expected=medium.expected)
    assert not report.sound


@pytest.mark.parametrize("method", ["age", "sm4"])
def test_the_object_that_lies_where_the_package_changed_is_named_without_a_key(tmp_path: Path, method: str):
    fresh = made(tmp_path, method=method)
    raw = bytearray(fresh.image.read_bytes())
    start = raw.index((tmp_path / "draft" / fresh.package.name).read_bytes()[:4096])
    span = next(span for span in fresh.package.spans if span.object_id == "urn:b")
    raw[start + span.since + 2_000] ^= 1
    changed = tmp_path / "changed.iso"
    changed.write_bytes(raw)
    report = inspect(changed, expected=fresh.expected)
    assert [file.name for file in report.files if not file.sound] == [fresh.package.name]
    assert report.located
    assert "urn:b" in report.damaged
    inside = inspect(changed, expected=fresh.expected, identity=fresh.identities[0])
    assert inside.bag is None
    assert not inside.sound


@pytest.mark.parametrize("keep", [0.0, 0.3, 0.9])
def test_a_cut_image_is_found_and_never_a_crash(medium: Made, tmp_path: Path, keep: float):
    cut = tmp_path / "cut.iso"
    raw = medium.image.read_bytes()
    cut.write_bytes(raw[: int(len(raw) * keep)])
    assert not inspect(cut).sound
    assert not inspect(cut, expected=medium.expected, identity=medium.identities[0]).sound


def test_something_else_entirely_is_no_medium(tmp_path: Path):
    (tmp_path / "x.iso").write_bytes(b"PK\x03\x04" * 30_000)
    assert not inspect(tmp_path / "x.iso").sound
    with pytest.raises(Unreadable), carrier(tmp_path / "x.iso"):
        pass


def test_a_file_added_to_a_mounted_folder_or_missing_from_it_is_named(medium: Made, tmp_path: Path):
    with carrier(medium.image) as image:
        for name in image.names():
            with image.open(name) as stream:
                (tmp_path / name).write_bytes(stream.read())
    (tmp_path / leaflet.ABOUT).rename(tmp_path / "别的.txt")
    faulty = {fault.name for fault in inspect(tmp_path, expected=medium.expected).faults}
    assert faulty == {leaflet.ABOUT, "别的.txt"}


def test_one_object_comes_out_with_every_byte(medium: Made, tmp_path: Path):
    folder, key = extract_object(medium.image, "urn:b", tmp_path, identity=medium.identities[1])
    assert (folder / "内容.bin").read_bytes() == PAGES["urn:b"]
    assert key == b""


def test_an_object_that_is_not_on_it_or_a_wrong_key_leaves_nothing_behind(medium: Made, tmp_path: Path):
    with pytest.raises(MediumError):
        extract_object(medium.image, "urn:nowhere", tmp_path, identity=medium.identities[0])
    with pytest.raises(WrongIdentity):
        extract_object(medium.image, "urn:b", tmp_path, identity=new_identity()[0])
    assert list(tmp_path.iterdir()) == []


def test_an_interrupted_writing_goes_on_with_the_package_it_has(tmp_path: Path):
    recipients, _ = keepers()
    told = cover(recipients)
    draft = tmp_path / "draft"

    def package() -> writing.Package:
        return writing.seal_package(
            [packed("a", b"1", object_id="urn:a")],
            draft,
            name=told.number,
            info=[],
            recipients=recipients,
            at=AT,
        )

    first = package()
    (draft / "package.tar.age.part").write_bytes(b"half")
    again = package()
    assert again == first
    one = writing.image_of(again, draft, tmp_path / "A.iso", cover=told, volume="X")
    other = writing.image_of(again, draft, tmp_path / "B.iso", cover=replace(told, letter="B"), volume="X")
    assert (tmp_path / "A.iso").stat().st_size == one.size
    assert one.sha512 != other.sha512


def test_a_full_disk_leaves_nothing_that_looks_finished(tmp_path: Path, full_disk: Path):
    recipients, _ = keepers()
    with pytest.raises(NoRoom):
        writing.seal_package(
            [packed("a", b"1" * 4_000_000, object_id="urn:a")],
            full_disk / "draft",
            name="x",
            info=[],
            recipients=recipients,
            at=AT,
        )
    assert [path.name for path in full_disk.rglob("*") if path.is_file()] == []


ROOT = Path(__file__).resolve().parents[2]
SLOW = """
import sys, time
from pathlib import Path
from nianlun.media.imaging import writing
from nianlun.media.imaging.packing import Packed
from nianlun.media.imaging.sealing import Recipient, new_identity
from tests.media.objects import AT

class Slow:
    def __init__(self): self.left = 300
    def __enter__(self): return self
    def __exit__(self, *_): pass
    def read(self, size):
        self.left -= 1
        print("chunk", flush=True)
        time.sleep(0.02)
        return b"x" * 100_000 if self.left else b""

files = [Packed(path="a", size=100_000 * 299, opens=Slow, object_id="urn:a")]
keepers = [Recipient(name=n, key=new_identity()[1]) for n in "ab"]
writing.seal_package(files, Path(sys.argv[1]), name="x", info=[], recipients=keepers, at=AT)
"""


def test_killed_in_the_middle_of_sealing_nothing_looks_finished_and_the_next_attempt_is_whole(
    tmp_path: Path,
):
    command = [sys.executable, "-c", SLOW, tmp_path / "draft"]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, env={**os.environ, "PYTHONPATH": f"{ROOT / 'src'}:{ROOT}"}
    ) as process:
        assert process.stdout is not None
        for _ in range(20):
            assert process.stdout.readline() == b"chunk\n"
        process.kill()
    assert {path.name for path in (tmp_path / "draft").iterdir()} == {"package.tar.age.part"}
    assert not (tmp_path / "draft" / "package.json").exists()
    after = made(tmp_path)
    assert inspect(after.image, expected=after.expected, identity=after.identities[0]).sound
    assert not (tmp_path / "draft" / "package.tar.age.part").exists()
