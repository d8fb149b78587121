"""Fixity runs: a whole location read byte by byte, in slices that can be interrupted at any moment (固定性校验).

A slice is a job. It reads the copies that were not checked since the run was asked for, those longest unchecked
first, and writes what it found in one transaction with its own end and the queueing of the next slice. So a
killed slice is repeated, and nothing that was checked is read again. A location that does not answer is tried again
until it does: a check stops for good only when a person says so.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from django.db import DatabaseError, transaction
from django.db.models import F, Q, QuerySet, Sum

from nianlun.access.domain import Refused, Right, Viewer, authorize
from nianlun.jobs import operations as jobs
from nianlun.jobs import queries as queued
from nianlun.journal import operations as journal
from nianlun.journal.domain import declare
from nianlun.vault import checking, incidents, locations
from nianlun.vault.comparing import stumbled
from nianlun.vault.domain import PRIMARY, FindingLine, RunLine
from nianlun.vault.models import FixityRun, ObjectCopy, StoredFile, StoredObject
from nianlun.vault.ocfl.faults import StorageError, Unreachable
from nianlun.vault.ocfl.findings import LEFT_OVER, UNANSWERED, UNREADABLE, Finding
from nianlun.vault.ocfl.store import Store

CHECK_SLICE = "vault.check_slice"
REQUESTED = declare("vault.check_requested", "要求核对{about}")
STOPPED = declare("vault.check_stopped", "核对{about}：{what}")
SLICE_OBJECTS, SLICE_SECONDS = 500, 20.0
PAUSES = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 60))
"""How long a location that does not answer is left alone before the next try; the last one is repeated."""
FASTEST = 10_000
"""The highest pace in megabytes a second that is taken as a limit at all."""
MEGABYTE = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Slice:
    """What one slice read, to be written by `conclude`. `last` when nothing is left but the outcome of the run."""

    run_id: UUID
    copies: Sequence[ObjectCopy]
    found: Sequence[Sequence[Finding]]
    beside: Sequence[Finding]
    size: int
    pause: timedelta
    last: bool
    hindered: str = ""


def request_run(location: str, *, pace: int | None = None, by: Viewer | None, at: datetime) -> UUID:
    """Begin a check of everything at a location; the one already under way there if there is one.

    One under way whose job has failed for good goes on with a new one.
    `pace` limits the reading to so many megabytes a second. `by` is None for a schedule. Raises `NotConfigured`,
    and `Refused` for a pace that is none.
    """
    if by is not None:
        authorize(by, Right.VAULT_CHECK)
    if pace is not None and not 1 <= pace <= FASTEST:
        raise Refused(f"速度应是 1 到 {FASTEST} 之间的整数，单位 MB/秒；不限就留空。")
    locations.location(location)
    with transaction.atomic():
        # The row of the run is what two who press at once compete for.
        run = FixityRun(
            location=location, requested_at=at, requested_by=by.name if by else "核对计划", pace=pace
        )
        FixityRun.objects.bulk_create([run], ignore_conflicts=True)
        under_way = FixityRun.objects.filter(location=location, state__in=_ACTIVE).get()
        if under_way.pk == run.pk:
            run.objects_total = _left(run).count()
            run.save(update_fields=["objects_total"])
            _queue(run, number=0, at=at, due=at)
            journal.record(REQUESTED, by=by, about=called(location), about_id=str(run.pk), at=at)
        elif under_way.state == FixityRun.State.RUNNING and not _is_queued(under_way):
            _queue(under_way, number=0, at=at, due=at)
    return under_way.pk


def read_slice(run_id: UUID) -> Slice:
    """Read the next copies of a run; outside any transaction, since it takes up to `SLICE_SECONDS` and more."""
    run = FixityRun.objects.get(pk=run_id)
    began = time.monotonic()
    nothing = Slice(run_id=run_id, copies=(), found=(), beside=(), size=0, pause=timedelta(), last=False)
    if run.state != FixityRun.State.RUNNING:
        return nothing
    waiting = list(_left(run).select_related("object")[:SLICE_OBJECTS])
    try:
        store = locations.open_for_writing(run.location)
        if not waiting:
            return replace(nothing, beside=_beside(run, store), last=True)
    except (Unreachable, locations.NotConfigured) as fault:
        return replace(nothing, hindered=str(fault))
    sizes = _sizes(waiting)
    copies: list[ObjectCopy] = []
    found: list[Sequence[Finding]] = []
    size, hindered = 0, ""
    most = run.pace * MEGABYTE * SLICE_SECONDS if run.pace else None
    for copy, findings in zip(waiting, checking.check_copies(waiting, store=store), strict=True):
        if silent := next((one for one in findings if one.code == UNANSWERED), None):
            hindered = silent.message  # the store has gone away meanwhile: nothing is said of the object
            break
        found.append(findings)
        copies.append(copy)
        size += sizes.get(copy.object_id, 0)
        taken = time.monotonic() - began
        if taken >= SLICE_SECONDS or (most and size >= most) or _stopped(run_id, copies):
            break
    owed = size / (run.pace * MEGABYTE) - (time.monotonic() - began) if run.pace else 0.0
    return Slice(
        run_id=run_id,
        copies=copies,
        found=found,
        beside=(),
        size=size,
        pause=timedelta(seconds=max(owed, 0.0)),
        last=False,
        hindered=hindered,
    )


def conclude(read: Slice, *, number: int, tries: int = 0, at: datetime) -> None:
    """Write what a slice read, and queue the next or finish the run. In the transaction of the slice's job.

    `tries` counts the slices in a row that the location has not let end.
    """
    run = FixityRun.objects.select_for_update().get(pk=read.run_id)
    if run.state in {FixityRun.State.CANCELLED, FixityRun.State.FINISHED}:
        return
    told = _told_already(run, read.copies)
    fresh = [
        (copy, found) for copy, found in zip(read.copies, read.found, strict=True) if copy.pk not in told
    ]
    damage = {
        copy.object.object_id: [finding for finding in found if finding.is_damage]
        for copy, found in fresh
        if any(finding.is_damage for finding in found)
    }
    checking.note_checked(
        [copy for copy, _ in fresh], damaged=set(damage), location=run.location, by=None, at=at
    )
    incidents.note(damage, location=run.location, run=run, by=None, at=at)
    run.objects_read += len(fresh)
    run.objects_total = max(run.objects_total, run.objects_read)
    run.bytes_read += read.size
    run.damaged += len(damage)
    run.findings = _listed(run, [*read.beside, *(finding for _, found in fresh for finding in found)])
    run.hindered = read.hindered[:300]
    if read.hindered and run.state == FixityRun.State.RUNNING:
        if not tries:
            _tell_stopped(run, f"等候，{read.hindered}", by=None, at=at)
        due = at + PAUSES[min(tries, len(PAUSES) - 1)]
        _queue(run, number=number + 1, tries=tries + 1, at=at, due=due)
    elif read.last:
        whole = run.damaged == 0 and not any(finding.is_damage for finding in read.beside)
        run.state, run.finished_at, run.sound = FixityRun.State.FINISHED, at, whole
        checking.record_verified(
            run.location, objects=run.objects_read, findings=len(run.findings), by=None, at=at
        )
    elif run.state == FixityRun.State.RUNNING:
        _queue(run, number=number + 1, at=at, due=at + read.pause)
    run.save()


def pause(run_id: UUID, *, by: Viewer, at: datetime) -> None:
    """Let a run rest after the object in hand. Raises `Refused` where it is not running."""
    _change(run_id, {FixityRun.State.RUNNING}, FixityRun.State.PAUSED, "暂停", by=by, at=at)


@transaction.atomic
def go_on(run_id: UUID, *, by: Viewer, at: datetime) -> None:
    """Go on with a paused run where it stopped. Raises `Refused` where it is not paused."""
    run = _change(run_id, {FixityRun.State.PAUSED}, FixityRun.State.RUNNING, "继续", by=by, at=at)
    jobs.enqueue(
        CHECK_SLICE,
        {"run": str(run.pk), "number": 0},
        key=f"{run.pk}:{at.isoformat()}",
        at=at,
        patient=True,
    )


def cancel(run_id: UUID, *, by: Viewer, at: datetime) -> None:
    """End a run for good; what it has checked stays noted. Raises `Refused` where it has ended already."""
    _change(run_id, set(_ACTIVE), FixityRun.State.CANCELLED, "取消", by=by, at=at)


def run(run_id: UUID) -> RunLine | None:
    """One run, nothing where there is none."""
    row = FixityRun.objects.filter(pk=run_id).first()
    return line_of(row) if row else None


def latest(*, location: str = "", limit: int = 20) -> list[RunLine]:
    """The runs asked for last."""
    rows = FixityRun.objects.filter(location=location) if location else FixityRun.objects.all()
    return [line_of(row) for row in rows.order_by("-requested_at", "-id")[:limit]]


_ACTIVE = (FixityRun.State.RUNNING, FixityRun.State.PAUSED)


def _left(run: FixityRun) -> QuerySet[ObjectCopy]:
    """Copies of a run's location not checked since it was asked for; what was stored later is not its business."""
    unchecked = Q(checked_at=None) | Q(checked_at__lt=run.requested_at)
    found = ObjectCopy.objects.filter(
        unchecked, location=run.location, version__gt=0, object__stored_at__lte=run.requested_at
    ).exclude(object__state=StoredObject.State.DESTROYED)
    return found.order_by(F("checked_at").asc(nulls_first=True), "id")


