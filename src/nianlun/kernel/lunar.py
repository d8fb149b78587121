"""Days of the Chinese lunar calendar (农历), 1900 to 2049, as Gregorian dates.

Files of the planned economy, above all household registers of the countryside, give birthdays by it.
"""

from datetime import date, timedelta

_FIRST_YEAR, _FIRST_DAY = 1900, date(1900, 1, 31)

# One number a year: bit 16 a leap month of 30 days, bits 15 to 4 the months 1 to 12 with 30 days (else 29),
# bits 3 to 0 which month is followed by its leap month (0: none). Checked against computed new moons: all months
# begin on their day but three of 1914, 1916 and 1920, when the calendar still went by Peking local time. Common
# converters differ in the sixth month of 1933, the eleventh of 1954 and the eighth of 1978; the moon decided.
_WORDS = """
04bd8 04ae0 0a570 054d5 0d260 0d950 16554 056a0 09ad0 055d2
04ae0 0a5b6 0a4d0 0d250 1d255 0b540 0d6a0 0ada2 095b0 14977
04970 0a4b0 0b4b5 06a50 06d40 1ab54 02b60 09570 052f2 04970
06566 0d4a0 0ea50 16a95 05ad0 02b60 186e3 092e0 1c8d7 0c950
0d4a0 1d8a6 0b550 056a0 1a5b4 025d0 092d0 0d2b2 0a950 0b557
06ca0 0b550 15355 04da0 0a5b0 14573 052b0 0a9a8 0e950 06aa0
0aea6 0ab50 04b60 0aae4 0a570 05260 0f263 0d950 05b57 056a0
096d0 04dd5 04ad0 0a4d0 0d4d4 0d250 0d558 0b540 0b6a0 195a6
095b0 049b0 0a974 0a4b0 0b27a 06a50 06d40 0af46 0ab60 09570
04af5 04970 064b0 074a3 0ea50 06b58 05ac0 0ab60 096d5 092e0
0c960 0d954 0d4a0 0da50 07552 056a0 0abb7 025d0 092d0 0cab5
0a950 0b4a0 0baa4 0ad50 055d9 04ba0 0a5b0 15176 052b0 0a930
07954 06aa0 0ad50 05b52 04b60 0a6e6 0a4e0 0d260 0ea65 0d530
05aa0 076a3 096d0 04afb 04ad0 0a4d0 1d0b6 0d250 0d520 0dd45
0b5a0 056d0 055b2 049b0 0a577 0a4b0 0aa50 1b255 06d20 0ada0
"""
_YEARS = tuple(int(word, 16) for word in _WORDS.split())


class NotALunarDay(ValueError):
    """There is no such day, or it lies outside the table; the message is a Chinese sentence."""


def lunar_bounds(year: int, month: int | None, day: int | None, *, leap: bool = False) -> tuple[date, date]:
    """First and last Gregorian day of a lunar year, month (the leap month after it when `leap`) or day."""
    if not _FIRST_YEAR <= year < _FIRST_YEAR + len(_YEARS):
        last = _FIRST_YEAR + len(_YEARS) - 1
        raise NotALunarDay(f"农历换算表从 {_FIRST_YEAR} 年到 {last} 年，没有 {year} 年。")
    start = _FIRST_DAY + timedelta(days=sum(sum(_lengths(word).values()) for word in _before(year)))
    lengths = _lengths(_YEARS[year - _FIRST_YEAR])
    if month is None:
        return start, start + timedelta(days=sum(lengths.values()) - 1)
    wanted = (month, leap)
    if wanted not in lengths:
        raise NotALunarDay(f"农历 {year} 年没有{'闰' if leap else ''} {month} 月。")
    start += timedelta(days=sum(days for key, days in lengths.items() if key < wanted))
    if day is None:
        return start, start + timedelta(days=lengths[wanted] - 1)
    if not 1 <= day <= lengths[wanted]:
        raise NotALunarDay(f"农历 {year} 年{'闰' if leap else ''} {month} 月没有第 {day} 天。")
    return start + timedelta(days=day - 1), start + timedelta(days=day - 1)


def _before(year: int) -> tuple[int, ...]:
    return _YEARS[: year - _FIRST_YEAR]


def _lengths(word: int) -> dict[tuple[int, bool], int]:
    """Days of each month, keyed by (number, is the leap month); the keys sort in the order of the year."""
    lengths = {(number, False): 30 if word >> (16 - number) & 1 else 29 for number in range(1, 13)}
    if word & 0xF:
        lengths[word & 0xF, True] = 30 if word >> 16 & 1 else 29
    return lengths
