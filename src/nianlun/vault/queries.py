"""Reading from the vault. Who may read what is decided by those who ask, on the item they ask for."""

import io
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import islice
from pathlib import Path, PurePosixPath
from typing import BinaryIO, cast

from django.db.models import Q, QuerySet, Sum

from nianlun.kernel.cipher import KeyMissing, SealBroken
from nianlun.vault import locations, presence, sealing
from nianlun.vault.domain import PRIMARY, FileLine, Secrecy, StoredObjectLine
from nianlun.vault.models import StoredFile, StoredObject
from nianlun.vault.ocfl import Damaged, NotStored, StorageError, StorageRoot
from nianlun.vault.ocfl.store import Store
from nianlun.vault.private import private_file

Gone = presence.Gone
"""The content of an object is not here any more, and the sentence says where it is or why it is gone."""
Unreadable = (StorageError, KeyMissing, SealBroken)
"""Why the content of an object cannot be had although it should be here; each carries a sentence for people."""
_BATCH = 500


def root() -> Store:
    """The primary store of the installation, begun only if nothing was ever stored; raises `Unreachable`."""
    return locations.open_for_writing(PRIMARY)


def files(object_id: str, *, version: int | None = None) -> list[FileLine]:
    """Files of the current version or of an earlier one, by name; empty for an object that is not stored."""
    rows = _of_version(StoredFile.objects.filter(object__object_id=object_id), version)
    return [_line(row, object_id=object_id) for row in rows.order_by("logical_path")]


def stored_object(object_id: str) -> StoredObjectLine:
    """One object with its current files; raises `NotStored`."""
    row = StoredObject.objects.filter(object_id=object_id).first()
    if row is None:
        raise NotStored(f"库里没有对象 {object_id}。请核对编号。")
    return StoredObjectLine(
        object_id=row.object_id,
        versions=row.versions,
        stored_at=row.stored_at,
        files=tuple(files(object_id)),
    )


def open_file(object_id: str, logical_path: str, *, version: int | None = None) -> BinaryIO:
    """The original bytes of a stored file as a stream that can be positioned and that the caller closes.

    Of a sealed object they are opened while they are read. An object whose transaction never committed is not
    stored, whatever lies on the disk. Raises `NotStored`, `Damaged`, `Offline`, `Destroyed`, and `KeyMissing` where
    the class keys are not at hand; reading may raise `SealBroken`.
    """
    file = _stored_file(object_id, logical_path, version=version)
    return _opened(file)


def _opened(file: StoredFile) -> BinaryIO:
    presence.ensure_online(file.object)
    object_id, logical_path = file.object.object_id, file.logical_path
    vault = locations.open_for_reading(PRIMARY)
    if file.object.key_version is None:
        stream = vault.open(object_id, logical_path, file.version)
    else:
        key = sealing.data_key(vault, object_id)
        sealed = sealing.open_sealed(vault, object_id, logical_path, number=file.version, key=key)
        stream = cast(BinaryIO, io.BufferedReader(sealed))
    if stream.seek(0, io.SEEK_END) != file.size:
        stream.close()
        raise Damaged(
            f"对象 {object_id} 的文件“{logical_path}”大小不对。请运行 nianlun vault verify 并从别的副本恢复。"
        )
    stream.seek(0)
    return stream


@contextmanager
def reading_path(object_id: str, logical_path: str, *, version: int | None = None) -> Iterator[Path]:
    """Where a stored file's original bytes lie, for parsers that need a path, as long as the block runs.

    For a sealed object, or from a bucket, that is a private file, overwritten and removed afterwards. To be read
    only. Raises like `open_file`.
    """
    file = _stored_file(object_id, logical_path, version=version)
    with _opened(file) as stream:
        store = locations.open_for_reading(PRIMARY)
        if isinstance(store, StorageRoot) and file.object.key_version is None:
            # Not the newest the disk holds: a version whose transaction never committed is not stored.
            yield store.path_of(object_id, logical_path, file.version)
            return
        try:
            with private_file(stream, suffix=PurePosixPath(logical_path).suffix) as path:
                yield path
        except SealBroken as fault:
            raise Damaged(f"对象 {object_id} 的文件“{logical_path}”：{fault}") from fault