def _told_already(run: FixityRun, copies: Sequence[ObjectCopy]) -> set[int]:
    """Those of the copies that another slice or a command has checked meanwhile; two must not count them twice."""
    told = ObjectCopy.objects.filter(pk__in=[copy.pk for copy in copies], checked_at__gte=run.requested_at)
    return set(told.values_list("pk", flat=True))


def _sizes(copies: Sequence[ObjectCopy]) -> dict[int, int]:
    """Bytes of each object, all versions."""
    files = StoredFile.objects.filter(object__in=[copy.object_id for copy in copies])
    return dict(files.order_by().values_list("object").annotate(Sum("size")))


def _stopped(run_id: UUID, copies: Sequence[ObjectCopy]) -> bool:
    """Whether the run was paused or cancelled meanwhile; asked for seldom enough to cost nothing."""
    if len(copies) % 50:
        return False
    return not FixityRun.objects.filter(pk=run_id, state=FixityRun.State.RUNNING).exists()


def _beside(run: FixityRun, store: Store) -> list[Finding]:
    """What lies at a location beside the objects that the rows tell of. Raises `Unreachable`."""
    try:
        left = [
            Finding(leftover.object_id or run.location, LEFT_OVER, "有一次没有完成的存入，可以清理")
            for leftover in store.leftovers()
        ]
        return left + checking.orphans_of(store)
    except (Unreachable, DatabaseError):
        raise
    except (StorageError, OSError) as fault:
        return [Finding(run.location, UNREADABLE, f"没有记录的对象没能找全：{fault}")]
    except Exception:  # what lies there must not keep the check from ending
        return [stumbled(run.location)]


