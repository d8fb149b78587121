"""Holding what lies at a location against its own inventories and against the rows."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice

from django.db import transaction
from django.db.models.functions import Now

from nianlun.access.domain import Viewer
from nianlun.journal import operations as journal
from nianlun.journal.domain import declare
from nianlun.vault import incidents, locations, queries
from nianlun.vault.domain import PRIMARY
from nianlun.vault.models import FixityRun, ObjectCopy, StoredFile
from nianlun.vault.ocfl import Damaged, NotStored, StorageRoot, Version
from nianlun.vault.ocfl.check_object import verify_object
from nianlun.vault.ocfl.check_root import RootReport, verify_root
from nianlun.vault.ocfl.findings import UNREADABLE, Finding

VERIFIED = declare("vault.verified", "核对{about} {objects} 个对象，发现 {findings} 处问题")

LOST, CHANGED, BEHIND = "NE010", "NE011", "NE012"
ORPHAN, AHEAD = "NW010", "NW011"
LISTED = 1000
"""Findings kept with a run; the incidents and the journal's count tell the rest."""
_BATCH = 500
Each = Callable[[str, list[Finding]], None]


@dataclass(slots=True)
class _Seen:
    """What a check of everything has gathered; only damaged objects take room."""

    objects: int = 0
    damage: dict[str, list[Finding]] = field(default_factory=lambda: defaultdict(list))
    findings: list[Finding] = field(default_factory=list)

    def add(self, found: Iterable[Finding]) -> None:
        for finding in found:
            self.findings.append(finding)
            if finding.is_damage:
                self.damage[finding.object].append(finding)


def verify(
    object_id: str | None,
    *,
    location: str = PRIMARY,
    at: datetime,
    by: Viewer | None = None,
    each: Each = lambda object_id, found: None,
) -> RootReport:
    """Check one object or all at a location, bytes and rows; note on the copies, and in the journal, what came of it.

    Reading everything takes long, so it runs outside any transaction and can be repeated. Raises `NotStored` for
    an object that neither the location nor the rows know, and `NotConfigured`.
    """
    seen = _Seen()
    try:
        store = _store(location)
    except locations.Unreachable as fault:
        seen.add([Finding(location, UNREADABLE, str(fault))])
    else:
        if object_id is None:
            _check_everything(seen, store, location=location, at=at, by=by, each=each)
        else:
            _check_one(seen, store, object_id, location=location, at=at, by=by)
    report = RootReport(objects=seen.objects, findings=tuple(seen.findings))
    with transaction.atomic():
        run = None
        if object_id is None:
            run = FixityRun.objects.create(
                location=location,
                state=FixityRun.State.FINISHED,
                requested_at=at,
                requested_by=by.name if by else "命令行",
                finished_at=Now(),
                objects_total=seen.objects,
                objects_read=seen.objects,
                damaged=len(seen.damage),
                findings=incidents.as_json(seen.findings[:LISTED]),
                sound=report.sound,
            )
        incidents.note(seen.damage, location=location, run=run, by=by, at=at)
        record_verified(location, objects=seen.objects, findings=len(seen.findings), by=by, at=at)
    return report


def record_verified(location: str, *, objects: int, findings: int, by: Viewer | None, at: datetime) -> None:
    """Put a finished check into the journal."""
    about = "档案库" if location == PRIMARY else f"档案库副本 {location}"
    journal.record(VERIFIED, by=by, about=about, details={"objects": objects, "findings": findings}, at=at)


def check_copies(copies: Sequence[ObjectCopy], *, store: StorageRoot) -> list[list[Finding]]:
    """Read each copy at its location byte for byte and hold it against the rows; the findings of each, in order."""
    files = _files_of(copies)
    return [_check_copy(copy, files[copy.object_id], store=store) for copy in copies]


def note_checked(
    copies: Sequence[ObjectCopy],
    *,
    damaged: set[str],
    location: str,
    by: Viewer | None,
    at: datetime,
) -> None:
    """Write on the copies that they were checked, and close incidents of those found whole."""
    whole = [copy for copy in copies if copy.object.object_id not in damaged]
    broken = [copy.pk for copy in copies if copy.object.object_id in damaged]
    ObjectCopy.objects.filter(pk__in=[copy.pk for copy in whole]).update(checked_at=at, sound=True)
    ObjectCopy.objects.filter(pk__in=broken).update(checked_at=at, sound=False)
    incidents.close_whole(whole, location=location, by=by, at=at)


