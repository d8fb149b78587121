"""Disks that fill up, sources that misbehave, writers that meet: refused whole or stored whole."""

import errno
import io
import os
import shutil
import subprocess
from pathlib import Path

import pytest
from vault_corpus import ITEM, NOON, contents, put, submission

from nianlun.vault.ocfl import (
    BrokenSource,
    Busy,
    NoSpace,
    StorageRoot,
    TooLarge,
    streams,
)
from nianlun.vault.ocfl.check_root import verify_root

PAGE = 4096


@pytest.fixture
def root(tmp_path: Path) -> StorageRoot:
    return StorageRoot(tmp_path / "vault")


@pytest.fixture
def disk(tmp_path: Path, request: pytest.FixtureRequest):
    """A filesystem of its own that is soon full."""
    place = tmp_path / "disk"
    place.mkdir()
    options = getattr(request, "param", "size=2m")
    mount = ["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(place)]
    try:
        done = subprocess.run(mount, capture_output=True, text=True, check=False)
    except FileNotFoundError:
        pytest.skip("no mount command here")
    if done.returncode:
        pytest.skip(f"mounting a small disk is not permitted here: {done.stderr.strip()}")
    yield place
    subprocess.run(["umount", str(place)], check=True)


def everything(root: StorageRoot) -> dict[Path, bytes]:
    return {p: p.read_bytes() if p.is_file() else b"" for p in sorted(root.path.rglob("*"))}


def fill(disk: Path, *, but: int) -> Path:
    """A file that leaves so many pages of the disk free."""
    stuff = disk / "别的程序的文件"
    free = os.statvfs(disk)
    with stuff.open("wb") as file:
        file.write(bytes(max(0, free.f_bavail - but) * free.f_bsize))
    return stuff


@pytest.mark.parametrize("versions", [0, 1])
def test_a_disk_that_fills_up_anywhere_stores_nothing_and_works_again_with_room(disk, versions):
    scans = {"1.tif": b"1" * 3 * PAGE, "2.tif": b"2" * 2 * PAGE}
    outcomes = set()
    for free in range(32):
        root = StorageRoot(disk / f"vault{free}")
        for _ in range(versions):
            put(root, {"1.tif": b"old"})
        before = everything(root)
        stuff = fill(disk, but=free)
        try:
            put(root, scans)
            outcomes.add(True)
        except NoSpace as told:
            assert "空间不足" in str(told)
            assert everything(root) == before
            outcomes.add(False)
        stuff.unlink()
        assert put(root, scans).number == versions + 1
        assert verify_root(root.path).findings == ()
        subprocess.run(["rm", "-r", str(root.path)], check=True)
    assert outcomes == {True, False}


@pytest.mark.parametrize("disk", ["size=2m,nr_inodes=60"], indirect=True)
def test_a_disk_without_room_for_another_name_stores_nothing(disk):
    root = StorageRoot(disk / "vault")
    full = 0
    for number in range(12):
        before = everything(root)
        try:
            put(root, {"a": b"1"}, object_id=f"urn:x:{number}")
        except NoSpace:
            full += 1
            assert everything(root) == before
    assert 0 < full < 12
    assert verify_root(root.path).findings == ()


def test_a_full_disk_refuses_the_film_and_still_takes_the_page(disk):
    root = StorageRoot(disk / "vault")
    with pytest.raises(NoSpace):
        put(root, {"film.mp4": Endless()})
    put(root, {"1.tif": b"page"})
    assert contents(root) == {"1.tif": b"page"}


class Endless(io.RawIOBase):
    """A line that is never closed."""

    given = 0

    def read(self, size: int = -1) -> bytes:
        self.given += size
        return b"x" * size


def test_a_source_without_end_is_stopped_at_the_limit(root):
    source = Endless()
    with pytest.raises(TooLarge, match=r"“film\.mp4”超过允许的"):
        root.put(
            ITEM,
            {"film.mp4": source},
            message="入库",
            author_name="李档案",
            author_address="urn:nianlun:account:7",
            at=NOON,
            largest=3 * streams.CHUNK,
        )
    assert source.given <= 5 * streams.CHUNK
    assert list(root.object_ids()) == [] and root.leftovers() == []


@pytest.mark.parametrize(("size", "fits"), [(10, True), (11, False)])
def test_the_limit_is_the_last_size_that_fits(root, tmp_path, size, fits):
    (tmp_path / "1.tif").write_bytes(b"x" * size)
    for number, source in enumerate((tmp_path / "1.tif", b"x" * size, io.BytesIO(b"x" * size))):
        scan = submission(f"urn:x:{number}", {"1.tif": source}, largest=10)
        if fits:
            assert [v.added for v in root.put_many([scan])] == [True]
        else:
            with pytest.raises(TooLarge):
                list(root.put_many([scan]))


class Meddled(type(Path())):
    """A file on which somebody works once while it is read."""

    meddle = staticmethod(lambda path: None)

    def open(self, mode="r", buffering=-1, *arguments, **named):
        meddle = self.meddle
        path = Path(self)

        class Watched(io.FileIO):
            def read(self, size=-1):
                chunk = super().read(size)
                if not (path.parent / "touched").exists():
                    (path.parent / "touched").touch()
                    meddle(path)
                return chunk

        return Watched(str(self), mode.replace("b", ""))


class Shrinking(Meddled):
    meddle = staticmethod(lambda path: os.truncate(path, 5))


class Growing(Meddled):
    meddle = staticmethod(lambda path: path.write_bytes(path.read_bytes() + b"more"))


class Rewritten(Meddled):
    meddle = staticmethod(
        lambda path: (path.write_bytes(b"y" * path.stat().st_size), os.utime(path, ns=(1, 1)))
    )


@pytest.mark.parametrize("kind", [Shrinking, Growing, Rewritten])
@pytest.mark.parametrize("versions", [0, 1])
def test_a_file_that_changes_while_it_is_read_is_refused_until_it_rests(root, tmp_path, kind, versions):
    scan = tmp_path / "1.tif"
    scan.write_bytes(b"x" * 2 * streams.CHUNK)
    for _ in range(versions):
        put(root, {"1.tif": scan, "2.tif": b"kept"})
    before = everything(root)
    with pytest.raises(BrokenSource, match=r"“1\.tif”在存入途中被改动"):
        put(root, {"1.tif": kind(scan)})
    assert everything(root) == before
    put(root, {"1.tif": kind(scan)})
    assert contents(root)["1.tif"] == scan.read_bytes()
    assert verify_root(root.path).findings == ()


def test_a_missing_file_is_said_by_the_name_people_gave_it(root, tmp_path):
    with pytest.raises(BrokenSource, match=r"“正本/第1页\.tif”没有读完"):
        put(root, {"正本/第1页.tif": tmp_path / "gone.tif"})
    assert root.leftovers() == []


def test_a_stream_that_does_not_wait_is_not_taken_for_a_short_one(root):
    receiver, sender = os.pipe()
    os.set_blocking(receiver, False)
    os.write(sender, b"half of it")
    with os.fdopen(receiver, "rb", buffering=0) as line, pytest.raises(BrokenSource):
        put(root, {"1.tif": line})
    os.close(sender)
    assert list(root.object_ids()) == []


def test_a_stream_is_read_from_where_it_stands_even_if_its_bytes_are_known(root):
    put(root, {"1.tif": b"page"})
    for known, left in ((b"page", 1), (b"else", 2)):
        stream = io.BytesIO(b"head" + known)
        stream.seek(4)
        assert put(root, {"1.tif": stream}).number == left
    assert contents(root) == {"1.tif": b"else"}


def test_what_is_already_there_is_known_before_anything_is_written(root, tmp_path, monkeypatch):
    (tmp_path / "1.tif").write_bytes(b"page")
    put(root, {"1.tif": b"page", "2.tif": b"second"})
    monkeypatch.setattr(os, "mkdir", lambda *_: pytest.fail("wrote"))
    for source in (b"page", tmp_path / "1.tif", io.BytesIO(b"page")):
        version = put(root, {"1.tif": source})
        assert (version.number, version.added, set(version.files)) == (1, False, {"1.tif", "2.tif"})


def test_a_writer_that_comes_while_another_is_at_work_is_told_and_both_are_kept_in_the_end(root):
    class Slow(io.BytesIO):
        def read(self, size=-1):
            with pytest.raises(Busy):
                put(root, {"2.tif": b"second"})
            return super().read(size)

    put(root, {"1.tif": Slow(b"first")})
    assert put(root, {"2.tif": b"second"}).number == 2
    assert contents(root) == {"1.tif": b"first", "2.tif": b"second"}


@pytest.mark.parametrize("faster", [{"1.tif": b"page"}, {"1.tif": b"pale"}, {"2.tif": b"2"}])
def test_a_writer_overtaken_after_it_looked_adds_to_what_the_other_left(root, faster):
    put(root, {"1.tif": b"old!"})

    class Overtaken(io.BytesIO):
        met = False

        def read(self, size=-1):
            if not self.met:
                self.met = True
                put(root, faster)
            return super().read(size)

    version = put(root, {"1.tif": Overtaken(b"page")})
    assert contents(root) == faster | {"1.tif": b"page"}
    assert version.number == len(root.inventory(ITEM).data["versions"])
    assert verify_root(root.path).findings == ()


def test_what_looked_unchanged_is_stored_again_if_another_changed_it_meanwhile(root):
    put(root, {"1.tif": b"page", "2.tif": b"old"})

    class Overtaken(io.BytesIO):
        def seekable(self):
            put(root, {"1.tif": b"pale"})
            return False

    put(root, {"1.tif": b"page", "2.tif": Overtaken(b"new")})
    assert contents(root) == {"1.tif": b"page", "2.tif": b"new"}


def test_what_looked_unchanged_is_brought_anew_if_the_object_was_taken_away_meanwhile(root):
    put(root, {"1.tif": b"page", "2.tif": b"old"})

    class Overtaken(io.BytesIO):
        def seekable(self):
            shutil.rmtree(root.folder_of(ITEM))
            return False

    put(root, {"1.tif": b"page", "2.tif": Overtaken(b"new")})
    assert contents(root) == {"1.tif": b"page", "2.tif": b"new"}
    assert verify_root(root.path).findings == ()


def test_a_disk_error_is_not_taken_for_a_full_disk(root, monkeypatch):
    def broken(handle):
        raise OSError(errno.EIO, "disk")

    monkeypatch.setattr(os, "fsync", broken)
    with pytest.raises(OSError, match="disk"):
        put(root, {"a": b"1"})
    monkeypatch.undo()
    assert list(root.object_ids()) == [] and root.leftovers() == []
