"""What is paid on a death in the enterprise scheme: funeral grant and survivors' grant (人社部发〔2021〕18号).

Until 2021-08 regions had rules of their own; that of Hebei rests on the average enterprise pension.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction

from nianlun.kernel.months import last_day, month
from nianlun.policy.answers import gathered, listed
from nianlun.policy.assessment import Assessment, CannotAssess
from nianlun.policy.cases import BadCase, Case
from nianlun.policy.explained import ExplainedSheet, Figure
from nianlun.policy.lawbook import LawBook
from nianlun.policy.provinces import province_name
from nianlun.policy.rounding import FEN, Rounding, rounding
from nianlun.policy.sheet import Evidence, Q, Sheet
from nianlun.policy.survivors_before import Grants, granted, regional_grants
from nianlun.policy.tables import NotInForce, Span

ARTICLE = "人社部发〔2021〕18号"
FIRST_MONTH = month(2021, 9)
LABELS = {
    "funeral": "丧葬补助金",
    "grant": "抚恤金",
    "total": "合计",
    "months": "抚恤金月数",
    "base": "月基数",
}
ONE_FUNERAL = "同时符合工伤或失业保险的丧葬补助条件，只能领一份，这里没有算丧葬补助金；请由领取人选定。"


def grant_months(
    sheet: Sheet[Q], *, years: Q, retired: Q | int, received_years: Q, span: Span, suffix: str = ""
) -> Q:
    """Months of the survivors' grant for whole contribution years, deemed ones included.

    `retired` is 1 or 0: a retiree loses a month for each year the pension was received, down to the floor.
    """
    beyond = sheet.smaller(years, span.number("years_cap")) - 15
    above = sheet.smaller(
        span.number("to_180") + span.number("per_year_above") * beyond, span.number("months_cap")
    )
    working = sheet.choose(
        years < 5,
        span.number("under_60"),
        sheet.choose(
            years < 10, span.number("under_120"), sheet.choose(years <= 15, span.number("to_180"), above)
        ),
    )
    working = sheet.step(
        f"working_months{suffix}",
        working,
        title="按缴费年限的月数",
        unit="个月",
        rule="不满 5 年 3 个月，不满 10 年 6 个月，10 到 15 年 9 个月，以上每满一年加 1 个月，最多算 30 年",
        article=ARTICLE,
        rows=[span],
    )
    less = sheet.larger(
        working - span.number("retired_minus_per_year") * received_years, span.number("retired_floor")
    )
    return sheet.step(
        f"grant_months{suffix}",
        sheet.choose(retired > 0, less, working),
        title=LABELS["months"],
        unit="个月",
        rule="退休人员每领取一年减 1 个月，最少 9 个月",
        article=ARTICLE,
        rows=[span],
    )


@dataclass(frozen=True, slots=True)
class _Death:
    """When and where: `day` is the last of the month, which decides the rule; `year` decides the income."""

    region: str
    year: int
    day: date


def assess_months(case: Case, book: LawBook, evidence: Evidence) -> Assessment:
    """The kind `survivors_months`: the grant in months for each of `cases`."""
    span = book.on("survivors", last_day(case.month("death_month", FIRST_MONTH)))
    sheet = ExplainedSheet(evidence)
    rows = case.rows("cases")
    case.finish()
    if not rows:
        raise CannotAssess("cases 是空的。", missing=("cases",))
    months = []
    for number, row in enumerate(rows, 1):
        months.append(_given_months(row, sheet, span, suffix=f"_{number}"))
        row.finish()
    text = listed(one.digits for one in months)
    return Assessment(
        kind=case.kind,
        title=case.title or "抚恤金月数",
        sentence=f"抚恤金 {text} 个月。",
        amounts={},
        total=None,
        figures={"months": text},
        labels=LABELS,
        derivation=gathered("months", LABELS["months"], months, value=text, unit="个月"),
    )


def assess(case: Case, book: LawBook, evidence: Evidence) -> Assessment:
    """The kind `survivors`. Raises `NotInForce` where no rule or no base of the region is known."""
    sheet = ExplainedSheet(evidence)
    death = _given_death(case, book)
    span = book.on("survivors", death.day, region=death.region)
    if span.text("base") != "urban_disposable_income":
        return regional_grants(case, book, sheet, span, region=death.region, year=death.year)
    base = _base(case, book, sheet, span, death)
    least = case.count("grant_months_floor", None)
    if not case.has("years", "contribution_months") and case.flag("retired") and least is not None:
        months = sheet.given("grant_months", least, title="抚恤金月数（最低）", unit="个月")
        notes = ["没有给出缴费年限，这里是退休人员的最低标准。"]
    else:
        months, notes = _given_months(case, sheet, span), []
        if least is not None:
            months = sheet.step(
                "grant_months_floored",
                sheet.larger(months, least) if case.flag("retired") else months,
                title=LABELS["months"],
                unit="个月",
            )
    funeral_months, extra = given_funeral_months(case, sheet, span)
    funeral, grant, total, capped = _amounts(case, sheet, base, months, funeral_months)
    case.finish("sex", "birth", "received_years")
    return granted(
        case,
        Grants(funeral, grant, total, months, base),
        labels=LABELS,
        tree=[total, funeral, grant],
        notes=(*notes, *extra, *capped),
    )


def given_funeral_months(case: Case, sheet: ExplainedSheet, span: Span) -> tuple[Figure, list[str]]:
    """Months of the funeral grant; none where another insurance pays one."""
    title = "丧葬补助金月数"
    if case.flag("other_funeral_grant"):
        case.raw("funeral_months", None)
        return sheet.given("funeral_months", 0, title=title, unit="个月"), [ONE_FUNERAL]
    if case.has("funeral_months"):
        return sheet.given(
            "funeral_months", case.count("funeral_months", high=24), title=title, unit="个月"
        ), []
    return sheet.row(span, "funeral_months", title=title, unit="个月", part="funeral_months"), []


def _amounts(
    case: Case, sheet: ExplainedSheet, base: Figure, months: Figure, funeral_months: Figure
) -> tuple[Figure, Figure, Figure, list[str]]:
    """Funeral grant, survivors' grant, their sum; the sum is rounded once, as the published example is."""
    total = sheet.step(
        "total",
        base * (funeral_months + months),
        title=LABELS["total"],
        unit="元",
        rounding=FEN,
        rule="月基数乘以两项月数之和，最后取整",
        article=ARTICLE,
    )
    notes = []
    if case.has("years", "contribution_months") and _years(case) < 5:
        case.require("own_contributions")
        own = sheet.given(
            "own_contributions", case.money("own_contributions"), title="个人缴费之和", unit="元"
        )
        if own < total:
            notes.append("缴费不满 5 年，两项合计以个人缴费之和为限。")
        total = sheet.step(
            "capped_total",
            sheet.smaller(total, own),
            title=LABELS["total"],
            unit="元",
            rounding=FEN,
            rule="缴费不满 5 年的，两项合计不超过个人缴费之和",
            article=ARTICLE,
        )
    else:
        case.money("own_contributions", None)
    funeral = sheet.step(
        "funeral",
        sheet.smaller(base * funeral_months, total),
        title=LABELS["funeral"],
        unit="元",
        rounding=FEN,
        article=ARTICLE,
    )
    grant = sheet.step(
        "grant",
        total - funeral,
        title=LABELS["grant"],
        unit="元",
        rounding=FEN,
        rule="合计减去丧葬补助金",
        article=ARTICLE,
    )
    return funeral, grant, total, notes


