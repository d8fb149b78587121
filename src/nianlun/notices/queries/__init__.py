"""Reading notices. What a viewer may see is part of every query here (S2.2)."""

from nianlun.notices.queries.contacts import ContactLine, PendingCode, contacts, pending_code
from nianlun.notices.queries.inbox import (
    NoticeLine,
    StaffNoticeLine,
    notice_of_person,
    of_account,
    of_person,
    staff_notice,
    unread_count,
)
from nianlun.notices.queries.outbox import awaiting_receipt, outgoing

__all__ = [
    "ContactLine",
    "NoticeLine",
    "PendingCode",
    "StaffNoticeLine",
    "awaiting_receipt",
    "contacts",
    "notice_of_person",
    "of_account",
    "of_person",
    "outgoing",
    "pending_code",
    "staff_notice",
    "unread_count",
]
