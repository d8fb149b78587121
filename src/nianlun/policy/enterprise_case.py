"""Reads a case of the enterprise scheme as determination forms of any province state it, and assesses it."""

from decimal import Decimal

from nianlun.kernel.months import Month, last_day, show_month
from nianlun.policy.assessment import Assessment, CannotAssess
from nianlun.policy.base_values import PensionBase, base_figure, pension_base
from nianlun.policy.cases import BadCase, Case
from nianlun.policy.divisor import given_age, payout_months
from nianlun.policy.enterprise import (
    EnterpriseFigures,
    EnterpriseRule,
    enterprise_pension,
    enterprise_rule,
    pension_total,
    transitional_coefficient,
    written_years,
)
from nianlun.policy.explained import ExplainedSheet, Figure
from nianlun.policy.index_years import given_index
from nianlun.policy.lawbook import LawBook
from nianlun.policy.rounding import Rounding
from nianlun.policy.rounding import rounding as named_rounding
from nianlun.policy.sheet import Evidence
from nianlun.policy.supplements import given_supplements
from nianlun.policy.tables import NotInForce

LABELS = {
    "basic": "基础养老金",
    "account": "个人账户养老金",
    "transitional": "过渡性养老金",
    "supplements": "地方补贴",
    "total": "合计",
    "payout_months": "计发月数",
    "years": "缴费年限",
    "transitional_years": "计算过渡性养老金的年限",
    "indexed_wage": "指数化月平均缴费工资",
    "index": "平均缴费工资指数",
    "pension_base": "养老金计发基数",
}
MOST_MONTHS = 12 * 80
COMPARED = "这一年退休须与老办法比较后发给，这里只是新办法的数额。"
INFORMATIVE = (
    "city sex birth work_start insured_from first_payment account_start special_work benefit_age "
    "post_account_paid_months paid_months real_pre_period scheme a_factor deemed_months "
    "pre_account_paid_months total_months raw_years_months raw_deemed_months"
).split()
"""Inputs that a form prints beside those the formula takes; they may stand in a case without being used."""


def assess(case: Case, book: LawBook, evidence: Evidence) -> Assessment:
    """The kind `enterprise_benefit`."""
    reading = Reading(case, book, evidence)
    case.require("benefit_date", "account_balance")
    figures = reading.figures()
    pension = enterprise_pension(reading.sheet, figures, reading.rule)
    supplements = given_supplements(
        case, book, reading.sheet, pension, years=figures.years, region=reading.region, day=reading.day
    )
    case.finish(*INFORMATIVE)
    total = pension_total(reading.sheet, [*pension.items, *supplements], reading.rule)
    amounts = {"basic": pension.basic.decimal(), "account": pension.account.decimal()}
    if pension.transitional is not None:
        amounts["transitional"] = pension.transitional.decimal()
    amounts |= {one.node.id: one.decimal() for one in supplements}
    labels = LABELS | {one.node.id: one.words for one in supplements}
    return Assessment(
        kind=case.kind,
        title=case.title or "企业职工基本养老金",
        sentence=f"{show_month(reading.month)} 起每月 {total.digits} 元。" + "".join(reading.notes),
        amounts={name: _cents(amount) for name, amount in amounts.items()},
        total=_cents(total.decimal()),
        figures=reading.printed(figures, pension.indexed_wage),
        labels=labels,
        derivation=total.node,
        provisional=reading.provisional,
        notes=reading.notes,
    )


