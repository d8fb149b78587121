"""Dates as documents give them: some to the day, some to the month, the season or the year only.

The raw text is kept, with the first and the last day it can mean. Partial dates have no order of their own:
a comparison says what it does with the days between.
"""

import re
import unicodedata
from calendar import monthrange
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal

from nianlun.kernel.lunar import NotALunarDay, lunar_bounds
from nianlun.kernel.months import Month, first_day, last_day, month_of

Precision = Literal["day", "month", "season", "year"]


class NotADate(ValueError):
    """The text is not a date; the message is a Chinese sentence."""


@dataclass(frozen=True, slots=True)
class PartialDate:
    """What a document says (`raw`), and the first and last day that can be meant."""

    raw: str
    earliest: date
    latest: date

    def __post_init__(self) -> None:
        if self.earliest > self.latest:
            raise NotADate(f"“{self.raw[:20]}”的最早一天晚于最晚一天。")

    @classmethod
    def of_day(cls, day: date) -> "PartialDate":
        """A date known to the day."""
        return cls(day.isoformat(), day, day)

    @property
    def precision(self) -> Precision:
        """The narrowest of day, month and year that holds it; "season" for what lies between the last two."""
        if self.earliest == self.latest:
            return "day"
        if month_of(self.earliest) == month_of(self.latest):
            return "month"
        return "season" if (self.latest - self.earliest).days < 350 else "year"

    @property
    def text(self) -> str:
        """ "1984-09-01", "1984-09", "1984", "1963 年春"; what fits none of these is shown as written."""
        if self.precision == "day":
            return self.earliest.isoformat()
        if self.precision == "month":
            return self.earliest.isoformat()[:7]
        year = self.earliest.year
        if (self.earliest, self.latest) == _whole_year(year):
            return str(year)
        for name in _PARTS_OF_YEAR:
            if (self.earliest, self.latest) == _part_of_year(year, name):
                return f"{year} 年{name}"
        return self.raw

    @property
    def month(self) -> Month | None:
        """The month, or None when more than one can be meant."""
        return month_of(self.earliest) if self.precision in ("day", "month") else None

    def may_be(self, other: "PartialDate") -> bool:
        """Whether both can mean one and the same day: they do not contradict each other."""
        return self.earliest <= other.latest and other.earliest <= self.latest

    def surely_before(self, other: "PartialDate") -> bool:
        """Whether every day it can mean lies before every day the other can mean."""
        return self.latest < other.earliest

    def within(self, other: "PartialDate") -> bool:
        """Whether it says the same as the other, at least as exactly."""
        return other.earliest <= self.earliest and self.latest <= other.latest

    def to_json(self) -> dict[str, str]:
        """{"raw", "earliest", "latest"}, days as ISO 8601."""
        return {"raw": self.raw, "earliest": self.earliest.isoformat(), "latest": self.latest.isoformat()}

    @classmethod
    def from_json(cls, content: Mapping[str, str]) -> "PartialDate":
        """The reverse of `to_json`; `KeyError` or `ValueError` for anything else."""
        return cls(
            content["raw"], date.fromisoformat(content["earliest"]), date.fromisoformat(content["latest"])
        )

    def __str__(self) -> str:
        return self.text


def parse_partial_date(text: str, *, not_after: date | None = None) -> PartialDate:
    """Read a date the way Chinese documents write it, or raise `NotADate`.

    Reads 1984-09-01, 1984.9, 84.8.20, 19670428, 1984年9月1日, 一九八四年九月, 1963年春, 1984年9月上旬,
    民国三十七年, 农历一九五八年八月初四 (converted), with spaces, and with o, O, 〇, ○ for zero. A year of two
    digits is of the twentieth century from 30 on; below that only `not_after`, the day the document was made,
    can tell, and without it the text is refused. A season has the bounds that solar terms and calendar months
    both fit into: spring is February to May.
    """
    plain = _plain(text)
    try:
        earliest, latest = _lunar(plain, not_after) if _LUNAR.search(plain) else _solar(plain, not_after)
    except NotALunarDay as reason:
        raise NotADate(str(reason)) from None
    except _Unreadable:
        raise NotADate(
            f"“{text.strip()[:20]}”读不成日期。可写成 1984-09-01、1984 年 9 月或 1963 年春。"
        ) from None
    return PartialDate(text.strip(), earliest, latest)


