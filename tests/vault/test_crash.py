"""A writer killed at any moment leaves the old version or the new one, never something between (S8.1)."""

import signal
from pathlib import Path

import pytest
from vault_corpus import Steps, contents, in_a_child, put

from nianlun.vault.ocfl import StorageRoot, durable, staging
from nianlun.vault.ocfl.check_root import verify_root

NEW = {"a": b"new" * 700_000, "b": b"added"}


def write(path: Path, *, swap: bool, last: int) -> tuple[int, int]:
    def work(steps: Steps) -> None:
        honest = durable.exchange
        if swap:  # a system call that Python does not announce
            durable.exchange = lambda one, other: (steps.step(), honest(one, other))[1]
        else:
            durable.exchange = lambda one, other: False
        root = StorageRoot(path)
        steps.count_disk()
        put(root, NEW)

    return in_a_child(work, last=last)


@pytest.mark.slow
@pytest.mark.parametrize(("versions", "swap"), [(0, True), (1, True), (1, False)])
def test_killed_at_any_step_the_store_is_sound_and_the_same_call_finishes_it(tmp_path, versions, swap):
    old = {"a": b"old", "c": b"kept"}
    before, after = (old, old | NEW) if versions else ({}, NEW)

    def fresh(name: str) -> StorageRoot:
        root = StorageRoot(tmp_path / name)
        for _ in range(versions):
            put(root, old)
        return root

    code, total = write(fresh("whole").path, swap=swap, last=0)
    assert code == 0
    assert total > 25
    seen = set()
    for step in range(1, total + 1):
        root = fresh(f"step{step}")
        assert write(root.path, swap=swap, last=step)[0] == -signal.SIGKILL
        if swap:
            report = verify_root(root.path)
            assert report.sound, report.findings
        root.sweep()
        assert verify_root(root.path).findings == ()
        found = contents(root) if list(root.object_ids()) else {}
        assert found in (before, after), step
        seen.add(len(found) == len(after))
        assert put(root, NEW).number == versions + 1
        assert contents(root) == after
        assert verify_root(root.path).findings == ()
        assert root.leftovers() == []
    assert seen == {True, False}  # it died on both sides of the one step that counts


def test_a_repeated_call_alone_clears_the_desk_of_a_killed_writer(tmp_path):
    root = StorageRoot(tmp_path / "vault")
    write(root.path, swap=True, last=8)
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
