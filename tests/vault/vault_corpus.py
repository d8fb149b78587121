"""Small makers shared by the tests of the vault."""

import os
import signal
import sys
import threading
import traceback
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path

from nianlun.vault.ocfl import Source, StorageRoot, Submission, Version

ITEM = "urn:uuid:0190b2b4-0000-7000-8000-000000000001"
OTHER = "urn:uuid:0190b2b4-0000-7000-8000-000000000002"
NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


def put(
    root: StorageRoot, files: Mapping[str, Source], *, object_id: str = ITEM, replace: bool = False
) -> Version:
    return root.put(
        object_id,
        files,
        message="入库",
        author_name="李档案",
        author_address="urn:nianlun:account:7",
        at=NOON,
        replace_state=replace,
    )


def submission(object_id: str, files: Mapping[str, Source], *, largest: int | None = None) -> Submission:
    return Submission(
        object_id=object_id,
        files=files,
        message="入库",
        author_name="李档案",
        author_address="urn:nianlun:account:7",
        at=NOON,
        largest=largest,
    )


def contents(root: StorageRoot, object_id: str = ITEM, version: int | None = None) -> dict[str, bytes]:
    files = root.version(object_id, version).files
    found = {}
    for path in files:
        with root.open(object_id, path, version) as stream:
            found[path] = stream.read()
    return found


def page_of(root: StorageRoot, name: str, object_id: str = ITEM) -> Path:
    return root.path_of(object_id, name)


TOUCHES_THE_DISK = {"open", "os.mkdir", "os.rename", "os.remove", "os.rmdir", "os.link"}


class Steps:
    """Counts the steps of a process and kills it, as a power cut would, just before the chosen one."""

    def __init__(self, last: int) -> None:
        self.taken, self.last, self._counting = 0, last, threading.Lock()

    def step(self) -> None:
        with self._counting:
            self.taken += 1
            if self.taken == self.last:
                os.kill(os.getpid(), signal.SIGKILL)

    def count_disk(self) -> None:
        """Make every call that touches the disk a step, for as long as this process lives."""
        honest = os.fsync
        os.fsync = lambda handle: (self.step(), honest(handle))[1]
        sys.addaudithook(lambda event, arguments: self.step() if event in TOUCHES_THE_DISK else None)


def in_a_child(work: Callable[[Steps], None], *, last: int) -> tuple[int, int]:
    """Do the work in a forked process that dies before step `last` (0: never); its exit code and steps taken."""
    receiver, sender = os.pipe()
    child = os.fork()
    if child == 0:
        code = 1
        try:
            steps = Steps(last)
            work(steps)
            taken, steps.last = steps.taken, -1
            os.write(sender, str(taken).encode())
            code = 0
        except BaseException:  # the child must never return into the test runner
            traceback.print_exc()
        finally:
            os._exit(code)
    os.close(sender)
    with os.fdopen(receiver) as told:
        taken = int(told.read() or 0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), taken
