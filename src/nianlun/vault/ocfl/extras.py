"""Small files beside the objects of a storage root, below `extensions/`: wrapped keys, marks of what is gone."""

import os
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

from nianlun.vault.ocfl.durable import room, sync


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
            draft = target.with_name(f".{target.name}.{uuid4().hex}.tmp")
            draft.write_bytes(data)
            sync(draft)
            try:
                if create:
                    os.link(draft, target)
                    draft.unlink()
                else:
                    draft.replace(target)
            except FileExistsError:
                draft.unlink()
                return False
            sync(target.parent)
        return True

    def delete_extra(self, path: str) -> None:
        """Take the file away for good, its bytes overwritten before its name goes; nothing happens without one."""
        target = self._top / path
        try:
            with target.open("r+b", buffering=0) as file:
                file.write(bytes(target.stat().st_size))
                os.fsync(file.fileno())
            target.unlink()
        except FileNotFoundError:
            return
        sync(target.parent)

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
