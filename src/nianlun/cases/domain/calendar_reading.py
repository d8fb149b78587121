"""Reading a year's holiday arrangement from a file, as shipped (TOML) or as somebody typed it (CSV)."""

import csv
import io
import re
import tomllib
from collections.abc import Mapping
from datetime import date
from typing import Any

from nianlun.cases.domain.calendar import Holiday, YearArrangement, within_years
from nianlun.policy.derivation import CONFIDENCES

LONGEST = 20_000
"""Characters of a file; the longest arrangement so far takes a tenth."""
SEVEN = ("元旦", "春节", "清明节", "劳动节", "端午节", "中秋节", "国庆节")
"""The holidays for all citizens (全国年节及纪念日放假办法 第二条); an arrangement that lacks one is incomplete."""
_CSV_HEAD = ["日期", "安排", "节日"]
_CSV_KINDS = {"休": "off", "班": "work"}
_KEYS = {"year", "source", "confidence", "holiday"}


class NotACalendar(ValueError):
    """The text is no arrangement of a year; the message is a Chinese sentence."""


def read_arrangement(text: str, *, source: str = "") -> YearArrangement:
    """An arrangement from TOML, or from CSV with the columns 日期, 安排 (休 or 班), 节日. Raises `NotACalendar`.

    CSV names no source of its own: `source` says which notice it was copied from.
    """
    if len(text) > LONGEST:
        raise NotACalendar(
            f"文件有 {len(text)} 个字符，太长了。一年的安排不超过 {LONGEST} 个字符，请核对选对了文件。"
        )
    plain = text.lstrip("\ufeff").strip()
    if not plain:
        raise NotACalendar("文件是空的。请选写有放假安排的文件。")
    first = plain.splitlines()[0].replace(" ", "")
    found = _from_csv(plain, source=source) if first.startswith("日期,") else _from_toml(plain)
    _check(found)
    return found


def _from_toml(text: str) -> YearArrangement:
    try:
        content = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise NotACalendar(
            f"读不成工作日历（{error}）。请用 TOML 格式，或首行是“日期,安排,节日”的 CSV。"
        ) from error
    missing, unknown = _KEYS - set(content), set(content) - _KEYS - {"published_on"}
    if missing or unknown:
        raise NotACalendar(
            f"工作日历缺少或不认识 {'、'.join(sorted(missing | unknown))}。请对照格式说明改正。"
        )
    if not isinstance(content["holiday"], list) or type(content["year"]) is not int:
        raise NotACalendar("工作日历的 year 应是四位年份，节日写成 [[holiday]]。请对照格式说明改正。")
    if content["confidence"] not in CONFIDENCES:
        raise NotACalendar(f"工作日历的 confidence 只能用 {'、'.join(CONFIDENCES)}。")
    published_on = content.get("published_on")
    return YearArrangement(
        year=content["year"],
        source=_source(str(content["source"])),
        confidence=content["confidence"],
        published_on=None if published_on is None else _day(published_on),
        holidays=tuple(_holiday(one) for one in content["holiday"]),
    )


def _holiday(content: Mapping[str, Any]) -> Holiday:
    if not isinstance(content, dict) or not {"name", "first", "last"} <= set(content) <= {
        "name",
        "first",
        "last",
        "work",
    }:
        raise NotACalendar("每个 [[holiday]] 要有 name、first、last，可以有 work。请对照格式说明改正。")
    name, work = str(content["name"]).strip(), content.get("work", [])
    first, last = _day(content["first"]), _day(content["last"])
    if first > last or (last - first).days > 14 or not isinstance(work, list):
        raise NotACalendar(f"{name}从 {first} 放到 {last}，不合情理。请对照通知核对。")
    return Holiday(name=name, first=first, last=last, work=tuple(_day(day) for day in work))


