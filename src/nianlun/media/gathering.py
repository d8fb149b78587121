"""What goes into the bag of a set: its objects from the vault, their keys where they are sealed, the catalogue."""

import hashlib
import io
from collections.abc import Iterator
from uuid import UUID

from nianlun.media.imaging import leaflet, unpacking
from nianlun.media.imaging.leaflet import Cover, Listed
from nianlun.media.imaging.packing import Packed
from nianlun.media.models import MediumObject
from nianlun.vault import carrying
from nianlun.vault import operations as vault
from nianlun.vault.carrying import CarriedObject
from nianlun.vault.ocfl import StorageError
from nianlun.vault.sealing import NotSealed


class Gathered:
    """The objects of a set, read from the vault one after the other."""

    def __init__(self, set_id: UUID) -> None:
        rows = MediumObject.objects.filter(set=set_id).order_by("id")
        self._ids = list(rows.values_list("object_id", flat=True))
        self.looked_up: dict[str, tuple[str, str]] = {}

    def look(self) -> None:
        """Only what is to be noted of each object."""
        for object_id in self._ids:
            self._note(carrying.carried(object_id))

    def files(self, cover: Cover) -> list[Packed]:
        """Everything that goes into the bag, the catalogue first."""
        found: list[Packed] = []
        listed: list[Listed] = []
        for object_id in self._ids:
            one = carrying.carried(object_id)
            self._note(one)
            listed += _listed(one)
            # The key just before its object, so that a reading in one passing has both.
            found += _key(object_id)
            found += [
                Packed(
                    path=f"{leaflet.OBJECTS}/{one.folder}/{file.path}",
                    size=file.size,
                    opens=file.opens,
                    object_id=object_id,
                    sha512=file.sha512,
                )
                for file in one.files
            ]
        title = f"离线介质 {cover.number} 目录"
        beside = {
            leaflet.CATALOGUE_CSV: leaflet.catalogue_csv(listed),
            leaflet.CATALOGUE_HTML: leaflet.catalogue_html(listed, title=title),
        }
        beside |= {f"{leaflet.OBJECTS}/{path}": raw for path, raw in carrying.root_files().items()}
        return [_packed(path, raw) for path, raw in beside.items()] + found

    def _note(self, one: CarriedObject) -> None:
        self.looked_up[one.object_id] = (one.folder, one.inventory_sha512)


def _listed(one: CarriedObject) -> Iterator[Listed]:
    for line, content in one.logical:
        yield Listed(
            object_id=one.object_id,
            version=one.version,
            path=line.logical_path,
            size=line.size,
            sha512=line.sha512,
            sm3=line.sm3,
            folder=one.folder,
            content=content,
        )


def _key(object_id: str) -> list[Packed]:
    """The data key of an object that is sealed in the vault, as hexadecimal text."""
    try:
        key = vault.key_for_media(object_id)
    except NotSealed:
        return []
    path = unpacking.key_path(object_id).removeprefix("data/")
    return [_packed(path, _key_text(key), object_id=object_id)]


def key_sums(set_id: UUID) -> tuple[dict[str, str], bool]:
    """SHA-512 by path in the bag of the keys as the vault has them now, and whether it has all that are needed.

    Only so can be told that a medium holds the right keys: what was packed may have been wrong from the start.
    """
    sums, complete = {}, True
    for object_id in MediumObject.objects.filter(set=set_id).values_list("object_id", flat=True):
        try:
            key = vault.key_for_media(object_id)
        except NotSealed:
            continue
        except StorageError:  # offline already, destroyed, or its key is missing here
            complete = False
            continue
        sums[unpacking.key_path(object_id)] = hashlib.sha512(_key_text(key)).hexdigest()
    return sums, complete


def _key_text(key: bytes) -> bytes:
    return f"{key.hex()}\n".encode()


def _packed(path: str, raw: bytes, *, object_id: str = "") -> Packed:
    return Packed(path=path, size=len(raw), opens=lambda: io.BytesIO(raw), object_id=object_id)
