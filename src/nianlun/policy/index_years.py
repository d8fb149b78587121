"""The average contribution index (平均缴费工资指数): yearly indices and their mean, by the rules of the region."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Generic

from nianlun.kernel.months import Month
from nianlun.policy.assessment import CannotAssess
from nianlun.policy.cases import FIRST_YEAR, LAST_YEAR, BadCase, Case
from nianlun.policy.enterprise import EnterpriseRule
from nianlun.policy.explained import ExplainedSheet, Figure
from nianlun.policy.lawbook import LawBook
from nianlun.policy.rounding import Rounding
from nianlun.policy.sheet import Q, Sheet
from nianlun.policy.tables import NotInForce, Span

_FOUR = Rounding("half_up", 4)
ARTICLE = "国发〔2005〕38号 第六条"
HIGHEST = 10  # an index above ten is a slip of the pen: bases are cut at three times the reference wage


@dataclass(frozen=True, slots=True)
class IndexYear(Generic[Q]):
    """One calendar year: the base a month in yuan, zero where nothing was paid.

    `deemed`: service counts instead; true or false, or for many persons a column of it.
    """

    year: int
    base: Q
    deemed: Any = False


def mean_index(
    sheet: Sheet[Q],
    years: Iterable[IndexYear[Q]],
    *,
    book: LawBook,
    region: str,
    day: date,
    to: Rounding | None,
) -> Q:
    """The mean of the yearly indices of the years that count; `years` come in their order.

    Not weighted by months; a year without payment is left out, or counts as zero where the region says so and
    the career has begun. Raises `NotInForce` where the reference wage of a year that was paid is not known.
    """
    rules = book.on("index_rules", day, region=region)
    gaps_count = rules.has("gap_year") and rules.text("gap_year") == "counts_as_zero"
    indices, counted = [], []
    begun: Any = False
    for one in years:
        base = sheet.choose(one.deemed, 0, one.base)
        paid = base > 0
        counts = paid | one.deemed
        begun = begun | counts
        index: Any = 0
        if sheet.anyone(paid):
            index = _paid_index(sheet, one.year, base, rules, book=book, region=region)
        if sheet.anyone(one.deemed):
            index = sheet.choose(one.deemed, _deemed_index(sheet, one.year, rules), index)
        if sheet.anyone(counts):
            indices.append(index)
        if sheet.anyone(begun if gaps_count else counts):
            counted.append(sheet.choose(begun if gaps_count else counts, 1, 0))
    total = sheet.step("index_sum", sheet.total(indices), title="历年缴费工资指数之和", article=ARTICLE)
    count = sheet.step(
        "counted_years", sheet.total(counted), title="计算指数的年数", unit="年", rows=[rules]
    )
    return sheet.step(
        "index",
        total / sheet.larger(count, 1),
        title="平均缴费工资指数",
        rounding=to,
        rule="历年指数之和除以年数；整年没有缴费的年份和退休当年不计入",
        article=ARTICLE,
        rows=[rules],
    )


def unknown_years(
    years: Iterable[int], *, book: LawBook, region: str, day: date, deemed: bool = False
) -> dict[int, NotInForce]:
    """The years that `mean_index` refuses for whoever paid in them, or has them `deemed`, each with the reason."""
    rules = book.on("index_rules", day, region=region)
    found = {}
    for year in years:
        try:
            if deemed:
                _deemed_part(year, rules)
            elif _paid_part(year, rules, book=book, region=region) == "":
                reference_wage(book, year, region=region)
        except NotInForce as reason:
            found[year] = reason
    return found


def _deemed_index(sheet: Sheet[Q], year: int, rules: Span) -> Q:
    return sheet.row(rules, f"index_{year}", title=_title(year), part=_deemed_part(year, rules))


def _deemed_part(year: int, rules: Span) -> str:
    part = _fixed_part(year, rules) or "deemed"
    if not rules.has(part):
        raise NotInForce(f"没有 {year} 年视同缴费的指数怎样计算的规定。")
    return part


def _paid_index(sheet: Sheet[Q], year: int, base: Q, rules: Span, *, book: LawBook, region: str) -> Q:
    """The index of one year; zero for whoever paid nothing, as no part of the reference wage is zero."""
    step_id, title = f"index_{year}", _title(year)
    if part := _paid_part(year, rules, book=book, region=region):
        return sheet.choose(base > 0, sheet.row(rules, step_id, title=title, part=part), 0)
    reference = sheet.row(
        reference_wage(book, year, region=region),
        f"reference_{year}",
        title=f"{year} 年指数所用的平均工资",
        unit="元/月",
        part="monthly",
    )
    index = base / reference
    if floor := _fixed_part(year, rules):
        index = sheet.choose(base > 0, sheet.larger(index, rules.decimal(floor)), 0)
    return sheet.step(step_id, index, title=title, rounding=_FOUR, article=ARTICLE)


def _paid_part(year: int, rules: Span, *, book: LawBook, region: str) -> str:
    """The part of the rules that is the index of a paid year whatever the base; empty where the base decides."""
    part = _fixed_part(year, rules)
    return part if part == "before_1993" or (part and not _has_wage(book, year, region)) else ""


def _fixed_part(year: int, rules: Span) -> str:
    part = "before_1993" if year < 1993 else "floor_1993_1995" if year <= 1995 else ""
    return part if part and rules.has(part) else ""


def _title(year: int) -> str:
    return f"{year} 年缴费工资指数"


def reference_wage(book: LawBook, year: int, *, region: str) -> Span:
    """The average wage that a year's base is divided by, a month in yuan as part "monthly". Raises `NotInForce`."""
    rule = book.on("index_reference", date(year, 7, 1), region=region)
    statistic = year if rule.text() == "same_year" else year - 1
    series = book.on("index_series", date(statistic, 7, 1), region=region)
    return book.on("average_wage", date(statistic, 7, 1), region=region, group=series.text())