def _is_queued(run: FixityRun) -> bool:
    return bool(queued.unfinished(kind_prefix=CHECK_SLICE, key_prefix=f"{run.pk}:", limit=1))


def _queue(run: FixityRun, *, number: int, tries: int = 0, at: datetime, due: datetime) -> None:
    jobs.enqueue(
        CHECK_SLICE,
        {"run": str(run.pk), "number": number, "tries": tries},
        key=f"{run.pk}:{number}:{run.objects_read}:{due.isoformat()}",
        at=at,
        due=due,
        patient=True,
    )


@transaction.atomic
def _change(
    run_id: UUID, allowed: set[str], state: str, what: str, *, by: Viewer, at: datetime
) -> FixityRun:
    authorize(by, Right.VAULT_CHECK)
    run = FixityRun.objects.select_for_update().filter(pk=run_id).first()
    if run is None or run.state not in allowed:
        label = run.get_state_display() if run else "找不到"
        raise Refused(f"这次核对{label}，不能{what}。请刷新页面看它现在怎样。")
    run.state = state
    run.save(update_fields=["state"])
    _tell_stopped(run, what, by=by, at=at)
    return run


def _tell_stopped(run: FixityRun, what: str, *, by: Viewer | None, at: datetime) -> None:
    journal.record(
        STOPPED, by=by, about=called(run.location), about_id=str(run.pk), details={"what": what}, at=at
    )


def called(location: str) -> str:
    """A location as the journal calls it."""
    return "档案库" if location == PRIMARY else f"档案库副本 {location}"


def _listed(run: FixityRun, findings: Sequence[Finding]) -> list[dict[str, str]]:
    kept: list[dict[str, str]] = run.findings
    return kept + incidents.as_json(findings)[: max(0, checking.LISTED - len(kept))]


def line_of(row: FixityRun) -> RunLine:
    return RunLine(
        id=row.pk,
        location=row.location,
        state=row.state,
        state_label=row.get_state_display(),
        requested_at=row.requested_at,
        requested_by=row.requested_by,
        pace=row.pace,
        finished_at=row.finished_at,
        objects_total=row.objects_total,
        objects_read=row.objects_read,
        bytes_read=row.bytes_read,
        damaged=row.damaged,
        sound=row.sound,
        hindered=row.hindered,
        findings=tuple(FindingLine(**finding) for finding in row.findings),
    )
