"""Inputs by calendar year and named roundings, as cases of accounts and transfers write them."""

import re
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from nianlun.policy.cases import FIRST_YEAR, LAST_YEAR, BadCase, Case
from nianlun.policy.rounding import Rounding, rounding


def given_rounding(case: Case, name: str = "rounding", default: str = "half_up:2") -> Rounding | None:
    """The rounding that an input names; None for "exact"."""
    try:
        return rounding(case.text(name, default))
    except ValueError as reason:
        raise BadCase(str(reason)) from None


def given_years(case: Case, name: str = "years") -> list[tuple[int, Case]]:
    """Rows by year, ascending: [[inputs.years]] each with `year`, or [inputs.years.2023] groups."""
    content = case.raw(name)
    if isinstance(content, Mapping):
        found = [
            (_year(name, key), row)
            for key in content
            for row in Case(case.kind, {name: [content[key]]}).rows(name)
        ]
    else:
        found = [(_year(name, row.raw("year")), row) for row in case.rows(name)]
    years = [year for year, _ in found]
    if len(set(years)) != len(years):
        raise BadCase(f"{name} 里同一年出现了两次。请合并为一行。")
    return sorted(found, key=lambda pair: pair[0])


def given_rates(case: Case, name: str) -> dict[int, Decimal]:
    """Shares by year from a group, { "2023" = 0.0397 }; empty where it is not given."""
    content = case.raw(name, {})
    if not isinstance(content, Mapping):
        raise BadCase(f'{name} 应写成一组，每年一个，例如 {{ "2023" = 0.0397 }}。')
    inner = Case(f"{case.kind}.{name}", content)
    return {_year(name, key): inner.number(key, high=1) for key in content}


def refuse_years_outside(name: str, years: Iterable[int], *, first: int, last: int) -> None:
    """Refuse a year that the calculation never comes to, so that a slip of the pen does not go unnoticed."""
    outside = sorted(year for year in years if not first <= year <= last)
    if outside:
        raise BadCase(f"{name} 里的 {outside[0]} 年用不上，计算只到 {first} 至 {last} 年。请核对。")


def _year(name: str, value: Any) -> int:
    text = str(value)
    if not re.fullmatch(r"[0-9]{4}", text) or not FIRST_YEAR <= int(text) <= LAST_YEAR:
        raise BadCase(f"{name} 的年份应在 {FIRST_YEAR} 到 {LAST_YEAR} 之间，现在是“{text[:20]}”。")
    return int(text)
