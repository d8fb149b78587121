"""Pensions of government and institution staff since 2014-10 (国发〔2015〕2号, 人社部发〔2015〕28号).

    老办法 = （基本工资 × 计发比例 + 退休补贴 + 增资）× 历年（1 + 工资增长率）的连乘
    过渡期 = 老办法 + 兑现比例 ×（新办法 − 老办法）；新办法不高于老办法的，发老办法的数额

The new method with its components is in `government_case.py`.
"""

from collections.abc import Mapping, Sequence
from decimal import Decimal, InvalidOperation

from nianlun.kernel.months import Month, last_day, month, show_month
from nianlun.policy.answers import yuan
from nianlun.policy.assessment import Assessment, CannotAssess
from nianlun.policy.cases import BadCase, Case
from nianlun.policy.explained import ExplainedSheet, Figure
from nianlun.policy.lawbook import LawBook
from nianlun.policy.rounding import FEN
from nianlun.policy.sheet import Evidence, Q, Sheet
from nianlun.policy.tables import Span

ARTICLE = "人社部发〔2015〕28号"
BASE_YEAR = 2014  # wages of September 2014; the growth of a year raises pensions from the year after
REFORM = month(2014, 10)
OLD_INPUTS = ("A_basic_wage_2014", "M_ratio", "B_allowance", "C_increase", "G")
LABELS = {
    "payable": "应发养老金",
    "growth_factor": "工资增长率连乘",
    "old_method": "老办法待遇",
    "new_method": "新办法待遇（含职业年金）",
    "share": "兑现比例",
    "difference_due": "重核应补发",
    "difference_overpaid": "重核多发",
}


def old_method(
    sheet: Sheet[Q], *, wage: Q, ratio: Q, allowance: Q, increase: Q, growth: Sequence[tuple[int, Q]]
) -> Q:
    """The pension by the old method, yuan a month; `growth` are the wage growth rates by year since 2015."""
    factors = [1 + rate for _, rate in growth]
    factor = factors[0] if factors else sheet.given("growth_2014", 1, title="2014 年工资水平")
    for further in factors[1:]:
        factor = factor * further
    factor = sheet.step(
        "growth_factor",
        factor,
        title=LABELS["growth_factor"],
        rule="2015 年起历年（1 + 工资增长率）连乘，算到退休的上一年",
        article=ARTICLE,
    )
    return sheet.step(
        "old_method",
        (wage * ratio + allowance + increase) * factor,
        title=LABELS["old_method"],
        unit="元/月",
        rounding=FEN,
        rule="基本工资按老办法计发比例，加退休补贴和国办发〔2015〕3号的增资，按工资增长率调整",
        article=ARTICLE,
    )


def compared(sheet: Sheet[Q], *, old: Q, new: Q, share: Q, article: str) -> Q:
    """What is paid while the methods are compared, yuan a month: never below the old, a share of what is above."""
    return sheet.step(
        "payable",
        old + share * sheet.larger(new - old, 0),
        title=LABELS["payable"],
        unit="元/月",
        rounding=FEN,
        rule="新办法不高于老办法的发老办法的数额；高出的部分按兑现比例发给",
        article=article,
    )


def assess_transition(case: Case, book: LawBook, evidence: Evidence) -> Assessment:
    """The kind `government_transition`: old method against new, for one retirement."""
    sheet = ExplainedSheet(evidence)
    case.require("retirement", "new_method_total_incl_annuity")
    retired = retirement_month(case, "retirement")
    new = sheet.given(
        "new_method", case.money("new_method_total_incl_annuity"), title=LABELS["new_method"], unit="元/月"
    )
    span = transition_span(book, retired)
    if span is None:
        case.finish(*OLD_INPUTS, "share")
        return _only_new(case, sheet, new, retired)
    old = given_old_method(case, sheet, retired)
    payable, share = transition(case, sheet, span, old=old, new=new)
    case.finish()
    return Assessment(
        kind=case.kind,
        title=case.title or "机关事业单位新老办法对比",
        sentence=f"{show_month(retired)} 退休，按过渡期办法每月 {payable.digits} 元。",
        amounts={"payable": yuan(payable)},
        total=yuan(payable),
        figures={
            "growth_factor": payable.node.find("growth_factor").value,
            "old_method": old.digits,
            "new_method": new.digits,
            "share": share.digits,
        },
        labels=LABELS,
        derivation=payable.node,
    )


