"""The sickness allowance of those who lost all capacity for work before retirement age (病残津贴, since 2025).

达到最低缴费年限、距法定退休年龄不超过 60 个月（甲）：按基本养老金办法计发，到龄不再重算
达到最低缴费年限、超过 60 个月（乙）：只按基础养老金计发，差 60 个月时重算
未达到最低缴费年限（丙）：只按基础养老金计发，按缴费年限限月数
"""

from collections.abc import Sequence
from datetime import date

from nianlun.kernel.months import last_day, parse_month
from nianlun.policy.answers import gathered, listed, yuan
from nianlun.policy.assessment import Assessment, CannotAssess
from nianlun.policy.cases import BadCase, Case
from nianlun.policy.enterprise import enterprise_pension, pension_total
from nianlun.policy.enterprise_case import INFORMATIVE, Reading
from nianlun.policy.enterprise_case import LABELS as COMPONENTS
from nianlun.policy.explained import ExplainedSheet, Figure
from nianlun.policy.lawbook import LawBook
from nianlun.policy.retirement_cases import given_retirement
from nianlun.policy.sheet import Evidence, Q, Sheet
from nianlun.policy.tables import NotInForce, Span

ARTICLE = "人社部发〔2024〕72号"
SINCE = "2025-01"
BOTH = ("months_to_legal_age_case_A", "months_to_legal_age_case_B")
OWN = (*BOTH, "min_years_met", "months_to_legal_age", "contribution_months", "category")
REACHED = "已经达到法定退休年龄，应办理退休，不发病残津贴。"
LABELS = {
    "case": "适用情形",
    "months": "发放月数",
    "case_A_total": "达到最低年限、五年以内的津贴",
    "case_B_total": "达到最低年限、五年以上的津贴",
}
SENTENCES = {
    "A": "按基本养老金办法计发，随当地退休人员调整，到法定退休年龄办理退休手续，不再重算；也可以选择弹性提前退休",
    "B": "只按基础养老金部分计发，按全国总体水平调整，距法定退休年龄 {near} 个月时重算",
    "C": "只按基础养老金部分计发，按全国总体水平调整，最多发 {months} 个月",
}


def paid_months(sheet: Sheet[Q], *, contribution_months: Q, span: Span, suffix: str = "") -> Q:
    """How many months the allowance is paid to those below the minimum years.

    Twelve below five years; from five years on three more for each further year, a part year counting as one.
    """
    short, least = span.number("short_months"), span.number("from_months")
    further = sheet.whole((contribution_months - least) / 12, "ceil")
    return sheet.step(
        f"paid_months{suffix}",
        sheet.choose(contribution_months < least, short, short + span.number("per_year") * further),
        title=LABELS["months"],
        unit="个月",
        rule="缴费不满 5 年发 12 个月；满 5 年的，每多一年加 3 个月，不足一年按一年",
        article=ARTICLE,
        rows=[span],
    )


def rule_on(book: LawBook, day: date) -> Span:
    """The rule in force. Raises `NotInForce` before 2025, saying what applied then."""
    try:
        return book.on("sickness_allowance", day)
    except NotInForce as reason:
        raise NotInForce(f"{reason}此前因病完全丧失劳动能力的按病退、退职办理，不发病残津贴。") from None


def assess_months(case: Case, book: LawBook, evidence: Evidence) -> Assessment:
    """The kind `sickness_allowance_months`: for a list of contribution months, or for one."""
    sheet = ExplainedSheet(evidence)
    span = rule_on(book, last_day(case.month("benefit_date", parse_month(SINCE))))
    given = case.raw("total_contribution_months")
    single = not isinstance(given, list | tuple)
    months = []
    for number, value in enumerate([given] if single else given, 1):
        suffix = "" if single else f"_{number}"
        name = f"total_contribution_months{suffix}"
        paid = sheet.given(
            f"contribution_months{suffix}",
            Case(case.kind, {name: value}).half_months(name),
            title="累计缴费月数",
            unit="个月",
        )
        months.append(paid_months(sheet, contribution_months=paid, span=span, suffix=suffix))
    case.finish()
    if not months:
        raise CannotAssess("total_contribution_months 是空的。", missing=("total_contribution_months",))
    text = listed(one.digits for one in months)
    return Assessment(
        kind=case.kind,
        title=case.title or "病残津贴发放月数",
        sentence=f"最多发 {text} 个月。",
        amounts={},
        total=None,
        figures={"months": text},
        labels=LABELS,
        derivation=months[0].node
        if single
        else gathered("months", LABELS["months"], months, value=text, unit="个月"),
    )


def assess(case: Case, book: LawBook, evidence: Evidence) -> Assessment:
    """The kind `sickness_allowance`.

    With both `months_to_legal_age_case_A` and `_B` the two amounts stand beside one another, for a person whose
    distance is not settled. Raises `NotInForce` before 2025.
    """
    if not case.has("pension_base"):
        case.require("benefit_date")
    month = case.month("benefit_date", parse_month(SINCE))
    span = rule_on(book, last_day(month))
    case.require("account_balance")
    reading = Reading(
        _renamed(case), book, evidence, region_needed=not case.has("pension_base"), month=month
    )
    return _both(reading, span) if case.has(*BOTH) else _one(reading, span)


