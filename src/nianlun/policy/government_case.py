"""Reads and assesses a retirement of government or institution staff by the new method, with what it replaces.

新办法 = 基础养老金 + 个人账户养老金 + 过渡性养老金 + 职业年金
过渡性养老金 = 计发基数 × 视同缴费指数 × 视同缴费年限 × 过渡系数
"""

from collections.abc import Sequence
from decimal import Decimal

from nianlun.kernel.months import last_day, show_month
from nianlun.policy.annuity import annuity_pension, given_divisor
from nianlun.policy.answers import yuan
from nianlun.policy.assessment import Assessment, CannotAssess
from nianlun.policy.base_values import base_figure, pension_base
from nianlun.policy.cases import Case
from nianlun.policy.enterprise import (
    EnterpriseFigures,
    account_pension,
    basic_pension,
    enterprise_rule,
    indexed_mean_wage,
    written_years,
)
from nianlun.policy.explained import ExplainedSheet, Figure
from nianlun.policy.government import (
    LABELS,
    OLD_INPUTS,
    REFORM,
    given_old_method,
    retirement_month,
    transition,
    transition_span,
)
from nianlun.policy.index_years import given_index
from nianlun.policy.lawbook import LawBook
from nianlun.policy.rounding import FEN
from nianlun.policy.sheet import Evidence, Q, Sheet
from nianlun.policy.tables import NotInForce

ARTICLE = "国发〔2015〕2号"
COMPONENTS = {
    "basic": "基础养老金",
    "account": "个人账户养老金",
    "transitional": "过渡性养老金",
    "annuity": "职业年金",
    "comparison": "新老办法对比的差额",
}
INFORMATIVE = "share sex birth work_start benefit_age deemed_index deemed_rank coefficient".split()
HIGHEST_INDEX = 3  # bases are cut at 300 % of the reference wage
HIGHEST_COEFFICIENT = Decimal("0.014")  # provinces have 1.0 % to 1.4 % as reported of them
SAME_BASE = "没有见到机关事业单位单独的计发基数，暂与企业用同一个，须经经办机构确认。"


def transitional_pension(sheet: Sheet[Q], *, base: Q, index: Q, years: Q, coefficient: Q) -> Q:
    """过渡性养老金 of government and institution staff, yuan a month: on the deemed index, not on the own one."""
    return sheet.step(
        "transitional",
        base * index * years * coefficient,
        title=COMPONENTS["transitional"],
        unit="元/月",
        rounding=FEN,
        rule="2014 年 10 月以前的视同缴费年限，每满一年按视同缴费指数和过渡系数发给",
        article=ARTICLE,
    )


def new_method_total(sheet: Sheet[Q], items: Sequence[Q]) -> Q:
    """What the new method gives, yuan a month, with the occupational annuity where it is known."""
    return sheet.step(
        "new_method",
        sheet.total(items),
        title=LABELS["new_method"],
        unit="元/月",
        rounding=FEN,
        rule="各项取整后相加",
        article=ARTICLE,
    )


def assess(case: Case, book: LawBook, evidence: Evidence) -> Assessment:
    """The kind `government_benefit`.

    In the ten years of comparison the old-method inputs lead to what is payable; without them the new method alone
    is answered, marked provisional. Raises `CannotAssess` naming the deemed index or coefficient that is not known.
    """
    reading = _Reading(case, book, evidence)
    case.require("benefit_date", "account_balance")
    new = reading.new_method()
    span = transition_span(book, reading.month)
    notes = list(reading.notes)
    figures = dict(reading.printed)
    payable, differing = new, {}
    if span is not None and case.has(*OLD_INPUTS):
        old = given_old_method(case, reading.sheet, reading.month)
        payable, share = transition(case, reading.sheet, span, old=old, new=new)
        figures |= {"old_method": old.digits, "new_method": new.digits, "share": share.digits}
        # Below zero for what is not paid yet of the excess, above for what the old method guarantees.
        differing = {"comparison": yuan(payable) - yuan(new)}
    elif span is not None:
        notes.append(
            "在十年过渡期内退休，须与老办法比较后发给；没有给出老办法的各项，这里只是新办法的数额。"
        )
    compared = span is None or case.has(*OLD_INPUTS)
    figures |= _difference(case, payable)
    case.finish(*OLD_INPUTS, *INFORMATIVE)
    kind_of = "每月" if compared else "按新办法每月"
    return Assessment(
        kind=case.kind,
        title=case.title or "机关事业单位基本养老金",
        sentence=f"{show_month(reading.month)} 起{kind_of} {payable.digits} 元。" + _said(figures),
        amounts={one.node.id: yuan(one) for one in reading.items} | differing,
        total=yuan(payable),
        figures=figures,
        labels=LABELS | COMPONENTS | {"pension_base": "养老金计发基数", "index": "平均缴费工资指数"},
        derivation=payable.node,
        provisional=reading.provisional or not compared,
        notes=tuple(notes),
    )


def _difference(case: Case, payable: Figure) -> dict[str, str]:
    """What recalculation leaves to pay for the months already paid ahead."""
    if not case.has("prepaid_monthly", "prepaid_months"):
        return {}
    ahead, months = case.money("prepaid_monthly"), case.count("prepaid_months")
    due = (yuan(payable) - ahead) * months
    return {"difference_due": f"{due:.2f}"} if due >= 0 else {"difference_overpaid": f"{-due:.2f}"}