def transition(
    case: Case, sheet: ExplainedSheet, span: Span, *, old: Figure, new: Figure
) -> tuple[Figure, Figure]:
    """What is paid in the ten years, and the share of the excess: the case's own or that of the table."""
    if case.has("share"):
        share = sheet.given("share", case.number("share", high=1), title=LABELS["share"])
    else:
        share = sheet.row(span, "share", title=LABELS["share"])
    return compared(sheet, old=old, new=new, share=share, article=ARTICLE), share


def transition_span(book: LawBook, retired: Month) -> Span | None:
    """The share in force for a retirement month; None after the ten years. Raises `NotInForce` before them."""
    day = last_day(retired)
    ends = [span.until for span in book.table("government_transition").spans if span.until]
    if ends and day >= max(ends):
        return None
    return book.on("government_transition", day)


def retirement_month(case: Case, name: str) -> Month:
    """A retirement month from 2014-10. Raises `CannotAssess` for one before, which the old rules alone govern."""
    retired = case.month(name)
    if retired < REFORM:
        raise CannotAssess(
            f"{show_month(retired)} 退休在机关事业单位养老保险改革（2014-10）以前，待遇按原办法由原渠道发给。"
        )
    return retired


def given_old_method(case: Case, sheet: ExplainedSheet, retired: Month) -> Figure:
    """The old method from wage, ratio, allowance, increase and growth rates as the case states them."""
    case.require(*OLD_INPUTS)
    return old_method(
        sheet,
        wage=sheet.given(
            "basic_wage_2014", case.money("A_basic_wage_2014"), title="2014 年 9 月基本工资", unit="元/月"
        ),
        ratio=sheet.given("old_ratio", case.number("M_ratio", high=1), title="老办法计发比例"),
        allowance=sheet.given("allowance", case.money("B_allowance"), title="退休补贴", unit="元/月"),
        increase=sheet.given(
            "increase", case.money("C_increase"), title="国办发〔2015〕3号的增资", unit="元/月"
        ),
        growth=_growth(case, sheet, retired),
    )


def _growth(case: Case, sheet: ExplainedSheet, retired: Month) -> list[tuple[int, Figure]]:
    rates = _rates(case.raw("G"))
    # Retirements of October to December 2014 count as 2015, which is empty of growth as well.
    needed = range(BASE_YEAR + 1, retired // 12)
    missing = [year for year in needed if year not in rates]
    if missing:
        years = "、".join(str(year) for year in missing)
        raise CannotAssess(
            f"缺少 {years} 年的工资增长率，不能按老办法计算。请在 G 里补上。",
            missing=tuple(f"G.{year}" for year in missing),
        )
    return [
        (year, sheet.given(f"growth_{year}", rates[year], title=f"{year} 年工资增长率")) for year in needed
    ]


def _rates(content: object) -> dict[int, Decimal]:
    if not isinstance(content, Mapping):
        raise BadCase('G 应写成按年的工资增长率，例如 { "2015" = 0.05 }。')
    rates: dict[int, Decimal] = {}
    for key, value in content.items():
        try:
            year, rate = int(str(key)), Decimal(str(value))
        except (ValueError, InvalidOperation):
            raise BadCase(f"G 里的“{str(key)[:20]}”不是年份和增长率。") from None
        if not rate.is_finite() or not -1 < rate < 1:
            raise BadCase(f"G 里 {year} 年的增长率应写成小数，例如 0.05，现在是 {str(value)[:20]}。")
        if year < BASE_YEAR or (year == BASE_YEAR and rate):
            raise BadCase("G 从 2015 年起；2014 年按 0，不能写别的数。")
        rates[year] = rate
    return rates


def _only_new(case: Case, sheet: ExplainedSheet, new: Figure, retired: Month) -> Assessment:
    payable = sheet.step(
        "payable",
        new,
        title=LABELS["payable"],
        unit="元/月",
        rounding=FEN,
        rule="过渡期已满，只按新办法",
        article="国发〔2015〕2号",
    )
    return Assessment(
        kind=case.kind,
        title=case.title or "机关事业单位新老办法对比",
        sentence=f"{show_month(retired)} 退休，十年过渡期已满，不再对比，按新办法每月 {payable.digits} 元。",
        amounts={"payable": yuan(payable)},
        total=yuan(payable),
        figures={"new_method": new.digits},
        labels=LABELS,
        derivation=payable.node,
    )
