"""Columns of exact numbers: whole numbers over a common denominator, in 64 bits, with their bounds known beforehand.

Each column carries the bounds of its numerator. Before two are multiplied, the bounds say whether the product
fits; if it might not, `TooLarge` is raised and nothing is computed. So a result is exact or there is none.
"""

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from math import gcd, lcm
from operator import ge, gt, le, lt
from typing import Any

import numpy as np
import numpy.typing as npt

from nianlun.policy.rounding import Rounding
from nianlun.policy.sheet import Number
from nianlun.policy.tables import NotInForce, Span

Whole = npt.NDArray[np.int64]
_LIMIT = 2**63 - 1


class TooLarge(ArithmeticError):
    """A product might not fit into 64 bits; the population holds an absurd value."""


class Column:
    """Numbers `num / den`. Either may be one whole number for all persons or an array with one for each."""

    __slots__ = ("den", "dens", "num", "nums")

    def __init__(
        self,
        num: "int | Whole",
        den: "int | Whole" = 1,
        nums: tuple[int, int] | None = None,
        dens: tuple[int, int] | None = None,
    ) -> None:
        self.num, self.den = num, den
        self.nums = nums or _bounds(num)
        self.dens = dens or _bounds(den)
        if self.dens[0] <= 0:
            raise ZeroDivisionError("a column is divided by numbers that may be zero or below")

    def __add__(self, other: "Column | Number") -> "Column":
        return _sum(self, _column(other), 1)

    def __radd__(self, other: Number) -> "Column":
        return _column(other) + self

    def __sub__(self, other: "Column | Number") -> "Column":
        return _sum(self, _column(other), -1)

    def __rsub__(self, other: Number) -> "Column":
        return _column(other) - self

    def __mul__(self, other: "Column | Number") -> "Column":
        other = _column(other)
        one, two = _crossed(self, other), _crossed(other, self)
        num, nums = _times(one.num, one.nums, two.num, two.nums)
        den, dens = _times(one.den, one.dens, two.den, two.dens)
        return Column(num, den, nums, dens)

    def __rmul__(self, other: Number) -> "Column":
        return _column(other) * self

    def __truediv__(self, other: "Column | Number") -> "Column":
        divisor = _column(other)
        return self * Column(divisor.den, divisor.num, divisor.dens, divisor.nums)

    def __lt__(self, other: "Column | Number") -> Any:
        return _compared(lt, self, other)

    def __le__(self, other: "Column | Number") -> Any:
        return _compared(le, self, other)

    def __gt__(self, other: "Column | Number") -> Any:
        return _compared(gt, self, other)

    def __ge__(self, other: "Column | Number") -> Any:
        return _compared(ge, self, other)

    def rounded(self, rounding: Rounding) -> "Column":
        """The numbers over the rounding's own denominator."""
        unit = 10**rounding.digits
        shared = gcd(unit, self.den) if isinstance(self.den, int) else 1
        num, nums = _times(self.num, self.nums, unit // shared, (unit // shared,) * 2)
        den = self.den // shared
        dens = (self.dens[0] // shared, self.dens[1] // shared)
        if isinstance(den, int) and den == 1:
            return Column(num, unit, nums)
        if rounding.mode == "half_up":
            _fits(max(abs(nums[0]), abs(nums[1])) + dens[1])
            if nums[0] >= 0:
                return Column((num + den // 2) // den, unit, _divided(nums, dens))
            size = (np.abs(num) + den // 2) // den
            return Column(np.where(num < 0, -size, size), unit, _divided(nums, dens))
        whole = -((-num) // den) if rounding.mode == "ceil" else num // den
        return Column(whole, unit, _divided(nums, dens))

    def array(self, *, scale: int, size: int) -> Whole:
        """The numbers as whole counts of 1/scale. Raises `ValueError` where they are none."""
        shared = gcd(scale, self.den) if isinstance(self.den, int) else 1
        rest: int | Whole = self.den // shared
        if np.any(np.asarray(self.num) % rest):
            raise ValueError("the column holds parts of the unit asked for; round it first")
        whole, wholes = (
            self.num // rest,
            _divided(self.nums, (self.dens[0] // shared, self.dens[1] // shared)),
        )
        counts = np.asarray(
            _times(whole, wholes, scale // shared, (scale // shared,) * 2)[0], dtype=np.int64
        )
        return np.broadcast_to(counts, (size,)) if counts.ndim == 0 else counts


class ColumnSheet:
    """Works out a formula for a whole population; writes nothing down but the steps asked for in `keep`."""

    def __init__(self, keep: frozenset[str] = frozenset()) -> None:
        self.keep = keep
        self.kept: dict[str, Column] = {}

    def given(self, step_id: str, value: Any, *, title: str, unit: str = "", note: str = "") -> Column:
        """An input: a `Column` as it is, an array of whole numbers, or one number for all."""
        if isinstance(value, Column):
            return value
        return Column(value) if isinstance(value, np.ndarray) else _column(value)

    def row(self, span: Span, step_id: str, *, title: str, unit: str = "", part: str = "") -> Column:
        """A number out of a policy table, the same for all."""
        return _column(span.decimal(part))

    def step(
        self,
        step_id: str,
        value: Column,
        *,
        title: str,
        unit: str = "",
        rounding: Rounding | None = None,
        rule: str = "",
        article: str = "",
        rows: Sequence[Span] = (),
    ) -> Column:
        """The figure, rounded as ordered."""
        found = value.rounded(rounding) if rounding else value
        if step_id in self.keep:
            self.kept[step_id] = found
        return found

    def choose(self, condition: Any, then: Column | Number, otherwise: Column | Number) -> Column:
        """`then` where the condition holds, `otherwise` elsewhere."""
        one, other = _column(then), _column(otherwise)
        if isinstance(condition, bool | np.bool_):
            return one if condition else other
        one, other = _alike(one, other)
        bounds = (min(one.nums[0], other.nums[0]), max(one.nums[1], other.nums[1]))
        return Column(_picked(condition, one.num, other.num), one.den, bounds, one.dens)

    def anyone(self, condition: Any) -> bool:
        """Whether the condition holds for one person at least."""
        return bool(np.any(condition))

    def larger(self, one: Column, other: Column | Number) -> Column:
        """The larger of two, person by person."""
        return _extreme(one, _column(other), max, np.maximum)

    def smaller(self, one: Column, other: Column | Number) -> Column:
        """The smaller of two, person by person."""
        return _extreme(one, _column(other), min, np.minimum)

    def total(self, terms: Sequence[Column]) -> Column:
        """The sum of the terms."""
        found = _column(0)
        for term in terms:
            found = found + term
        return found

    def whole(self, value: Column, mode: str = "floor") -> Column:
        """Whole numbers."""
        return value.rounded(Rounding(mode, 0))

    def lookup(
        self,
        span: Span,
        step_id: str,
        key: Column,
        values: Mapping[int, Number],
        *,
        title: str,
        unit: str = "",
    ) -> Column:
        """The entries of a table for whole numbers."""
        if not isinstance(key.den, int) or key.den != 1:
            raise NotInForce(f"《{title}》按整数查表。")
        low, high = key.nums
        if any(at not in values for at in range(low, high + 1)):
            raise NotInForce(f"《{title}》表中没有 {low} 至 {high} 的全部各栏。")
        exact = [Fraction(values[at]) for at in range(low, high + 1)]
        den = lcm(*(one.denominator for one in exact))
        entries = np.array([int(one * den) for one in exact], dtype=np.int64)
        if isinstance(key.num, int):
            return Column(int(entries[0]), den)
        return Column(entries[key.num - low], den, (int(entries.min()), int(entries.max())))


def _column(value: "Column | Number") -> Column:
    if isinstance(value, Column):
        return value
    return Column(*value.as_integer_ratio())


def _bounds(value: "int | Whole") -> tuple[int, int]:
    if isinstance(value, int):
        return value, value
    return (int(value.min()), int(value.max())) if value.size else (0, 0)


def _fits(bound: int) -> None:
    if bound > _LIMIT:
        raise TooLarge("数值过大，超出精确计算的范围。请先核对输入中的异常值。")


def _times(
    one: "int | Whole", ones: tuple[int, int], two: "int | Whole", twos: tuple[int, int]
) -> "tuple[int | Whole, tuple[int, int]]":
    corners = [a * b for a in ones for b in twos]
    bounds = (min(corners), max(corners))
    _fits(max(abs(bounds[0]), abs(bounds[1])))
    if isinstance(two, int) and two == 1:
        return one, bounds  # a multiplication less over a whole population
    return (two if isinstance(one, int) and one == 1 else one * two), bounds


def _divided(nums: tuple[int, int], dens: tuple[int, int]) -> tuple[int, int]:
    corners = [a // b for a in nums for b in dens]
    return min(corners) if nums[0] >= 0 else min(corners) - 1, max(corners) + 1


def _crossed(one: Column, other: Column) -> Column:
    """`one` with what its single numerator shares with the other's single denominator taken out of both."""
    num, den = one.num, one.den
    if isinstance(num, int) and isinstance(other.den, int) and (shared := gcd(num, other.den)) > 1:
        num //= shared
    if isinstance(den, int) and isinstance(other.num, int) and (shared := gcd(den, other.num)) > 1:
        den //= shared
    return (
        one
        if (num is one.num and den is one.den)
        else Column(num, den, None if isinstance(num, int) else one.nums)
    )


def _alike(one: Column, other: Column) -> tuple[Column, Column]:
    """Both over one denominator."""
    if isinstance(one.den, int) and isinstance(other.den, int):
        den: int = lcm(one.den, other.den)
        return _spread(one, den // one.den, den), _spread(other, den // other.den, den)
    return (
        _widened(one, other),
        _widened(other, one),
    )


def _spread(one: Column, factor: int, den: int) -> Column:
    if factor == 1:
        return one
    num, nums = _times(one.num, one.nums, factor, (factor, factor))
    return Column(num, den, nums)


def _widened(one: Column, other: Column) -> Column:
    num, nums = _times(one.num, one.nums, other.den, other.dens)
    den, dens = _times(one.den, one.dens, other.den, other.dens)
    return Column(num, den, nums, dens)


def _sum(one: Column, other: Column, sign: int) -> Column:
    one, other = _alike(one, other)
    if sign < 0:
        nums = (one.nums[0] - other.nums[1], one.nums[1] - other.nums[0])
    else:
        nums = (one.nums[0] + other.nums[0], one.nums[1] + other.nums[1])
    _fits(max(abs(nums[0]), abs(nums[1])))
    return Column(one.num + other.num if sign > 0 else one.num - other.num, one.den, nums, one.dens)


def _picked(condition: Any, one: "int | Whole", other: "int | Whole") -> Whole:
    """`np.where`; beside a zero a product is twice as fast, and most choices are beside a zero."""
    found: Whole
    if isinstance(other, int) and other == 0:
        found = np.multiply(condition, one, dtype=np.int64)
    elif isinstance(one, int) and one == 0:
        found = np.multiply(~condition, other, dtype=np.int64)
    else:
        found = np.where(condition, one, other)
    return found


def _extreme(one: Column, other: Column, single: Callable[..., int], many: Callable[..., Whole]) -> Column:
    """The larger or the smaller of two; its bounds are narrower than those of either."""
    one, other = _alike(one, other)
    bounds = (single(one.nums[0], other.nums[0]), single(one.nums[1], other.nums[1]))
    if isinstance(one.num, int) and isinstance(other.num, int):
        return Column(single(one.num, other.num), one.den, None, one.dens)
    return Column(many(one.num, other.num), one.den, bounds, one.dens)


def _compared(order: Callable[[Any, Any], Any], one: Column, other: "Column | Number") -> Any:
    one, other = _alike(one, _column(other))
    return order(one.num, other.num)