class _Unreadable(Exception):
    """No form of writing fits."""


Bounds = tuple[date, date]

# First and last month of each part, counted from January; winter runs into the next year.
_PARTS_OF_YEAR = {
    "春": (2, 5),
    "夏": (5, 8),
    "秋": (8, 11),
    "冬": (11, 14),
    "上半年": (1, 6),
    "下半年": (7, 12),
}
_PARTS_OF_MONTH = {"上旬": (1, 10), "中旬": (11, 20), "下旬": (21, 31)}

_LUNAR = re.compile(r"农历|阴历|旧历|夏历|正月|冬月|腊月|初(?=[一二三四五六七八九十1-9])|闰")
_CLOCK = re.compile(r"[T\s]\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:?\d{2})?\s*$")
_AROUND = re.compile(r"^(?:公元|公历|阳历|新历|生于)|(?:起|止|出生|生)$")
_NUMERAL = re.compile(r"[0-9一二三四五六七八九十廿卅]+")
_DIGITS = str.maketrans("一二三四五六七八九", "123456789")
_ZEROS = dict.fromkeys("oOοОо〇○◯零", "0")
_STROKES = dict.fromkeys("lI|", "1")  # what reading machines make of 1; no Latin letter belongs into a date
_FORMAL = dict(zip("壹贰叁肆伍陆柒捌玖拾", "一二三四五六七八九十", strict=True))
_SEPARATORS = dict.fromkeys("./、,·•。‐‑–—―_:", "-")
_MARKS = str.maketrans({**_ZEROS, **_STROKES, **_FORMAL, **_SEPARATORS, "號": "日", "号": "日"})

_YEAR = r"(?P<year>\d{4}|\d{2})"
_WRITTEN = re.compile(
    rf"{_YEAR}(?:年|-)(?:(?P<month>\d{{1,2}})(?:(?:月份?|-)(?:(?P<day>\d{{1,2}})日?)?)?)?"
)
_WRITTEN_LUNAR = re.compile(
    rf"{_YEAR}(?:年|-)?(?:(?P<leap>闰)?(?P<month>\d{{1,2}})(?:(?:月|-)(?:(?P<day>\d{{1,2}})日?)?)?)?"
)
_PACKED = re.compile(r"(?P<year>\d{4})(?:年|-)?(?P<month>\d{2})(?P<day>\d{2})")
_PACKED_MONTH = re.compile(r"(?P<year>(?:18|19|20)\d{2})(?P<month>0[1-9]|1[0-2])(?P<day>)")
_PACKED_SHORT = re.compile(r"(?P<year>\d{2})(?P<month>0[1-9]|1[0-2])(?P<day>0[1-9]|[12]\d|3[01])")
_ONLY_YEAR = re.compile(r"(?P<year>\d{4})(?P<month>)(?P<day>)")
_PART_OF_YEAR = re.compile(rf"{_YEAR}年?(?P<part>[春夏秋冬](?=[季天]?$)|[上下]半年)[季天]?")
_VAGUE_YEAR = re.compile(rf"{_YEAR}年?(?:年初|年底|年末|初|底|末)")
_PART_OF_MONTH = re.compile(rf"{_YEAR}(?:年|-)(?P<month>\d{{1,2}})月份?(?P<part>[上中下]旬|[初中底末])")


