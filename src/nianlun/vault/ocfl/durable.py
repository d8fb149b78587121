"""What must be true after the power fails: written means on the disk, and a folder changes in one step."""

import ctypes
import errno
import os
import shutil
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, wait
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

from nianlun.kernel.disk import is_full
from nianlun.vault.ocfl.crew import Crew
from nianlun.vault.ocfl.faults import NoSpace

_EXCHANGE = 2  # RENAME_EXCHANGE of renameat2(2)
_FROM_HERE = -100  # AT_FDCWD
_LANES = 4  # with eight, handing over took more processor time than it saved in waiting
_FLUSHING = Crew(8, waiting=1024)  # they hold no memory, only wait for the disk
_NOT_OFFERED = {errno.ENOSYS, errno.EINVAL, errno.EOPNOTSUPP, errno.ENOTTY, errno.EPERM}


@contextmanager
def room() -> Iterator[None]:
    """Turn “disk full” and “quota used up” into `NoSpace`."""
    try:
        yield
    except OSError as fault:
        if is_full(fault):
            raise NoSpace(
                "档案库所在磁盘空间不足，这次没有存入任何内容。请腾出空间或扩容后重试，原文件不受影响。"
            ) from fault
        raise


def sync(path: Path | str) -> None:
    """Force a file's bytes or a folder's entries to the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


class Flush:
    """Files and folders on their way to the disk while other work goes on.

    Several at once, since the filesystem answers calls that wait together with one write of its journal: storing
    small objects one call after the other took twice as long.
    """

    def __init__(self) -> None:
        self._named: set[str] = set()
        self._begun: list[Future[None]] = []

    def begin(self, paths: Iterable[Path]) -> None:
        """Start forcing files that nobody writes to any more."""
        self._begin([str(path) for path in paths])

    def finish(self, top: Path) -> None:
        """Return once the folder and everything below it is on the disk; it must not change meanwhile."""
        self._begin([path for path in _everything(str(top)) if path not in self._named])
        wait(self._begun)
        for done in self._begun:
            done.result()

    def _begin(self, paths: list[str]) -> None:
        self._named.update(paths)
        lanes = min(_LANES, (len(paths) + 1) // 2)  # handing over a single call costs as much as the call
        self._begun += [_FLUSHING.submit(_sync_all, paths[lane::lanes]) for lane in range(lanes)]


def sync_tree(top: Path) -> None:
    """Force a folder and everything below it to the disk."""
    Flush().finish(top)


def _sync_all(paths: Iterable[str]) -> None:
    for path in paths:
        sync(path)


def _everything(top: str) -> Iterator[str]:
    with os.scandir(top) as entries:
        for entry in entries:
            if entry.is_dir(follow_symlinks=False):
                yield from _everything(entry.path)
            else:
                yield entry.path
    yield top


def write_once(path: Path, data: bytes) -> None:
    """Put a small file in place whole: a reader or a crash never sees half of it."""
    draft = path.with_name(f".{path.name}.{uuid4().hex}.tmp")
    draft.write_bytes(data)
    sync(draft)
    draft.replace(path)
    sync(path.parent)


def move_in(draft: Path, place: Path, *, below: Path, spare: Path) -> None:
    """Make a folder that is on the disk appear at its place in one step, with the parents it lacks.

    Parents below `below` are made around the draft and moved in with it, so that a crash leaves
    no empty folder behind. `spare` is an unused path beside the draft.
    """
    while True:
        top = place
        while top.parent != below and not top.parent.exists():
            top = top.parent
        if top == place:
            draft.rename(place)
            break
        inner = spare / place.relative_to(top)
        inner.parent.mkdir(parents=True)
        draft.rename(inner)
        for parent in inner.parents:
            sync(parent)
            if parent == spare:
                break
        try:
            spare.rename(top)
            break
        except OSError as fault:
            if fault.errno not in {errno.ENOTEMPTY, errno.EEXIST}:
                raise
            inner.rename(draft)  # another object has just made this parent: go below it
            shutil.rmtree(spare)
    sync(top.parent)


def replace_folder(draft: Path, place: Path, *, displaced: Path) -> None:
    """Put the draft where an old folder is; it lies at `displaced` meanwhile if they cannot be swapped."""
    if not exchange(draft, place):
        place.rename(displaced)
        draft.rename(place)
    sync(place.parent)


def exchange(one: Path, other: Path) -> bool:
    """Swap two folders in one step. False, with nothing done, where the system does not offer it."""
    try:
        renameat2 = ctypes.CDLL(None, use_errno=True).renameat2
    except (OSError, AttributeError):
        return False
    if renameat2(_FROM_HERE, os.fsencode(one), _FROM_HERE, os.fsencode(other), _EXCHANGE) == 0:
        return True
    code = ctypes.get_errno()
    if code in _NOT_OFFERED:
        return False
    raise OSError(code, os.strerror(code), str(one), None, str(other))


def link_tree(source: Path, target: Path) -> None:
    """The same files once more under another folder, without copying a byte."""
    target.mkdir()
    for entry in source.iterdir():
        if entry.is_dir() and not entry.is_symlink():
            link_tree(entry, target / entry.name)
        else:
            os.link(entry, target / entry.name, follow_symlinks=False)
    sync(target)
