"""Whether offices are open on a day, as whoever keeps the holiday calendar tells it (S3.4)."""

from collections.abc import Callable
from datetime import date

from nianlun.watch.domain.rules import monday_to_friday

told_working_day: list[Callable[[date], bool | None]] = []
"""Higher components that know the holiday arrangements add their question here when the system starts.

It is answered None for a year whose arrangement is not known.
"""


def is_working_day(day: date) -> bool:
    """Whether the day is worked; Monday to Friday where nobody knows better."""
    told = _told(day)
    return monday_to_friday(day) if told is None else told


def is_guessed(day: date) -> bool:
    """Whether nobody knows the arrangement of the day's year, so that the weekday decides."""
    return _told(day) is None


def _told(day: date) -> bool | None:
    return next((told for ask in told_working_day if (told := ask(day)) is not None), None)
