"""A storage root, and an object in it, as folders of a filesystem."""

import errno
import os
import re
import stat
from collections.abc import Iterator, Sequence
from pathlib import Path

from nianlun.vault.ocfl import staging
from nianlun.vault.ocfl.hierarchy import DEEPEST, entries_of, walk
from nianlun.vault.ocfl.regular import chunks_of, read_book
from nianlun.vault.ocfl.tree import Kind


class FolderPlace:
    """An object's folder. Neither it nor any of those named as the `way` to it may be a link."""

    def __init__(self, path: Path, *, way: Sequence[str] = ()) -> None:
        self.path, self._way = path, way
        self._seen: tuple[int, int] | None = None

    @property
    def name(self) -> str:
        return str(self.path)

    def listing(self) -> dict[str, Kind]:
        for folder in self._way:
            _stamp(folder)
        self._seen = _stamp(str(self.path))
        return dict(sorted(self._files())) if self._seen else {}

    def read(self, path: str) -> bytes:
        return read_book(f"{self.path}/{path}")

    def chunks(self, path: str) -> Iterator[bytes]:
        return chunks_of(f"{self.path}/{path}")

    def changed(self) -> bool:
        try:
            return self._seen != _stamp(str(self.path))
        except OSError:
            return self._seen is not None

    def _files(self) -> Iterator[tuple[str, Kind]]:
        waiting = [("", 0)]
        while waiting:
            prefix, depth = waiting.pop()
            if depth > DEEPEST:
                raise OSError(errno.ENAMETOOLONG, f"文件夹套了 {DEEPEST} 层还多", prefix.rstrip("/"))
            for name, kind in entries_of(f"{self.path}/{prefix}").items():
                yield prefix + name, kind
                if kind is Kind.FOLDER:
                    waiting.append((f"{prefix}{name}/", depth + 1))


class FolderTree:
    """The folder of a storage root. Nothing is made where nothing is."""

    def __init__(self, path: Path) -> None:
        self.path = path

    @property
    def name(self) -> str:
        return str(self.path)

    def look(self, folder: str) -> dict[str, Kind]:
        try:
            return entries_of(self.path / folder)
        except (FileNotFoundError, NotADirectoryError):
            return {}

    def read(self, path: str) -> bytes:
        return read_book(f"{self.path}/{path}")

    def exists(self, path: str) -> bool:
        return (self.path / path).is_file()

    def walk(self) -> Iterator[tuple[str, str]]:
        for path, code in walk(self.path):
            yield path.relative_to(self.path).as_posix(), code

    def place(self, path: str) -> FolderPlace:
        way = [f"{self.path}/{path[: match.start()]}" for match in re.finditer("/", path)]
        return FolderPlace(self.path / path, way=way)

    def leftovers(self) -> list[staging.Leftover]:
        return staging.leftovers(self.path)


def _stamp(folder: str) -> tuple[int, int] | None:
    """What changes with the entries of a folder; None if there is none. Raises `OSError`, for a link too."""
    try:
        status = os.lstat(folder)
    except (FileNotFoundError, NotADirectoryError):
        return None
    if stat.S_ISLNK(status.st_mode):
        raise OSError(errno.ELOOP, "是链接", folder)
    return (status.st_ino, status.st_mtime_ns) if stat.S_ISDIR(status.st_mode) else None