def _one(reading: Reading, span: Span) -> Assessment:
    case, sheet, near = reading.case, reading.sheet, span.number("near_months")
    distance, met = _distance_and_minimum(reading)
    letter = "C" if not met else "A" if distance <= near else "B"
    months = None
    if letter == "C":
        paid = sheet.given(
            "contribution_months",
            case.half_months("contribution_months"),
            title="累计缴费月数",
            unit="个月",
        )
        months = paid_months(sheet, contribution_months=paid, span=span)
    items, whole = _amounts(reading)
    case.finish(*INFORMATIVE, *OWN)
    total = sheet.step(
        "allowance",
        whole if letter == "A" else items[0],
        title="病残津贴",
        unit="元/月",
        rule=SENTENCES[letter].format(near=near, months=months.digits if months else ""),
        article=ARTICLE,
        rows=[span],
    )
    return Assessment(
        kind=case.kind,
        title=case.title or "病残津贴",
        sentence=f"每月 {total.digits} 元：{total.node.rule}。{reading.base_note}",
        amounts={one.node.id: yuan(one) for one in (items if letter == "A" else items[:1])},
        total=yuan(total),
        figures={"case": letter} | ({"months": months.digits} if months else {}),
        labels=COMPONENTS | LABELS,
        derivation=gathered(
            "answer", "病残津贴和发放月数", [total, months], value=total.digits, unit="元/月"
        )
        if months
        else total.node,
        provisional=reading.provisional,
        notes=_notes(reading),
    )


def _both(reading: Reading, span: Span) -> Assessment:
    case, near = reading.case, span.number("near_months")
    case.require(*BOTH, "min_years_met")
    if not case.flag("min_years_met"):
        raise BadCase("两种情形都要求达到最低缴费年限（min_years_met 为 true）。")
    if _distance(case, BOTH[0]) > near or _distance(case, BOTH[1]) <= near:
        raise BadCase(f"{BOTH[0]} 应不超过 {near} 个月，{BOTH[1]} 应超过 {near} 个月。")
    items, whole = _amounts(reading)
    case.finish(*INFORMATIVE, *OWN)
    steps = [
        reading.sheet.step(name, one, title=LABELS[name], unit="元/月", article=ARTICLE, rows=[span])
        for name, one in (("case_A_total", whole), ("case_B_total", items[0]))
    ]
    figures = {step.node.id: step.digits for step in steps}
    return Assessment(
        kind=case.kind,
        title=case.title or "病残津贴",
        sentence=f"五年以内每月 {figures['case_A_total']} 元，五年以上每月 {figures['case_B_total']} 元。",
        amounts={one.node.id: yuan(one) for one in items},
        total=None,
        figures=figures,
        labels=COMPONENTS | LABELS,
        derivation=gathered(
            "answer", "病残津贴的两种情形", steps, value=listed(figures.values()), unit="元/月"
        ),
        provisional=reading.provisional,
        notes=_notes(reading),
    )


def _amounts(reading: Reading) -> tuple[Sequence[Figure], Figure]:
    """The components by the pension formula, the basic pension first, and their sum."""
    pension = enterprise_pension(reading.sheet, reading.figures(), reading.rule)
    return pension.items, pension_total(reading.sheet, pension.items, reading.rule)


def _distance_and_minimum(reading: Reading) -> tuple[int, bool]:
    """Months to the statutory age, and whether the minimum years are met: as stated, or by birth and category."""
    case = reading.case
    if case.has("months_to_legal_age") and case.has("min_years_met"):
        return _distance(case, "months_to_legal_age"), case.flag("min_years_met")
    if case.has("min_years_met") and not case.flag("min_years_met"):
        return 0, False
    if not (case.has("birth") and case.has("sex") and case.has("category")):
        missing = tuple(name for name in ("min_years_met", "months_to_legal_age") if not case.has(name))
        raise CannotAssess(
            f"缺少 {'、'.join(missing)}。请补上，或给出 sex、birth、category（原法定退休年龄）和 contribution_months。",
            missing=missing,
        )
    found = given_retirement(case, reading.book)
    distance = found.statutory_month - reading.month
    if distance < 1:
        raise CannotAssess(REACHED)
    if case.has("min_years_met"):
        return distance, True
    return distance, case.half_months("contribution_months") >= found.minimum_months


def _renamed(case: Case) -> Case:
    """The age at the first payment is called `age` here and `benefit_age` on determination forms."""
    inputs = {"benefit_age" if name == "age" else name: value for name, value in case.inputs.items()}
    return Case(case.kind, inputs, title=case.title)


def _distance(case: Case, name: str) -> int:
    months = case.count(name, high=780)
    if months < 1:
        raise CannotAssess(REACHED)
    return months


def _notes(reading: Reading) -> tuple[str, ...]:
    standing = "领取期间不缴费；重新就业并缴费的，从次月起停发。劳动能力鉴定结论一年内有效。"
    return (standing, *([reading.base_note] if reading.base_note else []))
