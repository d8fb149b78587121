"""Counting attempts to sign in, so that nobody guesses (S1.4)."""

from datetime import datetime

from django.db import connection, transaction

from nianlun.access import domain, keys, trail
from nianlun.access.domain import Outcome
from nianlun.access.models import Attempt
from nianlun.kernel.sources import source_name

LOCKED = f"这个账号已锁定：{domain.LOCKING}。请稍后再试。"
LIMITED = "这台机器 10 分钟内错得太多，请稍后再试。"


class SignInFailed(Exception):
    """Not signed in; the message says no more than anybody may know (S1.5)."""


def admit(login: str, *, address: str, at: datetime) -> int:
    """Write an attempt down as failed and let it through to what is checked. Raises `SignInFailed`.

    The attempt is written before anything is looked at and turned into a success after: a thousand guesses at
    once cannot slip through the count, nor can one whose process is killed. So this must not run inside a
    transaction.
    """
    digest, address = keys.login_digest(login), source_name(address)
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


def settle(attempt_id: int, outcome: Outcome) -> None:
    """Say how an attempt that was let through has ended."""
    Attempt.objects.filter(pk=attempt_id).update(outcome=outcome)


def withdraw(attempt_id: int) -> None:
    """Take back an attempt at which nothing was looked at: the honest are not locked out for coming in a crowd."""
    Attempt.objects.filter(pk=attempt_id).delete()


def forgive(login: str, *, at: datetime) -> None:
    """End the lock on a login, on the word of an officer."""
    Attempt.objects.create(
        login_digest=keys.login_digest(login), address="", at=at, outcome=Outcome.UNLOCKED
    )


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
