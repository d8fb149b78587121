"""Damaged and missing copies: noted once, kept on record for ever, closed when the copy is whole again."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from nianlun.access.domain import Viewer
from nianlun.journal import operations as journal
from nianlun.journal.domain import declare
from nianlun.vault.domain import FindingLine, IncidentLine
from nianlun.vault.models import FixityRun, Incident, ObjectCopy, StoredObject
from nianlun.vault.ocfl.findings import Finding

DAMAGE_FOUND = declare("vault.damage_found", "核对时发现 {about} 损坏：{what}")
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


def open_count() -> int:
    return Incident.objects.filter(state=Incident.State.OPEN).count()


def incidents(
    *, only_open: bool = False, object_id: str = "", before: datetime | None = None, limit: int = 50
) -> list[IncidentLine]:
    """Incidents, the latest first; those found before `before` for the next page."""
    rows = Incident.objects.select_related("object")
    if only_open:
        rows = rows.filter(state=Incident.State.OPEN)
    if object_id:
        rows = rows.filter(object__object_id=object_id)
    if before:
        rows = rows.filter(found_at__lt=before)
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
        restored_from=row.restored_from,
        restored_at=row.restored_at,
        restored_by=row.restored_by,
        kept_at=row.kept_at,
    )


def as_json(findings: Sequence[Finding]) -> list[dict[str, str]]:
    return [{"object": f.object, "code": f.code, "message": f.message} for f in findings]
