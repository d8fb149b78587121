"""How the agency's business runs, for those who oversee it: who holds what, how long steps take, what comes back.

Everything is worked out by the database, in as many queries for a million cases as for none.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db import connection
from django.db.models import Count, Min, Q

from nianlun.access.domain import Right, Viewer, authorize
from nianlun.cases import calendars
from nianlun.cases.domain.flow import OPEN, STATE_OF, State
from nianlun.cases.domain.types import Step
from nianlun.cases.models import Case

MOST_REASONS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """What one member of staff has in hand, or, without one, what waits in a state for anybody."""

    account_id: int | None
    name: str
    state: State | None
    cases: int
    overdue: int
    oldest: datetime
    next_due_on: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """How many working days a step of a kind of business takes, pauses left out. None where no stay can be counted.

    `uncounted` are cases that reach into a year without a calendar.
    """

    type_code: str
    step: Step
    cases: int
    median: Decimal | None
    ninetieth: Decimal | None
    uncounted: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Returned:
    """How often a step of a kind of business sends cases back, of how many decisions, and the latest reasons."""

    type_code: str
    step: Step
    returns: int
    decisions: int
    reasons: tuple[str, ...]

    @property
    def share(self) -> Decimal:
        """Returns to decisions."""
        return Decimal(self.returns) / self.decisions


def held(viewer: Viewer, *, on: date) -> list[Held]:
    """What everybody has in hand, the most first; then what nobody has taken, by state. Raises `Refused`."""
    authorize(viewer, Right.CASE_OVERSEE)
    rows = _in_scope(viewer).filter(state__in=[state.value for state in OPEN])
    figures = {
        "cases": Count("pk"),
        "overdue": Count("pk", filter=Q(due_on__lt=on)),
        "oldest": Min("received_at"),
        "next_due_on": Min("due_on"),
    }
    in_hand = rows.filter(holder__isnull=False).values("holder_id", "holder__name").annotate(**figures)
    waiting = rows.filter(holder__isnull=True).values("state").annotate(**figures)
    order = list(State)
    return [
        *(
            Held(account_id=row.pop("holder_id"), name=row.pop("holder__name"), state=None, **row)
            for row in in_hand.order_by("-cases", "holder__name")
        ),
        *sorted(
            (Held(account_id=None, name="", state=State(row.pop("state")), **row) for row in waiting),
            key=lambda one: order.index(one.state or order[0]),
        ),
    ]


def taken(viewer: Viewer, *, since: datetime, until: datetime) -> list[Taken]:
    """How long the steps took that were done in a period, by kind of business. Raises `Refused`."""
    authorize(viewer, Right.CASE_OVERSEE)
    days, counts = _running_count()
    rows = rows_of(
        _TAKEN,
        zone=settings.TIME_ZONE,
        since=since,
        until=until,
        scope=viewer.scope,
        days=days,
        counts=counts,
    )
    return [
        Taken(
            type_code=code,
            step=_step(state),
            cases=cases,
            median=_rounded(median),
            ninetieth=_rounded(ninetieth),
            uncounted=uncounted,
        )
        for code, state, cases, median, ninetieth, uncounted in rows
    ]


def returned(viewer: Viewer, *, since: datetime, until: datetime) -> list[Returned]:
    """Where cases came back in a period, the most often first, with the latest reasons. Raises `Refused`."""
    authorize(viewer, Right.CASE_OVERSEE)
    rows = rows_of(_RETURNED, since=since, until=until, scope=viewer.scope, most=MOST_REASONS)
    return [
        Returned(
            type_code=code, step=_step(state), returns=returns, decisions=decisions, reasons=tuple(reasons)
        )
        for code, state, returns, decisions, reasons in rows
    ]


def _in_scope(viewer: Viewer) -> Any:
    cases = Case.objects.filter(division__startswith=viewer.scope)
    return cases if viewer.scope else cases.none()


def _running_count() -> tuple[list[date], list[int]]:
    """Every day of the years known, each with the number of working days up to and with it."""
    calendar = calendars.calendar()
    days: list[date] = []
    counts: list[int] = []
    count = 0
    for year in calendar.years:
        for number in range((date(year + 1, 1, 1) - date(year, 1, 1)).days):
            day = date(year, 1, 1) + timedelta(days=number)
            count += calendar.is_working_day(day)
            days.append(day)
            counts.append(count)
    return days, counts


def rows_of(statement: str, **values: Any) -> list[tuple[Any, ...]]:
    """The rows of a statement with named values."""
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        found: list[tuple[Any, ...]] = cursor.fetchall()
    return found


def _step(state: str) -> Step:
    return next(step for step, of in STATE_OF.items() if of.value == state)


def _rounded(value: float | None) -> Decimal | None:
    return None if value is None else Decimal(str(value)).quantize(Decimal("0.1"))


_TAKEN = """
WITH left_ AS (
    SELECT a.case_id, c.type, a.number, a.state, a.move, a.at
    FROM cases_action a JOIN cases_case c ON c.id = a.case_id
    WHERE a.at >= %(since)s AND a.at < %(until)s AND a.state <> a.led_to
      AND a.state IN ('first_review', 'second_review', 'approval', 'payment')
      AND %(scope)s <> '' AND starts_with(c.division, %(scope)s)
), stays AS (
    SELECT l.*, (
        SELECT e.at FROM cases_action e
        WHERE e.case_id = l.case_id AND e.number < l.number AND e.led_to = l.state AND e.state <> e.led_to
        ORDER BY e.number DESC LIMIT 1
    ) AS came
    FROM left_ l
), known AS (
    SELECT * FROM unnest(%(days)s::date[], %(counts)s::int[]) AS k(day, count)
), per_case AS (
    SELECT s.type, s.state, s.case_id, bool_and(o.count IS NOT NULL AND i.count IS NOT NULL) AS counted,
        sum(o.count - i.count) AS days
    FROM stays s
    LEFT JOIN known i ON i.day = (s.came AT TIME ZONE %(zone)s)::date
    LEFT JOIN known o ON o.day = (s.at AT TIME ZONE %(zone)s)::date
    GROUP BY s.type, s.state, s.case_id
    HAVING bool_or(s.move IN ('pass', 'return', 'refuse', 'pay'))
)
SELECT type, state, count(*),
    percentile_cont(0.5) WITHIN GROUP (ORDER BY days) FILTER (WHERE counted),
    percentile_cont(0.9) WITHIN GROUP (ORDER BY days) FILTER (WHERE counted),
    count(*) FILTER (WHERE NOT counted)
FROM per_case GROUP BY type, state
ORDER BY type, array_position(ARRAY['first_review', 'second_review', 'approval', 'payment'], state::text)
"""
_RETURNED = """
SELECT c.type, a.state, count(*) FILTER (WHERE a.move = 'return') AS returns, count(*),
    (array_agg(a.text ORDER BY a.at DESC) FILTER (WHERE a.move = 'return'))[1:%(most)s]
FROM cases_action a JOIN cases_case c ON c.id = a.case_id
WHERE a.at >= %(since)s AND a.at < %(until)s AND a.move IN ('pass', 'return', 'refuse')
  AND %(scope)s <> '' AND starts_with(c.division, %(scope)s)
GROUP BY c.type, a.state HAVING bool_or(a.move = 'return')
ORDER BY returns DESC, c.type, a.state
"""
