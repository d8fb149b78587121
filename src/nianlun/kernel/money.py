"""Amounts in yuan as exact decimals, and the roundings that rules order by name."""

import re
import unicodedata
from decimal import ROUND_CEILING, ROUND_HALF_UP, Decimal
from enum import StrEnum

ZERO = Decimal("0.00")

_AMOUNT = re.compile(r"-?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?")


class NotAnAmount(ValueError):
    """The text is not an amount of money; the message is a Chinese sentence."""


class Rounding(StrEnum):
    """How a rule rounds: 四舍五入 takes halves away from zero, the others go to the higher amount."""

    HALF_UP_TO_FEN = "四舍五入到分"
    HALF_UP_TO_JIAO = "四舍五入到角"
    HALF_UP_TO_YUAN = "四舍五入到元"
    UP_TO_JIAO = "见分进角"
    UP_TO_YUAN = "见角进元"


_UNITS = {
    Rounding.HALF_UP_TO_FEN: (Decimal("0.01"), ROUND_HALF_UP),
    Rounding.HALF_UP_TO_JIAO: (Decimal("0.1"), ROUND_HALF_UP),
    Rounding.HALF_UP_TO_YUAN: (Decimal("1"), ROUND_HALF_UP),
    Rounding.UP_TO_JIAO: (Decimal("0.1"), ROUND_CEILING),
    Rounding.UP_TO_YUAN: (Decimal("1"), ROUND_CEILING),
}


def rounded(amount: Decimal, rounding: Rounding) -> Decimal:
    """The amount rounded as named, written with two decimals."""
    unit, mode = _UNITS[rounding]
    return amount.quantize(unit, rounding=mode).quantize(Decimal("0.01"))


def yuan(text: str) -> Decimal:
    """Read "1386", "1,386.00", "￥1386.5 元" exactly; no rounding. Raises `NotAnAmount`."""
    plain = re.sub(r"\s", "", unicodedata.normalize("NFKC", text)).removeprefix("¥").removesuffix("元")
    if not plain.isascii() or not _AMOUNT.fullmatch(plain):
        raise NotAnAmount(f"金额应写成 1386.00 的形式，现在是“{text[:20]}”。")
    return Decimal(plain.replace(",", ""))


def fen(amount: Decimal) -> int:
    """The amount in whole fen. Raises `NotAnAmount` when it holds parts of a fen: round by a rule first."""
    hundredfold = amount.scaleb(2)
    if hundredfold != hundredfold.to_integral_value():
        raise NotAnAmount(f"金额 {amount} 元不是整分，请先按规定取整。")
    return int(hundredfold)


def from_fen(count: int) -> Decimal:
    """An amount in yuan from whole fen."""
    return Decimal(count).scaleb(-2)


def show_money(amount: Decimal) -> str:
    """ "1,386.00 元". An amount with parts of a fen is shown in full, so that nothing is hidden."""
    places = max(2, -int(amount.normalize().as_tuple().exponent))
    return f"{amount:,.{places}f} 元"
