"""Objects as they leave for offline media: which of a class are here, and every file of one of them."""

import hashlib
import io
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, BinaryIO, cast

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Sum

from nianlun.access.domain import Viewer
from nianlun.vault import queries
from nianlun.vault.belonging import within
from nianlun.vault.domain import PRIMARY, FileLine, Secrecy
from nianlun.vault.locations import open_for_reading
from nianlun.vault.models import StoredObject
from nianlun.vault.ocfl.folder_tree import FolderPlace
from nianlun.vault.ocfl.inventory import FILE
from nianlun.vault.ocfl.layout import DESCRIPTION, HASHED, Layout
from nianlun.vault.ocfl.tree import Kind, Place

_LAYOUT = Layout(extension=HASHED)
"""Folders named by a digest alone: an id may hold characters that some BagIt programs stumble over."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CarriedFile:
    """A file of an object's folder. `sha512` is "" where the object's inventory does not tell it."""

    path: str
    size: int
    sha512: str
    opens: Callable[[], BinaryIO]


@dataclass(frozen=True, slots=True, kw_only=True)
class CarriedObject:
    """An object with all its versions, to be put under `folder` of another OCFL storage root."""

    object_id: str
    version: int
    folder: str
    inventory_sha512: str
    files: tuple[CarriedFile, ...]
    logical: tuple[tuple[FileLine, str], ...]
    """The current files, each with the path of its bytes in the object's folder."""


def online_of_class(
    who: Viewer, secrecy: Secrecy, *, besides: QuerySet[Any, Any]
) -> Iterator[tuple[str, int, int]]:
    """Id, version and bytes of the viewer's objects of a class that are here with their keys, the oldest first.

    Left out are those that `besides`, rows of `object_id` and `version`, tells at the present version.
    """
    rows = _online(who, besides).filter(secrecy=secrecy.value)
    rows = rows.annotate(bytes=Sum("files__size", filter=~Q(files=None), default=0))
    yield from rows.order_by("stored_at", "pk").values_list("object_id", "versions", "bytes").iterator()


def online_by_class(who: Viewer, *, besides: QuerySet[Any, Any]) -> dict[Secrecy, tuple[int, int]]:
    """How many such objects there are of each class, and how many bytes."""
    rows = _online(who, besides).order_by().values_list("secrecy")
    found = rows.annotate(Count("pk", distinct=True), Sum("files__size", default=0))
    return {Secrecy(secrecy): (count, size) for secrecy, count, size in found}


def _online(who: Viewer, besides: QuerySet[Any, Any]) -> QuerySet[StoredObject]:
    known = besides.filter(object_id=OuterRef("object_id"), version__gte=OuterRef("versions"))
    return StoredObject.objects.filter(~Exists(known), within(who), state=StoredObject.State.ONLINE)


def root_files() -> dict[str, bytes]:
    """What makes a folder a storage root for the folders that `carried` names."""
    layout = _LAYOUT
    description = {"extension": layout.extension, "description": DESCRIPTION}
    return {
        "0=ocfl_1.1": b"ocfl_1.1\n",
        "ocfl_layout.json": json.dumps(description, ensure_ascii=False, indent=1).encode() + b"\n",
        f"extensions/{layout.extension}/config.json": json.dumps(layout.config, indent=1).encode() + b"\n",
    }


def carried(object_id: str) -> CarriedObject:
    """One object as it lies at the primary location. Raises `NotStored`, `Damaged` and `Unreachable`."""
    store = open_for_reading(PRIMARY)
    inventory = store.inventory(object_id)
    place = store.place(object_id)
    known = {path: digest for digest, paths in inventory.data["manifest"].items() for path in paths}
    raw = place.read(FILE)
    known[FILE] = known[f"{inventory.head}/{FILE}"] = hashlib.sha512(raw).hexdigest()
    content = {path: file.content_path for path, file in store.version(object_id).files.items()}
    return CarriedObject(
        object_id=object_id,
        version=inventory.number,
        folder=str(_LAYOUT.path_of(object_id)),
        inventory_sha512=known[FILE],
        files=tuple(
            _file(place, path, sha512=known.get(path, ""))
            for path, kind in place.listing().items()
            if kind is Kind.FILE
        ),
        logical=tuple(
            (line, content[line.logical_path])
            for line in queries.files(object_id)
            if line.logical_path in content
        ),
    )


def _file(place: Place, path: str, *, sha512: str) -> CarriedFile:
    if isinstance(place, FolderPlace):
        size = (place.path / path).stat().st_size
    else:  # a bucket tells no size here, and a tar must say it before the bytes
        size = sum(len(chunk) for chunk in place.chunks(path))
    return CarriedFile(path=path, size=size, sha512=sha512, opens=lambda: _stream(place, path))


def _stream(place: Place, path: str) -> BinaryIO:
    return cast(BinaryIO, io.BufferedReader(_Chunks(place.chunks(path)), 1 << 20))


class _Chunks(io.RawIOBase):
    def __init__(self, chunks: Iterator[bytes]) -> None:
        super().__init__()
        self._chunks, self._rest = chunks, b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview | bytearray, /) -> int:  # type: ignore[override]  # any buffer will do
        while not self._rest:
            piece = next(self._chunks, None)
            if piece is None:
                return 0
            self._rest = piece
        size = min(len(buffer), len(self._rest))
        buffer[:size], self._rest = self._rest[:size], self._rest[size:]
        return size
