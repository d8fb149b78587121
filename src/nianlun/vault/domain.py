"""What the vault tells others about its objects, and how it names the type of bytes. No database, no clock."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import PurePosixPath
from typing import Any
from uuid import UUID

import filetype

HEAD = 8192
"""How many of a file's first bytes decide on its type."""

PRIMARY = "primary"
"""The location every object is stored at first; the names of the others are the site's own."""

_ZIPPED = {".ofd": "application/ofd"}  # GB/T 33190: a ZIP with nothing in its first bytes that says so
_TEXT = {
    ".json": "application/json",
    ".xml": "application/xml",
    ".csv": "text/csv",
    ".txt": "text/plain",
}


class Secrecy(StrEnum):
    """How closely an object is kept (密级). State secrets have no place in this system at all."""

    PUBLIC = "public"
    INTERNAL = "internal"
    WORK_SECRET = "work_secret"  # noqa: S105  a level of secrecy, not a secret

    @property
    def label(self) -> str:
        return {"public": "公开", "internal": "内部", "work_secret": "工作秘密"}[self.value]


@dataclass(frozen=True, slots=True, kw_only=True)
class FileLine:
    """A file of the current version, or of the version asked for; `version` is the one that brought its bytes."""

    object_id: str
    logical_path: str
    version: int
    sha512: str
    sm3: str
    size: int
    media_type: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredObjectLine:
    """An object as the rows know it, with its current files."""

    object_id: str
    versions: int
    stored_at: datetime
    files: tuple[FileLine, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingLine:
    """One thing a check found; `message` names the file."""

    object: str
    code: str
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RunLine:
    """One check of a location; `sound` is None until it has finished. Pace in megabytes a second, None: unlimited.

    `hindered` says why a running check waits, empty while the location answers.
    """

    id: UUID
    location: str
    state: str
    state_label: str
    requested_at: datetime
    requested_by: str
    pace: int | None
    finished_at: datetime | None
    objects_total: int
    objects_read: int
    bytes_read: int
    damaged: int
    sound: bool | None
    hindered: str
    findings: tuple[FindingLine, ...]

    @property
    def active(self) -> bool:
        return self.state in {"running", "paused"}


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentLine:
    """A copy found damaged or missing, and what became of it; `restored_at` and `restored_by` tell of any end."""

    id: UUID
    object_id: str
    location: str
    found_at: datetime
    run_id: UUID | None
    findings: tuple[FindingLine, ...]
    is_open: bool
    state_label: str
    restored_from: str
    restored_at: datetime | None
    restored_by: str
    kept_at: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ScheduleLine:
    """How often a location is checked by itself. Pace in megabytes a second, None: unlimited."""

    location: str
    every_days: int
    pace: int | None
    next_at: datetime
    set_by: str
    set_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceLine:
    """A location as it stands: what is there, what has not arrived, and when it was read last and will be next."""

    name: str
    label: str
    url: str
    configured: bool
    objects: int
    behind: int
    damaged: int
    never_checked: int
    problem: str
    last_run: RunLine | None
    schedule: ScheduleLine | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassLine:
    """How much of one secrecy class is stored. Bytes of all versions, as they were before sealing."""

    secrecy: Secrecy
    objects: int
    size: int
    offline: int
    destroyed: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CopyLine:
    """An object at one location. `version` 0: nothing has arrived yet."""

    location: str
    configured: bool
    version: int
    written_at: datetime | None
    problem: str
    checked_at: datetime | None
    sound: bool | None
    behind: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldingLine:
    """An object as the list of all objects shows it. `copies` counts those that are complete, `places` all."""

    object_id: str
    secrecy: Secrecy
    state: str
    state_label: str
    versions: int
    stored_at: datetime
    size: int
    copies: int
    places: int
    checked_at: datetime | None
    sound: bool | None
    cursor: int


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionLine:
    """One version of an object as its inventory tells of it."""

    number: int
    created_at: datetime
    message: str
    author: str

    @classmethod
    def read(cls, number: int, block: Mapping[str, Any]) -> "VersionLine":
        """From a version block of an OCFL inventory."""
        return cls(
            number=number,
            created_at=datetime.fromisoformat(block["created"]),
            message=block.get("message", ""),
            author=(block.get("user") or {}).get("name", ""),
        )


def media_type(head: bytes, *, name: str) -> str:
    """Type of a file by its first bytes (S4.2); the name only refines what the bytes allow."""
    suffix = PurePosixPath(name).suffix.lower()
    kind = filetype.guess(head)
    if kind is not None:
        found = str(kind.mime)
        return _ZIPPED.get(suffix, found) if found == "application/zip" else found
    if b"\x00" in head:
        return "application/octet-stream"
    try:
        head[: HEAD - 4].decode()
    except UnicodeDecodeError as fault:
        if fault.start < len(head[: HEAD - 4]) - 4:  # a character cut off at the end is no fault
            return "application/octet-stream"
    return _TEXT.get(suffix, "text/plain")
