"""Reading requests for a new password."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet

from nianlun.access import domain
from nianlun.access.domain import Right, Role, Viewer, authorize
from nianlun.access.models import PasswordRequest


@dataclass(frozen=True, slots=True, kw_only=True)
class PasswordRequestLine:
    """One open request as officers see it."""

    id: UUID
    account_id: int
    username: str
    name: str
    role: Role
    agency_name: str
    asked_at: datetime
    address: str
    checked_by_id: int | None
    checked_by: str
    factors_too: bool
    good_until: datetime | None


def password_requests(viewer: Viewer, *, at: datetime, limit: int = 50) -> list[PasswordRequestLine]:
    """The open requests of the viewer's scope, the oldest first. Raises `Refused`."""
    authorize(viewer, Right.STAFF_READ)
    rows = PasswordRequest.objects.select_related("account", "checked_by").filter(
        closed_at=None, asked_at__gt=at - domain.REQUEST_LASTS, account__scope__startswith=viewer.scope
    )
    rows = rows.exclude(account__role=Role.INSURED)  # who is helped at the counter
    if viewer.scope == "":
        rows = rows.none()
    return [
        PasswordRequestLine(
            id=row.pk,
            account_id=row.account_id,
            username=row.account.username,
            name=row.account.name,
            role=Role(row.account.role),
            agency_name=row.account.agency_name,
            asked_at=row.asked_at,
            address=row.address,
            checked_by_id=row.checked_by_id,
            checked_by=row.checked_by.name if row.checked_by else "",
            factors_too=row.factors_too,
            good_until=row.good_until if row.good_until and row.good_until > at else None,
        )
        for row in rows.order_by("asked_at", "pk")[:limit]
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class CounterRequest:
    """An account of an insured person for which one half of the code was given, or both."""

    account_id: int
    username: str
    checked_by_id: int | None
    checked_by: str
    checked_at: datetime | None
    good_until: datetime | None


def counter_request(account_id: int, *, at: datetime) -> CounterRequest | None:
    """What is under way with an insured person's account; None where nothing is."""
    row = _at_counter(at).filter(account_id=account_id).first()
    return _counter_line(row) if row else None


def counter_requests(viewer: Viewer, *, at: datetime, limit: int = 100) -> list[CounterRequest]:
    """What waits for the second half in the viewer's scope, the oldest first."""
    if viewer.scope == "":
        return []
    rows = _at_counter(at).filter(released_by=None, account__scope__startswith=viewer.scope)
    return [_counter_line(row) for row in rows.order_by("asked_at", "pk")[:limit]]


def _at_counter(at: datetime) -> QuerySet[PasswordRequest]:
    rows = PasswordRequest.objects.select_related("account", "checked_by")
    return rows.filter(account__role=Role.INSURED, closed_at=None, asked_at__gt=at - domain.REQUEST_LASTS)


def _counter_line(row: PasswordRequest) -> CounterRequest:
    return CounterRequest(
        account_id=row.account_id,
        username=row.account.username,
        checked_by_id=row.checked_by_id,
        checked_by=row.checked_by.name if row.checked_by else "",
        checked_at=row.checked_at,
        good_until=row.good_until,
    )
