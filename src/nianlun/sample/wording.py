"""How dates, units and offices were written in each time."""

from datetime import date

from nianlun.sample.people import Employer

_DIGITS = "〇一二三四五六七八九"
_RENAMED = (("满城区", "满城县"), ("清苑区", "清苑县"), ("徐水区", "徐水县"))


def numeral(number: int) -> str:
    """1 to 99 in Chinese: 九, 十, 十一, 二十八."""
    tens, ones = divmod(number, 10)
    return ("" if not tens else "十" if tens == 1 else _DIGITS[tens] + "十") + (
        _DIGITS[ones] if ones else ""
    )


def full(day: date) -> str:
    """一九八四年九月一日."""
    return "".join(_DIGITS[int(d)] for d in str(day.year)) + f"年{numeral(day.month)}月{numeral(day.day)}日"


def usual(day: date) -> str:
    """1984年9月1日."""
    return f"{day.year}年{day.month}月{day.day}日"


def usual_month(day: date) -> str:
    """1984年9月."""
    return f"{day.year}年{day.month}月"


def dotted(day: date) -> str:
    """1984.9.1."""
    return f"{day.year}.{day.month}.{day.day}"


def short(day: date) -> str:
    """84.8.29, as signatures were dated until the nineties."""
    return f"{day.year % 100:02d}.{day.month}.{day.day}" if day.year < 2000 else dotted(day)


def dotted_month(month: int) -> str:
    """1984.9 from a month number."""
    return f"{month // 12}.{month % 12 + 1}"


def iso_month(day: date) -> str:
    return f"{day:%Y-%m}"


def unit_name(unit: Employer, *, year: int) -> str:
    """The unit's name in that year: the counties became districts in 2015."""
    name = unit.name
    if year < 2015:
        for new, old in _RENAMED:
            name = name.replace(new, old)
    return name


def labour_office(division: str, *, year: int) -> str:
    """The office that approved hiring and grading, under its name of the year."""
    place = {"130607": "满城县", "130608": "清苑县", "130609": "徐水县", "130628": "高阳县"}.get(
        division, "保定市"
    )
    if year >= 2015:
        place = place.replace("满城县", "满城区").replace("清苑县", "清苑区").replace("徐水县", "徐水区")
    if year < 2000:
        return f"{place}劳动局"
    return f"{place}劳动和社会保障局" if year < 2010 else f"{place}人力资源和社会保障局"


def insurance_office(*, year: int) -> str:
    """The agency that kept the books, under its name of the year."""
    if year < 2000:
        return "保定市社会劳动保险公司" if year < 1996 else "保定市社会保险事业管理所"
    return "保定市社会保险事业管理局" if year < 2019 else "保定市社会保险中心"
