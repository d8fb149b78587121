"""Several yearly adjustments one after the other: each begins from the pension the one before left."""

from collections.abc import Mapping
from decimal import Decimal

from nianlun.policy.adjustment import total
from nianlun.policy.adjustment_case import worked_out
from nianlun.policy.adjustment_plan import given_plan, given_year
from nianlun.policy.answers import yuan
from nianlun.policy.assessment import Assessment, CannotAssess
from nianlun.policy.cases import BadCase, Case
from nianlun.policy.explained import ExplainedSheet
from nianlun.policy.lawbook import LawBook
from nianlun.policy.rounding import FEN
from nianlun.policy.sheet import Evidence

OWN = ("from_year", "to_year", "retirement", "plans", "pension_last_december")
EACH_YEAR = (
    "province region scheme sex born contribution_years contribution_months resigned hardship_area work_disabled"
).split()
"""What holds for every year alike; averages and ages change from year to year and are refused here."""


def assess(case: Case, book: LawBook, evidence: Evidence) -> Assessment:
    """The kind `pension_adjustments`: from `from_year` to `to_year`, both included.

    Raises `NotInForce` naming the first year without a plan; a plan stated as `plans` by year closes the gap.
    """
    sheet = ExplainedSheet(evidence)
    first, last = given_year(case, "from_year"), given_year(case, "to_year")
    if first > last:
        raise BadCase(f"from_year {first} 晚于 to_year {last}。请核对。")
    retired = case.month("retirement", None)
    if retired is not None and retired // 12 >= first:
        raise CannotAssess(
            f"{first - 1} 年底以前没有退休，应从 {retired // 12 + 1} 年起算。请改 from_year。"
        )
    plans = case.raw("plans", {})
    if not isinstance(plans, Mapping):
        raise BadCase("plans 应按年份写，例如 [inputs.plans.2020]。")
    pension = sheet.given(
        "pension_last_december",
        case.money("pension_last_december"),
        title=f"{first - 1} 年 12 月养老金",
        unit="元/月",
    )
    amounts: dict[str, Decimal] = {}
    figures: dict[str, str] = {}
    labels: dict[str, str] = {}
    for year in range(first, last + 1):
        inputs = {name: value for name, value in case.inputs.items() if name not in OWN}
        stated = {"plan": plans[str(year)]} if str(year) in plans else {}
        reading = Case(case.kind, inputs | stated)
        plan = given_plan(reading, book, year)
        _, items = worked_out(reading, book, sheet, plan, year=year, pension=pension)
        added = total(sheet, items)
        pension = sheet.step(
            f"pension_{year}", pension + added, title=f"{year} 年调整后养老金", unit="元/月", rounding=FEN
        )
        amounts[f"increase_{year}"] = yuan(added)
        figures[f"pension_{year}"] = str(yuan(pension))
        labels |= {f"increase_{year}": f"{year} 年增加", f"pension_{year}": f"{year} 年调整后养老金"}
    case.finish(*EACH_YEAR)
    return Assessment(
        kind=case.kind,
        title=case.title or f"{first} 至 {last} 年基本养老金调整",
        sentence=f"{first} 至 {last} 年逐年调整后，每月 {yuan(pension)} 元。",
        amounts=amounts,
        total=sum(amounts.values(), Decimal("0.00")),
        figures=figures,
        labels=labels,
        derivation=pension.node,
    )
