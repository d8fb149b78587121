"""Where a checked workbook waits for its clerk to confirm it: one file, named by us, for a day at most."""

import time
from pathlib import Path
from uuid import UUID, uuid4

from django.conf import settings

LONGEST_WAIT = 24 * 3600  # seconds


def keep(content: bytes) -> UUID:
    """Put a workbook aside and return the key under which it is found again."""
    key = uuid4()
    folder = _folder()
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    _sweep(folder)
    part = folder / f"{key.hex}.part"
    part.write_bytes(content)
    part.rename(folder / key.hex)
    return key


def waiting(key: UUID) -> bytes | None:
    """The workbook of the key, or None when it has been waited for too long."""
    path = _folder() / key.hex
    return path.read_bytes() if path.is_file() else None


def discard(key: UUID) -> None:
    """Throw a workbook away: its rows are booked, or will not be."""
    (_folder() / key.hex).unlink(missing_ok=True)


def _folder() -> Path:
    return Path(settings.QUARANTINE).parent / "rosters"


def _sweep(folder: Path) -> None:
    for path in folder.iterdir():
        if time.time() - path.stat().st_mtime > LONGEST_WAIT:
            path.unlink(missing_ok=True)
