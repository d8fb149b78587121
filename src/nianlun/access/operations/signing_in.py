"""Signing in: every attempt is counted before the password is looked at (S1.4, S1.5)."""

from datetime import datetime

from django.conf import settings
from django.db import connection, transaction
from django.utils.crypto import salted_hmac

from nianlun.access import domain, passwords, trail
from nianlun.access.domain import NotVisible, Outcome
from nianlun.access.models import Account, Attempt


class SignInFailed(Exception):
    """Not signed in; the message says no more than anybody may know (S1.5)."""


WRONG = "账号或口令不对。连错 5 次锁定 15 分钟。"
LOCKED = "这个账号连错 5 次，已锁定 15 分钟。请稍后再试。"
LIMITED = "这台机器 10 分钟内错得太多，请稍后再试。"


def sign_in(*, username: str, password: str, address: str, at: datetime) -> Account:
    """The account of whoever knows its password, counted and journaled (S1.4, S1.5).

    The attempt is written as failed before the password is looked at and turned into a success after:
    a thousand guesses at once cannot slip through the count, nor can one whose process is killed. So this
    must not run inside a transaction. Raises `SignInFailed`; `passwords.TooBusy` when there is no place
    to compute in, in which case the attempt does count.
    """
    login = username.strip().lower()
    attempt_id = _admit(login, address=address, at=at)
    account = Account.objects.filter(username=login).first()
    right = passwords.matches(password[: passwords.LONGEST + 1], account.password if account else None)
    with transaction.atomic():
        if account is None or not right or not account.is_active:
            # The login of an account is named; any other text may be a password typed into the wrong field.
            trail.record(
                trail.SIGN_IN_FAILED,
                by=None,
                about=account.username if account else "没有这个账号",
                about_id=str(account.pk) if account else "",
                outcome="failed",
                at=at,
            )
            refused = True
        else:
            Attempt.objects.filter(pk=attempt_id).update(outcome=Outcome.SUCCEEDED)
            trail.record(trail.SIGNED_IN, by=account.viewer(), at=at)
            refused = False
    if refused or account is None:
        raise SignInFailed(WRONG)
    return account


def _admit(login: str, *, address: str, at: datetime) -> int:
    """Write the attempt down as failed and let it through to the password, or raise `SignInFailed`."""
    digest = salted_hmac("nianlun.access.attempt", login, algorithm="sha256").digest()
    with transaction.atomic():
        with connection.cursor() as cursor:
            # One attempt on a login is counted at a time; the lock is gone before the password is computed.
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [int.from_bytes(digest[:8], signed=True)])
        sentence = _stopped(digest, address=address, at=at)
        if sentence is None:
            return int(
                Attempt.objects.create(
                    login_digest=digest, address=address, at=at, outcome=Outcome.FAILED
                ).pk
            )
        trail.record(trail.SIGN_IN_LOCKED, by=None, outcome="refused", at=at)
    raise SignInFailed(sentence)


def _stopped(digest: bytes, *, address: str, at: datetime) -> str | None:
    recent = Attempt.objects.filter(login_digest=digest, at__gt=at - domain.COUNTED_FOR).order_by(
        "at", "pk"
    )
    tried = [(tried_at, Outcome(outcome)) for tried_at, outcome in recent.values_list("at", "outcome")]
    if domain.locked_until(tried, at=at):
        return LOCKED
    failures = Attempt.objects.filter(
        address=address, at__gt=at - domain.SOURCE_WINDOW, outcome=Outcome.FAILED
    )
    return LIMITED if address and failures.count() >= domain.FAILURES_OF_A_SOURCE else None


def sign_in_persona(account_id: int, *, at: datetime) -> Account:
    """The demo's sign-in by one click. Raises `NotVisible` for any other account, and wherever it is no demo."""
    if not settings.DEMO:
        raise NotVisible
    account = Account.objects.filter(pk=account_id, is_active=True).exclude(persona="").first()
    if account is None:
        raise NotVisible
    with transaction.atomic():
        trail.record(trail.SIGNED_IN, by=account.viewer(), details={"persona": True}, at=at)
    return account