def orphans_of(store: StorageRoot) -> list[Finding]:
    """Objects at a location that no row tells of: nothing is lost, but a transaction never ended."""
    return [
        Finding(name, ORPHAN, "对象在库里，没有记录：存入后事务没有完成。重新存入同样的文件即可补记")
        for name in sorted(queries.without_rows(store.object_ids()))
    ]


def _store(location: str) -> StorageRoot:
    """The primary root is made where nothing has been stored yet: an empty vault is sound."""
    if location == PRIMARY and not ObjectCopy.objects.filter(location=PRIMARY).exists():
        return locations.open_for_writing(location)
    return locations.open_for_reading(location)


def _check_everything(
    seen: _Seen, store: StorageRoot, *, location: str, at: datetime, by: Viewer | None, each: Each
) -> None:
    on_disk: set[str] = set()

    def told(name: str, found: list[Finding]) -> None:
        on_disk.add(name)
        each(name, found)

    report = verify_root(store.path, each=told)
    seen.objects = report.objects
    seen.add(report.findings)
    damaged = {f.object for f in report.findings if f.is_damage}
    waiting = _copies_at(location).order_by("pk").iterator(_BATCH)
    while batch := list(islice(waiting, _BATCH)):
        files = _files_of(batch)
        for copy in batch:
            found = _compare(copy, files[copy.object_id], store=store)
            seen.add(found)
            if str(store.folder_of(copy.object.object_id)) in damaged:  # its inventory tells no id
                damaged.add(copy.object.object_id)
            if any(finding.is_damage for finding in found):
                damaged.add(copy.object.object_id)
        with transaction.atomic():
            note_checked(batch, damaged=damaged, location=location, by=by, at=at)
    readable = (name for name in on_disk if not name.startswith(str(store.path)))
    seen.add(
        Finding(name, ORPHAN, "对象在库里，没有记录：存入后事务没有完成。重新存入同样的文件即可补记")
        for name in sorted(queries.without_rows(readable))
    )


def _check_one(
    seen: _Seen, store: StorageRoot, object_id: str, *, location: str, at: datetime, by: Viewer | None
) -> None:
    copies = list(_copies_at(location).filter(object__object_id=object_id))
    if not copies and not store.folder_of(object_id).exists():
        raise NotStored(f"库里没有对象 {object_id}。请核对编号。")
    seen.objects = int(store.folder_of(object_id).exists())
    if not copies:
        seen.add(verify_object(store.folder_of(object_id)))
        seen.add([Finding(object_id, ORPHAN, "对象在库里，没有记录：存入后事务没有完成")])
        return
    for found in check_copies(copies, store=store):
        seen.add(found)
    with transaction.atomic():
        note_checked(copies, damaged=set(seen.damage), location=location, by=by, at=at)


def _copies_at(location: str):  # type: ignore[no-untyped-def]
    return ObjectCopy.objects.filter(location=location).exclude(version=0).select_related("object")


def _files_of(copies: Sequence[ObjectCopy]) -> dict[int, list[StoredFile]]:
    files: dict[int, list[StoredFile]] = defaultdict(list)
    wanted = StoredFile.objects.filter(object__in=[copy.object_id for copy in copies])
    for file in wanted.order_by("logical_path", "version"):
        files[file.object_id].append(file)
    return files


def _check_copy(copy: ObjectCopy, files: Sequence[StoredFile], *, store: StorageRoot) -> list[Finding]:
    name = copy.object.object_id
    folder = store.folder_of(name)
    if not folder.is_dir():
        return _compare(copy, files, store=store)
    found = [
        Finding(name, finding.code, finding.message) if finding.object == str(folder) else finding
        for finding in verify_object(folder)
    ]
    if any(finding.code == UNREADABLE for finding in found):
        return found
    return found + [finding for finding in _compare(copy, files, store=store) if finding not in found]


def _compare(copy: ObjectCopy, files: Iterable[StoredFile], *, store: StorageRoot) -> list[Finding]:
    """Hold the rows of one object against the inventory of its copy."""
    row = copy.object
    name = row.object_id
    if not store.folder_of(name).is_dir():
        return [Finding(name, LOST, "有记录，库里没有这个对象，须从别的存放处或备份恢复")]
    try:
        inventory = store.inventory(name)
        if inventory.number < copy.version:
            return [Finding(name, BEHIND, f"记录里有 {copy.version} 版，库里只到第 {inventory.number} 版")]
        found = []
        if inventory.number > row.versions:
            found.append(Finding(name, AHEAD, f"第 {row.versions + 1} 版起没有记录：存入后事务没有完成"))
        states: dict[int, Version] = {}
        for file in files:
            if file.version > inventory.number:
                continue
            if file.version not in states:
                states[file.version] = store.version(name, file.version)
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
