"""Unified social credit codes (统一社会信用代码, GB 32100-2015)."""

import unicodedata
from dataclasses import dataclass

_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"  # without I, O, S, V, Z
_WEIGHTS = tuple(pow(3, i, 31) for i in range(17))
_ORGANISATION_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)  # GB 11714
_BASE36 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"


class NotACreditCode(ValueError):
    """The text is no credit code; the message is a Chinese sentence."""


def check_character(first17: str) -> str:
    """The eighteenth character: weights 3^i mod 31 over the first seventeen."""
    total = sum(weight * _ALPHABET.index(c) for weight, c in zip(_WEIGHTS, first17, strict=True))
    return _ALPHABET[-total % 31]


def organisation_check_character(first8: str) -> str:
    """The ninth character of an organisation code (GB 11714), positions 9 to 17 of a credit code."""
    total = sum(w * _BASE36.index(c) for w, c in zip(_ORGANISATION_WEIGHTS, first8, strict=True))
    return "0123456789X0"[11 - total % 11]


@dataclass(frozen=True, slots=True)
class CreditCode:
    """A well-formed code of eighteen characters."""

    text: str

    def __post_init__(self) -> None:
        text = self.text
        if len(text) != 18:
            raise NotACreditCode(f"统一社会信用代码应为 18 位，现在是 {len(text)} 位。")
        wrong = next((c for c in text if c not in _ALPHABET), None)
        if wrong is not None:
            raise NotACreditCode(f"统一社会信用代码里不会有“{wrong}”。请对照证照核对。")
        if not (text[2:8].isascii() and text[2:8].isdigit()):
            raise NotACreditCode("统一社会信用代码第 3 至 8 位应是数字。请对照证照核对。")
        expected = check_character(text[:17])
        if text[17] != expected:
            raise NotACreditCode(
                f"统一社会信用代码校验码不对：末位应为 {expected}，现在是 {text[17]}。请对照证照核对。"
            )
        if text[16] != organisation_check_character(text[8:16]):
            raise NotACreditCode("统一社会信用代码第 17 位（组织机构代码校验码）不对。请对照证照核对。")

    @classmethod
    def parse(cls, text: str) -> "CreditCode":
        """Read a code as typed or scanned: spaces and hyphens dropped, full-width and small letters accepted."""
        folded = unicodedata.normalize("NFKC", text).upper()
        plain = "".join(c for c in folded if not c.isspace() and c != "-")
        if not plain:
            raise NotACreditCode("没有填写统一社会信用代码。")
        return cls(plain)

    @property
    def division(self) -> str:
        """The division code of the office that registered the organisation."""
        return self.text[2:8]

    @property
    def organisation_code(self) -> str:
        """The organisation code (GB 11714) inside: eight characters and their check character."""
        return self.text[8:17]

    def __str__(self) -> str:
        return self.text
