"""Changing the own password (S1.2)."""

from collections.abc import Callable
from datetime import datetime
from uuid import UUID

from django.db import transaction

from nianlun.access import passwords, trail
from nianlun.access.domain import LOCKING, Outcome, SessionEnd, Viewer
from nianlun.access.models import Account
from nianlun.access.operations import attempts
from nianlun.access.operations.accounts import WeakPassword
from nianlun.access.operations.attempts import SignInFailed
from nianlun.access.operations.sessions import end_sessions

WRONG_OLD = f"原口令不对。{LOCKING}。"

Knowing = Callable[[int], tuple[str, ...]]
_knowing: list[Knowing] = []


def tell_known(source: Knowing) -> None:
    """Have a higher component tell what it knows of an account's holder, so that no password is made of it.

    Called once, from that component's `AppConfig.ready`.
    """
    if source not in _knowing:
        _knowing.append(source)


def weakness(account: Account, password: str) -> str | None:
    """What is wrong with a password for this account, as a sentence, or None where nothing is (S1.2)."""
    known = [account.name, account.agency_name]
    for source in _knowing:
        known += source(account.pk)
    return passwords.weakness(password, login=account.username, known=tuple(known))


def change_password(
    viewer: Viewer, *, old: str, new: str, session_id: UUID, address: str, at: datetime
) -> None:
    """Put a new password in place of the old one; all other sessions end.

    Must not run inside a transaction: a wrong old password counts like one at the door (S1.4). Raises
    `SignInFailed`, `WeakPassword`, `passwords.TooBusy`.
    """
    account = Account.objects.get(pk=viewer.account_id)
    attempt_id = attempts.admit(account.username, address=address, at=at)
    try:
        right = passwords.matches(old[: passwords.LONGEST + 1], account.password)
    except passwords.TooBusy:
        attempts.withdraw(attempt_id)
        raise
    if not right:
        with transaction.atomic():
            trail.record(trail.PASSWORD_CHANGE_FAILED, by=viewer, outcome="failed", at=at)
        raise SignInFailed(WRONG_OLD)
    attempts.settle(attempt_id, Outcome.HALFWAY)
    if old == new:
        raise WeakPassword("新口令与原口令相同。请换一个。")
    if reason := weakness(account, new):
        raise WeakPassword(reason)
    with transaction.atomic():
        set_password(account, new)
        end_sessions(account.pk, why=SessionEnd.PASSWORD_CHANGED, at=at, but=session_id)
        trail.record(trail.PASSWORD_CHANGED, by=viewer, at=at)


def set_password(account: Account, password: str) -> None:
    """Keep a password that was found strong, within the surrounding operation."""
    account.set_password(password)
    account.save(update_fields=["password"])
