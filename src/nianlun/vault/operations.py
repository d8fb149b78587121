"""Storing. The object is written first and the rows after it: a crash between loses nothing."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet

from nianlun.access.domain import Right, Viewer, authorize
from nianlun.journal import operations as journal
from nianlun.journal.domain import declare
from nianlun.kernel.cipher import SealBroken
from nianlun.vault import copies, kept_records, key_folder, locations, presence, queries, sealing, settling
from nianlun.vault.domain import HEAD, Secrecy, StoredObjectLine, media_type
from nianlun.vault.key_folder import WrappedKey
from nianlun.vault.models import StoredFile, StoredObject
from nianlun.vault.ocfl import Damaged, NotStored, Source, StorageError
from nianlun.vault.ocfl.names import check_object_id
from nianlun.vault.ocfl.store import Store
from nianlun.vault.ocfl.tree import Left
from nianlun.vault.sealing import PlainFile

STORED = declare("vault.object_stored", "把 {about} 存入档案库，第 {version} 版，共 {files} 个文件")
TAKEN_OFFLINE = declare("vault.object_taken_offline", "把 {about} 转离线，密钥只留在介质 {medium} 上")
BROUGHT_BACK = declare("vault.object_brought_back", "从离线介质取回 {about} 的密钥，恢复在线")
KEYS_SWEPT = declare("vault.stray_keys_swept", "清理{about}里 {count} 份没有对象可开的密钥")
KEYS_BROKEN = declare(
    "vault.broken_keys_found", "{about}里有 {count} 份密钥文件已损坏，留在原处，须从别的存放处恢复"
)
SWEPT = declare("vault.leftovers_swept", "清理 {objects} 次没有完成的存入留下的 {bytes} 字节")
_LISTED = 100  # ids kept with a journal entry; its count tells the rest


@transaction.atomic
def store(
    object_id: str,
    files: Mapping[str, Source],
    *,
    by: Viewer | None,
    message: str,
    division: str = "",
    at: datetime,
    replace_state: bool = False,
    secrecy: Secrecy = Secrecy.INTERNAL,
) -> StoredObjectLine:
    """Put files into the vault, as a new object or as the next version of an old one.

    The bytes are on the disk before this returns; the rows stand or fall with the caller's transaction. If that
    never commits, `queries.orphans` names the object and the same call again adopts it: one version, one set of
    rows, however often it is repeated. `replace_state` drops the files not named from the new version. `by` is
    None where the system itself acts, `division` then says for whom. A new object is of the class `secrecy` and
    sealed if that class is; later versions keep the object's class. For a sealed object streams must be seekable.
    Raises `Offline` and `Destroyed` for an object whose content is not here any more, the `StorageError`s of
    `StorageRoot.put`, and `KeyMissing`.
    """
    check_object_id(object_id)
    vault = queries.root()
    row, sealed = _locked(object_id, secrecy=secrecy, vault=vault, at=at)
    author_name = by.name if by else "年轮系统"
    author_address = f"urn:nianlun:account:{by.account_id}" if by else "urn:nianlun:system"
    if sealed:
        version = sealing.put(
            vault,
            object_id,
            files,
            secrecy=Secrecy(row.secrecy),
            message=message,
            author_name=author_name,
            author_address=author_address,
            at=at,
            replace_state=replace_state,
        )
    else:
        version = vault.put(
            object_id,
            files,
            message=message,
            author_name=author_name,
            author_address=author_address,
            at=at,
            replace_state=replace_state,
        )
    news = take_over(row, sealed=sealed, vault=vault, at=at) or version.added
    line = queries.stored_object(object_id)
    if news:
        journal.record(
            STORED,
            by=by,
            about=object_id,
            about_id=object_id,
            details={"version": version.number, "files": len(line.files), "message": message},
            division=division,
            at=at,
        )
    return line


def _locked(object_id: str, *, secrecy: Secrecy, vault: Store, at: datetime) -> tuple[StoredObject, bool]:
    """The object's row, held until the transaction ends, and whether its files are sealed."""
    row, is_new = StoredObject.objects.select_for_update().get_or_create(
        object_id=object_id, defaults={"versions": 0, "stored_at": at, "secrecy": secrecy.value}
    )
    presence.ensure_online(row)
    if not is_new:
        _ensure_as_told(row, vault=vault)
        return row, row.key_version is not None
    lies_sealed = sealing.lies_sealed(vault, object_id)
    if lies_sealed is None:
        return row, sealing.is_sealed_class(secrecy)
    if lies_sealed:  # left by a transaction that never ended; its class is what it was stored as
        row.secrecy = sealing.key_of(vault, object_id).secrecy.value
    elif sealing.is_sealed_class(secrecy):
        raise sealing.Unsealed(
            f"库里已有没有加密的对象 {object_id}，不能再作为“{secrecy.label}”存入。请联系系统管理员清理后重存。"
        )
    return row, lies_sealed


