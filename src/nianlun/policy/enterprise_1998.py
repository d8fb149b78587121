"""The monthly pension of enterprise employees who retired from 1998 to 2005 (国发〔1997〕26号).

基础养老金　　 = 上年度职工月平均工资 × 20%
个人账户养老金 = 个人账户储存额 ÷ 120
"""

from datetime import date

from nianlun.kernel.months import Month, last_day, parse_month, show_month
from nianlun.policy.answers import yuan
from nianlun.policy.assessment import Assessment, CannotAssess
from nianlun.policy.cases import Case
from nianlun.policy.enterprise import account_pension
from nianlun.policy.explained import ExplainedSheet, Figure
from nianlun.policy.lawbook import LawBook
from nianlun.policy.rounding import FEN
from nianlun.policy.sheet import Evidence, Q, Sheet
from nianlun.policy.tables import NotInForce

ARTICLE = "国发〔1997〕26号 第五条"
UNIFIED = parse_month("1998-01")
LABELS = {
    "basic": "基础养老金",
    "account": "个人账户养老金",
    "transitional": "过渡性养老金",
    "total": "合计",
    "payout_months": "计发月数",
}


def base_pension(sheet: Sheet[Q], *, wage: Q, share: Q) -> Q:
    """基础养老金 of 1998 to 2005, yuan a month: the same share for everyone with fifteen years."""
    return sheet.step(
        "basic",
        wage * share,
        title=LABELS["basic"],
        unit="元/月",
        rounding=FEN,
        rule="上年度职工月平均工资的一个固定比例，与缴费年限无关",
        article=ARTICLE,
    )


def assess(case: Case, book: LawBook, evidence: Evidence) -> Assessment:
    """The kind `enterprise_benefit_1998`.

    Raises `CannotAssess` for retirements before 1998, for too few years, and for service before the account whose
    transitional pension is not stated; `NotInForce` from 2006.
    """
    sheet = ExplainedSheet(evidence)
    region, month = case.region(), case.month("benefit_date")
    _check_month(month)
    day = last_day(month)
    try:
        span = book.on("base_pension_share", day)
    except NotInForce as reason:
        raise NotInForce(f"{reason}请按 enterprise_benefit 计算。") from None
    minimum = book.on("minimum_contribution_months", day).number()
    held = case.half_months("contribution_months")
    if held < minimum:
        raise CannotAssess(
            f"缴费 {held} 个月，不满 {minimum} 个月，不发基础养老金；个人账户储存额一次支付给本人。"
        )
    items = [
        base_pension(
            sheet,
            wage=_wage(case, book, sheet, region=region, year=month // 12 - 1),
            share=sheet.row(span, "share", title="基础养老金比例"),
        ),
        account_pension(
            sheet,
            balance=sheet.given(
                "account_balance", case.money("account_balance"), title="个人账户储存额", unit="元"
            ),
            divisor=sheet.row(
                book.on("payout_months", day),
                "payout_months",
                title=LABELS["payout_months"],
                unit="个月",
                part="all",
            ),
            to=FEN,
        ),
        *_transitional(case, book, sheet, region=region, day=day),
    ]
    case.finish("sex", "birth", "city")
    total = sheet.step(
        "total",
        sheet.total(items),
        title="基本养老金",
        unit="元/月",
        rounding=FEN,
        rule="各项取整后相加",
        article=ARTICLE,
    )
    return Assessment(
        kind=case.kind,
        title=case.title or "企业职工基本养老金（1998 至 2005 年）",
        sentence=f"{show_month(month)} 起每月 {total.digits} 元。",
        amounts={one.node.id: yuan(one) for one in items},
        total=yuan(total),
        labels=LABELS,
        derivation=total.node,
    )


def _check_month(month: Month) -> None:
    if month < UNIFIED:
        raise CannotAssess(
            f"{show_month(month)} 在 1998 年以前退休，待遇按当时的标准工资和连续工龄计发，各单位的工资标准和以后历次"
            "增加都要看原始核定表，没有统一的公式。请录入原核定的数额，再按历年调整计算。"
        )


def _wage(case: Case, book: LawBook, sheet: ExplainedSheet, *, region: str, year: int) -> Figure:
    title = f"{year} 年职工月平均工资"
    if case.has("average_wage_previous_year"):
        value = case.money("average_wage_previous_year")
        return sheet.given("average_wage", value, title=title, unit="元/月")
    span = book.on("average_wage", date(year, 12, 31), region=region, group="staff")
    return sheet.row(span, "average_wage", title=title, unit="元/月", part="monthly")


def _transitional(
    case: Case, book: LawBook, sheet: ExplainedSheet, *, region: str, day: date
) -> list[Figure]:
    """The transitional pension as the determination form states it: each region had a way of its own."""
    if case.has("transitional"):
        case.month("work_start", None)
        value = case.money("transitional")
        return [sheet.given("transitional", value, title=LABELS["transitional"], unit="元/月")]
    start = parse_month(book.on("account_start", day, region=region, group="enterprise").text())
    began = case.month("work_start")
    if began < start:
        raise CannotAssess(
            f"{show_month(began)} 参加工作，在建立个人账户（{show_month(start)}）以前，应有过渡性养老金；当时各地的算法"
            "不同，没有找到条文。请按原核定表给出 transitional（没有的写 0）。",
            missing=("transitional",),
        )
    return []
