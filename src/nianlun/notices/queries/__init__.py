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
from nianlun.notices.queries.served import (
    MessageLine,
    NoticeFile,
    ServiceLine,
    count_to_do,
    notice_file,
    notices,
    stray_receipts,
)

__all__ = [
    "ContactLine",
    "MessageLine",
    "NoticeFile",
    "NoticeLine",
    "PendingCode",
    "ServiceLine",
    "StaffNoticeLine",
    "awaiting_receipt",
    "contacts",
    "count_to_do",
    "notice_file",
    "notice_of_person",
    "notices",
    "of_account",
    "of_person",
    "outgoing",
    "pending_code",
    "staff_notice",
    "stray_receipts",
    "unread_count",
]
