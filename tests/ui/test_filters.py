"""What the filters make of values, as a reader sees them."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from nianlun.kernel.dates import parse_partial_date
from nianlun.kernel.months import month
from nianlun.ui.templating import FILTERS

NOW = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("name", "value", "shown"),
    [
        ("day", date(1984, 9, 1), "1984-09-01"),
        ("day", parse_partial_date("1984年9月"), "1984-09"),
        ("day", datetime(2026, 11, 22, 17, 0, tzinfo=UTC), "2026-11-23"),  # past midnight in Shanghai
        ("day", None, "—"),
        ("moment", NOW, "2026-11-23 10:00"),
        ("month", month(1984, 9), "1984-09"),
        ("years", 435, "36 年 3 个月"),
        ("money", Decimal("1386"), "1,386.00 元"),
        ("mask", "370112196704280428", "3701••••••••••0428"),
        ("mask", None, "—"),
        ("number", 12345, "12,345"),
    ],
)
def test_values_are_shown_as_the_house_writes_them(name: str, value: object, shown: str):
    assert FILTERS[name](value) == shown


@pytest.mark.parametrize(
    ("past", "words"),
    [
        (timedelta(seconds=3), "刚刚"),
        (timedelta(minutes=5), "5 分钟前"),
        (timedelta(hours=3), "3 小时前"),
        (timedelta(days=2), "2 天前"),
        (timedelta(days=40), "2026-10-14"),
    ],
)
def test_how_long_ago_is_said_in_words_up_to_thirty_days(past: timedelta, words: str):
    assert FILTERS["ago"](NOW - past, NOW) == words
