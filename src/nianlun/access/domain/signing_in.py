"""When an account is locked, and when a session is over."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum

from nianlun.access.domain.roles import Role
from nianlun.access.domain.second_factor import must_have_factor

FAILURES_TO_LOCK = 5
LOCKED_FOR = timedelta(minutes=15)
LOCKING = f"连错 {FAILURES_TO_LOCK} 次锁定 {LOCKED_FOR // timedelta(minutes=1)} 分钟"
"""The rule as people are told it."""
FAILURES_OF_A_SOURCE = 30
SOURCE_WINDOW = timedelta(minutes=10)
COUNTED_FOR = timedelta(days=1)
"""Failures longer ago than this no longer count towards a lock."""


class Outcome(StrEnum):
    """How an attempt to sign in ended. It counts as failed until it has succeeded.

    `HALFWAY`: the password was right and the second factor is outstanding, which neither counts nor forgives;
    else who knows the password could guess codes for ever. `UNLOCKED` is no attempt but an officer's word.
    """

    FAILED = "failed"
    HALFWAY = "halfway"
    SUCCEEDED = "succeeded"
    UNLOCKED = "unlocked"


def locked_until(attempts: Sequence[tuple[datetime, Outcome]], *, at: datetime) -> datetime | None:
    """When the lock on one login ends, or None where it is not locked at `at` (S1.4).

    `attempts` are those that were let through to the password or the second factor, oldest first. The fifth
    failure in a row locks for fifteen minutes; a success, an officer or the end of a lock starts the count
    anew. What is tried during a lock is not among the attempts, so hammering does not lengthen it.
    """
    in_a_row, until = 0, None
    for tried_at, outcome in attempts:
        if outcome is Outcome.HALFWAY:
            continue
        if outcome is Outcome.UNLOCKED:
            until = None
        in_a_row = in_a_row + 1 if outcome is Outcome.FAILED else 0
        if in_a_row == FAILURES_TO_LOCK:
            in_a_row, until = 0, tried_at + LOCKED_FOR
    return until if until is not None and at < until else None


# Sessions

IDLE_STAFF = timedelta(minutes=15)
IDLE_PUBLIC = timedelta(minutes=10)
LONGEST_SESSION = timedelta(hours=8)


def idle_limit(role: Role) -> timedelta:
    """How long a session of the role may stand idle (S1.6)."""
    return IDLE_STAFF if must_have_factor(role) else IDLE_PUBLIC


def session_ended(role: Role, *, signed_in_at: datetime, seen_at: datetime, at: datetime) -> str | None:
    """The sentence that tells why a session is over, or None while it lasts (S1.6)."""
    idle = idle_limit(role)
    if at - seen_at >= idle:
        return f"您已 {idle.seconds // 60} 分钟没有操作，系统已退出。请重新登录。"
    if at - signed_in_at >= LONGEST_SESSION:
        return "登录已满 8 小时，系统已退出。请重新登录。"
    return None