def _plain(text: str) -> str:
    folded = unicodedata.normalize("NFKC", _CLOCK.sub("", text))
    folded = re.sub(r"\s+", "", folded).translate(_MARKS).replace("元月", "1月")
    plain = _AROUND.sub("", folded).strip("-")
    if republic := re.fullmatch(r"民国([^年]{1,3})年(.*)", plain):
        count = "1" if republic[1] == "元" else _in_digits(republic[1])
        plain = f"{1911 + int(count)}年{republic[2]}" if count.isdigit() else plain
    return plain


def _in_digits(text: str) -> str:
    """Chinese numerals as digits: 一九八四 as 1984, 二十三 and 廿三 as 23."""

    def number(found: re.Match[str]) -> str:
        run = found[0].replace("廿", "二十").replace("卅", "三十").translate(_DIGITS)
        if "十" not in run:
            return run
        tens, _, ones = run.partition("十")
        return f"{tens or '1'}{ones or '0'}" if len(tens) <= 1 and len(ones) <= 1 else found[0]

    return _NUMERAL.sub(number, text)


def _solar(plain: str, not_after: date | None) -> Bounds:
    plain = _in_digits(plain)
    plain = re.sub(r"年月?日?$", "年", plain)  # printed forms whose blanks were left empty
    plain = re.sub(r"月日$", "月", plain)
    for form in (_WRITTEN, _PACKED, _PACKED_MONTH, _PACKED_SHORT, _ONLY_YEAR):
        if found := form.fullmatch(plain):
            return _span(_century(found["year"], not_after), found["month"], found["day"])
    if found := _PART_OF_YEAR.fullmatch(plain):
        return _part_of_year(_century(found["year"], not_after), found["part"])
    if found := _VAGUE_YEAR.fullmatch(plain):
        return _whole_year(_century(found["year"], not_after))
    if found := _PART_OF_MONTH.fullmatch(plain):
        first, last = _span(_century(found["year"], not_after), found["month"], None)
        since, until = _PARTS_OF_MONTH.get(found["part"], (1, 31))
        return first.replace(day=since), first.replace(day=min(until, last.day))
    raise _Unreadable


def _lunar(plain: str, not_after: date | None) -> Bounds:
    plain = re.sub(r"农历|阴历|旧历|夏历", "", plain).replace("()", "")
    for name, number in (("正月", "1月"), ("冬月", "11月"), ("腊月", "12月"), ("初", "")):
        plain = plain.replace(name, number)
    found = _WRITTEN_LUNAR.fullmatch(_in_digits(plain).strip("-"))
    if not found:
        raise _Unreadable
    month, day = (int(found[part]) if found[part] else None for part in ("month", "day"))
    return lunar_bounds(_century(found["year"], not_after), month, day, leap=bool(found["leap"]))


def _century(digits: str, not_after: date | None) -> int:
    year = int(digits)
    if len(digits) == 2:
        if not_after is not None:
            year += 2000 if year + 2000 <= not_after.year else 1900
        elif year >= 30:
            year += 1900
        else:
            raise NotADate(f"年份只有两位，不能确定是 {1900 + year} 年还是 {2000 + year} 年。请写全年份。")
    if not 1850 <= year <= 2100:
        raise NotADate(f"年份 {year} 不合情理，请对照原件核对。")
    return year


def _span(year: int, month: str | None, day: str | None) -> Bounds:
    if not month:
        return _whole_year(year)
    number = int(month)
    if not 1 <= number <= 12:
        raise NotADate(f"一年只有 12 个月，没有 {number} 月。请对照原件核对。")
    days = monthrange(year, number)[1]
    if not day:
        return date(year, number, 1), date(year, number, days)
    if not 1 <= int(day) <= days:
        raise NotADate(f"{year} 年 {number} 月没有 {int(day)} 日。请对照原件核对。")
    exact = date(year, number, int(day))
    return exact, exact


def _whole_year(year: int) -> Bounds:
    return date(year, 1, 1), date(year, 12, 31)


def _part_of_year(year: int, name: str) -> Bounds:
    first, last = (year * 12 + number - 1 for number in _PARTS_OF_YEAR[name])
    return first_day(first), last_day(last)
