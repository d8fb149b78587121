"""Numbers of papers (文号) such as `莲池社保受〔2026〕00012号`: by agency, kind and year, without gaps. No database."""

import re
from collections.abc import Collection

from nianlun.cases.domain.types import SlipKind

WORDS = {
    SlipKind.ACCEPTANCE: "受",
    SlipKind.SUPPLEMENT: "补",
    SlipKind.NOT_ACCEPTED: "不受",
    SlipKind.REFUSAL: "不准",
    SlipKind.CONCLUSION: "结",
    SlipKind.SUSPENSION: "中",
    SlipKind.WITHDRAWAL: "撤",
}
_PLACE = re.compile(r"([^省市州盟区县旗]{1,8}?)(?:特别行政区|自治[区州县旗]|[省市州盟区县旗])")
_LONGEST = 20


def agency_word(name: str, *, others: Collection[str]) -> str:
    """What an agency is called in its numbers: its lowest place, with those above where another has the same.

    `others` are the names of the other agencies. A name without a place stands as it is.
    """
    for places in range(1, len(_places(name)) + 1):
        word = _word(name, places)
        if all(_word(other, places) != word for other in others):
            return word
    return name[:_LONGEST]


def stem(word: str, kind: SlipKind, *, year: int) -> str:
    """The part of a number before its last figures, below which they count."""
    return f"{word}社保{WORDS[kind]}〔{year}〕"


def slip_number(stem: str, number: int) -> str:
    """The number as it is printed."""
    return f"{stem}{number:05d}号"


def _word(name: str, places: int) -> str:
    return "".join(_places(name)[-places:])[:_LONGEST]


def _places(name: str) -> list[str]:
    return _PLACE.findall(name)
