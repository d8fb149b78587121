"""Storing and reading back, one case at a time."""

import errno
import hashlib
import io
import os
import threading
import tracemalloc
from datetime import datetime
from pathlib import Path
from unittest import mock

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from vault_corpus import ITEM, NOON, OTHER, contents, put

from nianlun.vault.ocfl import (
    BadName,
    BrokenSource,
    Busy,
    Damaged,
    Foreign,
    NoSpace,
    NotARoot,
    NotStored,
    StorageRoot,
    durable,
    staging,
    streams,
)
from nianlun.vault.ocfl.check_object import verify_object
from nianlun.vault.ocfl.check_root import verify_root
from nianlun.vault.ocfl.layout import HASHED, HASHED_WITH_ID, Layout


@pytest.fixture
def root(tmp_path: Path) -> StorageRoot:
    return StorageRoot(tmp_path / "vault")


def test_a_new_root_declares_its_version_and_its_layout(root):
    assert (root.path / "0=ocfl_1.1").read_text() == "ocfl_1.1\n"
    assert StorageRoot(root.path).layout == Layout(extension=HASHED_WITH_ID)
    assert verify_root(root.path).findings == ()


def test_a_folder_that_holds_something_else_is_not_taken_over(tmp_path):
    (tmp_path / "家庭照片.jpg").write_bytes(b"x")
    with pytest.raises(NotARoot, match="请换一个空文件夹"):
        StorageRoot(tmp_path)
    assert [p.name for p in tmp_path.iterdir()] == ["家庭照片.jpg"]


def test_a_root_whose_making_was_cut_off_is_completed(tmp_path):
    StorageRoot(tmp_path / "vault")
    (tmp_path / "vault" / "0=ocfl_1.1").unlink()
    put(StorageRoot(tmp_path / "vault"), {"a": b"1"})
    assert verify_root(tmp_path / "vault").sound


def test_the_layout_follows_the_examples_of_extensions_0003_and_0004():
    # Examples printed in the two extensions' own texts.
    assert str(Layout(extension=HASHED).path_of("object-01")) == (
        "3c0/ff4/240/3c0ff4240c1e116dba14c7627f2319b58aa3d77606d0d90dfc6161608ac987d4"
    )
    assert str(Layout(extension=HASHED_WITH_ID).path_of("..hor/rib:le-$id")) == (
        "487/326/d8c/%2e%2ehor%2frib%3ale-%24id"
    )
    short = Layout(extension=HASHED, algorithm="md5", tuple_size=2, tuples=15, short=True)
    assert str(short.path_of("object-01")) == "ff/75/53/44/92/48/5e/ab/b3/9f/86/35/67/28/88/4e"


def test_bytes_paths_and_streams_come_back_unchanged(root, tmp_path):
    (tmp_path / "page.tif").write_bytes(b"page")
    put(root, {"正本/第1页.tif": tmp_path / "page.tif", "a.txt": b"", "b.bin": io.BytesIO(b"stream")})
    assert contents(root) == {"正本/第1页.tif": b"page", "a.txt": b"", "b.bin": b"stream"}


def test_digests_are_those_of_the_bytes(root):
    file = put(root, {"a": b"abc"}).files["a"]
    assert file.sha512 == hashlib.sha512(b"abc").hexdigest()
    assert file.sm3 == "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"  # GB/T 32905 A.1
    assert file.size == 3


@pytest.mark.parametrize(
    "size", [0, 1, streams.CHUNK - 1, streams.CHUNK, streams.CHUNK + 1, 3 * streams.CHUNK]
)
def test_digests_hold_at_every_chunk_boundary(root, size):
    data = os.urandom(size)
    file = put(root, {"a": io.BytesIO(data)}).files["a"]
    assert (file.sha512, file.sm3, file.size) == (
        hashlib.sha512(data).hexdigest(),
        hashlib.new("sm3", data).hexdigest(),
        size,
    )


def test_a_new_version_keeps_the_files_it_does_not_name(root):
    put(root, {"a": b"1", "b": b"2"})
    assert put(root, {"b": b"3"}).number == 2
    assert contents(root) == {"a": b"1", "b": b"3"}
    assert contents(root, version=1) == {"a": b"1", "b": b"2"}


def test_replacing_the_state_drops_files_from_the_new_version_only(root):
    put(root, {"a": b"1", "b": b"2"})
    put(root, {"b": b"2"}, replace=True)
    assert contents(root) == {"b": b"2"}
    assert contents(root, version=1) == {"a": b"1", "b": b"2"}


def test_the_same_content_again_adds_no_version(root):
    first = put(root, {"a": b"1", "b": b"2"})
    again = put(root, {"a": b"1", "b": b"2"})
    part = put(root, {"b": b"2"})
    assert (first.added, again.added, part.added) == (True, False, False)
    assert again.number == part.number == 1
    assert again.created_at == NOON


