"""The plan of one year's adjustment: a row of the region's table, or as the case states it."""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from nianlun.policy.cases import BadCase, Case
from nianlun.policy.explained import ExplainedSheet, Figure
from nianlun.policy.lawbook import LawBook
from nianlun.policy.tables import NotInForce, Span

FIRST_YEAR, LAST_YEAR = 1978, 2150
SCHEMES = {"enterprise": "企业", "government_institution": "机关事业"}
STATED = "案例给出的调整方案"
PARTS = (
    "fixed fixed_resigned per_year pension_share age_tilt hardship minimum_increase_work_disabled part_year"
).split()


class YearPlan:
    """One year's plan: parts by name, from a table row or as the case states them."""

    def __init__(self, parts: Mapping[str, Any], span: Span | None) -> None:
        self.parts, self.span = parts, span
        self.article = span.source if span else STATED

    def has(self, name: str) -> bool:
        """Whether the plan orders that part."""
        return name in self.parts

    @property
    def started_year_counts(self) -> bool:
        """Whether a part year counts as one, as every plan seen says. Raises `BadCase`."""
        way = self.parts.get("part_year", "counts_as_one")
        if way not in ("counts_as_one", "exact"):
            raise BadCase("plan 的 part_year 应是 counts_as_one（不足一年按一年）或 exact。")
        return bool(way == "counts_as_one")

    def figure(self, sheet: ExplainedSheet, name: str, *, unit: str = "元/月") -> Figure:
        """A number of the plan."""
        title = f"方案：{PART_TITLES.get(name, name)}"
        if self.span:
            return sheet.row(self.span, f"plan_{name}", title=title, unit=unit, part=name)
        return sheet.given(f"plan_{name}", number(name, self.parts[name]), title=title, unit=unit)

    def nested(self, sheet: ExplainedSheet, name: str, value: object, *, title: str) -> Figure:
        """A number inside a list or group of the plan."""
        return sheet.given(
            f"plan_{name}", number(name, value), title=title, unit="元/月", note=self.article
        )


PART_TITLES = {
    "fixed": "定额",
    "fixed_resigned": "退职人员定额",
    "per_year": "每满一年",
    "pension_share": "养老金比例",
    "minimum_increase_work_disabled": "因工致残人员最低增加额",
}


def number(name: str, value: object) -> Decimal:
    """A number of a plan, not below zero. Raises `BadCase`."""
    if value is None:
        raise BadCase(f"plan 的 {name} 没有数值。")
    return Case("plan", {name: value}).number(name, high=100_000)


def given_year(case: Case, name: str) -> int:
    """A year of adjustment. Raises `BadCase`."""
    year = case.count(name, high=LAST_YEAR)
    if year < FIRST_YEAR:
        raise BadCase(f"{name} 应在 {FIRST_YEAR} 到 {LAST_YEAR} 之间，现在是 {year}。")
    return year


def given_plan(case: Case, book: LawBook, year: int) -> YearPlan:
    """The plan that the case states, or that of the region for the scheme and year."""
    scheme = case.choice("scheme", tuple(SCHEMES), "enterprise")
    if case.has("plan"):
        case.region(needed=False)
        parts = case.raw("plan")
        if not isinstance(parts, Mapping) or not {"fixed", "per_year"} <= set(parts):
            raise BadCase("plan 应写成一组，至少有 fixed（定额）和 per_year（每满一年）。")
        if unknown := sorted(set(parts) - set(PARTS)):
            raise BadCase(f"plan 里不认识的项目：{'、'.join(map(str, unknown))}。")
        return YearPlan(parts, None)
    region, day = case.region(), date(year, 1, 1)
    try:
        span = book.on("pension_adjustment", day, region=region, group="all")
    except NotInForce as joint:
        if scheme != "enterprise":
            raise
        try:
            span = book.on("pension_adjustment", day, region=region, group="enterprise")
        except NotInForce as alone:
            # The group that knows of the year says why; before its first span a group says nothing of use.
            raise (joint if year >= _first(book, region, "all") else alone) from None
    if not isinstance(span.value, Mapping):
        raise NotInForce(f"《{book.table('pension_adjustment').title}》{year} 年的方案不完整。")
    return YearPlan(span.value, span)


def _first(book: LawBook, region: str, group: str) -> int:
    table = book.table("pension_adjustment")
    ours = [s.since.year for s in table.spans if s.group == group and s.region[:2] == region[:2]]
    absent = [a.since.year for a in table.absences if a.group == group and a.region[:2] == region[:2]]
    return min([*ours, *absent], default=LAST_YEAR)


def tilt_rows(plan: YearPlan) -> Sequence[Mapping[str, Any]]:
    """The bands of the age tilt, empty for none. Raises `BadCase`."""
    rows = plan.parts.get("age_tilt", ())
    listed = isinstance(rows, Sequence) and not isinstance(rows, str)
    if not listed or not all(isinstance(row, Mapping) and "amount" in row for row in rows):
        raise BadCase(
            "plan 的 age_tilt 应是一列分档，每档有 amount 和 born_from、born_to 或 from_age、to_age。"
        )
    if len({by_birth_day(row) for row in rows}) > 1:
        raise BadCase("plan 的 age_tilt 不能一部分按出生日期、一部分按年龄分档。")
    return rows  # type: ignore[no-any-return]


def by_birth_day(row: Mapping[str, Any]) -> bool:
    """Whether a band is one of birth dates, not of ages."""
    return "born_from" in row or "born_to" in row
