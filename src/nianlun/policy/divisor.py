"""Divisor months of the account pension (计发月数): a table of ages, prorated by month since 2025."""

from fractions import Fraction

from nianlun.kernel.months import Month, last_day, parse_month
from nianlun.policy.assessment import Assessment, CannotAssess
from nianlun.policy.cases import Case
from nianlun.policy.explained import ExplainedSheet
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
        table, "payout_months", age_months, _by_month(table, mode.text()), title="计发月数", unit="个月"
    )


def _by_month(table: Span, mode: str) -> dict[int, Fraction]:
    """The entry for every age in months; with `interpolate_1dp` one decimal, between the two whole ages."""
    whole = {age: Fraction(table.decimal(str(age))) for age in range(40, 71)}
    entries = {months: whole[40] for months in range(480)}
    for months in range(480, 840):
        age, past = divmod(months, 12)
        exact = whole[age] - (whole[age] - whole[age + 1]) * past / 12
        entries[months] = _TENTH.of(exact) if mode == "interpolate_1dp" else whole[age]
    return entries | {months: whole[70] for months in range(840, 1441)}


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
    age = sheet.given("age_months", given_age(case, "age", other=paid_from), title="开始领取时的年龄", unit="个月")
    case.finish("sex", "m60", "m61")
    found = payout_months(sheet, age_months=age, paid_from=paid_from, book=book)
    return Assessment(
        kind=case.kind,
        title=case.title or "计发月数",
        sentence=f"计发月数为 {found.digits} 个月。",
        amounts={},
        total=None,
        figures={"payout_months": found.digits},
        labels={"payout_months": "计发月数"},
        derivation=found.node,
    )
