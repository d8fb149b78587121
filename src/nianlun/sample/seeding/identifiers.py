"""Ids of sample rows: of the form of UUIDv7, the same for the same seed, so that an interrupted run finds its own."""

import hashlib
from uuid import UUID

_FIRST_MILLISECOND = 1_767_225_600_000  # 2026-01-01T00:00Z


def sample_id(kind: str, number: int, *, seed: int) -> UUID:
    """The id of the `number`-th thing of a kind. Ids of one kind sort by their number."""
    digest = int.from_bytes(hashlib.sha256(f"{seed}/{kind}/{number}".encode()).digest()[:10])
    value = (_FIRST_MILLISECOND + number) << 80
    value |= 0x7 << 76 | (digest >> 68 & 0xFFF) << 64
    value |= 0b10 << 62 | digest & ((1 << 62) - 1)
    return UUID(int=value)
