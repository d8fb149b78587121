"""Plain bytes of sealed files on the disk, for parsers that need a path: for as long as they are used, no longer."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO
from uuid import uuid4

from django.conf import settings

_CHUNK = 1 << 20


@contextmanager
def private_file(plain: BinaryIO, *, suffix: str) -> Iterator[Path]:
    """A file with a stream's bytes that only this account can read; overwritten and removed afterwards.

    It lies in settings.PRIVATE, best a filesystem in memory. While it is in use its process holds a lock on it; what
    a killed process left is taken away by the next call, here or of `sweep`.
    """
    sweep()
    path, handle = _new(suffix)
    with os.fdopen(handle, "r+b", buffering=0) as file:
        try:
            while chunk := plain.read(_CHUNK):
                file.write(chunk)
            yield path
        finally:
            _erase(path, file)


def sweep() -> int:
    """Take away what killed processes left; returns how many files that were. Files in use are not touched."""
    taken = 0
    for path in _folder().iterdir():
        with suppress(FileNotFoundError, BlockingIOError), path.open("r+b", buffering=0) as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            _erase(path, file)
            taken += 1
    return taken


def _new(suffix: str) -> tuple[Path, int]:
    while True:
        path = _folder() / f"{uuid4().hex}{suffix}"
        handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        fcntl.flock(handle, fcntl.LOCK_EX)
        if path.exists():  # a sweep between the two lines above took it for abandoned
            return path, handle
        os.close(handle)


def _erase(path: Path, file: BinaryIO) -> None:
    size = file.seek(0, os.SEEK_END)
    file.seek(0)
    for start in range(0, size, _CHUNK):
        file.write(bytes(min(_CHUNK, size - start)))
    os.fsync(file.fileno())
    path.unlink(missing_ok=True)


def _folder() -> Path:
    folder = Path(settings.PRIVATE)
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return folder
