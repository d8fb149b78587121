"""A year of the working-day calendar, drawn as twelve months."""

import calendar as weeks
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from nianlun.cases.domain.calendar import YearArrangement


class DayKind(StrEnum):
    """What a day is; a drawing tells them apart by sign and ground, not by colour alone."""

    WORK = "work"
    WEEKEND = "weekend"
    OFF = "off"
    MADE_UP = "made_up"

    @property
    def label(self) -> str:
        """What it is called."""
        return {"work": "上班", "weekend": "周末", "off": "放假", "made_up": "调休上班"}[self.value]

    @property
    def sign(self) -> str:
        """The letter beside the number of the day."""
        return {"work": "", "weekend": "", "off": "休", "made_up": "班"}[self.value]


@dataclass(frozen=True, slots=True, kw_only=True)
class DrawnDay:
    """One day of a month: its kind and, of a holiday, the name."""

    day: date
    kind: DayKind
    holiday: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DrawnMonth:
    """One month in weeks from Monday on; None before its first day and after its last."""

    month: int
    weeks: tuple[tuple[DrawnDay | None, ...], ...]
    working_days: int


def drawn(arrangement: YearArrangement) -> list[DrawnMonth]:
    """The twelve months of the year that was arranged."""
    names = dict(_names(arrangement))
    return [_month(arrangement, number, names=names) for number in range(1, 13)]


def _names(arrangement: YearArrangement) -> Iterator[tuple[date, str]]:
    for holiday in arrangement.holidays:
        for day in (*holiday.off, *holiday.work):
            yield day, holiday.name


def _month(arrangement: YearArrangement, number: int, *, names: dict[date, str]) -> DrawnMonth:
    found = tuple(
        tuple(
            DrawnDay(day=day, kind=_kind(arrangement, day), holiday=names.get(day, ""))
            if day.month == number
            else None
            for day in week
        )
        for week in weeks.Calendar().monthdatescalendar(arrangement.year, number)
    )
    at_work = (DayKind.WORK, DayKind.MADE_UP)
    return DrawnMonth(
        month=number,
        weeks=found,
        working_days=sum(day is not None and day.kind in at_work for week in found for day in week),
    )


def _kind(arrangement: YearArrangement, day: date) -> DayKind:
    if day in arrangement.work:
        return DayKind.MADE_UP
    if day in arrangement.off:
        return DayKind.OFF
    return DayKind.WEEKEND if day.weekday() >= weeks.SATURDAY else DayKind.WORK
