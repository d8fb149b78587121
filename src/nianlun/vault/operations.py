"""Storing and checking. The object is written first and the rows after it: a crash between loses nothing."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from itertools import islice
from pathlib import Path
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models.functions import Now

from nianlun.access.domain import Viewer
from nianlun.jobs import operations as jobs
from nianlun.journal import operations as journal
from nianlun.journal.domain import declare
from nianlun.kernel.identifiers import uuid7
from nianlun.vault import queries
from nianlun.vault.domain import HEAD, StoredObjectLine, media_type
from nianlun.vault.models import Check, StoredFile, StoredObject
from nianlun.vault.ocfl import Damaged, Leftover, NotARoot, NotStored, Source, StorageRoot, Version
from nianlun.vault.ocfl.check_object import verify_object
from nianlun.vault.ocfl.check_root import RootReport, verify_root
from nianlun.vault.ocfl.findings import UNREADABLE, Finding

STORED = declare("vault.object_stored", "把 {about} 存入档案库，第 {version} 版，共 {files} 个文件")
VERIFIED = declare("vault.verified", "核对档案库 {objects} 个对象，发现 {findings} 处问题")
DAMAGE_FOUND = declare("vault.damage_found", "核对时发现 {about} 损坏：{what}")
CHECK_REQUESTED = declare("vault.check_requested", "要求核对{about}")
SWEPT = declare("vault.leftovers_swept", "清理 {objects} 次没有完成的存入留下的 {bytes} 字节")

LOST, CHANGED, BEHIND = "NE010", "NE011", "NE012"
ORPHAN, AHEAD = "NW010", "NW011"
VERIFY_ALL = "vault.verify_all"
_BATCH = 500
_LISTED = 1000  # findings kept with a check; the journal's count tells the rest


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


def verify(
    object_id: str | None,
    *,
    at: datetime,
    by: Viewer | None = None,
    each: Callable[[str, list[Finding]], None] = lambda object_id, found: None,
) -> RootReport:
    """Check one object or all, bytes and rows; note on the rows, and in the journal, what came of it.

    Raises `NotStored` for an object that neither disk nor rows know.
    """
    report = examine(object_id, at=at, each=each)
    conclude(report, by=by, at=at, check_id=None, whole=object_id is None)
    return report


def examine(
    object_id: str | None,
    *,
    at: datetime,
    each: Callable[[str, list[Finding]], None] = lambda object_id, found: None,
) -> RootReport:
    """Read what `verify` checks and note on each row whether it was found whole.

    Reading everything takes long, so it runs outside any transaction and can be repeated; `conclude` tells of it.
    """
    path = Path(settings.VAULT_ROOT)
    if object_id is None:
        on_disk: set[str] = set()

        def seen(name: str, found: list[Finding]) -> None:
            on_disk.add(name)
            each(name, found)

        report = verify_root(path, each=seen) if path.exists() else RootReport(objects=0, findings=())
    else:
        vault = queries.root()
        if not vault.folder_of(object_id).exists():
            if not StoredObject.objects.filter(object_id=object_id).exists():
                raise NotStored(f"库里没有对象 {object_id}。请核对编号。")
            report, on_disk = RootReport(objects=0, findings=()), set()
        else:
            report = RootReport(objects=1, findings=tuple(verify_object(vault.folder_of(object_id))))
            on_disk = {object_id}
    try:
        vault = queries.root()
    except (
        NotARoot
    ) as fault:  # said with its code already; without a root the rows have nothing to be held against
        beside = [Finding(str(path), UNREADABLE, str(fault))]
    else:
        beside = _verify_rows(object_id, report=report, on_disk=on_disk, vault=vault, at=at)
    return RootReport(objects=report.objects, findings=(*report.findings, *beside))


def _verify_rows(
    object_id: str | None, *, report: RootReport, on_disk: set[str], vault: StorageRoot, at: datetime
) -> list[Finding]:
    """Hold the rows against the disk and note on each what was found; returns what only the rows bring to light."""
    damaged = {finding.object for finding in report.findings if finding.is_damage}
    beside: list[Finding] = []
    rows = StoredObject.objects.order_by("pk")
    waiting = (rows.filter(object_id=object_id) if object_id else rows).iterator(_BATCH)
    while batch := list(islice(waiting, _BATCH)):
        files: dict[int, list[StoredFile]] = defaultdict(list)
        for file in StoredFile.objects.filter(object__in=batch).order_by("logical_path", "version"):
            files[file.object_id].append(file)
        for row in batch:
            found = _compare(row, files[row.pk], vault=vault)
            row.checked_at = at
            row.sound = not (
                damaged & {row.object_id, str(vault.folder_of(row.object_id))}
                or any(f.is_damage for f in found)
            )
            beside += found
        with transaction.atomic():
            StoredObject.objects.bulk_update(batch, ["checked_at", "sound"])
    readable = (name for name in on_disk if not name.startswith(str(vault.path)))
    beside += [
        Finding(name, ORPHAN, "对象在库里，没有记录：存入后事务没有完成。重新存入同样的文件即可补记")
        for name in sorted(queries.without_rows(readable))
    ]
    return beside


def _compare(row: StoredObject, files: Iterable[StoredFile], *, vault: StorageRoot) -> list[Finding]:
    name = row.object_id
    if not vault.folder_of(name).is_dir():
        return [Finding(name, LOST, "有记录，库里没有这个对象，须从备份恢复")]
    try:
        inventory = vault.inventory(name)
        if inventory.number < row.versions:
            return [Finding(name, BEHIND, f"记录里有 {row.versions} 版，库里只到第 {inventory.number} 版")]
        found = []
        if inventory.number > row.versions:
            found.append(Finding(name, AHEAD, f"第 {row.versions + 1} 版起没有记录：存入后事务没有完成"))
        states: dict[int, Version] = {}
        for file in files:
            if file.version not in states:
                states[file.version] = vault.version(name, file.version)
            stored = states[file.version].files.get(file.logical_path)
            if stored is None or (stored.sha512, stored.sm3, stored.size) != (
                file.sha512,
                file.sm3,
                file.size,
            ):
                found.append(
                    Finding(name, CHANGED, f"文件“{file.logical_path}”第 {file.version} 版与记录的摘要不符")
                )
    except (Damaged, NotStored, OSError) as fault:
        return [Finding(name, UNREADABLE, str(fault))]
    return found


@transaction.atomic
def request_check(*, by: Viewer, at: datetime) -> None:
    """Queue a check of the whole vault; while one is under way, asking again changes nothing."""
    if Check.objects.filter(finished_at=None).exists():
        return
    row = Check.objects.create(requested_at=at, requested_by=by.name)
    jobs.enqueue(VERIFY_ALL, {"check": str(row.pk)}, key=str(row.pk), at=at)
    journal.record(CHECK_REQUESTED, by=by, about="档案库", about_id=str(row.pk), at=at)


@transaction.atomic
def conclude(
    report: RootReport, *, by: Viewer | None, at: datetime, check_id: UUID | None, whole: bool = True
) -> None:
    """Put the outcome of a check into the journal and, for a check of everything, on record as finished.

    `check_id` names the check that was asked for; one run from the command line was not asked for before.
    """
    if whole:
        listed = [
            {"object": f.object, "code": f.code, "message": f.message} for f in report.findings[:_LISTED]
        ]
        outcome = {
            "finished_at": Now(),
            "objects_read": report.objects,
            "sound": report.sound,
            "findings": listed,
        }
        asked = {"requested_at": at, "requested_by": by.name if by else "命令行"}
        Check.objects.update_or_create(
            pk=check_id or uuid7(), defaults=outcome, create_defaults=asked | outcome
        )
    by_object: dict[str, list[Finding]] = defaultdict(list)
    for finding in report.findings:
        if finding.is_damage:
            by_object[finding.object].append(finding)
    for name, found in by_object.items():
        what = "；".join(finding.message for finding in found)
        journal.record(
            DAMAGE_FOUND, by=by, about=name, about_id=name, details={"what": what}, outcome="failed", at=at
        )
    journal.record(
        VERIFIED,
        by=by,
        about="档案库",
        details={"objects": report.objects, "findings": len(report.findings)},
        at=at,
    )


@transaction.atomic
def sweep(*, by: Viewer | None, at: datetime) -> list[Leftover]:
    """Take away what killed writers left in the staging folder, and say so in the journal; returns what it was."""
    taken = queries.root().sweep()
    if taken:
        total = sum(leftover.size for leftover in taken)
        journal.record(SWEPT, by=by, about="档案库", details={"objects": len(taken), "bytes": total}, at=at)
    return taken
