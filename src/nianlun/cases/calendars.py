"""The working-day calendar: the arrangements shipped with the program, and those somebody imported over them.

An import is one person's work; what makes it safe is that it must be a whole year's arrangement with its source, that
a year already known is replaced only with a reason, and that whoever imports sees first which terms it moves.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from importlib.resources import files
from uuid import UUID

from django.db import connection, transaction

from nianlun.access import queries as access
from nianlun.access.domain import Refused, Right, Viewer, authorize
from nianlun.cases import clocks
from nianlun.cases.domain.calendar import Calendar, CalendarMissing, YearArrangement
from nianlun.cases.domain.calendar_reading import (
    NotACalendar,
    as_json,
    earliest_day,
    from_json,
    read_arrangement,
)
from nianlun.cases.domain.flow import OPEN
from nianlun.cases.models import CalendarYear, Case
from nianlun.journal import operations as journal
from nianlun.journal.domain import declare
from nianlun.kernel import reasons

__all__ = [
    "Calendar",
    "CalendarMissing",
    "Imported",
    "Moved",
    "NotACalendar",
    "Year",
    "calendar",
    "import_year",
    "in_force",
    "preview_import",
    "shipped",
    "years",
]

IMPORTED = declare("cases.calendar_imported", "导入{about}工作日历，{moved} 件业务的到期日改变")
DUE_MOVED = declare("cases.due_moved", "{about} 的到期日由 {before} 改为 {after}，因为工作日历更换")
LONGEST_REASON = 400


@dataclass(frozen=True, slots=True, kw_only=True)
class Year:
    """A year as the calendar shows it. `number` is 0 for the arrangement that came with the program."""

    arrangement: YearArrangement
    number: int
    working_days: int | None
    reason: str = ""
    imported_by: str = ""
    imported_at: datetime | None = None

    @property
    def year(self) -> int:
        """The year it arranges."""
        return self.arrangement.year


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """An open case whose last day a new arrangement moves."""

    case_id: UUID
    number: str
    title: str
    before: date
    after: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """What an import does, or would do. `replaced` is what it takes the place of, `seen` names that for the import.

    `changed` is false where the same arrangement is in force already: nothing is written then.
    """

    arrangement: YearArrangement
    replaced: Year | None
    moved: tuple[Moved, ...]
    changed: bool

    @property
    def seen(self) -> int:
        """The number of the arrangement in force when this was worked out; -1 where the year was not known."""
        return self.replaced.number if self.replaced else -1


@cache
def shipped() -> dict[int, YearArrangement]:
    """The arrangements that come with the program, by year."""
    folder = files("nianlun.cases").joinpath("calendar_years")
    texts = [file.read_text(encoding="utf-8") for file in folder.iterdir() if file.name.endswith(".toml")]
    found = [read_arrangement(text) for text in texts]
    return {one.year: one for one in sorted(found, key=lambda one: one.year)}


def calendar() -> Calendar:
    """The working days of every year whose arrangement is known, in one query."""
    return Calendar({year: one.arrangement for year, one in in_force().items()})


def told_working_day(day: date) -> bool | None:
    """Whether the agency works on the day, for those who must not guess; None where the year is not known."""
    try:
        return calendar().is_working_day(day)
    except CalendarMissing:
        return None


def years(viewer: Viewer) -> list[Year]:
    """The arrangements in force, the latest year first. Raises `Refused` for a post that may not see them."""
    authorize(viewer, Right.CALENDAR_READ)
    found = in_force()
    counted = Calendar({year: one.arrangement for year, one in found.items()})
    return [
        Year(
            arrangement=one.arrangement,
            number=one.number,
            working_days=counted.working_days_between(date(year, 1, 1), date(year + 1, 1, 1)),
            reason=one.reason,
            imported_by=one.imported_by,
            imported_at=one.imported_at,
        )
        for year, one in sorted(found.items(), reverse=True)
    ]


def preview_import(viewer: Viewer, text: str, *, source: str = "") -> Imported:
    """What an import of this text would do; nothing is written. Raises `NotACalendar` and `Refused`."""
    authorize(viewer, Right.CALENDAR_CHANGE)
    return _worked_out(read_arrangement(text, source=source))


@transaction.atomic
def import_year(
    by: Viewer, text: str, *, source: str = "", reason: str = "", seen: int | None = None, at: datetime
) -> Imported:
    """Put a year's arrangement in force and move the terms that rest on it; the same one again changes nothing.

    `text` is TOML or CSV (`domain.calendar_reading`); CSV needs the `source` it was copied from. `seen` is what
    `preview_import` said: if somebody imported the year meanwhile, nothing is written. Raises `NotACalendar`, and
    `Refused` without a reason for replacing a year that is known.
    """
    authorize(access.still(by), Right.CALENDAR_CHANGE)
    found = read_arrangement(text, source=source)
    _alone()
    told = _worked_out(found)
    if seen is not None and seen != told.seen:
        raise Refused(f"{found.year} 年的工作日历刚刚有人换过。请重新预览，看清现在的内容再导入。")
    if not told.changed:
        return told
    tidy = " ".join(reason.split())[:LONGEST_REASON]
    if told.replaced:
        try:
            tidy = reasons.tidied(
                reason, what="更换的理由", example="国务院办公厅另发补充通知", longest=LONGEST_REASON
            )
        except ValueError as fault:
            raise Refused(f"{found.year} 年已经有工作日历。{fault}") from fault
    CalendarYear.objects.create(
        year=found.year,
        number=max(told.seen, 0) + 1,
        content=as_json(found),
        reason=tidy,
        imported_by_id=by.account_id,
        imported_by_name=by.name,
        imported_at=at,
    )
    Case.objects.bulk_update(
        [Case(pk=one.case_id, due_on=one.after) for one in told.moved], ["due_on"], batch_size=1000
    )
    for one in told.moved:
        days = {"before": str(one.before), "after": str(one.after)}
        journal.record(DUE_MOVED, by=by, about=one.number, about_id=str(one.case_id), details=days, at=at)
    journal.record(
        IMPORTED,
        by=by,
        about=f"{found.year} 年",
        about_id=str(found.year),
        details={"moved": len(told.moved), "source": found.source, "reason": tidy},
        at=at,
    )
    return told


def in_force() -> dict[int, Year]:
    """The arrangement in force for each year, shipped or imported, in one query; for commands and for counting."""
    found = {year: Year(arrangement=one, number=0, working_days=None) for year, one in shipped().items()}
    for row in CalendarYear.objects.order_by("year", "number"):
        found[row.year] = Year(
            arrangement=from_json(row.content),
            number=row.number,
            working_days=None,
            reason=row.reason,
            imported_by=row.imported_by_name,
            imported_at=row.imported_at,
        )
    return dict(sorted(found.items()))


def _worked_out(found: YearArrangement) -> Imported:
    before = in_force()
    replaced = before.get(found.year)
    arrangements = {year: one.arrangement for year, one in before.items()}
    same = replaced is not None and replaced.arrangement == found
    after = Calendar({**arrangements, found.year: found})
    moved = () if same else tuple(_moved(found, calendar=after))
    return Imported(arrangement=found, replaced=replaced, moved=moved, changed=not same)


def _moved(found: YearArrangement, *, calendar: Calendar) -> Iterator[Moved]:
    """The open cases whose term runs and comes out on another day."""
    rows = (
        Case.objects.filter(state__in=[state.value for state in OPEN], limit_days__isnull=False)
        .filter(due_on__gte=earliest_day(found.year))
        .order_by("number")
        .prefetch_related("pauses")
    )
    for row in rows:
        due = clocks.due_on(row, calendar=calendar)
        if due is not None and row.due_on is not None and due != row.due_on:
            yield Moved(case_id=row.pk, number=row.number, title=row.title, before=row.due_on, after=due)


def _alone() -> None:
    """Wait for every move of a case under way and keep new ones waiting, so that none counts by the old calendar.

    Reading goes on. Moves lock their case before they ask the calendar, which is what this waits for.
    """
    with connection.cursor() as cursor:
        cursor.execute(f"LOCK TABLE {Case._meta.db_table} IN EXCLUSIVE MODE")
