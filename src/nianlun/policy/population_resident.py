"""Urban and rural residents of a population (国发〔2014〕8号)."""

from dataclasses import dataclass

import numpy as np

from nianlun.kernel.months import Month, last_day
from nianlun.policy.columns import Column, ColumnSheet
from nianlun.policy.lawbook import LawBook
from nianlun.policy.population_part import CANNOT_ASSESS, MOST_FEN, Part
from nianlun.policy.resident import resident_divisor, resident_pension
from nianlun.policy.tables import Span


@dataclass(frozen=True, slots=True, kw_only=True)
class ResidentTerms:
    """The rules of a region in a benefit month; `first_age` in months."""

    book: LawBook
    month: Month
    basic: Span
    first_age: int
    rows: tuple[Span, ...]

    @classmethod
    def of(cls, book: LawBook, *, region: str, month: Month) -> "ResidentTerms":
        """Raises `NotInForce` where nobody can get a pension that month."""
        day = last_day(month)
        basic, age = (
            book.on("resident_basic_pension", day, region=region),
            book.on("resident_pension_age", day),
        )
        names = ("resident_payout_months", "payout_months", "payout_months_mode")
        return cls(
            book=book,
            month=month,
            basic=basic,
            first_age=age.number("age_months"),
            rows=(basic, age, *(book.on(name, day) for name in names)),
        )

    @property
    def key(self) -> tuple[object, ...]:
        """The rows. A row is itself, whatever stands in it."""
        return tuple(id(span) for span in self.rows)

    def work(self, part: Part) -> None:
        """Refuse in the order of a single case, then compute for the rest."""
        part.refuse_outside("balance", MOST_FEN, "account_balance 应在 0 到 100000000 元之间。请核对。")
        part.refuse_unborn()
        young = part.ages() < self.first_age
        words = f"未满 {self.first_age // 12} 周岁，不能领取城乡居民养老金。请核对出生和领取的月份。"
        part.refuse(young, CANNOT_ASSESS, words)
        part.refuse_ages()
        part.attempt(self._answer)

    def _answer(self, part: Part) -> None:
        sheet = ColumnSheet()
        basic = sheet.row(self.basic, "basic", title="基础养老金", unit="元/月")
        divisor = resident_divisor(
            sheet,
            whole_years=Column(np.floor_divide(part.ages(), 12) * 12),
            first_age=self.first_age,
            paid_from=self.month,
            book=self.book,
        )
        found = resident_pension(sheet, basic=basic, balance=part.money("balance"), divisor=divisor)
        part.answer({"basic": basic, "account": found.account}, found.total, provisional=False)
