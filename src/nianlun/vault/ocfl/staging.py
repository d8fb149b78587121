"""The desk on which an object is put together before it appears in the store, and its one writer's lock.

Each object has one desk, a folder named by the digest of its id under extensions/nianlun-staging, on the same
filesystem as the objects. Whoever holds the folder's flock may write the object. The system lets go of it when
the process dies: a lock never outlives its holder, and a desk without lock is left over from a crash.
"""

import fcntl
import hashlib
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from nianlun.vault.ocfl.durable import sync
from nianlun.vault.ocfl.faults import Busy

EXTENSION = "nianlun-staging"
_NAME, _DRAFT, _SPARE, _DISPLACED = "object-id", "draft", "spare", "displaced"


@dataclass(frozen=True, slots=True, kw_only=True)
class Leftover:
    """What a crash left on a desk: the object it was meant for and how many bytes lie there."""

    object_id: str
    path: Path
    size: int

    @property
    def where(self) -> str:
        return str(self.path)


@dataclass(frozen=True, slots=True)
class Desk:
    """A folder that only its holder writes to."""

    path: Path

    @property
    def draft(self) -> Path:
        return self.path / _DRAFT

    @property
    def spare(self) -> Path:
        return self.path / _SPARE

    @property
    def displaced(self) -> Path:
        """Where the old object lies for a moment on filesystems that cannot swap folders."""
        return self.path / _DISPLACED


def folder(root: Path) -> Path:
    return root / "extensions" / EXTENSION


@contextmanager
def claim(root: Path, *, object_id: str, place: Path) -> Iterator[Desk]:
    """Hold an object's desk, cleared of leftovers; raises `Busy` if somebody else holds it."""
    path = folder(root) / hashlib.sha256(object_id.encode()).hexdigest()
    handle = _lock(path, create=True)
    if handle is None:
        raise Busy(f"对象 {object_id} 正由另一个程序写入，这次没有存入任何内容。请稍后重试。")
    try:
        if any(path.iterdir()):
            _restore(path, place)
            _clear(path)
        try:
            (path / _NAME).write_text(object_id, encoding="utf-8")
            yield Desk(path)
        finally:
            _restore(path, place)
            _clear(path)
            path.rmdir()
    finally:
        os.close(handle)


def leftovers(root: Path) -> list[Leftover]:
    """Desks that nobody holds, in stable order; nothing is changed."""
    found = []
    for path in _desks(root):
        handle = _lock(path, create=False)
        if handle is not None:
            found.append(_describe(path))
            os.close(handle)
    return found


def sweep(root: Path, *, place_of: Callable[[str], Path]) -> list[Leftover]:
    """Take away what crashes left, and put back an object caught between two places."""
    taken = []
    for path in _desks(root):
        handle = _lock(path, create=False)
        if handle is None:
            continue
        try:
            leftover = _describe(path)
            if leftover.object_id:
                _restore(path, place_of(leftover.object_id))
            _clear(path)
            path.rmdir()
            taken.append(leftover)
        finally:
            os.close(handle)
    return taken


def _desks(root: Path) -> list[Path]:
    try:
        return sorted(entry for entry in folder(root).iterdir() if entry.is_dir())
    except FileNotFoundError:
        return []


def _lock(path: Path, *, create: bool) -> int | None:
    """An open, locked handle of the desk; None if it is held by another or, unless created, gone."""
    while True:
        if create:
            path.mkdir(parents=True, exist_ok=True)
        try:
            handle = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
        except FileNotFoundError:
            if create:
                continue
            return None
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(handle)
            return None
        # Its last holder may have taken the folder away between our open and our lock.
        with suppress(FileNotFoundError):
            if path.stat().st_ino == os.fstat(handle).st_ino:
                return handle
        os.close(handle)
        if not create:
            return None


def _restore(path: Path, place: Path) -> None:
    """Put the old object back if its writer failed or died after moving it away, before the new one was in."""
    displaced = path / _DISPLACED
    if displaced.is_dir() and not place.exists():
        displaced.rename(place)
        sync(place.parent)


def _clear(path: Path) -> None:
    for entry in list(path.iterdir()):
        if entry.is_dir() and not entry.is_symlink():
            shutil.rmtree(entry)
        else:
            entry.unlink()


def _describe(path: Path) -> Leftover:
    name = path / _NAME
    object_id = name.read_text(encoding="utf-8") if name.exists() else ""
    size = sum(entry.stat().st_size for entry in path.rglob("*") if entry.is_file() and entry != name)
    return Leftover(object_id=object_id, path=path, size=size)
