"""Damaged and missing copies: noted once, kept for ever, closed when the copy is whole again or destroyed."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from django.db.models import Q

from nianlun.access.domain import Viewer
from nianlun.journal import operations as journal
from nianlun.journal.domain import declare
from nianlun.vault.comparing import LOST
from nianlun.vault.domain import FindingLine, IncidentLine
from nianlun.vault.models import FixityRun, Incident, ObjectCopy, StoredObject
from nianlun.vault.ocfl.findings import Finding

DAMAGE_FOUND = declare("vault.damage_found", "核对时发现 {about} 损坏：{what}")
OBJECT_GONE = declare("vault.incident_of_destroyed", "{location} 的 {about} 已依法销毁，结束原来的事故记录")
FOUND_WHOLE = declare("vault.found_whole", "再次核对，{location} 的 {about} 完好，结束原来的事故记录")

BY_ITSELF = "（再次核对时完好）"
SYSTEM = "年轮系统"


def note(
    found: Mapping[str, Sequence[Finding]],
    *,
    location: str,
    run: FixityRun | None,
    by: Viewer | None,
    at: datetime,
) -> int:
    """Open an incident for each damaged object of a location that has none open; how many were opened.

    `found` maps object ids to their damage. What has no row, so that no incident can hold it, is journaled only.
    To be called in the transaction that notes the check on the copies.
    """
    rows = dict(StoredObject.objects.filter(object_id__in=list(found)).values_list("object_id", "pk"))
    known = set(
        Incident.objects.filter(
            object__in=rows.values(), location=location, state=Incident.State.OPEN
        ).values_list("object__object_id", flat=True)
    )
    opened = [
        Incident(
            object_id=rows[name], location=location, found_at=at, run=run, findings=as_json(found[name])
        )
        for name in found
        if name in rows and name not in known
    ]
    Incident.objects.bulk_create(opened)
    for name, findings in found.items():
        if name in known:
            Incident.objects.filter(
                object__object_id=name, location=location, state=Incident.State.OPEN
            ).update(findings=as_json(findings))
            continue
        journal.record(
            DAMAGE_FOUND,
            by=by,
            about=name,
            about_id=name,
            details={"what": "；".join(f.message for f in findings), "location": location},
            outcome="failed",
            at=at,
        )
    return len(opened)


def close_whole(copies: Sequence[ObjectCopy], *, location: str, by: Viewer | None, at: datetime) -> None:
    """Close what is open about copies that a check has just found whole: a disk was away, or a hand has mended it."""
    mended = Incident.objects.filter(
        object__in=[copy.object_id for copy in copies], location=location, state=Incident.State.OPEN
    ).select_related("object")
    for incident in mended:
        incident.state = Incident.State.RESTORED
        incident.restored_from, incident.restored_at = BY_ITSELF, at
        incident.restored_by = by.name if by else SYSTEM
        incident.save()
        name = incident.object.object_id
        journal.record(FOUND_WHOLE, by=by, about=name, about_id=name, details={"location": location}, at=at)


def close_destroyed(row: StoredObject, *, by: Viewer, at: datetime) -> None:
    """Close what is open about an object, in the transaction of its lawful destruction: nothing is left to restore."""
    for incident in Incident.objects.filter(object=row, state=Incident.State.OPEN):
        incident.state, incident.restored_at, incident.restored_by = Incident.State.DESTROYED, at, by.name
        incident.save()
        details = {"location": incident.location}
        journal.record(
            OBJECT_GONE, by=by, about=row.object_id, about_id=row.object_id, details=details, at=at
        )


def open_count() -> int:
    return Incident.objects.filter(state=Incident.State.OPEN).count()


def incidents(
    *, only_open: bool = False, object_id: str = "", after: UUID | None = None, limit: int = 50
) -> list[IncidentLine]:
    """Incidents, the latest first; `after` is the last one of the page before. One check finds many at one moment."""
    rows = Incident.objects.select_related("object")
    if only_open:
        rows = rows.filter(state=Incident.State.OPEN)
    if object_id:
        rows = rows.filter(object__object_id=object_id)
    if last := Incident.objects.filter(pk=after).first() if after else None:
        rows = rows.filter(Q(found_at__lt=last.found_at) | Q(found_at=last.found_at, pk__lt=last.pk))
    return [line_of(row) for row in rows.order_by("-found_at", "-id")[:limit]]


def of_run(run_id: UUID, *, limit: int = 200) -> list[IncidentLine]:
    """Incidents that a run has opened, in the order in which it did."""
    rows = Incident.objects.select_related("object").filter(run=run_id)
    return [line_of(row) for row in rows.order_by("id")[:limit]]


def incident(incident_id: UUID) -> IncidentLine | None:
    """One incident, nothing where there is none."""
    row = Incident.objects.select_related("object").filter(pk=incident_id).first()
    return line_of(row) if row else None


def line_of(row: Incident) -> IncidentLine:
    return IncidentLine(
        id=row.pk,
        object_id=row.object.object_id,
        location=row.location,
        found_at=row.found_at,
        run_id=row.run_id,
        findings=tuple(FindingLine(**finding) for finding in row.findings),
        is_open=row.state == Incident.State.OPEN,
        state_label=row.get_state_display(),
        restored_from=row.restored_from,
        restored_at=row.restored_at,
        restored_by=row.restored_by,
        kept_at=row.kept_at,
    )


def lost_count() -> int:
    """How many copies were not there at all when they were last checked, of those that wait to be restored."""
    return Incident.objects.filter(state=Incident.State.OPEN, findings__contains=[{"code": LOST}]).count()


def as_json(findings: Sequence[Finding]) -> list[dict[str, str]]:
    return [{"object": f.object, "code": f.code, "message": f.message} for f in findings]
