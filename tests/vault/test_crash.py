"""A writer killed at any moment leaves the old version or the new one, never something between (S8.1)."""

import errno
import itertools
import os
import random
import signal
import time
from pathlib import Path
from unittest import mock

import pytest
from cutting import cut, possible
from vault_corpus import ITEM, NOON, Steps, contents, in_a_child, put

from nianlun.vault.ocfl import StorageRoot, Submission, durable, staging
from nianlun.vault.ocfl.check_root import verify_root
from nianlun.vault.ocfl.durable import exchange
from nianlun.vault.ocfl.folder_store import FolderStore

OLD = {"a": b"old", "c": b"kept"}
NEW = {"a": b"new" * 20_000, "b": b"added"}
traced = pytest.mark.skipif(not possible, reason="cutting at system calls is written for Linux on x86-64")


def write(path: Path, *, swap: bool = True) -> None:
    with mock.patch.object(durable, "exchange", exchange if swap else lambda one, other: False):
        put(StorageRoot(path), NEW)


def died_at(path: Path, *, at: int, swap: bool = True, torn: bool = False):
    try:
        return cut(lambda: write(path, swap=swap), at=at, torn=torn)
    except PermissionError:
        pytest.skip("this system does not let one process trace another")


def fresh(folder: Path, *, versions: int) -> StorageRoot:
    root = StorageRoot(folder)
    for _ in range(versions):
        put(root, OLD)
    return root


def desks(root: StorageRoot) -> list[Path]:
    return sorted(e for e in staging.folder(root.path).iterdir() if e.name != "config.json")


@traced
@pytest.mark.slow
@pytest.mark.parametrize(("versions", "swap"), [(0, True), (1, True), (1, False)])
def test_killed_at_any_system_call_the_store_is_sound_and_the_same_call_finishes_it(
    tmp_path, versions, swap
):
    before, after = (OLD, OLD | NEW) if versions else ({}, NEW)
    whole = died_at(fresh(tmp_path / "whole", versions=versions).path, at=0, swap=swap)
    assert len(whole.calls) > 40
    assert {"write", "fsync", "rename" if not swap or not versions else "renameat2"} <= set(whole.calls)
    seen = set()
    for at, torn in itertools.product(range(1, len(whole.calls) + 1), [False, True]):
        if torn and whole.calls[at - 1] != "write":
            continue
        root = fresh(tmp_path / f"{at}{torn}", versions=versions)
        if not died_at(root.path, at=at, swap=swap, torn=torn).died:
            continue  # threads took turns in another order and needed a call less
        assert [left.path for left in root.leftovers()] == desks(root)
        if swap:
            report = verify_root(root.path)
            assert report.sound, report.findings
            assert {f.code for f in report.findings} == ({"NW001"} if desks(root) else set())
        root.sweep()
        assert verify_root(root.path).findings == ()
        found = contents(root) if list(root.object_ids()) else {}
        assert found in (before, after), at
        seen.add(found == after)
        assert put(root, NEW).number == versions + 1
        assert contents(root) == after
        assert verify_root(root.path).findings == ()
        assert root.leftovers() == []
    assert seen == {True, False}  # it died on both sides of the one step that counts


@pytest.mark.parametrize("swap", [True, False])
def test_nothing_appears_in_its_place_before_all_of_it_is_on_the_disk(tmp_path, monkeypatch, swap):
    forced: dict[int, int] = {}
    arrived: list[Path] = []
    honest_fsync, honest_rename = os.fsync, os.rename
    root = StorageRoot(tmp_path / "vault")

    def fsync(handle):
        status = os.fstat(handle)
        honest_fsync(handle)
        forced[status.st_ino] = status.st_mtime_ns

    def check(source: Path, target: Path) -> None:
        if staging.folder(root.path) in target.parents:
            return
        for path in [source, *source.rglob("*")]:
            assert forced.get(path.stat().st_ino) == path.stat().st_mtime_ns, path
        arrived.append(target)

    def rename(source, target):
        check(Path(source), Path(target))
        honest_rename(source, target)

    def swapped(one, other):
        check(one, other)
        return exchange(one, other) if swap else False

    monkeypatch.setattr(os, "fsync", fsync)
    monkeypatch.setattr(os, "rename", rename)
    monkeypatch.setattr(durable, "exchange", swapped)
    for files in (OLD, NEW):
        put(root, files)
        assert forced[arrived[-1].parent.stat().st_ino] == arrived[-1].parent.stat().st_mtime_ns
    assert len(arrived) == (2 if swap else 3)


