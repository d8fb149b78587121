"""Death grants of a region before the national rule of 2021-09; Hebei's rest on the average enterprise pension."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from nianlun.policy.answers import gathered, yuan
from nianlun.policy.assessment import Assessment, CannotAssess
from nianlun.policy.cases import Case
from nianlun.policy.explained import ExplainedSheet, Figure
from nianlun.policy.lawbook import LawBook
from nianlun.policy.rounding import FEN
from nianlun.policy.sheet import Q, Sheet
from nianlun.policy.tables import Span

LABELS = {
    "funeral": "丧葬补助金",
    "grant": "一次性抚恤金",
    "total": "合计",
    "months": "抚恤金月数",
    "base": "月基数",
}


@dataclass(frozen=True, slots=True)
class Grants:
    """Funeral and survivors' grant with their sum in yuan, the months of the latter and the monthly base."""

    funeral: Figure
    grant: Figure
    total: Figure
    months: Figure
    base: Figure


def years_grant_months(sheet: Sheet[Q], *, years: Q, span: Span) -> Q:
    """Months of the grant: one for each contribution year, a started year counting, up to the cap."""
    return sheet.step(
        "grant_months",
        sheet.smaller(
            sheet.whole(years, "ceil") * span.number("grant_per_year"), span.number("months_cap")
        ),
        title=LABELS["months"],
        unit="个月",
        rule="每缴费一年 1 个月，不足一年按一年，有上限",
        article=span.source,
        rows=[span],
    )


def regional_grants(
    case: Case, book: LawBook, sheet: ExplainedSheet, span: Span, *, region: str, year: int
) -> Assessment:
    """The grants under the region's own row of `survivors`. Raises `CannotAssess` for cadres of 劳人险〔1983〕3号."""
    if case.flag("retired_cadre"):
        raise CannotAssess("离休人员和建国前老工人按劳人险〔1983〕3号另行办理，这里不计算。")
    base = _base(case, book, sheet, region=region, year=year)
    name = "contribution_months" if case.has("contribution_months") else "years"
    if name == "years":
        years = sheet.given("years", case.number("years", high=80), title="累计缴费年限", unit="年")
    else:
        held = sheet.given("contribution_months", case.half_months(name), title="累计缴费月数", unit="个月")
        years = sheet.step("years", held / 12, title="累计缴费年限", unit="年")
    months = years_grant_months(sheet, years=years, span=span)
    grant = sheet.step(
        "grant", base * months, title=LABELS["grant"], unit="元", rounding=FEN, article=span.source
    )
    funeral = _funeral(case, sheet, base, span)
    total = sheet.step(
        "total", funeral + grant, title=LABELS["total"], unit="元", rounding=FEN, article=span.source
    )
    case.finish("sex", "birth", "received_years", "own_monthly_pension")
    return granted(case, Grants(funeral, grant, total, months, base), labels=LABELS, tree=[total])


def granted(
    case: Case,
    grants: Grants,
    *,
    labels: Mapping[str, str],
    tree: Sequence[Figure],
    notes: tuple[str, ...] = (),
) -> Assessment:
    """The answer in grants, whichever rule gave them; `tree` are the figures that its derivation gathers."""
    funeral, grant, total, months = grants.funeral, grants.grant, grants.total, grants.months
    return Assessment(
        kind=case.kind,
        title=case.title or "企业职工遗属待遇",
        sentence=(
            f"丧葬补助金 {funeral.digits} 元，抚恤金 {months.digits} 个月 {grant.digits} 元，合计 {total.digits} 元。"
        ),
        amounts={"funeral": yuan(funeral), "grant": yuan(grant)},
        total=yuan(total),
        figures={"months": months.digits, "base": grants.base.digits},
        labels=labels,
        derivation=gathered("survivors", "遗属待遇", tree, value=total.digits, unit="元"),
        notes=notes,
    )


def _base(case: Case, book: LawBook, sheet: ExplainedSheet, *, region: str, year: int) -> Figure:
    title = f"{year - 1} 年全省企业退休人员月平均养老金"
    if case.has("average_pension_previous_year"):
        value = case.money("average_pension_previous_year")
        return sheet.given("base", value, title=title, unit="元/月")
    span = book.on("average_pension", date(year - 1, 12, 31), region=region, group="enterprise_retired")
    return sheet.row(span, "base", title=title, unit="元/月", part="monthly")


def _funeral(case: Case, sheet: ExplainedSheet, base: Figure, span: Span) -> Figure:
    if case.flag("other_funeral_grant"):
        return sheet.given(
            "funeral", 0, title=LABELS["funeral"], unit="元", note="同时符合工伤等丧葬补助，只领一份"
        )
    if case.flag("retired"):
        case.require("own_monthly_pension")
        own = sheet.given(
            "own_monthly_pension", case.money("own_monthly_pension"), title="本人月养老金", unit="元"
        )
        amount = sheet.larger(
            own * span.number("funeral_retired_own_months"),
            base * span.number("funeral_retired_least_months"),
        )
        rule = "退休人员为本人 2 个月养老金，不低于 2 个月基数"
    else:
        amount = base * span.number("funeral_in_service_months")
        rule = "在职人员为 2 个月基数"
    return sheet.step(
        "funeral",
        amount,
        title=LABELS["funeral"],
        unit="元",
        rounding=FEN,
        rule=rule,
        article=span.source,
        rows=[span],
    )