def is_sealed(object_id: str) -> bool:
    """Whether the object's bytes lie encrypted: nothing derived from them may stay unprotected."""
    return StoredObject.objects.filter(object_id=object_id, key_version__isnull=False).exists()


def is_sealed_class(secrecy: Secrecy) -> bool:
    """Whether objects of this class are stored encrypted in this installation."""
    return sealing.is_sealed_class(secrecy)


def ensure_online(object_id: str) -> None:
    """Return unless the object is known to be offline or destroyed; then raise `Offline` or `Destroyed`."""
    away = StoredObject.objects.exclude(state=StoredObject.State.ONLINE)
    row = away.filter(object_id=object_id).first()
    if row is not None:
        presence.ensure_online(row)


def absence(object_id: str) -> str:
    """Why the content of a stored object cannot be had here, as a sentence for people; empty if it can."""
    try:
        ensure_online(object_id)
    except presence.Gone as gone:
        return str(gone)
    return ""


def offline_among(object_ids: Iterable[str]) -> int:
    """How many of the objects can be read only with the key that lies on their media."""
    return StoredObject.objects.filter(object_id__in=object_ids, state=StoredObject.State.OFFLINE).count()


def objects_holding(sha512: str) -> list[str]:
    """Ids of objects that hold, or once held, a file with this digest in lower-case hex; sorted."""
    rows = StoredFile.objects.filter(sha512=sha512).order_by("object__object_id")
    return list(rows.values_list("object__object_id", flat=True).distinct())


def object_count() -> int:
    """How many objects are stored."""
    return StoredObject.objects.count()


def version_count() -> int:
    """How many versions all objects have together."""
    return StoredObject.objects.aggregate(total=Sum("versions"))["total"] or 0


def size_of(objects: Sequence[StoredObject]) -> int:
    """Bytes of these objects, all versions together."""
    return StoredFile.objects.filter(object__in=objects).aggregate(total=Sum("size"))["total"] or 0


def missing() -> list[str]:
    """Ids of rows whose object is not on the disk: something was lost."""
    vault = root()
    kept = StoredObject.objects.exclude(state=StoredObject.State.DESTROYED)
    ids = kept.order_by("object_id").values_list("object_id", flat=True)
    return [object_id for object_id in ids.iterator() if not vault.holds(object_id)]


def orphans() -> list[str]:
    """Ids of objects on the disk that no row tells of: never committed. Storing again adopts them."""
    return sorted(without_rows(root().object_ids()))


def object_ids() -> Iterator[str]:
    """Every stored object's id, in order."""
    return StoredObject.objects.order_by("object_id").values_list("object_id", flat=True).iterator()


def without_rows(object_ids: Iterable[str]) -> list[str]:
    """Those of the ids that no row tells of."""
    found: list[str] = []
    waiting = iter(object_ids)
    while batch := list(islice(waiting, _BATCH)):
        rows = StoredObject.objects.filter(object_id__in=batch)
        known = set(rows.values_list("object_id", flat=True))
        found += [object_id for object_id in batch if object_id not in known]
    return found


def _stored_file(object_id: str, logical_path: str, *, version: int | None) -> StoredFile:
    rows = StoredFile.objects.select_related("object")
    rows = rows.filter(object__object_id=object_id, logical_path=logical_path)
    found = _of_version(rows, version).first()
    if found is None:
        raise NotStored(f"对象 {object_id} 里没有文件“{logical_path}”。请核对文件名和版本。")
    return found


def _of_version(rows: QuerySet[StoredFile], version: int | None) -> QuerySet[StoredFile]:
    if version is None:
        return rows.filter(until_version=None)
    rows = rows.filter(Q(until_version=None) | Q(until_version__gt=version), version__lte=version)
    return rows.filter(object__versions__gte=version)


def _line(row: StoredFile, *, object_id: str) -> FileLine:
    return FileLine(
        object_id=object_id,
        logical_path=row.logical_path,
        version=row.version,
        sha512=row.sha512,
        sm3=row.sm3,
        size=row.size,
        media_type=row.media_type,
    )
