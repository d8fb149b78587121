"""Roundings as policy tables name them: "half_up:2", "ceil:1", "floor:1", "exact"."""

import re
from dataclasses import dataclass
from fractions import Fraction

_NAMED = re.compile(r"(half_up|ceil|floor):(\d)")
_UNITS = {0: "元", 1: "角", 2: "分"}
_WORDS = {"half_up": "四舍五入到", "ceil": "见尾数进到", "floor": "舍去尾数到"}


class NoSuchRounding(ValueError):
    """A name that is no rounding; the message is a Chinese sentence."""


@dataclass(frozen=True, slots=True)
class Rounding:
    """`mode` half_up (halves away from zero), ceil or floor, to `digits` decimals."""

    mode: str
    digits: int

    def of(self, value: Fraction) -> Fraction:
        """The value rounded, exactly."""
        scaled = value * 10**self.digits
        if self.mode == "ceil":
            whole = -(-scaled.numerator // scaled.denominator)
        elif self.mode == "floor":
            whole = scaled.numerator // scaled.denominator
        else:
            size = abs(scaled)
            whole = (2 * size.numerator + size.denominator) // (2 * size.denominator)
            whole = whole if scaled >= 0 else -whole
        return Fraction(whole, 10**self.digits)

    def words(self, unit: str) -> str:
        """How a clerk says it: 四舍五入到分, 见分进角, 四舍五入到 2 位小数."""
        if unit.startswith("元") and self.digits in _UNITS:
            if (self.mode, self.digits) == ("ceil", 1):
                return "见分进角"
            return f"{_WORDS[self.mode]}{_UNITS[self.digits]}"
        return f"{_WORDS[self.mode]}{f' {self.digits} 位小数' if self.digits else '整数'}"


FEN = Rounding("half_up", 2)


def rounding(name: str) -> Rounding | None:
    """The rounding of that name; None for "exact". Raises `NoSuchRounding`."""
    if name == "exact":
        return None
    found = _NAMED.fullmatch(name)
    if not found:
        raise NoSuchRounding(f"取整方式应写成 half_up:2、ceil:1、floor:1 或 exact，现在是“{name[:20]}”。")
    return Rounding(found[1], int(found[2]))
