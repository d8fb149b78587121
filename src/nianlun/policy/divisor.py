"""Divisor months of the account pension (计发月数): a table of ages, prorated by month since 2025."""

from collections.abc import Mapping
from fractions import Fraction
from functools import cache
from types import MappingProxyType

from nianlun.kernel.months import Month, last_day, parse_month
from nianlun.policy.assessment import Assessment, CannotAssess
from nianlun.policy.cases import Case
from nianlun.policy.explained import ExplainedSheet, show
from nianlun.policy.lawbook import LawBook
from nianlun.policy.rounding import Rounding
from nianlun.policy.sheet import Evidence, Q, Sheet
from nianlun.policy.tables import Span

_TENTH = Rounding("half_up", 1)


def payout_months(sheet: Sheet[Q], *, age_months: Q, paid_from: Month, book: LawBook) -> Q:
    """Divisor months for an age in months at the start of the benefit (国发〔2005〕38号 附件).

    Ages below the table take its first entry, ages above its last. Raises `NotInForce` before 1998.
    """
    day = last_day(paid_from)
    table, mode = book.on("payout_months", day), book.on("payout_months_mode", day)
    if table.has("all"):
        return sheet.row(table, "payout_months", title="计发月数", unit="个月", part="all")
    return sheet.lookup(
        table,
        "payout_months",
        age_months,
        _by_month(tuple(_whole_ages(table).items()), mode.text()),
        title="计发月数",
        unit="个月",
    )


@cache
def _by_month(ages: tuple[tuple[int, Fraction], ...], mode: str) -> Mapping[int, Fraction]:
    """The entry for every age in months; with `interpolate_1dp` one decimal, between the two whole ages."""
    whole = dict(ages)
    entries = dict.fromkeys(range(480), whole[40])
    for months in range(480, 840):
        exact = _between(whole, months)
        entries[months] = _TENTH.of(exact) if mode == "interpolate_1dp" else whole[months // 12]
    return MappingProxyType(entries | dict.fromkeys(range(840, 1441), whole[70]))


def unrounded_months(book: LawBook, *, age_months: int, paid_from: Month) -> Fraction | None:
    """The divisor of that age before it is rounded; None where none is interpolated. Raises `NotInForce`."""
    day = last_day(paid_from)
    table, mode = book.on("payout_months", day), book.on("payout_months_mode", day)
    interpolated = mode.text() == "interpolate_1dp" and not table.has("all") and 480 <= age_months < 840
    return _between(_whole_ages(table), age_months) if interpolated else None


def _whole_ages(table: Span) -> dict[int, Fraction]:
    return {age: Fraction(table.decimal(str(age))) for age in range(40, 71)}


def _between(whole: Mapping[int, Fraction], months: int) -> Fraction:
    """Between the entries of two whole ages, in proportion to the months past the first."""
    age, past = divmod(months, 12)
    return whole[age] - (whole[age] - whole[age + 1]) * past / 12


def given_age(case: Case, name: str, *, other: Month | None = None) -> int:
    """An age in months from `name` ([60, 3]), or from `birth` to the month `other`."""
    if case.has(name):
        return int(case.years_months(name))
    born = case.month("birth")
    if other is None or other < born:
        raise CannotAssess("领取月份早于出生月份，不能计算年龄。请核对。", missing=(name,))
    return other - born


def assess(case: Case, book: LawBook, evidence: Evidence) -> Assessment:
    """The kind `payout_months`: divisor months for an age."""
    sheet = ExplainedSheet(evidence)
    paid_from = case.month("benefit_date", parse_month("2025-01"))
    months = given_age(case, "age", other=paid_from)
    age = sheet.given("age_months", months, title="开始领取时的年龄", unit="个月")
    case.finish("sex", "m60", "m61")
    found = payout_months(sheet, age_months=age, paid_from=paid_from, book=book)
    exact = unrounded_months(book, age_months=months, paid_from=paid_from)
    figures = {"payout_months": found.digits}
    if exact is not None:
        figures["payout_months_exact"] = show(exact)
    return Assessment(
        kind=case.kind,
        title=case.title or "计发月数",
        sentence=f"计发月数为 {found.digits} 个月。",
        amounts={},
        total=None,
        figures=figures,
        labels={"payout_months": "计发月数", "payout_months_exact": "取一位小数以前的计发月数"},
        derivation=found.node,
    )
