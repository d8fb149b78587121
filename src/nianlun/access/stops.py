"""Reading stops: whether an account's queries are stopped, and all that are."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet

from nianlun.access.domain import NotVisible, Right, Viewer, authorize
from nianlun.access.models import Stop


@dataclass(frozen=True, slots=True, kw_only=True)
class StopLine:
    """One account whose queries are stopped."""

    id: int
    account_id: int
    username: str
    name: str
    role_label: str
    agency_name: str
    since: datetime
    reason: str
    is_lifted: bool


def is_stopped(account_id: int) -> bool:
    """Whether the account's queries are stopped now."""
    return Stop.objects.filter(account_id=account_id, lifted_at=None).exists()


def stops(viewer: Viewer, *, before: int | None = None, limit: int = 50) -> list[StopLine]:
    """The accounts of the viewer's scope whose queries are stopped, latest first, from below the stop `before` on.

    Raises `Refused`.
    """
    authorize(viewer, Right.WATCH_READ)
    rows = _within(viewer).filter(lifted_at=None).select_related("account")
    if before is not None:
        rows = rows.filter(pk__lt=before)
    return [_line(row) for row in rows.order_by("-pk")[:limit]]


def stop(viewer: Viewer, stop_id: int) -> StopLine:
    """One stop, lifted or not. Raises `Refused`, and `NotVisible` outside the viewer's scope."""
    authorize(viewer, Right.WATCH_READ)
    row = _within(viewer).select_related("account").filter(pk=stop_id).first()
    if row is None:
        raise NotVisible
    return _line(row)


def count_stops(viewer: Viewer, *, up_to: int = 1000) -> int:
    """How many accounts of the viewer's scope are stopped, `up_to` at most."""
    return int(_within(viewer).filter(lifted_at=None)[:up_to].count())


def _within(viewer: Viewer) -> QuerySet[Stop]:
    rows = Stop.objects.all()
    return rows.filter(account__scope__startswith=viewer.scope) if viewer.scope else rows.none()


def _line(row: Stop) -> StopLine:
    return StopLine(
        id=row.pk,
        account_id=row.account_id,
        username=row.account.username,
        name=row.account.name,
        role_label=row.account.get_role_display(),
        agency_name=row.account.agency_name,
        since=row.since,
        reason=row.reason,
        is_lifted=row.lifted_at is not None,
    )
