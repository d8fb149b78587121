"""Working days by the holiday arrangements of the State Council. No database, no clock.

A working day is a weekday that no arrangement makes a day off, or a weekend day that one makes a working day. A year
whose arrangement is not known has no working days at all here: it is never guessed from the weekdays.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import MAXYEAR, date, timedelta

_DAY = timedelta(days=1)
_SATURDAY = 5


class CalendarMissing(LookupError):
    """The arrangement of a year is not there yet; the message is a Chinese sentence."""

    def __init__(self, year: int) -> None:
        super().__init__(f"还没有 {year} 年的工作日历。请先导入国务院办公厅的放假安排。")
        self.year = year

    @property
    def sentence(self) -> str:
        """What a person is told."""
        return str(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class Holiday:
    """One holiday of an arrangement: the days off from `first` to `last`, and the weekend days worked for it."""

    name: str
    first: date
    last: date
    work: tuple[date, ...] = ()

    @property
    def off(self) -> tuple[date, ...]:
        """Every day off, weekends among them included."""
        return tuple(self.first + _DAY * number for number in range((self.last - self.first).days + 1))


@dataclass(frozen=True, slots=True, kw_only=True)
class YearArrangement:
    """The arrangement of one year (国务院办公厅关于某年部分节假日安排的通知) and how sure we are of it."""

    year: int
    source: str
    confidence: str
    published_on: date | None
    holidays: tuple[Holiday, ...]

    @property
    def off(self) -> frozenset[date]:
        """Every day off it names; an arrangement may reach into the last days of the year before."""
        return frozenset(day for holiday in self.holidays for day in holiday.off)

    @property
    def work(self) -> frozenset[date]:
        """Every weekend day it makes a working day."""
        return frozenset(day for holiday in self.holidays for day in holiday.work)


class Calendar:
    """The working days of all years whose arrangement is known."""

    def __init__(self, arrangements: Mapping[int, YearArrangement]) -> None:
        self._years = frozenset(arrangements)
        self._off = frozenset(day for one in arrangements.values() for day in one.off)
        self._work = frozenset(day for one in arrangements.values() for day in one.work)

    @property
    def years(self) -> tuple[int, ...]:
        """The years it knows, in order."""
        return tuple(sorted(self._years))

    def is_working_day(self, day: date) -> bool:
        """Whether the agency works on the day. Raises `CalendarMissing`."""
        if day.year not in self._years:
            raise CalendarMissing(day.year)
        if day in self._work:
            return True
        return day.weekday() < _SATURDAY and day not in self._off

    def add_working_days(self, day: date, days: int) -> date:
        """The last day of a term of so many working days; the day itself is not counted (民法典 第二百零一条).

        For no days at all the day itself, whatever it is. Raises `CalendarMissing`.
        """
        left = days
        while left > 0:
            day += _DAY
            left -= self.is_working_day(day)
        return day

    def working_days_between(self, since: date, until: date) -> int:
        """How many working days lie from `since` to before `until`; none where the two are not in order.

        Raises `CalendarMissing`.
        """
        days = range(max((until - since).days, 0))
        return sum(self.is_working_day(since + _DAY * number) for number in days)


def within_years(year: int) -> bool:
    """Whether there can be an arrangement of that year: the first was of 1949, and dates end."""
    return 1949 <= year < MAXYEAR
