"""Reading from the vault. Who may read what is decided by those who ask, on the item they ask for."""

from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import BinaryIO

from django.conf import settings
from django.db.models import Q

from nianlun.vault.domain import FileLine, StoredObjectLine
from nianlun.vault.models import StoredFile, StoredObject
from nianlun.vault.ocfl import Damaged, NotStored, StorageRoot

_BATCH = 500


def root() -> StorageRoot:
    """The installation's storage root, made if this is the first use."""
    return StorageRoot(Path(settings.VAULT_ROOT))


def files(object_id: str, *, version: int | None = None) -> list[FileLine]:
    """Files of the current version or of an earlier one, by name; empty for an object that is not stored."""
    rows = StoredFile.objects.filter(object__object_id=object_id)
    if version is None:
        rows = rows.filter(until_version=None)
    else:
        rows = rows.filter(Q(until_version=None) | Q(until_version__gt=version), version__lte=version)
        rows = rows.filter(object__versions__gte=version)
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
    """The bytes of a stored file as a stream that the caller closes; raises `NotStored` or `Damaged`."""
    return path_of(object_id, logical_path, version=version).open("rb")


def path_of(object_id: str, logical_path: str, *, version: int | None = None) -> Path:
    """Where a stored file's bytes lie, for parsers that need a path; to be read only. Raises like `open_file`.

    An object whose transaction never committed is not stored, whatever lies on the disk.
    """
    line = next((f for f in files(object_id, version=version) if f.logical_path == logical_path), None)
    if line is None:
        raise NotStored(f"对象 {object_id} 里没有文件“{logical_path}”。请核对文件名和版本。")
    path = root().path_of(object_id, logical_path, line.version)
    if path.stat().st_size != line.size:
        raise Damaged(
            f"对象 {object_id} 的文件“{logical_path}”大小不对。请运行 nianlun verify 并从备份恢复。"
        )
    return path


def objects_holding(sha512: str) -> list[str]:
    """Ids of objects that hold, or once held, a file with this digest in lower-case hex; sorted."""
    rows = StoredFile.objects.filter(sha512=sha512).order_by("object__object_id")
    return list(rows.values_list("object__object_id", flat=True).distinct())


def object_count() -> int:
    """How many objects are stored."""
    return StoredObject.objects.count()


def missing() -> list[str]:
    """Ids of rows whose object is not on the disk: something was lost."""
    vault = root()
    return [i for i in object_ids() if not vault.folder_of(i).is_dir()]


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