def _has_wage(book: LawBook, year: int, region: str) -> bool:
    try:
        reference_wage(book, year, region=region)
    except NotInForce:
        return False
    return True


def given_index(
    case: Case, book: LawBook, sheet: ExplainedSheet, rule: EnterpriseRule, *, region: str, until: Month
) -> Figure:
    """The index as the case states it: printed, in parts, by yearly indices, or by yearly bases."""
    for name in ("avg_index", "index_Z"):
        if case.has(name):
            case.raw("index_parts", None)
            return sheet.given("index", case.number(name, high=HIGHEST), title="平均缴费工资指数")
    if case.has("index_parts"):
        return _from_parts(case, sheet, rule)
    if case.has("yearly_indices"):
        return _from_indices(case, sheet, rule)
    if not case.has("yearly_bases"):
        raise CannotAssess(
            "缺少平均缴费工资指数。请给出 avg_index，或 yearly_indices（历年指数），或 yearly_bases（历年缴费基数）。",
            missing=("avg_index",),
        )
    years: list[IndexYear[Figure]] = []
    for row in case.rows("yearly_bases"):
        year = row.count("year", high=LAST_YEAR)
        if year < FIRST_YEAR:
            raise BadCase(
                f"yearly_bases 的年份应在 {FIRST_YEAR} 到 {LAST_YEAR} 之间，现在是 {year}。请核对。"
            )
        base = row.money("base", Decimal(0))
        title = f"{year} 年月缴费基数"
        years.append(
            IndexYear(year, sheet.given(f"base_{year}", base, title=title, unit="元"), row.flag("deemed"))
        )
        row.finish("months")
    seen = [one.year for one in years]
    if len(set(seen)) != len(seen):
        raise BadCase("yearly_bases 里同一年出现了两次。请合并为一行。")
    counted = [one for one in sorted(years, key=lambda y: y.year) if one.year < until // 12]
    if not any(one.deemed or one.base > 0 for one in counted):
        raise CannotAssess("退休当年以前没有缴费年份，不能计算指数。", missing=("yearly_bases",))
    return mean_index(sheet, counted, book=book, region=region, day=date(until // 12, 1, 1), to=rule.index)


def _from_parts(case: Case, sheet: ExplainedSheet, rule: EnterpriseRule) -> Figure:
    parts = case.raw("index_parts")
    if not isinstance(parts, Mapping):
        raise BadCase("index_parts 应写成一组，每段给出 years 和 sum，另有 counted_years。")
    inner = Case(f"{case.kind}.index_parts", parts)
    count = sheet.given("counted_years", inner.count("counted_years"), title="计算指数的年数", unit="年")
    sums, years = [], 0
    for name in [key for key in parts if key != "counted_years"]:
        (row,) = Case(inner.kind, {name: [parts[name]]}).rows(name)
        inner.raw(name)
        years += row.count("years")
        title = f"{name} 指数之和"
        sums.append(sheet.given(f"index_sum_{name}", row.number("sum", high=1000), title=title))
        row.finish("each")
    inner.finish()
    if years != count.value:
        raise BadCase(f"index_parts 各段共 {years} 年，与 counted_years {count.digits} 不同。请核对。")
    return sheet.step(
        "index", sheet.total(sums) / count, title="平均缴费工资指数", rounding=rule.index, article=ARTICLE
    )


def _from_indices(case: Case, sheet: ExplainedSheet, rule: EnterpriseRule) -> Figure:
    figures = []
    for row in case.rows("yearly_indices"):
        year, index = row.count("year", high=2200), row.number("index", high=HIGHEST)
        row.finish()
        figures.append(sheet.given(f"index_{year}", index, title=f"{year} 年缴费工资指数"))
    if not figures:
        raise CannotAssess("yearly_indices 是空的。", missing=("yearly_indices",))
    count = case.count("counted_years", len(figures), high=100)
    if count < 1:
        raise BadCase("counted_years 应大于 0。")
    counted = sheet.given("counted_years", count, title="计算指数的年数", unit="年")
    return sheet.step(
        "index",
        sheet.total(figures) / counted,
        title="平均缴费工资指数",
        rounding=rule.index,
        article=ARTICLE,
    )
