"""Beginning, keeping and ending sessions (S1.6)."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from nianlun.access import keys, trail
from nianlun.access.domain import FactorKind, NotVisible, SessionEnd, Viewer
from nianlun.access.models import Account, Session


@transaction.atomic
def begin_session(
    account_id: int,
    *,
    key: str,
    device: str,
    address: str,
    browser: str,
    factor: FactorKind | None,
    details: dict[str, object],
    at: datetime,
) -> None:
    """Write down that the account has signed in; with `factor`, its second factor counts as just proven.

    Raises `NotVisible` for an account that was switched off meanwhile.
    """
    account = Account.objects.select_for_update().filter(pk=account_id, is_active=True).first()
    if account is None:
        raise NotVisible
    Session.objects.create(
        key_digest=keys.session_digest(key),
        account=account,
        device=device,
        address=address,
        browser=browser,
        signed_in_at=at,
        seen_at=at,
        proven_at=at if factor else None,
    )
    if factor is not None:
        details = {**details, "factor": factor.value}
    trail.record(trail.SIGNED_IN, by=account.viewer(device=device), details=details, at=at)


def keep_session(session_id: UUID, *, at: datetime) -> None:
    """Note that the session is in use. No deed of its owner, so nothing is journaled."""
    Session.objects.filter(pk=session_id, ended_at=None).update(seen_at=at)


def move_session(session_id: UUID, *, key: str) -> None:
    """Let the session be known by a new key; the old one opens nothing from now on."""
    Session.objects.filter(pk=session_id).update(key_digest=keys.session_digest(key))


def replace_session(session_id: UUID, *, at: datetime) -> None:
    """End a session in whose place another is about to begin, which is journaled."""
    Session.objects.filter(pk=session_id, ended_at=None).update(ended_at=at, ended_why=SessionEnd.REPLACED)


@transaction.atomic
def time_out(viewer: Viewer, *, session_id: UUID, at: datetime) -> None:
    """End a session that stood idle or has lasted its eight hours."""
    if end_sessions(viewer.account_id, why=SessionEnd.TIMED_OUT, at=at, only=session_id):
        trail.record(trail.SESSION_ENDED, by=viewer, at=at)


@transaction.atomic
def sign_out(viewer: Viewer, *, session_id: UUID, at: datetime) -> None:
    """End the session one is in."""
    if end_sessions(viewer.account_id, why=SessionEnd.SIGNED_OUT, at=at, only=session_id):
        trail.record(trail.SIGNED_OUT, by=viewer, at=at)


@transaction.atomic
def end_session(viewer: Viewer, *, session_id: UUID, at: datetime) -> None:
    """End one of the own sessions from another; it is out at its next request. Raises `NotVisible`."""
    if not end_sessions(viewer.account_id, why=SessionEnd.ENDED_BY_OWNER, at=at, only=session_id):
        raise NotVisible
    trail.record(trail.SESSION_CLOSED, by=viewer, about="一处", details={"sessions": 1}, at=at)


@transaction.atomic
def end_other_sessions(viewer: Viewer, *, session_id: UUID, at: datetime) -> int:
    """End all own sessions but this one, and say how many there were."""
    ended = end_sessions(viewer.account_id, why=SessionEnd.ENDED_BY_OWNER, at=at, but=session_id)
    if ended:
        trail.record(
            trail.SESSION_CLOSED, by=viewer, about=f"其他 {ended} 处", details={"sessions": ended}, at=at
        )
    return ended


def end_sessions(
    account_id: int, *, why: SessionEnd, at: datetime, but: UUID | None = None, only: UUID | None = None
) -> int:
    """End sessions of an account within the surrounding operation, which journals it, and say how many."""
    rows = Session.objects.filter(account_id=account_id, ended_at=None)
    if only is not None:
        rows = rows.filter(pk=only)
    if but is not None:
        rows = rows.exclude(pk=but)
    return rows.update(ended_at=at, ended_why=why)
