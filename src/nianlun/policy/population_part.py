"""Persons of a population that are worked on together: reading their columns, refusing some, answering the rest."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from nianlun.policy.cases import FIRST_YEAR, LAST_YEAR, MOST_YUAN
from nianlun.policy.columns import Column, TooLarge, Whole
from nianlun.policy.enterprise_case import MOST_MONTHS

Counts = npt.NDArray[Any]
Mask = npt.NDArray[np.bool_]

NOT_IN_FORCE, BAD_INPUT, CANNOT_ASSESS, TOO_LARGE = (
    "not_in_force",
    "bad_input",
    "cannot_assess",
    "too_large",
)
COMPONENTS = ("basic", "account", "transitional", "annuity")
MOST_FEN = int(MOST_YUAN) * 100
CAREER = MOST_MONTHS * 2  # half months; the longest service that an enterprise case takes
MOST_HALF_MONTHS = 1200 * 2  # the longest that any case reads
OLDEST = 1440  # months; the table of divisor months ends there
INDEX_DEN = 10_000


@dataclass(frozen=True, slots=True)
class Refused:
    """Why there is no number: a code for counting, a Chinese sentence for people."""

    code: str
    sentence: str


@dataclass(frozen=True, slots=True)
class Results:
    """The arrays that the parts write into, each into the entries of its own persons."""

    components: Mapping[str, Whole]
    total: Whole
    status: npt.NDArray[np.int32]
    provisional: Mask

    @classmethod
    def of(cls, size: int, components: tuple[str, ...]) -> "Results":
        """Zeros for that many persons."""
        return cls(
            components={name: np.zeros(size, dtype=np.int64) for name in components},
            total=np.zeros(size, dtype=np.int64),
            status=np.zeros(size, dtype=np.int32),
            provisional=np.zeros(size, dtype=np.bool_),
        )


class Part:
    """`rows` are the persons still to be answered; who is refused leaves them."""

    def __init__(
        self, arrays: Mapping[str, Counts], first_year: int, rows: Whole, results: Results
    ) -> None:
        self.arrays, self.first_year, self.rows, self.results = arrays, first_year, rows, results
        self.refused: list[tuple[Refused, Whole]] = []
        self._taken: dict[str, Counts] = {}

    def has(self, name: str) -> bool:
        """Whether the population holds that column."""
        return name in self.arrays

    def take(self, name: str) -> Counts:
        """The persons' entries, of a matrix their columns."""
        if name not in self._taken:
            rows, array = self.rows, self.arrays[name]
            # Rows ascend; those that lie together are looked at where they are, without a copy.
            together = rows.size and int(rows[-1]) - int(rows[0]) + 1 == rows.size
            self._taken[name] = (
                array[..., int(rows[0]) : int(rows[-1]) + 1] if together else np.take(array, rows, axis=-1)
            )
        return self._taken[name]

    def base(self, year: int) -> Counts:
        """The persons' bases of one year, fen a month; zeros outside the years that the population holds."""
        bases = self.take("bases")
        if not 0 <= year - self.first_year < bases.shape[0]:
            return np.zeros(self.rows.size, dtype=bases.dtype)
        found: Counts = bases[year - self.first_year]
        return found

    def deemed(self, year: int) -> Mask:
        """Whose year is deemed."""
        return (self.take("deemed_since") <= year) & (year < self.take("deemed_until"))

    def refuse(self, whom: Mask, code: str, sentence: str) -> None:
        """Take these persons out, for one reason."""
        if whom.any():
            self.refused.append((Refused(code, sentence), self.rows[whom]))
            self.rows = self.rows[~whom]
            self._taken = {name: entries[..., ~whom] for name, entries in self._taken.items()}

    def refuse_outside(self, name: str, high: int, sentence: str, *, low: int = 0) -> None:
        """Take out whose entry lies outside the bounds that a single case has as well."""
        entries = self.take(name)
        self.refuse((entries < low) | (entries > high), BAD_INPUT, sentence)

    def refuse_unborn(self) -> None:
        """Take out birth months of other centuries."""
        years = self.take("birth_month") // 12
        words = f"birth 的年份应在 {FIRST_YEAR} 到 {LAST_YEAR} 之间。请核对。"
        self.refuse((years < FIRST_YEAR) | (years > LAST_YEAR), BAD_INPUT, words)

    def refuse_ages(self) -> None:
        """Take out whose age at the benefit has no divisor months."""
        self.refuse(self.ages() < 0, CANNOT_ASSESS, "领取月份早于出生月份，不能计算年龄。请核对。")
        self.refuse(self.ages() > OLDEST, NOT_IN_FORCE, f"《计发月数》表中没有 {OLDEST} 个月以上的年龄。")

    def age(self) -> Column:
        """Ages at the benefit, in months."""
        return Column(self.ages())

    def money(self, name: str) -> Column:
        """Yuan. The bounds are those of any case, so what overflows never depends on who stands beside whom."""
        return Column(self.take(name).astype(np.int64), 100, (0, MOST_FEN))

    def months(self, *names: str) -> Column:
        """Months of service, the sum of the columns."""
        return Column(self.half_months(*names), 2, (0, MOST_HALF_MONTHS))

    def half_months(self, *names: str) -> Whole:
        """The sum of these columns of service."""
        found: Whole = np.sum([self.take(name) for name in names], axis=0, dtype=np.int64)
        return found

    def answer(self, components: Mapping[str, Column], total: Column, *, provisional: bool) -> None:
        """Write the amounts of the persons that are left."""
        for name, column in components.items():
            self.results.components[name][self.rows] = column.array(scale=100, size=self.rows.size)
        self.results.total[self.rows] = total.array(scale=100, size=self.rows.size)
        self.results.provisional[self.rows] = provisional

    def attempt(self, answer: "Callable[[Part], None]") -> None:
        """Let whoever is left be answered; where a value is absurd nobody of the part gets a number."""
        if not self.rows.size:
            return
        try:
            answer(self)
        except TooLarge as reason:
            self.refuse(everyone(self), TOO_LARGE, str(reason))

    def ages(self) -> Whole:
        """Ages at the benefit, in months, as they are."""
        return self.take("benefit_month").astype(np.int64) - self.take("birth_month")


def everyone(part: Part) -> Mask:
    """All who are left."""
    return np.ones(part.rows.size, dtype=np.bool_)
