"""Small files beside the objects of a storage root, below `extensions/`: wrapped keys, marks of what is gone."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from uuid import uuid4

from nianlun.vault.ocfl.durable import room, sync
from nianlun.vault.ocfl.staging import Leftover
from nianlun.vault.ocfl.tree import DESTROYED, KEYS, OFFLINE


class FolderExtras:
    """Such files in a folder. Each is there whole or not at all, whatever dies when; `path` has slashes."""

    def __init__(self, root: Path) -> None:
        self._top = root / "extensions"

    def read_extra(self, path: str) -> bytes | None:
        """The file's bytes, or None if there is none."""
        try:
            return (self._top / path).read_bytes()
        except FileNotFoundError:
            return None

    def write_extra(self, path: str, data: bytes, *, create: bool = False) -> bool:
        """Put the file on the disk. With `create` only where there is none: False, with nothing done, if there is."""
        target = self._top / path
        with room():
            self._make(target.parent)
            with _draft(target, data) as draft:
                if create:
                    try:
                        os.link(draft, target)
                    except FileExistsError:
                        return False
                else:
                    draft.replace(target)
                sync(target.parent)
        return True

    def delete_extra(self, path: str) -> None:
        """Take the file away for good, its bytes overwritten before its name goes; nothing happens without one.

        What writers that died left of it goes too.
        """
        target = self._top / path
        for draft in target.parent.glob(f".{target.name}.*.tmp"):
            _erase(draft)
        try:
            with target.open("r+b", buffering=0) as file:
                file.write(bytes(target.stat().st_size))
                os.fsync(file.fileno())
            target.unlink()
        except FileNotFoundError:
            return
        sync(target.parent)

    def sweep_drafts(self) -> list[Leftover]:
        """Take away what writers that died left, overwritten first, and return what it was; the living keep theirs."""
        taken = []
        for folder in (KEYS, OFFLINE, DESTROYED):
            for draft in sorted((self._top / folder).rglob(".*.tmp")):
                size = _erase(draft)
                if size is not None:
                    taken.append(Leftover(object_id="", path=draft, size=size))
        return taken

    def extras(self, folder: str) -> Iterator[str]:
        """Paths of the files in a folder and below it, in their order; drafts of writers at work are left out."""
        top = self._top / folder
        for found in sorted(top.iterdir()) if top.is_dir() else []:
            if found.is_dir():
                yield from self.extras(f"{folder}/{found.name}")
            elif not found.name.startswith("."):
                yield f"{folder}/{found.name}"

    def _make(self, folder: Path) -> None:
        if folder.is_dir():
            return
        self._make(folder.parent)
        folder.mkdir(exist_ok=True)
        sync(folder.parent)


@contextmanager
def _draft(target: Path, data: bytes) -> Iterator[Path]:
    """The bytes on the disk beside their place, locked while the block runs; gone afterwards, whatever happened."""
    draft = target.with_name(f".{target.name}.{uuid4().hex}.tmp")
    handle = _locked(draft)
    try:
        with open(handle, "wb", buffering=0, closefd=False) as file:
            view = memoryview(data)
            while view:
                view = view[file.write(view) :]
        os.fsync(handle)
        yield draft
    finally:
        draft.unlink(missing_ok=True)
        os.close(handle)


def _locked(draft: Path) -> int:
    """An open handle of a new file that nobody takes for left over; the system lets go of it when we die."""
    while True:
        handle = os.open(draft, os.O_WRONLY | os.O_CREAT, 0o666)
        fcntl.flock(handle, fcntl.LOCK_EX)
        # A sweep may have come between our open and our lock.
        with suppress(FileNotFoundError):
            if draft.stat().st_ino == os.fstat(handle).st_ino:
                return handle
        os.close(handle)


def _erase(draft: Path) -> int | None:
    """Overwrite and take away a draft that nobody holds; its size, None if somebody does or was faster."""
    try:
        handle = os.open(draft, os.O_RDWR | os.O_NOFOLLOW)
    except FileNotFoundError:
        return None
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        state = os.fstat(handle)
        if (
            state.st_nlink == 1
        ):  # with two names it is the file itself: its writer died before it dropped this one
            os.write(handle, bytes(state.st_size))
            os.fsync(handle)
        draft.unlink()
    except (BlockingIOError, FileNotFoundError):
        return None
    finally:
        os.close(handle)
    sync(draft.parent)
    return state.st_size
