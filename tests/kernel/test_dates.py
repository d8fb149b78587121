"""Dates as documents write them."""

from datetime import date
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nianlun.kernel.dates import NotADate, PartialDate, parse_partial_date
from nianlun.kernel.lunar import NotALunarDay, lunar_bounds
from nianlun.kernel.months import month

days = st.dates(date(1930, 1, 1), date(2099, 12, 31))

TO_THE_DAY = [
    "1984-09-01",
    "1984.9.1",
    "1984/09/01",
    "1984、9、1",
    "1984·9·1",
    "1984年9月1日",
    "1984年9月1号",
    "一九八四年九月一日",
    "一九八四年九月一号",
    "壹玖捌肆年玖月壹日",
    "84.9.1",
    "84年9月1日",
    "八四年九月一日",
    "19840901",
    "840901",
    "1984-0901",
    "１９８４年９月１日",
    " 1984 年 9 月 1 日起",
    "l984年o9月Ol日",
    "1984-09-01 00:00:00",
    "1984-09-01T08:30:00+08:00",
    "公元1984年9月1日",
    "农历一九八四年八月初六",
    "1984.8.6（农历）",
    "一九八四年八月初六",
]


@pytest.mark.parametrize("text", TO_THE_DAY)
def test_one_day_written_many_ways_is_one_day(text):
    found = parse_partial_date(text)
    assert (found.text, found.precision, found.month) == ("1984-09-01", "day", month(1984, 9))
    assert found.raw == text.strip()


@pytest.mark.parametrize(
    ("text", "shown", "precision", "earliest", "latest"),
    [
        ("1984.9", "1984-09", "month", "1984-09-01", "1984-09-30"),
        ("1967年4月", "1967-04", "month", "1967-04-01", "1967-04-30"),
        ("八四年八月", "1984-08", "month", "1984-08-01", "1984-08-31"),
        ("196704", "1967-04", "month", "1967-04-01", "1967-04-30"),
        ("1984年元月", "1984-01", "month", "1984-01-01", "1984-01-31"),
        ("1984年12月份", "1984-12", "month", "1984-12-01", "1984-12-31"),
        ("1984年9月 日", "1984-09", "month", "1984-09-01", "1984-09-30"),
        ("1984年9月上旬", "1984-09", "month", "1984-09-01", "1984-09-10"),
        ("1984年2月下旬", "1984-02", "month", "1984-02-21", "1984-02-29"),
        ("民国三十七年五月", "1948-05", "month", "1948-05-01", "1948-05-31"),
        ("1963年春", "1963 年春", "season", "1963-02-01", "1963-05-31"),
        ("一九六三年冬季", "1963 年冬", "season", "1963-11-01", "1964-02-29"),
        ("1984年上半年", "1984 年上半年", "season", "1984-01-01", "1984-06-30"),
        ("农历1958年八月", "农历1958年八月", "season", "1958-09-13", "1958-10-12"),
        ("1984", "1984", "year", "1984-01-01", "1984-12-31"),
        ("84年", "1984", "year", "1984-01-01", "1984-12-31"),
        ("1984年 月 日", "1984", "year", "1984-01-01", "1984-12-31"),
        ("1958年底", "1958", "year", "1958-01-01", "1958-12-31"),
        ("民国元年", "1912", "year", "1912-01-01", "1912-12-31"),
        ("农历一九五八年", "农历一九五八年", "year", "1958-02-18", "1959-02-07"),
    ],
)
def test_a_partial_date_keeps_the_first_and_last_day_it_can_mean(text, shown, precision, earliest, latest):
    found = parse_partial_date(text)
    assert (found.text, found.precision) == (shown, precision)
    assert (found.earliest.isoformat(), found.latest.isoformat()) == (earliest, latest)
    assert (found.month is None) == (precision in ("season", "year"))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("张三", "读不成日期"),
        ("", "读不成日期"),
        ("12", "读不成日期"),
        ("1984-911", "读不成日期"),  # September 11 or month 91: not ours to decide
        ("1984年9月1日至1985年2月1日", "读不成日期"),
        ("一九八四九一", "读不成日期"),
        ("1984.13", "没有 13 月"),
        ("1984-02-30", "1984 年 2 月没有 30 日"),
        ("1984年9月0日", "没有 0 日"),
        ("3000年", "不合情理"),
        ("05年3月", "1905 年还是 2005 年"),
        ("农历1958年闰八月初三", "没有闰 8 月"),
        ("农历1958年八月三十一", "没有第 31 天"),
        ("农历2080年正月初一", "换算表"),
        ("\x00", "读不成日期"),
        ("9" * 5000, "读不成日期"),
        ("民国" + "九" * 500 + "年", "读不成日期"),
    ],
)
def test_what_is_no_date_is_refused_with_a_sentence(text, said):
    with pytest.raises(NotADate, match=said):
        parse_partial_date(text)


