"""Calendar months as integers, and half-open periods of them.

A month is year x 12 + (month - 1), so that a career is a range and a difference is a count of months.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

Month = int  # year x 12 + month - 1

_WRITTEN = re.compile(r"(\d{4})-(\d{2})")


class NotAMonth(ValueError):
    """The text is not a month; the message is a Chinese sentence."""


def month(year: int, number: int, /) -> Month:
    """The month `number` (1 to 12) of `year`; `NotAMonth` when there is none."""
    if not 1 <= number <= 12:
        raise NotAMonth(f"一年只有 12 个月，没有 {number} 月。")
    if not 1 <= year <= 9999:
        raise NotAMonth(f"年份应在 1 到 9999 之间，现在是 {year}。")
    return year * 12 + number - 1


def parse_month(text: str) -> Month:
    """Read "1984-09"; other ways of writing are for `dates.parse_partial_date`. Raises `NotAMonth`."""
    found = _WRITTEN.fullmatch(text.strip())
    if not found or not text.isascii():
        raise NotAMonth(f"年月应写成 1984-09 的形式，现在是“{text[:20]}”。")
    return month(int(found[1]), int(found[2]))


def show_month(value: Month) -> str:
    """ "1984-09"."""
    return f"{value // 12:04d}-{value % 12 + 1:02d}"


def month_of(day: date) -> Month:
    """The month a day lies in."""
    return day.year * 12 + day.month - 1


def first_day(value: Month) -> date:
    """The first day of the month."""
    return date(value // 12, value % 12 + 1, 1)


def last_day(value: Month) -> date:
    """The last day of the month."""
    return date.fromordinal(first_day(value + 1).toordinal() - 1)


def show_months_as_years(months: int) -> str:
    """A count of months the way a clerk says it: "36 年 3 个月", "15 年", "8 个月", "0 个月"."""
    if months < 0:
        return f"负 {show_months_as_years(-months)}"
    years, rest = divmod(months, 12)
    parts = [f"{years} 年"] if years else []
    if rest or not years:
        parts.append(f"{rest} 个月")
    return " ".join(parts)


@dataclass(frozen=True, slots=True, order=True)
class Period:
    """Months from `since` up to, not including, `until`. An empty period is refused."""

    since: Month
    until: Month

    def __post_init__(self) -> None:
        if self.since >= self.until:
            raise ValueError(f"起始月份 {show_month(self.since)} 应早于终止月份 {show_month(self.until)}。")

    @property
    def months(self) -> int:
        """How many months it holds."""
        return self.until - self.since

    def overlap(self, other: "Period") -> "Period | None":
        """The months in both, or None."""
        since, until = max(self.since, other.since), min(self.until, other.until)
        return Period(since, until) if since < until else None

    def __iter__(self) -> Iterator[Month]:
        return iter(range(self.since, self.until))

    def __contains__(self, value: Month) -> bool:
        return self.since <= value < self.until

    def __str__(self) -> str:
        return f"{show_month(self.since)} 至 {show_month(self.until - 1)}"
