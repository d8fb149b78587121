"""Holding what lies at a location against its own inventories and against the rows."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from typing import Protocol

from django.db import transaction
from django.db.models import QuerySet
from django.db.models.functions import Now

from nianlun.access.domain import Viewer
from nianlun.journal import operations as journal
from nianlun.journal.domain import declare
from nianlun.kernel.cipher import KeyMissing
from nianlun.vault import incidents, locations, queries, sealing
from nianlun.vault.domain import PRIMARY
from nianlun.vault.models import FixityRun, ObjectCopy, StoredFile, StoredObject
from nianlun.vault.ocfl.beside import destroyed_file, key_file
from nianlun.vault.ocfl.check_root import RootReport, verify_root
from nianlun.vault.ocfl.faults import NotStored, StorageError, Unreachable
from nianlun.vault.ocfl.findings import KEY_MISSING, UNANSWERED, UNREADABLE, Finding
from nianlun.vault.ocfl.store import Store

VERIFIED = declare("vault.verified", "核对{about} {objects} 个对象，发现 {findings} 处问题")

LOST, CHANGED, BEHIND, MARKED_GONE = "NE010", "NE011", "NE012", "NE013"
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
            if (
                finding.is_damage and finding.code != UNANSWERED
            ):  # silence of a store says nothing of an object
                self.damage[finding.object].append(finding)


def verify(
    object_id: str | None,
    *,
    location: str = PRIMARY,
    at: datetime,
    by: Viewer | None = None,
    sm3: bool = False,
    each: Each = lambda object_id, found: None,
) -> RootReport:
    """Check one object or all at a location, bytes and rows; note on the copies, and in the journal, what came of it.

    Reading everything takes long, so it runs outside any transaction and can be repeated. Raises `NotStored` for
    an object that neither the location nor the rows know, and `NotConfigured`. `sm3` recomputes SM3 too.
    """
    seen = _Seen()
    try:
        store = _store(location)
    except Unreachable as fault:
        seen.add([Finding(location, UNREADABLE, str(fault))])
    else:
        if object_id is None:
            _check_everything(seen, store, location=location, at=at, by=by, sm3=sm3, each=each)
        else:
            _check_one(seen, store, object_id, location=location, at=at, by=by, sm3=sm3)
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


def check_copies(copies: Sequence[ObjectCopy], *, store: Store, sm3: bool = False) -> list[list[Finding]]:
    """Read each copy at its location byte for byte and hold it against the rows; the findings of each, in order."""
    files = _files_of(copies)
    return [_check_copy(copy, files[copy.object_id], store=store, sm3=sm3) for copy in copies]


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


def orphans_of(store: Store) -> list[Finding]:
    """Objects at a location that no row tells of: nothing is lost, but a transaction never ended."""
    return [
        Finding(name, ORPHAN, "对象在库里，没有记录：存入后事务没有完成。重新存入同样的文件即可补记")
        for name in sorted(queries.without_rows(store.object_ids()))
    ]


def _store(location: str) -> Store:
    """The primary root is made where nothing has been stored yet: an empty vault is sound."""
    if location == PRIMARY and not ObjectCopy.objects.filter(location=PRIMARY).exists():
        return locations.open_for_writing(location)
    return locations.open_for_reading(location)


def _check_everything(
    seen: _Seen,
    store: Store,
    *,
    location: str,
    at: datetime,
    by: Viewer | None,
    sm3: bool,
    each: Each,
) -> None:
    on_disk: set[str] = set()

    def told(name: str, found: list[Finding]) -> None:
        on_disk.add(name)
        each(name, found)

    report = verify_root(store.tree, sm3=sm3, each=told)
    seen.objects = report.objects
    seen.add(report.findings)
    silent = {f.object for f in report.findings if f.code == UNANSWERED}
    damaged = {f.object for f in report.findings if f.is_damage}
    waiting = _copies_at(location).order_by("pk").iterator(_BATCH)
    while batch := list(islice(waiting, _BATCH)):
        files = _files_of(batch)
        for copy in batch:
            found = compare(copy, files[copy.object_id], store=store)
            seen.add(found)
            if store.place(copy.object.object_id).name in damaged:  # its inventory tells no id
                damaged.add(copy.object.object_id)
            if any(finding.is_damage for finding in found):
                damaged.add(copy.object.object_id)
        answered = [copy for copy in batch if copy.object.object_id not in silent]
        with transaction.atomic():
            note_checked(answered, damaged=damaged, location=location, by=by, at=at)
    seen.add(
        Finding(name, ORPHAN, "对象在库里，没有记录：存入后事务没有完成。重新存入同样的文件即可补记")
        for name in sorted(queries.without_rows(_readable(on_disk, store=store)))
    )


def _readable(names: Iterable[str], *, store: Store) -> Iterator[str]:
    """Those of the names that are ids and not the places of objects whose inventory tells none."""
    return (name for name in names if not name.startswith(store.name))


def _check_one(
    seen: _Seen,
    store: Store,
    object_id: str,
    *,
    location: str,
    at: datetime,
    by: Viewer | None,
    sm3: bool,
) -> None:
    copies = list(_copies_at(location).filter(object__object_id=object_id))
    here = store.holds(object_id)
    if not copies and not here:
        raise NotStored(f"库里没有对象 {object_id}。请核对编号。")
    seen.objects = int(here)
    if not copies:
        seen.add(store.verify(object_id, sm3=sm3))
        seen.add([Finding(object_id, ORPHAN, "对象在库里，没有记录：存入后事务没有完成")])
        return
    for found in check_copies(copies, store=store, sm3=sm3):
        seen.add(found)
    with transaction.atomic():
        note_checked(copies, damaged=set(seen.damage), location=location, by=by, at=at)


def _copies_at(location: str) -> QuerySet[ObjectCopy]:
    return ObjectCopy.objects.filter(location=location).exclude(version=0).select_related("object")


def _files_of(copies: Sequence[ObjectCopy]) -> dict[int, list[StoredFile]]:
    files: dict[int, list[StoredFile]] = defaultdict(list)
    wanted = StoredFile.objects.filter(object__in=[copy.object_id for copy in copies])
    for file in wanted.order_by("logical_path", "version"):
        files[file.object_id].append(file)
    return files


def _check_copy(copy: ObjectCopy, files: Sequence[StoredFile], *, store: Store, sm3: bool) -> list[Finding]:
    name = copy.object.object_id
    if not store.holds(name):
        return compare(copy, files, store=store)
    at_place = store.place(name).name
    found = [
        Finding(name, finding.code, finding.message) if finding.object == at_place else finding
        for finding in store.verify(name, sm3=sm3)
    ]
    if any(finding.code in {UNREADABLE, UNANSWERED} for finding in found):
        return found
    return found + [finding for finding in compare(copy, files, store=store) if finding not in found]


def compare(copy: ObjectCopy, files: Iterable[StoredFile], *, store: Store) -> list[Finding]:
    """Hold the rows of one object against the inventory of its copy, without reading content."""
    row = copy.object
    name = row.object_id
    if row.state == StoredObject.State.DESTROYED:
        return []
    try:
        if store.read_extra(destroyed_file(name)) is not None:
            return [Finding(name, MARKED_GONE, "库里标着已销毁，记录里没有销毁：标记不是本系统所写")]
        if not store.holds(name):
            return [Finding(name, LOST, "有记录，库里没有这个对象，须从别的存放处或备份恢复")]
        inventory = store.inventory(name)
        if inventory.number < copy.version:
            return [Finding(name, BEHIND, f"记录里有 {copy.version} 版，库里只到第 {inventory.number} 版")]
        found = []
        if inventory.number > row.versions:
            found.append(Finding(name, AHEAD, f"第 {row.versions + 1} 版起没有记录：存入后事务没有完成"))
        return found + _differences(row, files, store=store, until=inventory.number)
    except Unreachable as fault:
        return [Finding(name, UNANSWERED, str(fault))]
    except (StorageError, OSError) as fault:
        return [Finding(name, UNREADABLE, str(fault))]


def _differences(
    row: StoredObject, files: Iterable[StoredFile], *, store: Store, until: int
) -> list[Finding]:
    """Where the digests in the rows and those in the store part. A sealed object's are known with its key only."""
    name = row.object_id
    key = None
    if row.key_version is not None:
        if row.state == StoredObject.State.OFFLINE:
            return []
        if store.read_extra(key_file(name)) is None:
            return [Finding(name, KEY_MISSING, "密钥文件不见了，须从别的存放处恢复")]
        try:
            key = sealing.data_key(store, name)
        except KeyMissing:  # class keys are no part of the store; `nianlun vault keys` tells of them
            return []
    found = []
    states: dict[int, Mapping[str, _Digested]] = {}
    for file in files:
        if file.version > until:
            continue
        if file.version not in states:
            states[file.version] = (
                store.version(name, file.version).files
                if key is None
                else sealing.contents(store, name, number=file.version, key=key)
            )
        stored = states[file.version].get(file.logical_path)
        if stored is None or (stored.sha512, stored.sm3, stored.size) != (
            file.sha512,
            file.sm3,
            file.size,
        ):
            found.append(
                Finding(name, CHANGED, f"文件“{file.logical_path}”第 {file.version} 版与记录的摘要不符")
            )
    return found


class _Digested(Protocol):
    @property
    def sha512(self) -> str: ...
    @property
    def sm3(self) -> str: ...
    @property
    def size(self) -> int: ...