def _ensure_as_told(row: StoredObject, *, vault: Store) -> None:
    """Return if the store holds the object as the rows tell of it; else raise `Damaged`.

    Adding to one that was lost, or put back from before, would make another object in the place of the original.
    """
    name, told = row.object_id, row.versions
    try:
        head = vault.inventory(name).number
    except NotStored:
        raise Damaged(f"对象 {name} 有记录，库里却没有它，没有存入。请先从别的存放处恢复。") from None
    if told > head:
        raise Damaged(f"对象 {name} 在库中只到第 {head} 版，记录里有 {told} 版。请从备份恢复后再存。")
    if row.key_version is None:
        found = {path: file.sha512 for path, file in vault.version(name, told).files.items()}
    else:
        key = sealing.data_key(vault, name)
        plain = sealing.contents(vault, name, number=told, key=key)
        found = {path: file.sha512 for path, file in plain.items()}
    if found != dict(row.files.filter(until_version=None).values_list("logical_path", "sha512")):
        raise Damaged(
            f"对象 {name} 在库中的第 {told} 版与记录的摘要不符，没有存入。请先核对，并从完好的副本恢复。"
        )


def take_over(row: StoredObject, *, sealed: bool, vault: Store, at: datetime) -> bool:
    """Bring the rows up to what lies on the disk; True if there was anything to bring."""
    # Looked at only under the row's lock: a writer that was faster has then already told of its version.
    head, told = vault.inventory(row.object_id).number, row.versions
    if head == told:
        return False
    key = sealing.data_key(vault, row.object_id) if sealed else None
    for number in range(told + 1, head + 1):
        if key is None:
            files = _described(vault, row.object_id, number)
        else:
            files = sealing.contents(vault, row.object_id, number=number, key=key)
        _add_version(row, number, files)
    row.versions = head
    if sealed:
        row.key_version = sealing.key_of(vault, row.object_id).class_key
    row.save(update_fields=["versions", "secrecy", "key_version"])
    copies.stored(row, at=at)
    return True


def _described(vault: Store, object_id: str, number: int) -> dict[str, PlainFile]:
    return {
        path: PlainFile(
            sha512=file.sha512,
            sm3=file.sm3,
            size=file.size,
            media_type=media_type(_head(vault, object_id, path, number), name=path),
        )
        for path, file in vault.version(object_id, number).files.items()
    }


def _add_version(row: StoredObject, number: int, files: Mapping[str, PlainFile]) -> None:
    current = {file.logical_path: file for file in row.files.filter(until_version=None)}
    gone = [f.pk for path, f in current.items() if path not in files or f.sha512 != files[path].sha512]
    row.files.filter(pk__in=gone).update(until_version=number)
    StoredFile.objects.bulk_create(
        StoredFile(
            object=row,
            logical_path=path,
            version=number,
            sha512=file.sha512,
            sm3=file.sm3,
            size=file.size,
            media_type=file.media_type,
        )
        for path, file in files.items()
        if path not in current or current[path].pk in gone
    )


def _head(vault: Store, object_id: str, path: str, number: int) -> bytes:
    with vault.open(object_id, path, number) as stream:
        return stream.read(HEAD)


