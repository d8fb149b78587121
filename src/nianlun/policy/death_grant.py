"""The one-off grant on the death of retired government and institution staff."""

import re
from datetime import date

from nianlun.policy.answers import yuan
from nianlun.policy.assessment import Assessment, CannotAssess
from nianlun.policy.cases import BadCase, Case
from nianlun.policy.explained import ExplainedSheet, Figure
from nianlun.policy.lawbook import LawBook
from nianlun.policy.rounding import FEN
from nianlun.policy.sheet import Evidence
from nianlun.policy.tables import Span

LABELS = {
    "income_part": "按全国城镇居民人均可支配收入",
    "pension_part": "按基本离退休费",
    "total": "一次性抚恤金",
}
_INCOME = re.compile(r"national_urban_income_(\d{4})")


def assess(case: Case, book: LawBook, evidence: Evidence) -> Assessment:
    """The kind `death_grant`: civil servants by national income and own pension, institutions by the pension.

    The year of death follows from `died_on`, `year`, or from the year after that of `national_urban_income_YYYY`.
    """
    sheet = ExplainedSheet(evidence)
    who = case.choice("who", ("civil_servant", "institution"), "civil_servant")
    killed = case.flag("killed_on_duty")
    incomes = [found for name in case.inputs if (found := _INCOME.fullmatch(name))]
    day = _day(case, incomes)
    span = book.on("government_death_grant", day, group=who)
    case.require("monthly_basic_retirement_fee")
    fee = sheet.given(
        "retirement_fee", case.money("monthly_basic_retirement_fee"), title="基本离退休费", unit="元/月"
    )
    part = "killed_on_duty_months" if killed else "pension_months"
    if not span.has(part):
        raise CannotAssess("公务员因公牺牲、烈士的标准没有找到依据，不能计算。请按批准机关的决定办理。")
    months = sheet.row(span, "pension_months", title="离退休费月数", unit="个月", part=part)
    pension_part = sheet.step(
        "pension_part",
        fee * months,
        title=LABELS["pension_part"],
        unit="元",
        rounding=FEN,
        article=span.source,
    )
    parts = [pension_part]
    if span.has("national_income_years"):
        parts.insert(0, _income_part(case, book, sheet, span, day))
    case.finish()
    total = sheet.step(
        "total", sheet.total(parts), title=LABELS["total"], unit="元", rounding=FEN, article=span.source
    )
    return Assessment(
        kind=case.kind,
        title=case.title or "机关事业单位一次性抚恤金",
        sentence=f"一次性抚恤金 {total.digits} 元。",
        amounts={one.node.id: yuan(one) for one in parts},
        total=yuan(total),
        labels=LABELS,
        derivation=total.node,
    )


def _day(case: Case, incomes: list[re.Match[str]]) -> date:
    if len(incomes) > 1:
        raise BadCase("national_urban_income 只写死亡上一年度的一个。")
    years = {int(found[1]) + 1 for found in incomes}
    if case.has("year"):
        years.add(case.count("year", high=2150))
    day = case.day("died_on", None)
    if day is not None:
        years.add(day.year)
    if not years:
        raise CannotAssess("缺少死亡时间。请给出 died_on 或 year。", missing=("died_on",))
    if len(years) > 1:
        raise BadCase(
            f"死亡时间与收入的年度不合：应是死亡的上一年度，现在涉及 {'、'.join(map(str, sorted(years)))} 年。"
        )
    year = years.pop()
    if not 1951 <= year <= 2150:
        raise BadCase(f"死亡年份 {year} 不合情理。请核对。")
    return day or date(year, 12, 31)


def _income_part(case: Case, book: LawBook, sheet: ExplainedSheet, span: Span, day: date) -> Figure:
    year = day.year - 1
    title, name = f"{year} 年全国城镇居民人均可支配收入", f"national_urban_income_{year}"
    if case.has(name):
        income = sheet.given("national_income", case.money(name), title=title, unit="元/年")
    else:
        income = sheet.row(
            book.on("urban_disposable_income", date(year, 12, 31)),
            "national_income",
            title=title,
            unit="元/年",
        )
    years = sheet.row(span, "income_years", title="收入的倍数", part="national_income_years")
    return sheet.step(
        "income_part",
        income * years,
        title=LABELS["income_part"],
        unit="元",
        rounding=FEN,
        article=span.source,
    )