def test_the_day_of_the_document_tells_the_century_of_two_digits():
    assert parse_partial_date("05年3月", not_after=date(2006, 1, 1)).text == "2005-03"
    assert parse_partial_date("06年3月", not_after=date(2006, 5, 1)).text == "2006-03"
    assert parse_partial_date("05年3月", not_after=date(1984, 1, 1)).text == "1905-03"
    assert parse_partial_date("84.9", not_after=date(2006, 1, 1)).text == "1984-09"


def test_comparisons_say_what_they_do_with_the_days_between():
    spring, may, summer = (parse_partial_date(t) for t in ("1963年春", "1963.5", "1963年6月1日"))
    assert spring.may_be(may)
    assert may.within(spring)
    assert not spring.within(may)
    assert spring.surely_before(summer)
    assert not spring.surely_before(may)


@given(days)
def test_every_day_written_in_chinese_is_read_back(day):
    digits = str.maketrans("0123456789", "〇一二三四五六七八九")
    written = f"{str(day.year).translate(digits)}年{chinese(day.month)}月{chinese(day.day)}日"
    assert parse_partial_date(written).earliest == parse_partial_date(written).latest == day


@given(days, st.sampled_from([7, 10]))
def test_what_is_shown_is_read_as_the_same(day, length):
    found = parse_partial_date(day.isoformat()[:length])
    again = parse_partial_date(found.text)
    assert (again.earliest, again.latest) == (found.earliest, found.latest)
    assert PartialDate.from_json(found.to_json()) == found


@given(st.text("0123456789年月日.-农历初十闰一二〇o春上半旬民国 ", max_size=14))
def test_no_text_breaks_the_reader(text):
    try:
        found = parse_partial_date(text)
    except NotADate as reason:
        assert str(reason).endswith("。")
    else:
        assert found.earliest <= found.latest


@pytest.mark.parametrize(
    ("lunar", "gregorian"),
    [
        ((1949, 8, 10, False), "1949-10-01"),
        ((1976, 8, 16, True), "1976-10-09"),  # a leap eighth month
        ((1958, 8, 4, False), "1958-09-16"),
        ((1984, 10, 1, True), "1984-11-23"),
        (
            (1978, 8, 15, False),
            "1978-09-17",
        ),  # some converters say the 16th: new moon nine minutes past midnight
        ((2033, 11, 1, True), "2033-12-22"),
        ((2000, 1, 1, False), "2000-02-05"),
        ((2026, 1, 1, False), "2026-02-17"),
    ],
)
def test_known_lunar_days(lunar, gregorian):
    year, number, day, leap = lunar
    assert lunar_bounds(year, number, day, leap=leap)[0].isoformat() == gregorian


def test_lunar_years_follow_one_another_and_their_new_year_lies_between_january_20_and_february_21():
    bounds = [lunar_bounds(year, None, None) for year in range(1900, 2050)]
    for (_, last), (first, _) in pairwise(bounds):
        assert last.toordinal() + 1 == first.toordinal()
        assert (1, 20) <= (first.month, first.day) <= (2, 21)


def test_a_lunar_day_outside_the_table_is_refused():
    with pytest.raises(NotALunarDay, match="换算表"):
        lunar_bounds(1899, 1, 1)


def chinese(number: int) -> str:
    digits = "〇一二三四五六七八九"
    if number < 10:
        return digits[number]
    tens, ones = divmod(number, 10)
    return ("" if tens == 1 else digits[tens]) + "十" + (digits[ones] if ones else "")
