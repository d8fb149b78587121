"""Rows of twelve slots, one row a year, for the phone."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from nianlun.ui.widgets.evidence import PENDING, Evidence
from nianlun.ui.widgets.ring import RingMonth

SLOT_WIDTH, SLOT_HEIGHT, SLOT_GAP = 11, 18, 3
ROW_WIDTH = 12 * SLOT_WIDTH + 11 * SLOT_GAP


@dataclass(frozen=True, slots=True, kw_only=True)
class Slot:
    """One month of a row; `state` is a class of the style sheet, `pending` for a month that is not there."""

    state: str
    x: int
    title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class YearRow:
    """One year: its slots, what was paid in words, and the same as a sentence for who cannot see it."""

    year: int
    slots: tuple[Slot, ...]
    paid: str
    sentence: str
    href: str | None


def year_rows(
    months: Sequence[RingMonth], *, paid: Mapping[int, str] | None = None, newest_first: bool = True
) -> tuple[YearRow, ...]:
    """Rows for every year from the first to the last month; `paid` maps a year to its amount as shown."""
    known = {one.month: one for one in months}
    if len(known) != len(months):
        raise ValueError("a month stands twice")
    if not known:
        return ()
    span = range(min(known) // 12, max(known) // 12 + 1)
    return tuple(
        _row(year, known=known, paid=(paid or {}).get(year, ""))
        for year in (reversed(span) if newest_first else span)
    )


def _row(year: int, *, known: Mapping[int, RingMonth], paid: str) -> YearRow:
    months = [known.get(year * 12 + index) for index in range(12)]
    slots = tuple(
        Slot(
            state=Evidence(one.state).value if one else PENDING,
            x=index * (SLOT_WIDTH + SLOT_GAP),
            title=f"{year} 年 {index + 1} 月：{(one.label or Evidence(one.state).label) if one else '无记录'}",
        )
        for index, one in enumerate(months)
    )
    present = [one for one in months if one]
    counts = {state: sum(one.state == state for one in present) for state in Evidence}
    words = "，".join(f"{state.label} {count} 个月" for state, count in counts.items() if count) or "无记录"
    return YearRow(
        year=year,
        slots=slots,
        paid=paid,
        sentence=f"{year} 年：{words}",
        href=next((one.href for one in present if one.href), None),
    )