class Reading:
    """Turns the inputs of a form into what the formula takes.

    `month` is the benefit month where the case need not state one; without a region the nation's row is taken.
    """

    def __init__(
        self,
        case: Case,
        book: LawBook,
        evidence: Evidence,
        *,
        month: Month | None = None,
        region_needed: bool = True,
    ) -> None:
        self.case, self.book = case, book
        self.sheet = ExplainedSheet(evidence)
        self.region = case.region(needed=region_needed)
        self.month: Month = (
            case.month("benefit_date") if month is None else case.month("benefit_date", month)
        )
        self.day = last_day(self.month)
        self.rule = _overridden(case, enterprise_rule(book, self.day, region=self.region))
        self.base: PensionBase | None = None
        self.base_note = ""
        self.provisional = case.flag("provisional")

    def figures(self) -> EnterpriseFigures[Figure]:
        """Everything the formula takes. Raises `CannotAssess` naming what is missing."""
        self._check_dates()
        sheet, case = self.sheet, self.case
        first, index_base, transitional_base = self._bases()
        transitional_years = self._transitional_years()
        index = given_index(case, self.book, sheet, self.rule, region=self.region, until=self.month)
        own_index = (
            sheet.given(
                "transitional_index", case.number("transitional_index", high=10), title="过渡性养老金的指数"
            )
            if case.has("transitional_index")
            else None
        )
        return EnterpriseFigures(
            first_base=first,
            index_base=index_base,
            index=index,
            years=self._years(),
            balance=sheet.given(
                "account_balance", case.money("account_balance"), title="个人账户储存额", unit="元"
            ),
            divisor=self._divisor(),
            transitional_years=transitional_years,
            transitional_base=transitional_base,
            transitional_index=own_index,
            coefficient=self._coefficient() if transitional_years is not None else None,
            indexed_wage=self._printed_wage("indexed_wage", "指数化月平均缴费工资"),
            transitional_wage=self._printed_wage("transitional_wage", "过渡性养老金的指数化工资"),
        )

    def _printed_wage(self, name: str, title: str) -> Figure | None:
        if not self.case.has(name):
            return None
        return self.sheet.given(name, self.case.money(name), title=title, unit="元")

    @property
    def notes(self) -> tuple[str, ...]:
        """What a reader must know beside the amount."""
        try:
            span = self.book.on("new_old_comparison", self.day, region=self.region)
        except NotInForce:
            share = Decimal(1)
        else:
            share = span.decimal()
        said = (self.base_note, COMPARED if share < 1 else "")
        return tuple(note for note in said if note)

    def printed(self, figures: EnterpriseFigures[Figure], indexed_wage: Figure) -> dict[str, str]:
        """The figures a form prints beside the amounts."""
        found = {
            "pension_base": figures.first_base.digits,
            "index": figures.index.digits,
            "indexed_wage": indexed_wage.digits,
            "years": figures.years.digits,
            "payout_months": figures.divisor.digits,
        }
        if figures.transitional_years is not None:
            found["transitional_years"] = figures.transitional_years.digits
        return found

    def _check_dates(self) -> None:
        born = self.case.month("birth", None)
        started = self.case.month("work_start", None)
        if born is not None and started is not None and started < born:
            raise BadCase("参加工作时间早于出生时间。请核对。")
        if started is not None and started > self.month:
            raise BadCase("参加工作时间晚于领取月份。请核对。")

    def _bases(self) -> tuple[Figure, Figure, Figure | None]:
        case, sheet = self.case, self.sheet
        if case.has("pension_base_province", "pension_base_city"):
            both = {
                place: sheet.given(
                    f"pension_base_{place}",
                    case.money(f"pension_base_{place}"),
                    title=f"{'省' if place == 'province' else '市'}养老金计发基数",
                    unit="元/月",
                )
                for place in ("province", "city")
            }
            parts = ("first_base", "index_base", "transitional_base")
            first, index_base, transitional = (both[self.rule.span.text(part)] for part in parts)
            return first, index_base, None if transitional is index_base else transitional
        if case.has("pension_base"):
            base = sheet.given(
                "pension_base", case.money("pension_base"), title="养老金计发基数", unit="元/月"
            )
            return base, base, None
        self.base = pension_base(self.book, self.month, region=self.region)
        self.base_note = self.base.note
        self.provisional = self.provisional or self.base.provisional
        found = base_figure(sheet, self.base)
        return found, found, None

    def _years(self) -> Figure:
        case = self.case
        for name in ("used_years", "years"):
            if case.has(name):
                value = case.number(name, high=100)
                return self.sheet.given("years", value, title="缴费年限", unit="年")
        for name in ("years_months", "raw_years_months"):
            if case.has(name):
                months = case.years_months(name)
                break
        else:
            months = self._summed(
                "total_months", "deemed_months pre_account_paid_months post_account_paid_months"
            )
        return self._written("years", months, "缴费年限")

    def _transitional_years(self) -> Figure | None:
        case, name = self.case, "transitional_years"
        for given in "used_deemed pre1998_years pre_account_years deemed_years transitional_years".split():
            if case.has(given):
                value = case.number(given, high=100)
                return self.sheet.given(name, value, title="建账前年限", unit="年") if value else None
        if case.has("raw_deemed_months"):
            months = case.years_months("raw_deemed_months")
        elif case.has("transitional_months"):
            months = case.half_months("transitional_months")
        else:
            months = case.half_months("deemed_months", Decimal(0))
            if self.rule.paid_months_too:
                months += case.half_months("pre_account_paid_months", Decimal(0))
        return self._written(name, months, "建账前年限") if months else None

    def _summed(self, whole: str, parts: str) -> Decimal:
        case, names = self.case, parts.split()
        if not case.has(whole, *names):
            raise CannotAssess(
                "缺少缴费年限。请给出 total_months（月数），或 years、years_months。", missing=(whole,)
            )
        found = [case.half_months(name, Decimal(0)) for name in names]
        if not case.has(whole):
            return sum(found, Decimal(0))
        total = case.half_months(whole)
        if all(case.has(name) for name in names) and sum(found) != total:
            raise BadCase(f"累计月数 {total} 与各段之和 {sum(found)} 不同。请核对。")
        if sum(found) > total:
            raise BadCase(f"各段月数之和 {sum(found)} 多于累计月数 {total}。请核对是否有重复的时段。")
        return total

    def _written(self, step_id: str, months: Decimal, title: str) -> Figure:
        if months > MOST_MONTHS:
            raise BadCase(f"{title} {months} 个月，超过 80 年。请核对。")
        given = self.sheet.given(f"{step_id}_months", months, title=f"{title}（月数）", unit="个月")
        return written_years(self.sheet, step_id, given, title=title, rule=self.rule)

    def _coefficient(self) -> Figure:
        if self.case.has("coef"):
            return self.sheet.given("coefficient", self.case.number("coef", high=1), title="过渡系数")
        span = self.book.on("transitional_coefficient", self.day, region=self.region)
        if not span.has("paid_over_months"):
            return transitional_coefficient(self.sheet, span, paid_months=None)
        paid = self.sheet.given(
            "paid_months", self.case.half_months("paid_months"), title="实际缴费月数", unit="个月"
        )
        return transitional_coefficient(self.sheet, span, paid_months=paid)

    def _divisor(self) -> Figure:
        case = self.case
        if case.has("payout_months"):
            value = case.number("payout_months", low=1, high=400)
            return self.sheet.given("payout_months", value, title="计发月数", unit="个月")
        if not case.has("benefit_age", "birth"):
            raise CannotAssess(
                "缺少计发月数。请给出 payout_months，或 benefit_age（领取时的年龄），或 birth（出生年月）。",
                missing=("payout_months",),
            )
        age = given_age(case, "benefit_age", other=self.month)
        figure = self.sheet.given("age_months", age, title="开始领取时的年龄", unit="个月")
        return payout_months(self.sheet, age_months=figure, paid_from=self.month, book=self.book)


def _overridden(case: Case, rule: EnterpriseRule) -> EnterpriseRule:
    """The region's way with the roundings that the case states itself."""
    changes: dict[str, Rounding | None] = {}
    for name, field in (
        ("item_rounding", "items"),
        ("total_rounding", "total"),
        ("years_rounding", "years"),
    ):
        if case.has(name):
            found = _rounding_of(case.text(name))
            if field != "years" and (found is None or found.digits > 2):
                raise BadCase(f"{name} 是金额的取整，最细到分，例如 half_up:2。")
            changes[field] = found
    fields = ("years", "transitional_years", "index", "indexed_wage", "items", "total")
    kept = {name: changes.get(name, getattr(rule, name)) for name in fields}
    return EnterpriseRule(rule.span, **kept) if changes else rule


def _rounding_of(text: str) -> Rounding | None:
    plain = {"ceil_0.1": "ceil:1", "ceil_0.01": "ceil:2", "half_up_0.01": "half_up:2"}.get(text, text)
    try:
        return named_rounding(plain)
    except ValueError as reason:
        raise BadCase(str(reason)) from None


def _cents(amount: Decimal) -> Decimal:
    return amount.quantize(Decimal("0.01"))
