"""Reading exports: the own requests, and those that wait for a word."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet

from nianlun.access.domain import Right, Viewer, authorize
from nianlun.watch.models import Export


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportLine:
    """One request as pages show it."""

    id: UUID
    label: str
    filters: str
    format_label: str
    reason: str
    rows: int
    asked_name: str
    asked_role: str
    agency_name: str
    asked_at: datetime
    state: str
    state_label: str
    decided_name: str
    sentence: str
    expires_at: datetime | None
    may_fetch: bool


def own(viewer: Viewer, *, at: datetime, limit: int = 50) -> list[ExportLine]:
    """What the viewer asked for, latest first. Raises `Refused`."""
    authorize(viewer, Right.EXPORT_ASK)
    rows = Export.objects.filter(asked_by=viewer.account_id).defer("content_sealed")
    return [_line(row, at=at) for row in rows.order_by("-asked_at", "-pk")[:limit]]


def waiting(viewer: Viewer, *, at: datetime, limit: int = 50) -> list[ExportLine]:
    """What waits in the viewer's scope for somebody's word, oldest first. Raises `Refused`."""
    authorize(viewer, Right.EXPORT_APPROVE)
    return [_line(row, at=at) for row in _waiting(viewer).order_by("asked_at", "pk")[:limit]]


def count_waiting(viewer: Viewer, *, up_to: int = 1000) -> int:
    """How many wait for the viewer's word, `up_to` at most."""
    return int(_waiting(viewer)[:up_to].count())


def _waiting(viewer: Viewer) -> QuerySet[Export]:
    rows = Export.objects.filter(state=Export.State.WAITING).defer("content_sealed")
    rows = rows.exclude(asked_by=viewer.account_id)
    return rows.filter(scope__startswith=viewer.scope) if viewer.scope else rows.none()


def _line(row: Export, *, at: datetime) -> ExportLine:
    late = row.expires_at is not None and row.expires_at <= at
    state = Export.State.EXPIRED if row.state == Export.State.READY and late else Export.State(row.state)
    return ExportLine(
        id=row.pk,
        label=row.label,
        filters="，".join(str(value) for value in row.filters.values() if value),
        format_label=str(row.get_format_display()),
        reason=row.reason,
        rows=row.rows,
        asked_name=row.asked_name,
        asked_role=row.asked_role,
        agency_name=row.agency_name,
        asked_at=row.asked_at,
        state=state.value,
        state_label=str(state.label),
        decided_name=row.decided_name,
        sentence=row.sentence,
        expires_at=row.expires_at,
        may_fetch=state == Export.State.READY,
    )
