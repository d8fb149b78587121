"""Enterprise employees and flexible workers of a population."""

from dataclasses import dataclass

from nianlun.kernel.months import Month, last_day
from nianlun.policy.base_values import PensionBase, base_figure, pension_base
from nianlun.policy.columns import Column, ColumnSheet
from nianlun.policy.divisor import payout_months
from nianlun.policy.enterprise import (
    EnterpriseFigures,
    EnterpriseRule,
    enterprise_pension,
    enterprise_rule,
    pension_total,
    transitional_coefficient,
    written_years,
)
from nianlun.policy.lawbook import LawBook
from nianlun.policy.population_index import index_column, refuse_indices
from nianlun.policy.population_part import (
    BAD_INPUT,
    CAREER,
    MOST_FEN,
    NOT_IN_FORCE,
    Part,
)
from nianlun.policy.tables import NotInForce, Span


@dataclass(frozen=True, slots=True, kw_only=True)
class EnterpriseTerms:
    """The rules of a region in a benefit month. `coefficient` is the reason where there is no rule."""

    book: LawBook
    region: str
    month: Month
    rule: EnterpriseRule
    base: PensionBase
    coefficient: Span | NotInForce
    divisors: tuple[Span, Span]

    @classmethod
    def of(cls, book: LawBook, *, region: str, month: Month) -> "EnterpriseTerms":
        """Raises `NotInForce` where nobody can get a pension that month."""
        day = last_day(month)
        rule, base = enterprise_rule(book, day, region=region), pension_base(book, month, region=region)
        try:
            coefficient: Span | NotInForce = book.on("transitional_coefficient", day, region=region)
        except NotInForce as reason:
            coefficient = reason
        return cls(
            book=book,
            region=region,
            month=month,
            rule=rule,
            base=base,
            coefficient=coefficient,
            divisors=(book.on("payout_months", day), book.on("payout_months_mode", day)),
        )

    @property
    def key(self) -> tuple[object, ...]:
        """Region and year decide the index, the rows the rest. A row is itself, whatever stands in it."""
        coefficient = id(self.coefficient) if isinstance(self.coefficient, Span) else str(self.coefficient)
        rows = (id(self.rule.span), id(self.base.span), *(id(span) for span in self.divisors))
        return (self.region, self.month // 12, self.base.provisional, coefficient, *rows)

    def work(self, part: Part) -> None:
        """Refuse in the order of a single case, then compute for the rest."""
        self._refuse(part)
        part.attempt(self._answer)

    def _refuse(self, part: Part) -> None:
        part.refuse_unborn()
        words = "月数应在 0 到 960 个月（80 年）之间。请核对。"
        for name in self._transitional:
            part.refuse_outside(name, CAREER, words)
        refuse_indices(part, book=self.book, region=self.region, year=self.month // 12)
        for name in ("deemed", "paid_before_account", "total"):
            part.refuse_outside(name, CAREER, words)
        parts = part.half_months("deemed", "paid_before_account")
        part.refuse(
            parts > part.half_months("total"),
            BAD_INPUT,
            "各段月数之和多于累计月数。请核对是否有重复的时段。",
        )
        part.refuse_outside("balance", MOST_FEN, "account_balance 应在 0 到 100000000 元之间。请核对。")
        part.refuse_ages()
        if isinstance(self.coefficient, NotInForce):
            part.refuse(part.half_months(*self._transitional) > 0, NOT_IN_FORCE, str(self.coefficient))

    @property
    def _transitional(self) -> tuple[str, ...]:
        return ("deemed", "paid_before_account") if self.rule.paid_months_too else ("deemed",)

    def _answer(self, part: Part) -> None:
        sheet = ColumnSheet()
        base = base_figure(sheet, self.base)
        before: Column | None = None
        coefficient: Column | None = None
        if isinstance(self.coefficient, Span):
            months = part.months(*self._transitional)
            before = written_years(sheet, "transitional_years", months, title="建账前年限", rule=self.rule)
            paid = part.months("total") - part.months("deemed")
            coefficient = transitional_coefficient(sheet, self.coefficient, paid_months=paid)
        figures = EnterpriseFigures(
            first_base=base,
            index_base=base,
            index=index_column(
                part, sheet, book=self.book, region=self.region, year=self.month // 12, to=self.rule.index
            ),
            years=written_years(sheet, "years", part.months("total"), title="缴费年限", rule=self.rule),
            balance=part.money("balance"),
            divisor=payout_months(sheet, age_months=part.age(), paid_from=self.month, book=self.book),
            transitional_years=before,
            coefficient=coefficient,
        )
        pension = enterprise_pension(sheet, figures, self.rule)
        components = {"basic": pension.basic, "account": pension.account}
        if pension.transitional is not None:
            components["transitional"] = pension.transitional
        total = pension_total(sheet, pension.items, self.rule)
        part.answer(components, total, provisional=self.base.provisional)
