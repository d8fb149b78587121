"""Writing notices: telling people, where they are reached, the outbox, receipts, service on paper."""

from nianlun.notices.operations.reading import mark_read, mark_staff_read
from nianlun.notices.operations.sending import SEND, send, tell_staff

__all__ = [
    "SEND",
    "mark_read",
    "mark_staff_read",
    "send",
    "tell_staff",
]
