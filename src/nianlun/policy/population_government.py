"""Government and institution staff of a population, by the new method (国发〔2015〕2号)."""

from dataclasses import dataclass
from typing import ClassVar

from nianlun.kernel.months import Month, last_day
from nianlun.policy.annuity import annuity_pension
from nianlun.policy.base_values import PensionBase, base_figure, pension_base
from nianlun.policy.columns import ColumnSheet
from nianlun.policy.divisor import payout_months
from nianlun.policy.enterprise import (
    EnterpriseFigures,
    EnterpriseRule,
    account_pension,
    basic_pension,
    enterprise_rule,
    indexed_mean_wage,
    written_years,
)
from nianlun.policy.government import REFORM, transition_span
from nianlun.policy.government_case import new_method_total
from nianlun.policy.lawbook import LawBook
from nianlun.policy.population_index import index_column, refuse_indices
from nianlun.policy.population_part import (
    BAD_INPUT,
    CANNOT_ASSESS,
    MOST_FEN,
    MOST_HALF_MONTHS,
    Part,
)
from nianlun.policy.rounding import FEN
from nianlun.policy.tables import Span


@dataclass(frozen=True, slots=True, kw_only=True)
class GovernmentTerms:
    """The rules of a region in a benefit month.

    Deemed service needs an index by rank and post, which a population does not hold: whoever has some is refused.
    """

    FIRST: ClassVar[Month] = REFORM

    book: LawBook
    region: str
    month: Month
    rule: EnterpriseRule
    base: PensionBase
    divisors: tuple[Span, Span]
    comparing: bool  # in the ten years the old method may give more

    @classmethod
    def of(cls, book: LawBook, *, region: str, month: Month) -> "GovernmentTerms":
        """Raises `NotInForce` where nobody can get a pension that month."""
        day = last_day(month)
        return cls(
            book=book,
            region=region,
            month=month,
            rule=enterprise_rule(book, day, region=""),
            base=pension_base(book, month, region=region),
            divisors=(book.on("payout_months", day), book.on("payout_months_mode", day)),
            comparing=transition_span(book, month) is not None,
        )

    @property
    def key(self) -> tuple[object, ...]:
        """The month itself, since nobody can have paid for more months than there were since the reform."""
        rows = (id(self.rule.span), id(self.base.span), *(id(span) for span in self.divisors))
        return (self.region, self.month, self.base.provisional, self.comparing, *rows)

    def work(self, part: Part) -> None:
        """Refuse in the order of a single case, then compute for the rest."""
        self._refuse(part)
        part.attempt(self._answer)

    def _refuse(self, part: Part) -> None:
        refuse_indices(part, book=self.book, region=self.region, year=self.month // 12)
        part.refuse_outside("deemed", MOST_HALF_MONTHS, "视同缴费月数应在 0 到 1200 之间。请核对。")
        paid = part.half_months("total") - part.take("deemed")
        words = "累计月数减去视同缴费月数应在 0 到 1200 之间。请核对。"
        part.refuse((paid < 0) | (paid > MOST_HALF_MONTHS), BAD_INPUT, words)
        possible = self.month + 1 - REFORM
        part.refuse(
            part.half_months("total") - part.take("deemed") > 2 * possible,
            CANNOT_ASSESS,
            f"2014 年 10 月到退休最多 {possible} 个月。改革以前的工龄是视同缴费。",
        )
        part.refuse_outside("balance", MOST_FEN, "account_balance 应在 0 到 100000000 元之间。请核对。")
        part.refuse_unborn()
        part.refuse_ages()
        part.refuse(
            part.take("deemed") > 0,
            CANNOT_ASSESS,
            "有视同缴费年限，过渡性养老金要按职务职级的视同缴费指数计算，须单独办理。",
        )
        if part.has("annuity_balance"):
            words = "annuity_balance 应在 0 到 100000000 元之间。请核对。"
            part.refuse_outside("annuity_balance", MOST_FEN, words)

    def _answer(self, part: Part) -> None:
        sheet = ColumnSheet()
        base = base_figure(sheet, self.base)
        index = index_column(
            part, sheet, book=self.book, region=self.region, year=self.month // 12, to=self.rule.index
        )
        figures = EnterpriseFigures(
            first_base=base,
            index_base=base,
            index=index,
            years=written_years(sheet, "years", part.months("total"), title="缴费年限", rule=self.rule),
            balance=part.money("balance"),
            divisor=payout_months(sheet, age_months=part.age(), paid_from=self.month, book=self.book),
        )
        wage = indexed_mean_wage(sheet, base=base, index=index, rule=self.rule)
        components = {
            "basic": basic_pension(sheet, figures, wage, self.rule),
            "account": account_pension(sheet, balance=figures.balance, divisor=figures.divisor, to=FEN),
        }
        if part.has("annuity_balance"):
            annuity = part.money("annuity_balance")
            components["annuity"] = annuity_pension(sheet, balance=annuity, divisor=figures.divisor)
        total = new_method_total(sheet, list(components.values()))
        part.answer(components, total, provisional=self.base.provisional or self.comparing)
