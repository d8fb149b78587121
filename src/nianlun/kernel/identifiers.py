"""Identifiers that people outside the database see."""

import os
import threading
import time
import uuid

_lock = threading.Lock()
_last_tick = 0


def uuid_or_none(text: str) -> uuid.UUID | None:
    """The identifier that an address or a form carries; None for anything else."""
    try:
        return uuid.UUID(text)
    except ValueError:
        return None


def uuid7() -> uuid.UUID:
    """A new UUID version 7 (RFC 9562 §5.7): sorts by time, later calls of one process never sort earlier.

    Twelve bits below the millisecond (method 3 of §6.2) hold the fraction of the millisecond, and are
    pushed on where the clock stands still or runs back, so that rows made in one transaction keep their order.
    """
    global _last_tick
    now = time.time_ns()
    milliseconds, rest = divmod(now, 1_000_000)
    tick = milliseconds << 12 | rest * 4096 // 1_000_000
    with _lock:
        tick = max(tick, _last_tick + 1)
        _last_tick = tick
    random = int.from_bytes(os.urandom(8), "big") & (1 << 62) - 1
    value = (tick >> 12) << 80 | 0x7 << 76 | (tick & 0xFFF) << 64 | 0b10 << 62 | random
    return uuid.UUID(int=value)
