"""How a store looks to those who only read it: a check, a copy. The same for folders and buckets."""

from collections.abc import Iterator, Sequence
from enum import Enum
from typing import Protocol

REGISTERED_EXTENSIONS = {
    "0001-digest-algorithms",
    "0002-flat-direct-storage-layout",
    "0003-hash-and-id-n-tuple-storage-layout",
    "0004-hashed-n-tuple-storage-layout",
    "0005-mutable-head",
    "0006-flat-omit-prefix-storage-layout",
    "0007-n-tuple-omit-prefix-storage-layout",
    "0008-schema-registry",
    "0009-digest-algorithms",
    "0010-differential-n-tuple-omit-prefix-storage-layout",
    "0011-direct-clean-path-layout",
    "initial",
}

STAGING = "nianlun-staging"
KEYS = "nianlun-keys"
DESTROYED = "nianlun-destroyed"
OFFLINE = "nianlun-offline"
SET_ASIDE = "nianlun-set-aside"
OURS = {STAGING, KEYS, DESTROYED, OFFLINE, SET_ASIDE}
"""What this system keeps below `extensions` of a storage root; docs/reference/formats.md says what lies there."""


class Kind(Enum):
    FILE = "file"
    FOLDER = "folder"
    OTHER = "other"  # a link, a device: never written by us, never followed


class Left(Protocol):
    """What an interrupted writer left: the object it was meant for, where it lies, how many bytes."""

    @property
    def object_id(self) -> str: ...

    @property
    def where(self) -> str: ...

    @property
    def size(self) -> int: ...


class Place(Protocol):
    """The place of one object. Paths are relative to it, with slashes; `OSError` where something cannot be read."""

    @property
    def name(self) -> str:
        """Where it lies, for an object that cannot tell its own id."""

    def listing(self) -> dict[str, Kind]:
        """Everything at the place, whatever its depth, sorted by path; empty if nothing is there."""

    def read(self, path: str) -> bytes:
        """The bytes of a small file."""

    def chunks(self, path: str) -> Iterator[bytes]:
        """The bytes of a file of any size, some at a time."""

    def changed(self) -> bool:
        """Whether a writer has put something else here since `listing` was last asked."""


class Tree(Protocol):
    """A storage root as it lies there, sound or not. Reading it changes nothing."""

    @property
    def name(self) -> str:
        """Its address, without secrets."""

    def look(self, folder: str) -> dict[str, Kind]:
        """What lies directly in a folder, sorted by name; empty if there is no such folder. "" is the top."""

    def read(self, path: str) -> bytes:
        """The bytes of a small file; raises `OSError`."""

    def exists(self, path: str) -> bool:
        """Whether there is a file of this path."""

    def walk(self) -> Iterator[tuple[str, str]]:
        """Each object's place with an empty code, each misplaced thing with its OCFL code; sorted."""

    def place(self, path: str) -> Place:
        """The place of an object, whether anything is there or not."""

    def leftovers(self) -> Sequence[Left]:
        """What interrupted writers left and nobody holds any more."""