def test_equal_bytes_are_kept_once(root):
    put(root, {"a": b"same", "b": b"same"})
    put(root, {"c": b"same"})
    assert sum(p.read_bytes() == b"same" for p in root.path.rglob("*") if p.is_file()) == 1


def test_going_back_to_an_older_state_is_a_version_too(root):
    for data in (b"1", b"2", b"1"):
        put(root, {"a": data})
    assert root.version(ITEM).number == 3
    assert verify_object(root.folder_of(ITEM)) == []


def test_no_two_names_of_one_file_remain_after_a_version(root):
    put(root, {"a": b"1"})
    put(root, {"a": b"2"})
    assert {p.stat().st_nlink for p in root.path.rglob("*") if p.is_file()} == {1}


BAD_NAMES = [
    "",
    "/",
    "/etc/passwd",
    "../x",
    "a/../b",
    "a//b",
    "a/",
    ".",
    "./a",
    "a\nb",
    "a\x00b",
    "a\\b",
    "\u202egpj",
]


@pytest.mark.parametrize("name", [*BAD_NAMES, "字" * 400, "\ud800", "manifest-sm3.txt"])
def test_a_bad_file_name_is_refused_and_nothing_is_stored(root, name):
    with pytest.raises(BadName, match="请改名后再存"):
        put(root, {"good": b"1", name: b"2"})
    assert list(root.object_ids()) == []
    assert root.leftovers() == []


@pytest.mark.parametrize("object_id", ["", " a", "a\n", "x" * 600])
def test_a_bad_object_id_is_refused(root, object_id):
    with pytest.raises(BadName):
        put(root, {"a": b"1"}, object_id=object_id)


@pytest.mark.parametrize("object_id", ["../../etc", "/", "urn:x:" + "长" * 100, "a b"])
def test_an_odd_object_id_stays_below_the_root(root, object_id):
    put(root, {"a": b"1"}, object_id=object_id)
    assert contents(root, object_id) == {"a": b"1"}
    assert verify_root(root.path).sound


def test_a_name_cannot_be_file_and_folder_at_once(root):
    put(root, {"a": b"1"})
    with pytest.raises(BadName, match="既是文件又是文件夹"):
        put(root, {"a/b": b"2"})
    put(root, {"a/b": b"2"}, replace=True)
    assert contents(root) == {"a/b": b"2"}


def test_only_a_harmless_suffix_of_a_name_reaches_the_disk(root):
    names = ["x.JPG", "y.tar.gz", "z.sh;rm", "。。/档案.pdf", ".bashrc"]
    files = put(root, {name: name.encode() for name in names}).files
    assert [Path(files[n].content_path).name for n in names] == [
        "00001.jpg",
        "00002.gz",
        "00003",
        "00004.pdf",
        "00005",
    ]


def test_a_second_writer_of_one_object_is_told_so(root):
    with staging.claim(root.path, object_id=ITEM, place=root.folder_of(ITEM)):
        with pytest.raises(Busy, match="稍后重试"):
            put(root, {"a": b"1"})
        put(root, {"a": b"1"}, object_id=OTHER)
    put(root, {"a": b"1"})