def _base(case: Case, book: LawBook, sheet: ExplainedSheet, span: Span, death: _Death) -> Figure:
    title = f"{death.year - 1} 年城镇居民人均可支配收入"
    if case.has("urban_income_previous_year"):
        income = sheet.given(
            "urban_income", case.money("urban_income_previous_year"), title=title, unit="元/年"
        )
    else:
        statistic = date(death.year - 1, 12, 31)
        found = book.on("urban_disposable_income", statistic, region=death.region)
        if not found.region:
            raise CannotAssess(
                f"没有{province_name(death.region)} {death.year - 1} 年的城镇居民人均可支配收入，不能用全国的代替。"
                "请给出 urban_income_previous_year。",
                missing=("urban_income_previous_year",),
            )
        income = sheet.row(found, "urban_income", title=title, unit="元/年")
    return sheet.step(
        "base",
        income / span.number("income_divisor"),
        title="月基数",
        unit="元/月",
        rounding=_base_rounding(case),
        rule="死亡时本省上一年度城镇居民月人均可支配收入",
        article=ARTICLE,
        rows=[span],
    )


def _base_rounding(case: Case) -> Rounding | None:
    try:
        return rounding(case.text("base_rounding", "exact"))
    except ValueError as reason:
        raise BadCase(str(reason)) from None


def _given_death(case: Case, book: LawBook) -> _Death:
    region = case.region()
    if case.has("died_on", "death_month"):
        day = case.day("died_on") if case.has("died_on") else last_day(case.month("death_month"))
        case.raw("death_month", None)
        if case.has("year") and case.count("year", high=2200) != day.year:
            raise BadCase(f"year 与死亡时间 {day} 不是同一年。请核对。")
        return _Death(region, day.year, day)
    year = case.count("year", high=2150)
    if year < 1951:
        raise BadCase(f"year 应在 1951 年以后，现在是 {year}。")
    # The first and the last month decide alike, or the month must be known.
    first, last = date(year, 1, 31), date(year, 12, 31)
    if _rule_id(book, first, region) != _rule_id(book, last, region):
        raise CannotAssess(
            f"{year} 年内办法有变，要知道死亡的月份。请给出 death_month。", missing=("death_month",)
        )
    return _Death(region, year, last)


def _rule_id(book: LawBook, day: date, region: str) -> str:
    try:
        return book.on("survivors", day, region=region).id
    except NotInForce:
        return ""


def _given_months(case: Case, sheet: ExplainedSheet, span: Span, *, suffix: str = "") -> Figure:
    years = _years(case)
    retired = case.flag("retired")
    received = case.number("received_years", Decimal(0), high=80)
    if received and not retired:
        raise BadCase("received_years 只用于退休人员（retired 为 true）。")
    return grant_months(
        sheet,
        years=_whole(sheet, f"years{suffix}", years, "累计缴费年限", span),
        retired=sheet.given(f"retired{suffix}", int(retired), title="已退休"),
        received_years=_whole(sheet, f"received_years{suffix}", received, "已领取年数", span),
        span=span,
        suffix=suffix,
    )


def _years(case: Case) -> Fraction:
    if case.has("contribution_months"):
        return Fraction(case.half_months("contribution_months")) / 12
    return Fraction(case.number("years", high=80))


def _whole(
    sheet: ExplainedSheet, step_id: str, value: Fraction | Decimal, title: str, span: Span
) -> Figure:
    """Whole years: part years are dropped, which is from memory."""
    given = sheet.given(f"{step_id}_given", value, title=title, unit="年")
    if given.value.denominator == 1:
        return given
    return sheet.step(
        step_id,
        sheet.whole(given, span.text("part_year")),
        title=title,
        unit="年",
        rule="不足一年的舍去（凭记忆）",
        rows=[span],
    )
