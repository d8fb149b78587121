"""How long a case may still take, in the words of its pages."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.utils import timezone

from nianlun.cases.calendars import Calendar, CalendarMissing
from nianlun.cases.domain import clock
from nianlun.cases.domain.flow import PAUSED
from nianlun.cases.queries import CaseLine, CaseView

DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockWords:
    """What stands beside a case: the words, their tone (a chip's), and the due day where there is one."""

    text: str
    tone: str
    due_on: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """One stretch of a case's term: it ran, or stood still for a reason; `until` is None for one that still goes on."""

    since: date
    until: date | None
    runs: bool
    days: int | None
    reason: str


def words(line: CaseLine, *, on: date, calendar: Calendar) -> ClockWords:
    """How a case stands against its term on a day, as a clerk would say it."""
    if line.concluded_at is not None:
        return _ended(line, on=timezone.localdate(line.concluded_at))
    if line.state in PAUSED:
        return ClockWords(text="不计时", tone="plain", due_on=None)
    if line.due_on is None:
        text = "受理后计时" if line.accepted_at is None else "没有时限"
        return ClockWords(text=text, tone="plain", due_on=None)
    if on == line.due_on:
        return ClockWords(text="今天到期", tone="wait", due_on=line.due_on)
    try:
        left = clock.days_left(line.due_on, on=on, calendar=calendar)
    except CalendarMissing as missing:
        lacking = "已超期" if on > line.due_on else f"缺 {missing.year} 年工作日历"
        return ClockWords(text=lacking, tone="single", due_on=line.due_on)
    if on > line.due_on:
        over = f"已超 {-left} 个工作日" if left else "已超期"  # the days after the term may all be days off
        return ClockWords(text=over, tone="single", due_on=line.due_on)
    tone = "wait" if left <= clock.SOON else "plain"
    return ClockWords(text=f"还剩 {left} 个工作日", tone=tone, due_on=line.due_on)


def strip(view: CaseView, *, on: date, calendar: Calendar) -> tuple[Stretch, ...]:
    """The term from acceptance to today or the end, cut where it stood still; nothing before acceptance."""
    if view.line.accepted_at is None:
        return ()
    ended = timezone.localdate(view.line.concluded_at) if view.line.concluded_at else None
    found: list[Stretch] = []
    since = timezone.localdate(view.line.accepted_at)
    counted = since + DAY  # the day of acceptance itself does not count (民法典 第二百零一条)
    for pause in view.pauses:
        found.append(_running(since, pause.since, days=_days(counted, pause.since, calendar)))
        found.append(
            Stretch(since=pause.since, until=pause.until, runs=False, days=None, reason=pause.reason)
        )
        if pause.until is None:
            return tuple(found)
        since, counted = pause.until, max(counted, pause.until)
    found.append(_running(since, ended, days=_days(counted, (ended or on) + DAY, calendar)))
    return tuple(found)


def used(stretches: Sequence[Stretch]) -> int | None:
    """Working days of the term used up so far; None where the calendar of a year is missing."""
    counts = [stretch.days for stretch in stretches if stretch.runs]
    return None if None in counts else sum(count or 0 for count in counts)


def _running(since: date, until: date | None, *, days: int | None) -> Stretch:
    return Stretch(since=since, until=until, runs=True, days=days, reason="")


def _days(since: date, until: date, calendar: Calendar) -> int | None:
    try:
        return calendar.working_days_between(since, until)
    except CalendarMissing:
        return None


def _ended(line: CaseLine, *, on: date) -> ClockWords:
    if line.due_on is None:
        return ClockWords(text="已办结", tone="ok", due_on=None)
    late = on > line.due_on
    return ClockWords(
        text="超期办结" if late else "按时办结", tone="single" if late else "ok", due_on=line.due_on
    )
