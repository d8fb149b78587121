"""Storing. The object is written first and the rows after it: a crash between loses nothing."""

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

from django.db import transaction

from nianlun.access.domain import Viewer
from nianlun.journal import operations as journal
from nianlun.journal.domain import declare
from nianlun.vault import copies, queries
from nianlun.vault.domain import HEAD, StoredObjectLine, media_type
from nianlun.vault.models import StoredFile, StoredObject
from nianlun.vault.ocfl import Damaged, Leftover, Source, StorageRoot, Version

STORED = declare("vault.object_stored", "把 {about} 存入档案库，第 {version} 版，共 {files} 个文件")
SWEPT = declare("vault.leftovers_swept", "清理 {objects} 次没有完成的存入留下的 {bytes} 字节")


@transaction.atomic
def store(
    object_id: str,
    files: Mapping[str, Source],
    *,
    by: Viewer | None,
    message: str,
    at: datetime,
    replace_state: bool = False,
) -> StoredObjectLine:
    """Put files into the vault, as a new object or as the next version of an old one.

    The bytes are on the disk before this returns; the rows stand or fall with the caller's transaction. If that
    never commits, `queries.orphans` names the object and the same call again adopts it: one version, one set of
    rows, however often it is repeated. `replace_state` drops the files not named from the new version. `by` is
    None where the system itself acts. Raises the `StorageError`s of `StorageRoot.put`.
    """
    version = queries.root().put(
        object_id,
        files,
        message=message,
        author_name=by.name if by else "年轮系统",
        author_address=f"urn:nianlun:account:{by.account_id}" if by else "urn:nianlun:system",
        at=at,
        replace_state=replace_state,
    )
    if _take_over(object_id, at=at) or version.added:
        journal.record(
            STORED,
            by=by,
            about=object_id,
            about_id=object_id,
            details={"version": version.number, "files": len(version.files), "message": message},
            at=at,
        )
    return queries.stored_object(object_id)


def _take_over(object_id: str, *, at: datetime) -> bool:
    """Bring the rows up to what lies on the disk; True if there was anything to bring."""
    row, _ = StoredObject.objects.select_for_update().get_or_create(
        object_id=object_id, defaults={"versions": 0, "stored_at": at}
    )
    # Looked at only under the row's lock: a writer that was faster has then already told of its version.
    vault = queries.root()
    head = vault.inventory(object_id).number
    if row.versions > head:
        raise Damaged(
            f"对象 {object_id} 在库中只到第 {head} 版，记录里有 {row.versions} 版。请从备份恢复后再存。"
        )
    told = row.versions
    for number in range(told + 1, head + 1):
        _add_version(row, vault.version(object_id, number), vault=vault)
    row.versions = head
    row.save(update_fields=["versions"])
    if head > told:
        copies.stored(row, at=at)
    return head > told


def _add_version(row: StoredObject, version: Version, *, vault: StorageRoot) -> None:
    current = {file.logical_path: file for file in row.files.filter(until_version=None)}
    gone = [
        f.pk
        for path, f in current.items()
        if path not in version.files or f.sha512 != version.files[path].sha512
    ]
    row.files.filter(pk__in=gone).update(until_version=version.number)
    place = vault.folder_of(row.object_id)
    StoredFile.objects.bulk_create(
        StoredFile(
            object=row,
            logical_path=path,
            version=version.number,
            sha512=file.sha512,
            sm3=file.sm3,
            size=file.size,
            media_type=media_type(_head(place / file.content_path), name=path),
        )
        for path, file in version.files.items()
        if path not in current or current[path].pk in gone
    )


def _head(path: Path) -> bytes:
    with path.open("rb") as stream:
        return stream.read(HEAD)


@transaction.atomic
def sweep(*, by: Viewer | None, at: datetime) -> list[Leftover]:
    """Take away what killed writers left in the staging folder, and say so in the journal; returns what it was."""
    taken = queries.root().sweep()
    if taken:
        total = sum(leftover.size for leftover in taken)
        journal.record(SWEPT, by=by, about="档案库", details={"objects": len(taken), "bytes": total}, at=at)
    return taken
