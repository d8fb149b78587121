"""A writer killed at any moment leaves the old version or the new one, never something between (S8.1)."""

import os
import signal
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest
from vault_corpus import contents, put

from nianlun.vault.ocfl import StorageRoot
from nianlun.vault.ocfl.check_root import verify_root

WRITER = """
    import os, signal, sys, threading
    from pathlib import Path
    from nianlun.vault.ocfl import StorageRoot, durable
    from vault_corpus import put

    path, swaps, last = Path(sys.argv[1]), sys.argv[2] == "swap", int(sys.argv[3])
    if not swaps:
        durable.exchange = lambda one, other: False
    root = StorageRoot(path)
    steps, counting = 0, threading.Lock()

    def count(event, arguments):
        # Every call that touches the disk is a place to die, just before it happens.
        global steps
        if event in {"open", "os.mkdir", "os.rename", "os.remove", "os.rmdir", "os.link"} or event == "fsync":
            with counting:
                steps += 1
                if steps == last:
                    os.kill(os.getpid(), signal.SIGKILL)

    fsync = os.fsync
    os.fsync = lambda handle: (count("fsync", ()), fsync(handle))[1]
    renamed = durable.exchange
    durable.exchange = lambda one, other: (count("os.rename", ()), renamed(one, other))[1]
    sys.addaudithook(count)
    put(root, {"a": b"new" * 700_000, "b": b"added"})
    print(steps)
"""


def write(path: Path, *, swap: str, last: int) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", textwrap.dedent(WRITER), str(path), swap, str(last)],
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
        check=False,
    )


@pytest.mark.slow
@pytest.mark.parametrize(("versions", "swap"), [(0, "swap"), (1, "swap"), (1, "no swap")])
def test_killed_at_any_step_the_store_is_sound_and_the_same_call_finishes_it(tmp_path, versions, swap):
    new = {"a": b"new" * 700_000, "b": b"added"}
    old = {"a": b"old", "c": b"kept"}
    before, after = (old, old | new) if versions else ({}, new)

    def fresh(name: str) -> StorageRoot:
        root = StorageRoot(tmp_path / name)
        for _ in range(versions):
            put(root, old)
        return root

    total = int(write(fresh("whole").path, swap=swap, last=0).stdout)
    assert total > 25
    seen = set()
    for step in range(1, total + 1):
        root = fresh(f"step{step}")
        done = write(root.path, swap=swap, last=step)
        assert done.returncode == -signal.SIGKILL, done.stderr
        if swap == "swap":
            report = verify_root(root.path)
            assert report.sound, report.findings
        root.sweep()
        assert verify_root(root.path).findings == ()
        found = contents(root) if list(root.object_ids()) else {}
        assert found in (before, after), step
        seen.add(len(found) == len(after))
        assert put(root, new).number == versions + 1
        assert contents(root) == after
        assert verify_root(root.path).findings == ()
        assert root.leftovers() == []
    assert seen == {True, False}  # it died on both sides of the one step that counts


def test_a_repeated_call_alone_clears_the_desk_of_a_killed_writer(tmp_path):
    root = StorageRoot(tmp_path / "vault")
    write(root.path, swap="swap", last=8)
    (left,) = root.leftovers()
    assert left.object_id
    assert [f.code for f in verify_root(root.path).findings] == ["NW001"]
    put(root, {"a": b"1"})
    assert root.leftovers() == []


def test_a_sweep_leaves_a_writer_at_work_alone(tmp_path):
    from nianlun.vault.ocfl import staging

    root = StorageRoot(tmp_path / "vault")
    with staging.claim(root.path, object_id="urn:x:1", place=root.folder_of("urn:x:1")) as desk:
        desk.draft.mkdir()
        assert root.sweep() == []
        assert desk.draft.exists()
    assert root.leftovers() == []
