"""The checkpoints of the log in files outside the database: one file a day, one signed note a line, only appended.

A line is the note as a JSON string. They are what a database rewritten from end to end must still agree with; copy
them to where its administrator cannot reach (docs/how-to/prove-the-journal.md). A line that a power cut left half
written is closed by the next one, which says how long it was.
"""

import contextlib
import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from nianlun.kernel.notes import BadCheckpoint, Checkpoint

SUFFIX = ".checkpoints"
_TORN = "torn"
_BLOCK = 65536  # bytes from the end in which the last notes are looked for


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a file; `note` is empty where it cannot be read, `owned` says that a power cut explains that."""

    file: str
    number: int
    note: str
    owned: bool = False


class CheckpointFiles:
    """The folder of checkpoint files."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def append(self, note: str, *, day: date) -> None:
        """Add a note to the file of the day; on disk when this returns. Raises `OSError`."""
        self.folder.mkdir(parents=True, exist_ok=True)
        path = self.folder / f"{day.isoformat()}{SUFFIX}"
        fresh = not path.exists()
        line = json.dumps(note, ensure_ascii=False).encode() + b"\n"
        if not fresh and (torn := _torn(path)):
            line = b"\n" + json.dumps({_TORN: torn}).encode() + b"\n" + line
        descriptor = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
        with os.fdopen(descriptor, "wb") as file:
            file.write(line)
            file.flush()
            os.fsync(file.fileno())
        if fresh:
            _sync(self.folder)

    def days(self) -> list[Path]:
        """The files, oldest first."""
        with contextlib.suppress(FileNotFoundError):
            return sorted(path for path in self.folder.iterdir() if path.name.endswith(SUFFIX))
        return []

    def lengths(self) -> dict[str, int]:
        """How long each file is now, in bytes, oldest first: what `lines` may read while others append."""
        return {path.name: path.stat().st_size for path in self.days()}

    def lines(self, lengths: Mapping[str, int]) -> Iterator[Line]:
        """Every line of these files up to these lengths; read in pieces."""
        for name, end in lengths.items():
            path = self.folder / name
            unread: Line | None = None
            length = 0
            with path.open("rb") as file:
                for number, raw in enumerate(file, 1):
                    if file.tell() > end:
                        break
                    said = _read(raw)
                    if unread is not None:
                        owned = isinstance(said, dict) and said.get(_TORN) == length
                        yield Line(unread.file, unread.number, "", owned=owned)
                        unread = None
                        if owned:
                            continue
                    if isinstance(said, str) and raw.endswith(b"\n"):
                        yield Line(path.name, number, said)
                    else:
                        unread, length = Line(path.name, number, ""), len(raw.rstrip(b"\n"))
            if unread is not None:
                yield unread

    def newest(self) -> Iterator[str]:
        """The notes of the newest files, latest first, as far back as one look reaches."""
        for path in reversed(self.days()):
            with path.open("rb") as file:
                file.seek(max(0, path.stat().st_size - _BLOCK))
                for raw in reversed(file.read().splitlines(keepends=True)):
                    said = _read(raw)
                    if isinstance(said, str) and raw.endswith(b"\n"):
                        yield said

    def last_size(self, origin: str) -> int:
        """How many entries the last checkpoint of a log covers, as the files say it; 0 without one."""
        for note in self.newest():
            with contextlib.suppress(BadCheckpoint):
                signed = Checkpoint.parse(note.partition("\n\n")[0] + "\n")
                if signed.origin == origin:
                    return signed.size
        return 0


def _read(raw: bytes) -> object:
    try:
        return json.loads(raw)
    except (ValueError, RecursionError):
        return None


def _torn(path: Path) -> int:
    """How many bytes the last line has if it was not written to its end; 0 if it was."""
    with path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - _BLOCK))
        end = file.read()
    return 0 if not end or end.endswith(b"\n") else len(end) - end.rfind(b"\n") - 1


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
