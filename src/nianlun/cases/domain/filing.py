"""How an ended case is described when it is filed, and when filing it is late. No database, no clock.

Terms are minima: one may be lengthened at filing and is never shortened (社会保险业务档案管理规定（试行）). The
agency's own schedule is approved by the archives authority (档案法实施条例 第十九条).
"""

from dataclasses import dataclass
from datetime import date, timedelta

from nianlun.cases.domain.calendar import Calendar, CalendarMissing

TERMS = ("D10", "D30", "D50", "D100", "Y")
"""The terms of the regulation, from the shortest on, as DA/T 13-2022 writes them."""
TERM_LABELS = {"D10": "10年", "D30": "30年", "D50": "50年", "D100": "100年", "Y": "永久"}
LATE = 3
"""Working days after its end from which an unfiled case is late. This system's own rule."""
LONGEST_TITLE = 200


class NotFilable(Exception):
    """The description cannot stand, or the case cannot be filed yet; the message says what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Description:
    """What the register will say of the item."""

    title: str
    retention_item: str
    retention: str
    secrecy: str


def terms_from(least: str) -> tuple[str, ...]:
    """The terms that may be chosen where the schedule asks for at least `least`."""
    return TERMS[TERMS.index(least) :] if least in TERMS else (least, *TERMS[-1:])


def checked(given: Description, *, least: str, item: str) -> Description:
    """A description as somebody corrected it, tidied. Raises `NotFilable` for a shorter term and an empty title.

    `least` and `item` are the term and the class that the kind of business is filed under.
    """
    title = " ".join(given.title.split())
    if not title:
        raise NotFilable("请填写题名。")
    if len(title) > LONGEST_TITLE:
        raise NotFilable(f"题名最多 {LONGEST_TITLE} 个字，现在是 {len(title)} 个。")
    if given.retention not in terms_from(least):
        label = TERM_LABELS.get(least, least)
        raise NotFilable(f"保管期限只能延长：这类业务至少 {label}（{item}）。要缩短的，先修订保管期限表。")
    return Description(title=title, retention_item=item, retention=given.retention, secrecy=given.secrecy)


def late_before(on: date, *, days: int = LATE, calendar: Calendar) -> date:
    """Cases that ended before this day are late on the day `on`: more than so many working days have passed.

    Where the arrangement of a year is not known its weekdays count: a list of late work is no statutory term.
    """
    left, day = days, on
    while left > 0:
        left -= _works(day, calendar)
        day -= timedelta(days=1)
    while not _works(day, calendar):
        day -= timedelta(days=1)
    return day


def _works(day: date, calendar: Calendar) -> bool:
    try:
        return calendar.is_working_day(day)
    except CalendarMissing:
        return day.weekday() < 5