def _said(figures: dict[str, str]) -> str:
    if "difference_due" in figures:
        return f"预发月份应补发 {figures['difference_due']} 元。"
    if "difference_overpaid" in figures:
        return f"预发月份多发 {figures['difference_overpaid']} 元，应退还或抵扣。"
    return ""


class _Reading:
    """Turns the inputs of a case into the components."""

    def __init__(self, case: Case, book: LawBook, evidence: Evidence) -> None:
        self.case, self.book = case, book
        self.sheet = ExplainedSheet(evidence)
        self.region = case.region()
        self.month = retirement_month(case, "benefit_date")
        self.day = last_day(self.month)
        # How a province writes enterprise years and items says nothing about this scheme: the nation's row.
        self.rule = enterprise_rule(book, self.day, region="")
        self.notes: list[str] = []
        self.provisional = False
        self.printed: dict[str, str] = {}
        self.items: list[Figure] = []

    def new_method(self) -> Figure:
        """The sum of the components."""
        case, sheet = self.case, self.sheet
        base = self._base()
        index = given_index(case, self.book, sheet, self.rule, region=self.region, until=self.month)
        paid, deemed = case.half_months("paid_months"), case.half_months("deemed_months", Decimal(0))
        self._check_months(paid)
        wage = indexed_mean_wage(sheet, base=base, index=index, rule=self.rule)
        parts = EnterpriseFigures(
            first_base=base,
            index_base=base,
            index=index,
            years=self._years("years", paid + deemed, "缴费年限"),
            balance=sheet.given(
                "account_balance", case.money("account_balance"), title="个人账户储存额", unit="元"
            ),
            divisor=given_divisor(case, self.book, sheet),
        )
        self.items = [
            basic_pension(sheet, parts, wage, self.rule),
            account_pension(sheet, balance=parts.balance, divisor=parts.divisor, to=FEN),
        ]
        if deemed:
            self.items.append(self._transitional(base, deemed))
        if case.has("annuity_balance"):
            annuity = sheet.given(
                "annuity_balance", case.money("annuity_balance"), title="职业年金储存额", unit="元"
            )
            self.items.append(annuity_pension(sheet, balance=annuity, divisor=parts.divisor))
        else:
            self.notes.append("没有给出职业年金储存额（annuity_balance），合计里没有职业年金。")
        self.printed |= {
            "pension_base": base.digits,
            "index": index.digits,
            "payout_months": parts.divisor.digits,
            "years": parts.years.digits,
        }
        return new_method_total(sheet, self.items)

    def _base(self) -> Figure:
        case = self.case
        if case.has("pension_base"):
            value = case.money("pension_base")
            return self.sheet.given("pension_base", value, title="养老金计发基数", unit="元/月")
        found = pension_base(self.book, self.month, region=self.region)
        self.provisional = found.provisional
        self.notes += [SAME_BASE, *([found.note] if found.note else [])]
        return base_figure(self.sheet, found)

    def _check_months(self, paid: Decimal) -> None:
        possible = self.month + 1 - REFORM
        if paid > possible:
            raise CannotAssess(
                f"2014 年 10 月到退休最多 {possible} 个月，paid_months 写了 {paid}。改革以前的工龄写在 deemed_months。"
            )

    def _years(self, step_id: str, months: Decimal, title: str) -> Figure:
        given = self.sheet.given(f"{step_id}_months", months, title=f"{title}（月数）", unit="个月")
        return written_years(self.sheet, step_id, given, title=title, rule=self.rule)

    def _transitional(self, base: Figure, deemed: Decimal) -> Figure:
        index = self._known("deemed_index", "government_deemed_index", "视同缴费指数", high=10)
        coefficient = self._known("coefficient", "government_transitional_coefficient", "过渡系数", high=1)
        missing = [
            name for name, found in (("deemed_index", index), ("coefficient", coefficient)) if found is None
        ]
        if index is None or coefficient is None:
            words = {"deemed_index": "视同缴费指数（按职务职级）", "coefficient": "过渡系数"}
            raise CannotAssess(
                f"没有这个地区机关事业单位的{'和'.join(words[name] for name in missing)}，过渡性养老金不能计算。"
                "请在案例里给出，或录入经办机构的表。",
                missing=tuple(missing),
                between=self._between(base, deemed),
            )
        years = self._years("deemed_years", deemed, "视同缴费年限")
        return transitional_pension(
            self.sheet, base=base, index=index, years=years, coefficient=coefficient
        )

    def _between(self, base: Figure, deemed: Decimal) -> tuple[Decimal, Decimal]:
        """From no transitional pension at all to one by the highest index and coefficient seen anywhere."""
        known = sum((yuan(item) for item in self.items), Decimal(0))
        most = base.decimal() * HIGHEST_INDEX * deemed / 12 * HIGHEST_COEFFICIENT
        return known, known + most.quantize(Decimal("0.01"))

    def _known(self, name: str, table: str, title: str, *, high: int) -> Figure | None:
        if self.case.has(name):
            return self.sheet.given(name, self.case.number(name, high=high), title=title)
        rank = self.case.text("deemed_rank", "") if name == "deemed_index" else ""
        try:
            span = self.book.on(table, self.day, region=self.region)
        except NotInForce:
            return None
        if name == "deemed_index" and not span.has(rank):
            return None
        return self.sheet.row(span, name, title=title, part=rank)
