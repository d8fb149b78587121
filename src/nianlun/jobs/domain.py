"""What a job is and how its life goes. No database, no clock.

    waiting --lease--> held --effect--> done
       ^                 |--fail-------> waiting (later), or failed after the fifth attempt
       |                 |--give back--> waiting (at once, the attempt does not count)
       '---- retry ---- failed          held, and its lease runs out: whoever comes next may lease it

A lease carries a token. Whoever takes a job over gets a new one, and an effect is written only in the
transaction that finds its own token still in place: late results of a process believed dead go nowhere.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

ATTEMPTS = 5
LEASE = timedelta(seconds=20)
"""How long a job stays with a process that has stopped renewing; with it the longest wait after a crash."""
RENEWAL = timedelta(seconds=5)
PAUSES = tuple(timedelta(seconds=s) for s in (2, 10, 60, 300))


class State(StrEnum):
    WAITING = "waiting"
    HELD = "held"
    DONE = "done"
    FAILED = "failed"


class LeaseLost(Exception):
    """The job is no longer ours: its lease ran out and another process took it, or it is finished."""


class GivenUp(Exception):
    """A handler says that no further attempt can help; the text is a Chinese sentence for the page."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """A leased job as its handler sees it. `attempt` counts from 1."""

    id: UUID
    kind: str
    key: str
    payload: Mapping[str, Any]
    attempt: int
    lease: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How many jobs of a group are in which state."""

    waiting: int = 0
    held: int = 0
    done: int = 0
    failed: int = 0

    @property
    def total(self) -> int:
        return self.waiting + self.held + self.done + self.failed

    @property
    def finished(self) -> int:
        """Those that nothing more will happen to by itself."""
        return self.done + self.failed


def pause_after(attempt: int) -> timedelta | None:
    """How long to wait after the attempt that failed (1 is the first); nothing when it was the last."""
    return PAUSES[attempt - 1] if attempt < ATTEMPTS else None


def last_word(sentence: str) -> str:
    """What a person reads on a job whose attempts are used up."""
    return f"试了 {ATTEMPTS} 次都没有成功。{sentence}"


INTERRUPTED = (
    f"处理它的进程连续中断了 {ATTEMPTS} 次，可能是这份材料使程序崩溃。请检查材料后重试，或改为人工处理。"
)
