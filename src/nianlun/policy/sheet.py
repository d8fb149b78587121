"""The sheet of paper a formula is worked out on: one definition, explained for one person or run over many.

A formula is a function of a `Sheet` and quantities. It names each step it takes; nothing else tells it whether the
quantities are one person's exact figures (`explained.ExplainedSheet`, which writes down every step) or columns of
a population (`columns.ColumnSheet`, whole numbers of the smallest unit). Both are exact, so they agree to the fen.
"""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Any, Protocol, Self, TypeVar

from nianlun.policy.derivation import EvidenceRef
from nianlun.policy.rounding import Rounding
from nianlun.policy.tables import Span

Number = int | Decimal | Fraction
PERCENT = Decimal("0.01")


class Quantity(Protocol):
    """A number, or a column of them. Arithmetic is exact; comparing gives what `Sheet.choose` takes."""

    def __add__(self, other: Self | Number) -> Self: ...
    def __radd__(self, other: Number) -> Self: ...
    def __sub__(self, other: Self | Number) -> Self: ...
    def __rsub__(self, other: Number) -> Self: ...
    def __mul__(self, other: Self | Number) -> Self: ...
    def __rmul__(self, other: Number) -> Self: ...
    def __truediv__(self, other: Self | Number) -> Self: ...
    def __lt__(self, other: Self | Number) -> Any: ...
    def __le__(self, other: Self | Number) -> Any: ...
    def __gt__(self, other: Self | Number) -> Any: ...
    def __ge__(self, other: Self | Number) -> Any: ...


Q = TypeVar("Q", bound=Quantity)


class Sheet(Protocol[Q]):
    """What a formula may do beside arithmetic. Every figure a reader should see is a `step`."""

    def given(self, step_id: str, value: Any, *, title: str, unit: str = "", note: str = "") -> Q:
        """An input: a number, or a column of them."""

    def row(self, span: Span, step_id: str, *, title: str, unit: str = "", part: str = "") -> Q:
        """A number out of a policy table, or a named part of one."""

    def step(
        self,
        step_id: str,
        value: Q,
        *,
        title: str,
        unit: str = "",
        rounding: Rounding | None = None,
        rule: str = "",
        article: str = "",
        rows: Sequence[Span] = (),
    ) -> Q:
        """A figure worth a name: rounded as ordered, explained by what it was made from."""

    def choose(self, condition: Any, then: Q | Number, otherwise: Q | Number) -> Q:
        """`then` where the condition holds, `otherwise` elsewhere."""

    def anyone(self, condition: Any) -> bool:
        """Whether the condition holds for this person, or for one of the many."""

    def larger(self, one: Q, other: Q | Number) -> Q:
        """The larger of two."""

    def smaller(self, one: Q, other: Q | Number) -> Q:
        """The smaller of two."""

    def total(self, terms: Sequence[Q]) -> Q:
        """The sum of any number of terms."""

    def whole(self, value: Q, mode: str = "floor") -> Q:
        """The value rounded to a whole number without a step of its own."""

    def lookup(
        self, span: Span, step_id: str, key: Q, values: Mapping[int, Number], *, title: str, unit: str = ""
    ) -> Q:
        """The entry of a table for a whole number. Raises `NotInForce` where there is none."""


Evidence = Mapping[str, tuple[EvidenceRef, ...]]
