"""Parts of a career that more than one page of the public shows: years of twelve months, and the gaps."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from uuid import UUID

from nianlun.contributions import queries as contributions
from nianlun.entitlements.figures import RingCell
from nianlun.kernel.money import show_money
from nianlun.ui.widgets.evidence import Evidence

MOST_GAPS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """Months in a row that nobody has accounted for."""

    since: int
    months: int


def paid_by_year(person_id: UUID) -> Mapping[int, str]:
    """What the person paid each year, as shown; years before accounts have none."""
    rows = contributions.year_rows(person_id)
    return {row.year: show_money(row.personal) for row in rows if row.personal}


def longest_gaps(cells: Sequence[RingCell]) -> list[Gap]:
    """The longest gaps, longest first."""
    found = [
        Gap(since=lines[0].month, months=len(lines))
        for state, lines in ((state, list(run)) for state, run in groupby(cells, key=lambda c: c.state))
        if state == Evidence.GAP
    ]
    return sorted(found, key=lambda gap: (-gap.months, gap.since))[:MOST_GAPS]
