"""Reading sessions, and whether an account is locked."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models.functions import JSONObject

from nianlun.access import domain, keys
from nianlun.access.domain import Outcome, SessionEnd, Viewer
from nianlun.access.models import Account, Attempt, Session


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedIn:
    """A session that lasts, with the account as it is now."""

    session_id: UUID
    login: str
    viewer: Viewer
    signed_in_at: datetime
    seen_at: datetime
    proven_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionLine:
    """One open session as its owner sees it."""

    id: UUID
    address: str
    browser: str
    signed_in_at: datetime
    seen_at: datetime


def signed_in(key: str, *, at: datetime) -> SignedIn | SessionEnd | None:
    """Who is signed in with this session key; why nobody is any more; None where nobody ever was (S1.6)."""
    held: Any = (  # the session stands beside the account, both read in one query
        Account.objects.standing()
        .filter(sessions__key_digest=keys.session_digest(key))
        .annotate(session=JSONObject(**{name: f"sessions__{name}" for name in _OF_SESSION}))
        .first()
    )
    if held is None:
        return None
    session = held.session
    if session["ended_why"]:
        return SessionEnd(session["ended_why"])
    if not held.is_active:
        return SessionEnd.ACCOUNT_OFF
    return SignedIn(
        session_id=UUID(session["id"]),
        login=held.username,
        viewer=held.viewer(at=at, device=session["device"]),
        signed_in_at=datetime.fromisoformat(session["signed_in_at"]),
        seen_at=datetime.fromisoformat(session["seen_at"]),
        proven_at=datetime.fromisoformat(session["proven_at"]) if session["proven_at"] else None,
    )


_OF_SESSION = ("id", "device", "signed_in_at", "seen_at", "proven_at", "ended_why")


def sessions(viewer: Viewer, *, at: datetime) -> list[SessionLine]:
    """The viewer's own sessions that last, the latest used first."""
    idle = domain.idle_limit(viewer.role)
    rows = Session.objects.filter(
        account_id=viewer.account_id,
        ended_at=None,
        seen_at__gt=at - idle,
        signed_in_at__gt=at - domain.LONGEST_SESSION,
    )
    return [
        SessionLine(
            id=row.pk,
            address=row.address,
            browser=row.browser,
            signed_in_at=row.signed_in_at,
            seen_at=row.seen_at,
        )
        for row in rows.order_by("-seen_at", "pk")
    ]


def locked_until(account_id: int, *, at: datetime) -> datetime | None:
    """When the lock on an account ends, or None where it is not locked (S1.4)."""
    login = Account.objects.filter(pk=account_id).values_list("username", flat=True).first()
    if login is None:
        return None
    recent = Attempt.objects.filter(
        login_digest=keys.login_digest(login), at__gt=at - domain.COUNTED_FOR
    ).order_by("at", "pk")
    tried = [(tried_at, Outcome(outcome)) for tried_at, outcome in recent.values_list("at", "outcome")]
    return domain.locked_until(tried, at=at)
