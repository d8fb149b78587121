"""Holding what lies at a location against its own inventories and against the rows."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice

from django.db import transaction
from django.db.models import QuerySet
from django.db.models.functions import Now

from nianlun.access.domain import Viewer
from nianlun.journal import operations as journal
from nianlun.journal.domain import declare
from nianlun.vault import incidents, locations, queries
from nianlun.vault.comparing import compare, stumbled
from nianlun.vault.domain import PRIMARY
from nianlun.vault.models import FixityRun, ObjectCopy, StoredFile, StoredObject
from nianlun.vault.ocfl.check_root import RootReport, verify_root
from nianlun.vault.ocfl.faults import BadName, NotStored, StorageError, Unreachable
from nianlun.vault.ocfl.findings import STILL_THERE, UNANSWERED, UNREADABLE, Finding
from nianlun.vault.ocfl.names import check_object_id
from nianlun.vault.ocfl.store import Store

VERIFIED = declare("vault.verified", "核对{about} {objects} 个对象，发现 {findings} 处问题")

ORPHAN = "NW010"
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
        store = locations.open_for_writing(location)  # an empty vault is sound
        if object_id is None:
            _check_everything(seen, store, location=location, at=at, by=by, sm3=sm3, each=each)
        else:
            _check_one(seen, store, object_id, location=location, at=at, by=by, sm3=sm3)
    except Unreachable as fault:
        seen.add([Finding(location, UNREADABLE, str(fault))])
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


def check_copies(
    copies: Sequence[ObjectCopy], *, store: Store, sm3: bool = False
) -> Iterator[list[Finding]]:
    """Read each copy at its location byte for byte and hold it against the rows; the findings of each, in order."""
    files = _files_of(copies)
    for copy in copies:
        yield _check_copy(copy, files[copy.object_id], store=store, sm3=sm3)


def note_checked(
    copies: Sequence[ObjectCopy],
    *,
    damaged: set[str],
    location: str,
    by: Viewer | None,
    at: datetime,
) -> None:
    """Write on the copies that they were checked, and close incidents of those found whole.

    Not on those of what was lawfully destroyed: nothing of it can be whole or damaged any more.
    """
    copies = [copy for copy in copies if copy.object.state != StoredObject.State.DESTROYED]
    whole = [copy for copy in copies if copy.object.object_id not in damaged]
    broken = [copy.pk for copy in copies if copy.object.object_id in damaged]
    ObjectCopy.objects.filter(pk__in=[copy.pk for copy in whole]).update(checked_at=at, sound=True)
    ObjectCopy.objects.filter(pk__in=broken).update(checked_at=at, sound=False)
    incidents.close_whole(whole, location=location, by=by, at=at)


def orphans_of(store: Store) -> list[Finding]:
    """Objects at a location that no row tells of: nothing is lost, but a transaction never ended."""
    return _orphans(store.object_ids())


def _orphans(names: Iterable[str]) -> list[Finding]:
    odd = []  # what no row can be called, and no database be asked for

    def to_ask() -> Iterator[str]:
        for name in names:
            try:
                yield check_object_id(name)
            except BadName:
                odd.append(name)

    unknown = queries.without_rows(to_ask())
    return [
        Finding(name, ORPHAN, "对象在库里，没有记录：存入后事务没有完成。重新存入同样的文件即可补记")
        for name in sorted(unknown + odd)
    ]


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
        told_of = []
        for copy in batch:
            name = copy.object.object_id
            at_place = store.place(name).name  # what the check calls an object whose inventory tells no id
            found = compare(copy, files[copy.object_id], store=store)
            seen.add(found)
            if {name, at_place} & silent or any(finding.code == UNANSWERED for finding in found):
                continue
            if at_place in damaged or any(finding.is_damage for finding in found):
                damaged.add(name)
            if name in on_disk or name in damaged:  # what was stored meanwhile has not been read
                told_of.append(copy)
        with transaction.atomic():
            note_checked(told_of, damaged=damaged, location=location, by=by, at=at)
    seen.add(_orphans(_readable(on_disk, store=store)))


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
    try:
        if not store.holds(name):
            return compare(copy, files, store=store)
        at_place, told = store.place(name).name, store.verify(name, sm3=sm3)
    except Unreachable as fault:
        return [Finding(name, UNANSWERED, str(fault))]
    except (StorageError, OSError) as fault:
        return [Finding(name, UNREADABLE, str(fault))]
    except Exception:  # one object must not end the check of all the rest
        return [stumbled(name)]
    found = [
        Finding(name, finding.code, finding.message) if finding.object == at_place else finding
        for finding in told
    ]
    # The rows would only say it again, unless of a mark of destruction: they know whether it is ours.
    if any(finding.is_damage and finding.code != STILL_THERE for finding in found):
        return found
    return found + [finding for finding in compare(copy, files, store=store) if finding not in found]
