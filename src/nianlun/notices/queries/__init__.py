"""Reading notices. What a viewer may see is part of every query here (S2.2)."""

from nianlun.notices.queries.inbox import (
    NoticeLine,
    StaffNoticeLine,
    notice_of_person,
    of_account,
    of_person,
    staff_notice,
    unread_count,
)

__all__ = [
    "NoticeLine",
    "StaffNoticeLine",
    "notice_of_person",
    "of_account",
    "of_person",
    "staff_notice",
    "unread_count",
]
