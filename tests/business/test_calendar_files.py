"""Reading a year's arrangement: what a policy officer copies from the notice, and what is refused in words."""

from pathlib import Path

import pytest

from nianlun.cases import calendars
from nianlun.cases.domain.calendar_reading import NotACalendar, as_json, from_json, read_arrangement

SHIPPED = Path(calendars.__file__).parent / "calendar_years"
SOURCE = "国务院办公厅关于2025年部分节假日安排的通知"
TOML = (SHIPPED / "2025.toml").read_text(encoding="utf-8")


def as_csv(year: int) -> str:
    """The arrangement as somebody would type it, one day a line."""
    lines = ["日期,安排,节日"]
    for one in calendars.shipped()[year].holidays:
        lines += [f"{day},休,{one.name}" for day in one.off]
        lines += [f"{day},班,{one.name}" for day in one.work]
    return "\n".join(lines)


@pytest.mark.parametrize("year", [2024, 2025, 2026])
def test_an_arrangement_typed_day_by_day_is_the_one_shipped(year: int):
    typed = read_arrangement(as_csv(year), source=SOURCE)
    shipped = calendars.shipped()[year]
    assert (typed.year, typed.off, typed.work) == (year, shipped.off, shipped.work)


@pytest.mark.parametrize("year", [2024, 2025, 2026])
def test_an_arrangement_is_kept_as_it_was_read(year: int):
    shipped = calendars.shipped()[year]
    assert from_json(as_json(shipped)) == shipped


def test_days_off_before_new_year_belong_to_the_year_that_follows():
    earlier = as_csv(2025) + "\n2024-12-31,休,元旦"
    assert read_arrangement(earlier, source=SOURCE).year == 2025


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "文件是空的"),
        ("BEGIN:VCALENDAR", "读不成工作日历"),
        (TOML.replace('name = "端午节"', 'name = "龙舟节"'), "没有端午节"),
        (TOML.replace("2025-02-08", "2025-02-07"), "2025-02-07 本来就是工作日"),
        (TOML.replace("[2025-04-27]", "[2025-04-27, 2025-04-27]"), "2025-04-27 在安排里出现两次"),
        (TOML.replace("first = 2025-10-01", "first = 2025-10-02"), "2025-10-01 是法定节日"),
        (TOML.replace("last = 2025-10-08", "last = 2025-12-08"), "不合情理"),
        (TOML.replace("year = 2025", "year = 2026"), "不在 2026 年"),
        (TOML.replace('source = "', 'origin = "'), "origin、source"),
        ("x" * 20_001, "太长"),
        (as_csv(2025).replace("2025-05-01,休", "5月1日,休"), "不是日期"),
        (as_csv(2025).replace("2025-05-01,休", "2025-05-01,放"), "应是“日期,休或班,节日”"),
        (as_csv(2025) + "\n2025-05-01,休,劳动节", "2025-05-01 写了两次"),
        (as_csv(2025) + "\n2025-05-10,班,母亲节", "母亲节有上班的日子"),
    ],
)
def test_what_is_no_arrangement_is_refused_with_the_next_step(text: str, sentence: str):
    with pytest.raises(NotACalendar, match=sentence):
        read_arrangement(text, source=SOURCE)


def test_an_arrangement_says_where_it_was_copied_from():
    with pytest.raises(NotACalendar, match="请写明出处"):
        read_arrangement(as_csv(2025), source=" ")
