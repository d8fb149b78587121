"""Where incoming bytes wait until they are examined: one file per sheet, named by the sheet, never by its sender."""

import hashlib
import os
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import BinaryIO
from uuid import UUID

from django.conf import settings

from nianlun.digitization.reading.refusals import MAX_FILE_BYTES, refusal
from nianlun.kernel.disk import is_full

CHUNK = 1 << 20
PART = ".part"


class NoRoom(Exception):
    """The disk took no more; nothing of the file was kept. The message says what to do, in Chinese."""


def path_of(sheet_id: UUID) -> Path:
    """Where the bytes of a sheet wait."""
    return Path(settings.QUARANTINE) / sheet_id.hex


def keep(sheet_id: UUID, *, stream: BinaryIO) -> tuple[str, int]:
    """Write a stream to quarantine, safe against a power cut; returns its SHA-512 and size in bytes.

    Raises `Refused` ("too_large") beyond the limit of S4.1 and `NoRoom` on a full disk; then nothing is left behind.
    """
    target = path_of(sheet_id)
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    part = target.with_suffix(PART)
    try:
        digest, size = _write(part, stream)
        part.rename(target)
        _sync_folder(target.parent)
    except OSError as problem:
        part.unlink(missing_ok=True)
        if is_full(problem):
            raise NoRoom("磁盘已满，文件没有收下。请通知系统管理员清理空间后再交。") from problem
        raise
    except BaseException:  # whatever ends the upload, half a file must not stay
        part.unlink(missing_ok=True)
        raise
    return digest, size


def discard(sheet_id: UUID) -> None:
    """Take a file out of quarantine once its bytes lie in the vault, or its row was never made."""
    path_of(sheet_id).unlink(missing_ok=True)


def remove_leftover(name: str) -> None:
    """Take one file out of quarantine by its own name; a name with a path in it is refused."""
    path = Path(settings.QUARANTINE) / name
    if path.parent != Path(settings.QUARANTINE):
        raise ValueError("a leftover lies in quarantine itself")
    path.unlink(missing_ok=True)


def sweepable(*, older_than: timedelta, now: float) -> Iterator[Path]:
    """Files old enough that no upload can still be writing them; whether a sheet owns them the caller knows."""
    folder = Path(settings.QUARANTINE)
    if not folder.is_dir():
        return
    for path in sorted(folder.iterdir()):
        if now - path.stat().st_mtime > older_than.total_seconds():
            yield path


def _write(part: Path, stream: BinaryIO) -> tuple[str, int]:
    digest, size = hashlib.sha512(), 0
    with part.open("wb") as out:
        while chunk := stream.read(CHUNK):
            size += len(chunk)
            if size > MAX_FILE_BYTES:
                raise refusal("too_large", megabytes=size / 1_000_000)
            digest.update(chunk)
            out.write(chunk)
        out.flush()
        os.fsync(out.fileno())
    return digest.hexdigest(), size


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
