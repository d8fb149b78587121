"""When an account is locked, and when a session is over."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum

from nianlun.access.domain.roles import Role

FAILURES_TO_LOCK = 5
LOCKED_FOR = timedelta(minutes=15)
FAILURES_OF_A_SOURCE = 30
SOURCE_WINDOW = timedelta(minutes=10)
COUNTED_FOR = timedelta(days=1)
"""Failures longer ago than this no longer count towards a lock."""


class Outcome(StrEnum):
    """How an attempt to sign in ended. It counts as failed until it has succeeded."""

    FAILED = "failed"
    SUCCEEDED = "succeeded"


def locked_until(attempts: Sequence[tuple[datetime, Outcome]], *, at: datetime) -> datetime | None:
    """When the lock on one login ends, or None where it is not locked at `at` (S1.4).

    `attempts` are those that were let through to the password, oldest first. The fifth failure in a row
    locks for fifteen minutes; a success or the end of a lock starts the count anew. What is tried during
    a lock is not among the attempts, so hammering does not lengthen it.
    """
    in_a_row, until = 0, None
    for tried_at, outcome in attempts:
        in_a_row = 0 if outcome is Outcome.SUCCEEDED else in_a_row + 1
        if in_a_row == FAILURES_TO_LOCK:
            in_a_row, until = 0, tried_at + LOCKED_FOR
    return until if until is not None and at < until else None


# Sessions

IDLE_STAFF = timedelta(minutes=15)
IDLE_INSURED = timedelta(minutes=10)
LONGEST_SESSION = timedelta(hours=8)


def session_ended(role: Role, *, signed_in_at: datetime, seen_at: datetime, at: datetime) -> str | None:
    """The sentence that tells why a session is over, or None while it lasts (S1.6)."""
    idle = IDLE_INSURED if role is Role.INSURED else IDLE_STAFF
    if at - seen_at >= idle:
        return f"您已 {idle.seconds // 60} 分钟没有操作，系统已退出。请重新登录。"
    if at - signed_in_at >= LONGEST_SESSION:
        return "登录已满 8 小时，系统已退出。请重新登录。"
    return None