def test_fifty_killed_writers_lose_nothing_they_promised_and_leave_nothing_unseen(tmp_path):
    path, chance = tmp_path / "vault", random.Random(8)
    root = StorageRoot(path)
    promised: list[str] = []
    for number in range(50):
        told, child = started(path, number=number)
        with os.fdopen(told) as lines:
            promised += [next(lines).strip() for _ in range(chance.randrange(4))]
            time.sleep(chance.uniform(0.0, 0.02))
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)
            promised += [line.strip() for line in lines if line.endswith("\n")]
        assert [left.path for left in root.leftovers()] == desks(root)
        if number % 10 == 9:
            report = verify_root(path)
            assert report.sound, report.findings
            root.sweep()
    assert len(promised) > 50
    for object_id in promised:
        assert contents(root, object_id) == {"扫描件.tif": object_id.encode() * 3000}
    report = verify_root(path)
    assert report.findings == ()
    assert report.objects == len(list(root.object_ids())) >= len(promised)


def started(path: Path, *, number: int) -> tuple[int, int]:
    """A process that stores one object after the other and tells of each once it is stored; its pipe and its id."""
    told, teller = os.pipe()
    child = os.fork()
    if child:
        os.close(teller)
        return told, child
    try:
        names = (f"urn:x:{number}:{n}" for n in itertools.count())
        scans = (
            Submission(
                object_id=name,
                files={"扫描件.tif": name.encode() * 3000},
                message="入库",
                author_name="李档案",
                author_address="urn:nianlun:account:7",
                at=NOON,
            )
            for name in names
        )
        for version in StorageRoot(path).put_many(scans, threads=1 + number % 4):
            os.write(teller, f"{version.object_id}\n".encode())
    finally:
        os._exit(1)


@traced
def test_a_repeated_call_alone_clears_the_desk_of_a_killed_writer(tmp_path):
    root = StorageRoot(tmp_path / "vault")
    died_at(root.path, at=8)
    (left,) = root.leftovers()
    assert left.object_id
    assert [f.code for f in verify_root(root.path).findings] == ["NW001"]
    put(root, {"a": b"1"})
    assert root.leftovers() == []


def test_a_sweep_leaves_a_writer_at_work_alone(tmp_path):
    root = StorageRoot(tmp_path / "vault")
    with staging.claim(root.path, object_id="urn:x:1", place=root.folder_of("urn:x:1")) as desk:
        desk.draft.mkdir()
        assert root.sweep() == []
        assert desk.draft.exists()
    assert root.leftovers() == []


def test_an_error_between_moving_the_old_object_away_and_the_new_one_in_leaves_the_old_one(
    tmp_path, monkeypatch
):
    root = fresh(tmp_path / "vault", versions=1)
    honest = Path.rename

    def failing(self, target):
        if self.name == "draft":
            raise OSError(errno.EIO, os.strerror(errno.EIO))
        return honest(self, target)

    monkeypatch.setattr(Path, "rename", failing)
    with pytest.raises(OSError, match="Input/output"):
        write(root.path, swap=False)
    assert contents(root) == OLD
    assert verify_root(root.path).findings == ()


def test_a_removal_killed_at_any_step_is_finished_by_the_next_call(tmp_path):
    def work(steps: Steps) -> None:
        steps.count_disk()
        FolderStore(tmp_path / "vault").remove(ITEM)

    store, step, killed = FolderStore(tmp_path / "vault"), 0, True
    while killed:
        put(store, {"a": b"lawfully destroyed"})
        killed = in_a_child(work, last=(step := step + 3))[0] == -signal.SIGKILL
        store.remove(ITEM)
        left = {
            path for path in store.path.rglob("*") if path.is_file() and b"lawfully" in path.read_bytes()
        }
        assert (left, verify_root(store.path).findings) == (set(), ()), step
    assert step > 10
