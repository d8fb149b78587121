"""Archival codes (档号) by the grammar of DA/T 13-2022. No database, no clock.

    code     = fonds "-" category ("-" volume)? "-" item
    category = kind ("·" part)*          part = year | term | code

The separator inside a category is U+00B7; look-alikes are read and normalised. A number that does not follow the
grammar is never refused on import: it is kept as text (`Legacy`), because holdings older than the standard carry them.
"""

import re
from dataclasses import dataclass

DOT = "·"
_LOOKALIKE_DOTS = str.maketrans({"•": DOT, "・": DOT, "‧": DOT, "．": DOT})
KINDS = {
    "WS": "文书",
    "KJ": "科技",
    "RS": "人事",
    "KU": "会计",
    "ZY": "专业",
    "ZP": "照片",
    "LY": "录音",
    "LX": "录像",
    "SJ": "业务数据",
    "YJ": "公务电子邮件",
    "WY": "网页",
    "MT": "社交媒体",
    "SW": "实物",
}
_FONDS = re.compile(r"[A-Z][0-9]{3}")
_YEAR = re.compile(r"(19|20)[0-9]{2}")
_TERM = re.compile(r"Y|D[1-9][0-9]*")
_PART = re.compile(r"[一-鿿]+|[A-Z0-9]+")
_NUMBER = re.compile(r"[0-9]{1,6}")


class NotAnArchivalCode(ValueError):
    """The text does not follow the grammar; its message says where, in Chinese."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ArchivalCode:
    """A code in its parts; `str()` gives the printed form."""

    fonds: str
    kind: str
    parts: tuple[str, ...] = ()
    volume: str | None = None
    item: str

    def __str__(self) -> str:
        levels = [self.fonds, self.category, *([self.volume] if self.volume else []), self.item]
        return "-".join(levels)

    @property
    def category(self) -> str:
        return DOT.join((self.kind, *self.parts))

    @property
    def year(self) -> int | None:
        return next((int(p) for p in self.parts if _YEAR.fullmatch(p)), None)

    @property
    def term(self) -> str | None:
        return next((p for p in self.parts if _TERM.fullmatch(p)), None)


def parse_archival_code(text: str) -> ArchivalCode:
    """Read a code; raises `NotAnArchivalCode` with the first thing that is wrong."""
    levels = text.strip().translate(_LOOKALIKE_DOTS).split("-")
    if len(levels) not in (3, 4):
        raise NotAnArchivalCode(f"档号应为 3 段或 4 段，用“-”分开，现在是 {len(levels)} 段")
    fonds, category, *numbers = levels
    if not _FONDS.fullmatch(fonds):
        raise NotAnArchivalCode(f"全宗号应为 1 个大写字母加 3 位数字，现在是“{fonds}”")
    kind, *parts = category.split(DOT)
    if kind not in KINDS:
        raise NotAnArchivalCode(f"门类代码“{kind}”不在 DA/T 13-2022 之内")
    for part in parts:
        if not _PART.fullmatch(part):
            raise NotAnArchivalCode(f"类别号中的“{part}”应为大写字母、数字或汉字")
    for number in numbers:
        if not _NUMBER.fullmatch(number):
            raise NotAnArchivalCode(f"“{number}”应为数字")
    return ArchivalCode(
        fonds=fonds,
        kind=kind,
        parts=tuple(parts),
        volume=numbers[0] if len(numbers) == 2 else None,
        item=numbers[-1],
    )
