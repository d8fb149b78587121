"""The statutory clock: how long a case may still take, and which days do not count. No database, no clock of its own.

A term of working days begins on the working day after the acceptance (民法典 第二百零一条 第一款). Days on which the
case waits for the applicant's papers or for another body do not count. All days are days in China: whoever calls has
made the instant a day there (`timezone.localdate`), so that no clock change and no other time zone moves a term.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from nianlun.cases.domain.calendar import Calendar

_DAY = timedelta(days=1)
SOON = 3
"""Working days before its last day from which a case counts as due soon."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pause:
    """A time that does not count: from the day `since` to before `until`, or still running where that is None."""

    since: date
    until: date | None
    reason: str

    def holds(self, day: date) -> bool:
        """Whether the day lies in it."""
        return self.since <= day and (self.until is None or day < self.until)


def due_on(accepted_on: date, *, days: int, pauses: Sequence[Pause], calendar: Calendar) -> date | None:
    """The last day of the term; None while a pause is running. Raises `CalendarMissing`.

    A pause that began after the last day does not give the term back.
    """
    if any(pause.until is None for pause in pauses):
        return None
    day, left = accepted_on, days
    while left > 0:
        day += _DAY
        left -= _counts(day, pauses=pauses, calendar=calendar)
    return day


def days_used(accepted_on: date, *, on: date, pauses: Sequence[Pause], calendar: Calendar) -> int:
    """How many days of the term have been used up, the day `on` included. Raises `CalendarMissing`."""
    span = range(1, (on - accepted_on).days + 1)
    return sum(_counts(accepted_on + _DAY * one, pauses=pauses, calendar=calendar) for one in span)


def days_left(due: date, *, on: date, calendar: Calendar) -> int:
    """How many working days remain after the day `on`: 0 on the last day, below 0 by how many it is overdue.

    Raises `CalendarMissing`.
    """
    if on <= due:
        return calendar.working_days_between(on + _DAY, due + _DAY)
    return -calendar.working_days_between(due + _DAY, on + _DAY)


def _counts(day: date, *, pauses: Sequence[Pause], calendar: Calendar) -> bool:
    return calendar.is_working_day(day) and not any(pause.holds(day) for pause in pauses)
