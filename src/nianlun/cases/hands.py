"""Through whose hands cases go: who passes on to whom, and where separation had to say no, for those who oversee it."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db.models import Count, Max

from nianlun.access import queries as access
from nianlun.access.domain import Right, Viewer, authorize
from nianlun.cases.domain.types import Step
from nianlun.cases.models import CloseCall
from nianlun.cases.statistics import rows_of

MOST_PAIRS, MOST_CALLS = 30, 30
SHARE, FEWEST = Decimal("0.4"), 20
"""From which share of a reviewer's cases, and how many of them, one pair of hands is worth a look.

Our own rule, no law's: in an office of five each pair meets in a fifth of the cases by chance; twice that, over a
month's work of some twenty cases, is no chance any more.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """How many cases went from one pair of hands to another, and of how many the later had in all."""

    earlier: Step
    earlier_name: str
    later: Step
    later_name: str
    cases: int
    of: int

    @property
    def share(self) -> Decimal:
        """Which part of the later one's cases came from the earlier one."""
        return Decimal(self.cases) / self.of

    @property
    def marked(self) -> bool:
        """Whether two people pass so much on to each other that somebody should look."""
        return self.cases >= FEWEST and self.share > SHARE


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """An attempt that separation refused."""

    number: str
    name: str
    step: Step
    sentence: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Gathered:
    """How many such attempts one member of staff made, and when the last."""

    name: str
    attempts: int
    last: datetime


def pairs(viewer: Viewer, *, since: datetime, until: datetime) -> list[Pair]:
    """Who passes cases on to whom, what is worth a look first, then the most cases. Raises `Refused`."""
    authorize(viewer, Right.CASE_OVERSEE)
    rows = rows_of(
        _PAIRS,
        since=since,
        until=until,
        scope=viewer.scope,
        fewest=FEWEST,
        share=SHARE,
        most=MOST_PAIRS,
    )
    names = access.names({account for row in rows for account in (row[1], row[3])})
    return [
        Pair(
            earlier=Step(earlier),
            earlier_name=names.get(first, ""),
            later=Step(later),
            later_name=names.get(second, ""),
            cases=cases,
            of=of,
        )
        for earlier, first, later, second, cases, of in rows
    ]


def close_calls(viewer: Viewer, *, since: datetime) -> list[Call]:
    """The latest attempts that separation refused. Raises `Refused`."""
    rows = _calls(viewer, since=since).select_related("case", "account").order_by("-at", "-pk")
    return [
        Call(
            number=row.case.number,
            name=row.account.name,
            step=Step(row.step),
            sentence=row.sentence,
            at=row.at,
        )
        for row in rows[:MOST_CALLS]
    ]


def where_calls_gather(viewer: Viewer, *, since: datetime) -> list[Gathered]:
    """Who was refused how often, the most first. Raises `Refused`."""
    rows = _calls(viewer, since=since).values("account_id", "account__name")
    counted = rows.annotate(attempts=Count("pk"), last=Max("at")).order_by("-attempts", "-last")
    return [
        Gathered(name=row["account__name"], attempts=row["attempts"], last=row["last"])
        for row in counted[:MOST_CALLS]
    ]


def _calls(viewer: Viewer, *, since: datetime) -> Any:
    authorize(viewer, Right.CASE_OVERSEE)
    calls = CloseCall.objects.filter(case__division__startswith=viewer.scope, at__gte=since)
    return calls if viewer.scope else calls.none()


_PAIRS = """
WITH took AS (
    SELECT DISTINCT d.case_id, d.step, d.account_id
    FROM cases_duty d JOIN cases_case c ON c.id = d.case_id
    WHERE d.at >= %(since)s AND d.at < %(until)s AND %(scope)s <> '' AND starts_with(c.division, %(scope)s)
), steps(earlier, later) AS (
    VALUES ('first_review', 'second_review'), ('second_review', 'approval'), ('first_review', 'approval'),
        ('approval', 'payment')
), counted AS (
    SELECT s.earlier, e.account_id AS first, s.later, l.account_id AS second, count(*) AS cases
    FROM steps s
    JOIN took e ON e.step = s.earlier
    JOIN took l ON l.step = s.later AND l.case_id = e.case_id
    GROUP BY s.earlier, e.account_id, s.later, l.account_id
), totals AS (
    SELECT step, account_id, count(*) AS cases FROM took GROUP BY step, account_id
)
SELECT p.earlier, p.first, p.later, p.second, p.cases, t.cases
FROM counted p JOIN totals t ON t.step = p.later AND t.account_id = p.second
ORDER BY (p.cases >= %(fewest)s AND p.cases > %(share)s * t.cases) DESC, p.cases DESC, p.earlier, p.first, p.second
LIMIT %(most)s
"""
