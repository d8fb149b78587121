"""Signing in: the password first, then the second factor where the account has or must have one (S1.3)."""

from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db import transaction

from nianlun.access import domain, passwords, queries, trail
from nianlun.access.domain import NextStep, NotVisible, Outcome, Role
from nianlun.access.models import Account
from nianlun.access.operations import attempts
from nianlun.access.operations.attempts import SignInFailed

WRONG = f"账号或口令不对。{domain.LOCKING}。"


@dataclass(frozen=True, slots=True, kw_only=True)
class Recognised:
    """The account whose password was right, and what stands between it and the system."""

    account_id: int
    next_step: NextStep


def sign_in(*, username: str, password: str, address: str, at: datetime) -> Recognised:
    """The account of whoever knows its password, counted and journaled (S1.4, S1.5).

    Must not run inside a transaction. Raises `SignInFailed`; `passwords.TooBusy` when there is no place to
    compute in, in which case the attempt does not count.
    """
    login = username.strip().lower()
    with passwords.room():
        attempt_id = attempts.admit(login, address=address, at=at)
        account = Account.objects.filter(username=login).first()
        kept = account.password if account else None
        try:
            right = passwords.matches(password[: passwords.LONGEST + 1], kept)
        except passwords.TooBusy:
            attempts.withdraw(attempt_id)
            raise
    with transaction.atomic():
        if account is not None and right and account.is_active:
            found = _recognised(account)
            enters = found.next_step is NextStep.ENTER
            attempts.settle(attempt_id, Outcome.SUCCEEDED if enters else Outcome.HALFWAY)
            if not enters:
                trail.record(trail.PASSWORD_RIGHT, by=account.viewer(), at=at)
            return found
        # The login of an account is named; any other text may be a password typed into the wrong field.
        trail.record(
            trail.SIGN_IN_FAILED,
            by=None,
            about=account.username if account else "没有这个账号",
            about_id=str(account.pk) if account else "",
            outcome="failed",
            at=at,
        )
    raise SignInFailed(WRONG)


def sign_in_persona(account_id: int, *, at: datetime) -> Recognised:
    """The demo's one click in place of a password. Raises `NotVisible` for others, and outside the demo."""
    if not settings.DEMO:
        raise NotVisible
    account = Account.objects.filter(pk=account_id, is_active=True).exclude(persona="").first()
    if account is None:
        raise NotVisible
    found = _recognised(account)
    if found.next_step is not NextStep.ENTER:
        with transaction.atomic():
            trail.record(trail.PASSWORD_RIGHT, by=account.viewer(), details={"persona": True}, at=at)
    return found


def _recognised(account: Account) -> Recognised:
    return Recognised(
        account_id=account.pk,
        next_step=domain.next_step(Role(account.role), has_factor=queries.has_factor(account.pk)),
    )