def test_many_writers_of_one_object_make_one_version_each_or_step_back(root):
    outcomes = []

    def write(number: int) -> None:
        try:
            outcomes.append(put(root, {f"{number}": b"%d" % number}).number)
        except Busy:
            outcomes.append(0)

    threads = [threading.Thread(target=write, args=(n,)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    made = sorted(n for n in outcomes if n)
    assert made == list(range(1, len(made) + 1))
    assert len(contents(root)) == len(made)
    assert verify_root(root.path).findings == ()


def test_objects_below_one_folder_can_be_made_at_the_same_time(tmp_path):
    layout = Layout(tuple_size=1, tuples=3)  # few folders, so that parents are made at once by several
    root = StorageRoot(tmp_path / "vault", layout=layout)
    ids = [f"urn:x:{n}" for n in range(60)]
    threads = [
        threading.Thread(
            target=lambda part: [put(root, {"a": b"1"}, object_id=i) for i in part], args=(ids[n::4],)
        )
        for n in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(root.object_ids()) == sorted(ids)
    assert verify_root(root.path).findings == ()


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EDQUOT])
@pytest.mark.parametrize("versions", [0, 1])
def test_a_full_disk_stores_nothing_and_leaves_nothing(root, code, versions):
    for _ in range(versions):
        put(root, {"a": b"old"})
    before = sorted(root.path.rglob("*"))
    full = mock.patch.object(durable, "sync", side_effect=OSError(code, os.strerror(code)))
    with full, pytest.raises(NoSpace, match="空间不足"):
        put(root, {"a": b"new"})
    assert sorted(root.path.rglob("*")) == before
    assert put(root, {"a": b"new"}).number == versions + 1


def test_a_source_that_breaks_midway_stores_nothing(root):
    class Torn(io.RawIOBase):
        calls = 0

        def read(self, size: int = -1) -> bytes:
            self.calls += 1
            if self.calls > 2:
                raise OSError(errno.EIO, "扫描仪断开")
            return b"x" * size

    with pytest.raises(BrokenSource, match="“b”没有读完") as told:
        put(root, {"a": b"1", "b": Torn()})
    assert str(told.value.__cause__).endswith("扫描仪断开")
    assert list(root.object_ids()) == [] and root.leftovers() == []
    assert verify_root(root.path).findings == ()


def test_a_large_file_needs_no_more_memory_than_a_small_one(root):
    class Zeros(io.RawIOBase):
        left = 200 << 20

        def read(self, size: int = -1) -> bytes:
            size = min(size, self.left)
            self.left -= size
            return bytes(size)

    tracemalloc.start()
    put(root, {"film.mp4": Zeros()})
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 8 * streams.CHUNK


def test_what_is_not_there_is_said_plainly(root):
    with pytest.raises(NotStored, match="没有对象"):
        root.version(ITEM)
    put(root, {"a": b"1"})
    with pytest.raises(NotStored, match="没有文件"):
        root.open(ITEM, "b")
    with pytest.raises(NotStored, match="没有第 2 版"):
        root.open(ITEM, "a", 2)
    with pytest.raises(BadName):
        put(root, {})


def test_a_moment_without_time_zone_is_refused(root):
    with pytest.raises(ValueError, match="aware"):
        root.put(ITEM, {"a": b"1"}, message="", author_name="", author_address="", at=datetime(2026, 1, 1))  # noqa: DTZ001


def test_a_damaged_inventory_is_neither_read_nor_added_to(root):
    put(root, {"a": b"1"})
    file = root.folder_of(ITEM) / "inventory.json"
    file.write_bytes(file.read_bytes().replace("入库".encode(), "出库".encode()))
    with pytest.raises(Damaged):
        root.open(ITEM, "a")
    with pytest.raises(Damaged):
        put(root, {"a": b"2"})
    assert root.leftovers() == []


def test_an_inventory_that_points_outside_the_object_is_not_followed(root, tmp_path):
    put(root, {"a": b"1"})
    folder = root.folder_of(ITEM)
    for path in (b"../../../../secret", b"v1/content/../../../x", b"/etc/passwd"):
        raw = (folder / "inventory.json").read_bytes()
        held = raw.split(b'"v1/content/00001"')
        forged = held[0] + b'"' + path + b'"' + held[1]
        (tmp_path / "o").mkdir()
        (tmp_path / "o" / "inventory.json").write_bytes(forged)
        with (
            mock.patch.object(StorageRoot, "_place", return_value=tmp_path / "o"),
            pytest.raises(Damaged),
        ):
            (tmp_path / "o" / "inventory.json.sha512").write_text(
                f"{hashlib.sha512(forged).hexdigest()} inventory.json\n"
            )
            root.open(ITEM, "a")
        for file in (tmp_path / "o").iterdir():
            file.unlink()
        (tmp_path / "o").rmdir()


def test_an_object_by_older_rules_is_read_but_not_added_to(root):
    put(root, {"a": b"1"})
    folder = root.folder_of(ITEM)
    raw = (folder / "inventory.json").read_bytes().replace(b"/1.1/", b"/1.0/")
    (folder / "inventory.json").write_bytes(raw)
    (folder / "inventory.json.sha512").write_text(f"{hashlib.sha512(raw).hexdigest()} inventory.json\n")
    assert contents(root) == {"a": b"1"}
    with pytest.raises(Foreign):
        put(root, {"a": b"2"})


def test_without_folder_swapping_a_version_still_arrives(root):
    put(root, {"a": b"1"})
    with mock.patch.object(durable, "exchange", return_value=False):
        put(root, {"a": b"2"})
    assert contents(root) == {"a": b"2"}
    assert verify_root(root.path).findings == ()


names = st.sampled_from(["a", "b", "c/d"])
states = st.dictionaries(names, st.sampled_from([b"", b"1", b"2"]), min_size=1, max_size=3)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(states, st.booleans()), min_size=1, max_size=5))
def test_what_is_read_is_always_what_was_stored(tmp_path_factory, puts):
    root = StorageRoot(tmp_path_factory.mktemp("root") / "vault")
    told: list[dict[str, bytes]] = []
    for files, replace in puts:
        state = files if replace or not told else told[-1] | files
        version = put(root, files, replace=replace)
        assert version.added == (not told or state != told[-1])
        if version.added:
            told.append(state)
        assert version.number == len(told)
    assert [contents(root, version=n) for n in range(1, len(told) + 1)] == told
    assert verify_root(root.path).findings == ()
