"""The monthly pension of enterprise employees and flexible workers since 2006 (国发〔2005〕38号 第六条).

    基础养老金　　 = （计发基数 + 本人指数化月平均缴费工资）÷ 2 × 缴费年限 × 1%
    个人账户养老金 = 个人账户储存额 ÷ 计发月数
    过渡性养老金　 = 指数化月平均缴费工资 × 建账前年限 × 过渡系数

What provinces do differently is in their tables: how years are written, which base goes where, how items are
rounded, which supplements there are.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Generic

from nianlun.policy.lawbook import LawBook
from nianlun.policy.rounding import Rounding, rounding
from nianlun.policy.sheet import PERCENT, Q, Sheet
from nianlun.policy.tables import Span

ARTICLE = "国发〔2005〕38号 第六条"


@dataclass(frozen=True, slots=True)
class EnterpriseRule:
    """How one region computes, from its row of `enterprise_formula`."""

    span: Span
    years: Rounding | None
    transitional_years: Rounding | None
    index: Rounding | None
    indexed_wage: Rounding | None
    items: Rounding | None
    total: Rounding | None

    @property
    def paid_months_too(self) -> bool:
        """Whether months paid before the account began count for the transitional pension, beside deemed ones."""
        return self.span.text("transitional_scope") == "deemed_and_paid"


def enterprise_rule(book: LawBook, day: date, *, region: str) -> EnterpriseRule:
    """The way a region computes on a day. Raises `NotInForce` before 2006."""
    span = book.on("enterprise_formula", day, region=region)
    names = ("years", "transitional_years", "index", "indexed_wage", "items", "total")
    return EnterpriseRule(span, *(rounding(span.text(name)) for name in names))


@dataclass(frozen=True, slots=True, kw_only=True)
class EnterpriseFigures(Generic[Q]):
    """What the formula takes. Bases in yuan a month, years as the region writes them, the balance in yuan.

    `transitional_years` is None for those who worked first after the account began.
    """

    first_base: Q
    index_base: Q
    index: Q
    years: Q
    balance: Q
    divisor: Q
    transitional_years: Q | None = None
    transitional_base: Q | None = None  # None: the base of the index
    transitional_index: Q | None = None  # None: the same index
    coefficient: Q | None = None
    indexed_wage: Q | None = None  # as a form prints it
    transitional_wage: Q | None = None  # likewise, that of the transitional pension


@dataclass(frozen=True, slots=True, kw_only=True)
class EnterprisePension(Generic[Q]):
    """The components in yuan a month. `indexed_wage` is what supplements are a share of."""

    basic: Q
    account: Q
    transitional: Q | None
    indexed_wage: Q

    @property
    def items(self) -> Sequence[Q]:
        """Those that are paid."""
        found = [self.basic, self.account]
        return found if self.transitional is None else [*found, self.transitional]


def written_years(sheet: Sheet[Q], step_id: str, months: Q, *, title: str, rule: EnterpriseRule) -> Q:
    """Months as years, written the way the region writes "years" or "transitional_years" (the step's name)."""
    return sheet.step(
        step_id,
        months / 12,
        title=title,
        unit="年",
        rounding=rule.years if step_id == "years" else rule.transitional_years,
        rule="月数除以 12",
        rows=[rule.span],
    )


def transitional_coefficient(sheet: Sheet[Q], span: Span, *, paid_months: Q | None) -> Q:
    """The share a year, from the row of `transitional_coefficient`; Jilin has two, by the months paid."""
    if paid_months is None or not span.has("paid_over_months"):
        return sheet.row(span, "coefficient", title="过渡系数")
    above, otherwise = (
        sheet.row(span, "coefficient", title="过渡系数", part=part) for part in ("above", "otherwise")
    )
    return sheet.choose(paid_months > span.number("paid_over_months"), above, otherwise)


def pension_total(sheet: Sheet[Q], items: Sequence[Q], rule: EnterpriseRule) -> Q:
    """What is paid a month, in yuan: the sum of what is paid, each rounded before."""
    return sheet.step(
        "total",
        sheet.total(items),
        title="基本养老金",
        unit="元/月",
        rounding=rule.total,
        rule="各项取整后相加",
    )


def enterprise_pension(
    sheet: Sheet[Q], figures: EnterpriseFigures[Q], rule: EnterpriseRule
) -> EnterprisePension[Q]:
    """Basic, account and transitional pension, each rounded as the region orders."""
    indexed_wage = figures.indexed_wage or indexed_mean_wage(
        sheet, base=figures.index_base, index=figures.index, rule=rule
    )
    return EnterprisePension(
        basic=basic_pension(sheet, figures, indexed_wage, rule),
        account=account_pension(sheet, balance=figures.balance, divisor=figures.divisor, to=rule.items),
        transitional=_transitional(sheet, figures, indexed_wage, rule),
        indexed_wage=indexed_wage,
    )


def indexed_mean_wage(sheet: Sheet[Q], *, base: Q, index: Q, rule: EnterpriseRule) -> Q:
    """本人指数化月平均缴费工资, yuan a month."""
    return sheet.step(
        "indexed_wage",
        base * index,
        title="指数化月平均缴费工资",
        unit="元",
        rounding=rule.indexed_wage,
        article=ARTICLE,
    )


def basic_pension(
    sheet: Sheet[Q], figures: EnterpriseFigures[Q], indexed_wage: Q, rule: EnterpriseRule
) -> Q:
    """基础养老金, yuan a month. Guangdong lowers the first term for an index below 0.6 (the a-factor)."""
    first = figures.first_base
    if rule.span.has("low_index_floor"):
        floor = rule.span.decimal("low_index_floor")
        factor = sheet.step(
            "low_index_factor",
            sheet.smaller(figures.index, floor) / floor,
            title="低指数系数",
            rounding=rounding(rule.span.text("low_index_digits")),
            rule="平均缴费工资指数低于 0.6 的，计发基数按比例降低",
            rows=[rule.span],
        )
        first = first * factor
    return sheet.step(
        "basic",
        (first + indexed_wage) / 2 * figures.years * PERCENT,
        title="基础养老金",
        unit="元/月",
        rounding=rule.items,
        rule="缴费每满一年发给 1%",
        article=ARTICLE,
        rows=[rule.span],
    )


def account_pension(sheet: Sheet[Q], *, balance: Q, divisor: Q, to: Rounding | None) -> Q:
    """个人账户养老金, yuan a month."""
    return sheet.step(
        "account",
        balance / divisor,
        title="个人账户养老金",
        unit="元/月",
        rounding=to,
        rule="储存额除以计发月数",
        article=ARTICLE,
    )


def _transitional(
    sheet: Sheet[Q], figures: EnterpriseFigures[Q], indexed_wage: Q, rule: EnterpriseRule
) -> Q | None:
    if figures.transitional_years is None or figures.coefficient is None:
        return None
    wage = figures.transitional_wage if figures.transitional_wage is not None else indexed_wage
    own = figures.transitional_base is not None or figures.transitional_index is not None
    if figures.transitional_wage is None and (own or rule.span.has("transitional_index_floor")):
        index = figures.transitional_index if figures.transitional_index is not None else figures.index
        if rule.span.has("transitional_index_floor"):
            index = sheet.larger(index, rule.span.decimal("transitional_index_floor"))
        wage = sheet.step(
            "transitional_wage",
            (figures.transitional_base if figures.transitional_base is not None else figures.index_base)
            * index,
            title="过渡性养老金的指数化工资",
            unit="元",
            rounding=rule.indexed_wage,
            article=ARTICLE,
        )
    return sheet.step(
        "transitional",
        wage * figures.transitional_years * figures.coefficient,
        title="过渡性养老金",
        unit="元/月",
        rounding=rule.items,
        rule="建立个人账户以前的年限，每满一年按系数发给",
        article=ARTICLE,
    )