def key_for_media(object_id: str) -> bytes:
    """The data key of a sealed object, 32 bytes, for the sealed package of an offline medium and for nothing else.

    Raises `NotStored`, `NotSealed`, `Offline`, `Destroyed`, `Damaged`, `KeyMissing`.
    """
    _sealed_row(object_id, StoredObject.objects.all())
    return sealing.data_key(queries.root(), object_id)


@transaction.atomic
def take_offline(object_id: str, *, medium: str, by: Viewer, at: datetime) -> None:
    """Leave a sealed object's key on offline media only: the sealed bytes stay, no location can open them any more.

    Whoever calls it has proved that `medium` (the number people ask the keeper for) holds the key. The keys go after
    the commit, at each location as soon as it answers (`settling.pending`); reading is refused from now on. Raises
    `Refused`, `NotStored`, `NotSealed`, `Offline`, `Destroyed`.
    """
    authorize(by, Right.MEDIA_WRITE)
    row = _sealed_row(object_id, StoredObject.objects.select_for_update())
    row.state = StoredObject.State.OFFLINE
    row.save(update_fields=["state"])
    settling.settle_later(row, cause=f"offline {at.isoformat()}", medium=medium, at=at)
    details = {"medium": medium}
    journal.record(TAKEN_OFFLINE, by=by, about=object_id, about_id=object_id, details=details, at=at)


@transaction.atomic
def bring_back(object_id: str, data_key: bytes, *, by: Viewer, at: datetime) -> None:
    """Put the key of an offline object back, after it has opened every file of the current version.

    Raises `Refused`, `NotStored`, `NotOffline`, `Destroyed`, `Damaged` where the key does not open the object,
    `KeyMissing`.
    """
    authorize(by, Right.MEDIA_WRITE)
    row = StoredObject.objects.select_for_update().filter(object_id=object_id).first()
    if row is None:
        raise NotStored(f"库里没有对象 {object_id}。请核对编号。")
    vault = queries.root()
    if row.state != StoredObject.State.OFFLINE:
        presence.ensure_online(row)
        raise sealing.NotOffline(f"对象 {object_id} 没有转离线，不用取回。")
    sealing.prove(vault, object_id, key=data_key)
    wrapped = WrappedKey.wrap(
        data_key, object_id=object_id, secrecy=Secrecy(row.secrecy), keys=sealing.class_keys()
    )
    # Should the transaction fail after this, `sweep` takes away the key of an object that is still offline.
    key_folder.place(vault, wrapped)
    row.state, row.key_version = StoredObject.State.ONLINE, wrapped.class_key
    row.save(update_fields=["state", "key_version"])
    settling.settle_later(row, cause=f"online {at.isoformat()}", at=at)
    kept_records.resume(row, at=at)
    journal.record(BROUGHT_BACK, by=by, about=object_id, about_id=object_id, at=at)


def _sealed_row(object_id: str, rows: QuerySet[StoredObject]) -> StoredObject:
    row = rows.filter(object_id=object_id).first()
    if row is None:
        raise NotStored(f"库里没有对象 {object_id}。请核对编号。")
    presence.ensure_online(row)
    if row.key_version is None:
        raise sealing.NotSealed(f"对象 {object_id} 没有加密存放，不能转离线。只有加密的密级可以转离线。")
    return row


@transaction.atomic
def sweep(*, by: Viewer | None, at: datetime) -> Sequence[Left]:
    """Take away what killed writers left, and say so in the journal; returns what it was.

    With it go keys that belong to no object any more. At every location that answers; the primary has to.
    """
    taken = list(queries.root().sweep())
    for place in locations.copies():
        with suppress(StorageError):
            taken += locations.open_for_reading(place.name).sweep()
    if taken:
        total = sum(leftover.size for leftover in taken)
        journal.record(SWEPT, by=by, about="档案库", details={"objects": len(taken), "bytes": total}, at=at)
    for place in locations.locations():
        with suppress(StorageError, SealBroken):
            stray = settling.take_stray_keys(locations.open_for_reading(place.name))
            for action, keys in ((KEYS_SWEPT, stray.taken), (KEYS_BROKEN, stray.broken)):
                if keys:
                    details = {"count": len(keys), "objects": keys[:_LISTED]}
                    journal.record(action, by=by, about=place.name, details=details, at=at)
    return taken
