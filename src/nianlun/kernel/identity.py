"""Citizen identity numbers (公民身份号码, GB 11643-1999)."""

import unicodedata
from dataclasses import dataclass
from datetime import date
from typing import Literal

Sex = Literal["male", "female"]

_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECKS = "10X98765432"
_CENTENARIAN_SEQUENCES = range(996, 1000)  # for people then past a hundred (GB 11643-1989, from memory)


class NotAnIdentityNumber(ValueError):
    """The text is no identity number; the message is a Chinese sentence that never repeats the number."""


def check_character(first17: str) -> str:
    """The eighteenth character: weights of ISO 7064 MOD 11-2 over the first seventeen digits."""
    total = sum(weight * int(digit) for weight, digit in zip(_WEIGHTS, first17, strict=True))
    return _CHECKS[total % 11]


@dataclass(frozen=True, slots=True, repr=False)
class IdentityNumber:
    """A well-formed number of eighteen characters. Its division part is a hint, not looked up here.

    `str` and `repr` are masked, so that a log line or an exception never carries a number; ask for `text`.
    """

    text: str

    def __post_init__(self) -> None:
        text = self.text
        if len(text) != 18:
            raise NotAnIdentityNumber(f"身份证号应为 18 位，现在是 {len(text)} 位。")
        if not _digits(text[:17]):
            raise NotAnIdentityNumber("身份证号前 17 位应全是数字。请对照原件核对。")
        if not (_digits(text[17]) or text[17] == "X"):
            raise NotAnIdentityNumber("身份证号末位应是数字或 X。请对照原件核对。")
        _day(text[6:14])
        expected = check_character(text[:17])
        if text[17] != expected:
            raise NotAnIdentityNumber(
                f"身份证号校验码不对：按前 17 位算，末位应为 {expected}，现在是 {text[17]}。"
                "请对照原件逐位核对。"
            )

    @classmethod
    def parse(cls, text: str) -> "IdentityNumber":
        """Read a number as typed or scanned: spaces and hyphens dropped, full-width and small x accepted.

        Raises `NotAnIdentityNumber` for a wrong length, letter, date or check digit.
        """
        plain = _plain(text)
        if not plain:
            raise NotAnIdentityNumber("没有填写身份证号。")
        if len(plain) == 15 and _digits(plain):
            raise NotAnIdentityNumber("这是 15 位的旧身份证号。请先换算成 18 位，并与原件核对。")
        return cls(plain)

    @property
    def birth_date(self) -> date:
        """The birth date the number states; which date is fact is ruled on elsewhere."""
        return _day(self.text[6:14])

    @property
    def sex(self) -> Sex:
        """By the parity of the sequence code: odd for men."""
        return "male" if int(self.text[16]) % 2 else "female"

    @property
    def division(self) -> str:
        """The six-digit division code of the day the number was given out."""
        return self.text[:6]

    def __str__(self) -> str:
        return mask(self.text)

    def __repr__(self) -> str:
        return f"IdentityNumber({mask(self.text)})"


def from15(text: str) -> IdentityNumber:
    """Convert a number of fifteen digits given out before October 1999; keep the old one beside it.

    The year is of the twentieth century. Sequence codes 996 to 999 once marked people past a hundred, whose
    century the number does not tell: refused with `NotAnIdentityNumber`, like every malformed number.
    """
    plain = _plain(text)
    if len(plain) != 15:
        raise NotAnIdentityNumber(f"旧身份证号应为 15 位，现在是 {len(plain)} 位。")
    if not _digits(plain):
        raise NotAnIdentityNumber("旧身份证号应全是数字。请对照原件核对。")
    if int(plain[12:]) in _CENTENARIAN_SEQUENCES:
        raise NotAnIdentityNumber("顺序码 996 至 999 曾用于百岁老人，世纪不能确定。请凭其他证件登记。")
    first17 = f"{plain[:6]}19{plain[6:]}"
    return IdentityNumber(first17 + check_character(first17))


def mask(text: str) -> str:
    """Hide all but the first and last four characters; of fewer than twelve, everything."""
    hidden = len(text) - 8
    return "•" * len(text) if hidden < 4 else text[:4] + "•" * hidden + text[-4:]


def _plain(text: str) -> str:
    folded = unicodedata.normalize("NFKC", text).upper()
    return "".join(c for c in folded if not c.isspace() and c not in "-‐‑–—\u200b\ufeff")


def _digits(text: str) -> bool:
    return text.isascii() and text.isdigit()


def _day(eight: str) -> date:
    try:
        day = date(int(eight[:4]), int(eight[4:6]), int(eight[6:]))
    except ValueError:
        raise NotAnIdentityNumber("身份证号第 7 至 14 位不是一个日期。请对照原件核对。") from None
    if not 1850 <= day.year <= 2100:
        raise NotAnIdentityNumber(f"身份证号里的出生年份是 {day.year}，不合情理。请对照原件核对。")
    return day