def _from_csv(text: str, *, source: str) -> YearArrangement:
    rows = [[cell.strip() for cell in row] for row in csv.reader(io.StringIO(text)) if any(row)]
    if rows[0] != _CSV_HEAD:
        raise NotACalendar(f"CSV 的首行应是“{','.join(_CSV_HEAD)}”。")
    off: dict[str, list[date]] = {}
    work: dict[str, list[date]] = {}
    for number, row in enumerate(rows[1:], start=2):
        if len(row) != 3 or row[1] not in _CSV_KINDS or not row[2]:
            raise NotACalendar(f"第 {number} 行应是“日期,休或班,节日”，如“2026-02-14,班,春节”。")
        days = off if _CSV_KINDS[row[1]] == "off" else work
        days.setdefault(row[2], []).append(_day(row[0], where=f"第 {number} 行"))
    if not off:
        raise NotACalendar("CSV 里没有放假的日子。请对照通知补全。")
    unknown = sorted(set(work) - set(off))
    if unknown:
        raise NotACalendar(f"{'、'.join(unknown)}有上班的日子，没有放假的日子。请对照通知补全。")
    holidays = [
        Holiday(
            name=name, first=first, last=last, work=tuple(sorted(work.get(name, []))) if not part else ()
        )
        for name, days in off.items()
        for part, (first, last) in enumerate(_stretches(sorted(days)))
    ]
    return YearArrangement(
        year=max(day.year for days in off.values() for day in days),
        source=_source(source),
        confidence="S-C",
        published_on=None,
        holidays=tuple(sorted(holidays, key=lambda one: one.first)),
    )


def _stretches(days: list[date]) -> list[tuple[date, date]]:
    found: list[tuple[date, date]] = []
    for day in days:
        if found and (day - found[-1][1]).days == 1:
            found[-1] = (found[-1][0], day)
        elif found and day == found[-1][1]:
            raise NotACalendar(f"{day} 写了两次。请删去一行。")
        else:
            found.append((day, day))
    return found


def _check(found: YearArrangement) -> None:
    year = found.year
    if not within_years(year):
        raise NotACalendar(f"年份 {year} 不合情理。请核对。")
    named = {name for holiday in found.holidays for name in re.split(r"[、和]", holiday.name)}
    lacking = [name for name in SEVEN if name not in named]
    if lacking:
        raise NotACalendar(f"{year} 年的安排里没有{'、'.join(lacking)}。七个节日要齐全，请对照通知补全。")
    days = [day for holiday in found.holidays for day in (*holiday.off, *holiday.work)]
    twice = sorted({day for day in days if days.count(day) > 1})
    if twice:
        raise NotACalendar(f"{twice[0]} 在安排里出现两次。请对照通知核对。")
    earliest, latest = earliest_day(year), date(year, 12, 31)
    outside = [day for day in days if not earliest <= day <= latest]
    if outside:
        raise NotACalendar(f"{outside[0]} 不在 {year} 年。一份文件只写一年的安排，请分开导入。")
    weekdays = sorted(day for day in found.work if day.weekday() < 5)
    if weekdays:
        raise NotACalendar(f"{weekdays[0]} 本来就是工作日，不是调休上班。请对照通知核对。")
    fixed = [date(year, 1, 1), date(year, 5, 1), date(year, 10, 1)]
    working = [day for day in fixed if day not in found.off]
    if working:
        raise NotACalendar(f"{working[0]} 是法定节日，安排里却没有放假。请对照通知核对。")
    if len(found.off) > 60 or len(found.work) > 30:
        raise NotACalendar(f"{year} 年的安排放假 {len(found.off)} 天，不合情理。请对照通知核对。")


def _source(text: str) -> str:
    tidy = " ".join(text.split())[:200]
    if len(tidy) < 4:
        raise NotACalendar(
            "请写明出处，如“国务院办公厅关于2026年部分节假日安排的通知（国办发明电〔2025〕7号）”。"
        )
    return tidy


def _day(value: object, *, where: str = "工作日历") -> date:
    if type(value) is date:
        return value
    try:
        return date.fromisoformat(str(value))
    except ValueError:
        raise NotACalendar(f"{where}里“{str(value)[:20]}”不是日期，应写成 2026-02-14。") from None


def earliest_day(year: int) -> date:
    """The first day that the arrangement of a year may touch: that of 2019 began on 30 December 2018."""
    return date(year - 1, 12, 25)


def as_json(found: YearArrangement) -> dict[str, Any]:
    """The arrangement in plain values, to be kept and shown; `from_json` is the reverse."""
    return {
        "year": found.year,
        "source": found.source,
        "confidence": found.confidence,
        "published_on": found.published_on.isoformat() if found.published_on else None,
        "holidays": [
            {
                "name": one.name,
                "first": one.first.isoformat(),
                "last": one.last.isoformat(),
                "work": [day.isoformat() for day in one.work],
            }
            for one in found.holidays
        ],
    }


def from_json(content: Mapping[str, Any]) -> YearArrangement:
    """The arrangement as `as_json` wrote it."""
    published_on = content["published_on"]
    return YearArrangement(
        year=content["year"],
        source=content["source"],
        confidence=content["confidence"],
        published_on=date.fromisoformat(published_on) if published_on else None,
        holidays=tuple(_holiday(one) for one in content["holidays"]),
    )
