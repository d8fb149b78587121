"""Months and half-open periods."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nianlun.kernel.months import (
    NotAMonth,
    Period,
    first_day,
    last_day,
    month,
    month_of,
    parse_month,
    show_month,
    show_months_as_years,
)

months = st.integers(month(1900, 1), month(2100, 12))
near = st.integers(month(1984, 1), month(1984, 6))  # few, so that ties happen
periods = st.tuples(near, st.integers(1, 4)).map(lambda drawn: Period(drawn[0], drawn[0] + drawn[1]))


def test_a_month_is_twelve_times_the_year_plus_the_month_before():
    assert month(1984, 9) == 1984 * 12 + 8 == month_of(date(1984, 9, 30))
    assert (first_day(month(1984, 2)), last_day(month(1984, 2))) == (date(1984, 2, 1), date(1984, 2, 29))
    assert last_day(month(1984, 12)) == date(1984, 12, 31)


@given(months)
def test_a_month_shown_is_the_month_read(value):
    assert (
        parse_month(show_month(value)) == month_of(first_day(value)) == month_of(last_day(value)) == value
    )


@pytest.mark.parametrize(
    "text", ["1984-9", "1984年9月", "1984-00", "1984-13", "", "0000-01", "１９８４-09"]
)
def test_what_is_not_a_month_is_refused_with_a_sentence(text):
    with pytest.raises(NotAMonth, match="。"):
        parse_month(text)


@pytest.mark.parametrize(
    ("count", "said"),
    [(435, "36 年 3 个月"), (180, "15 年"), (8, "8 个月"), (0, "0 个月"), (-13, "负 1 年 1 个月")],
)
def test_counts_are_said_in_years_and_months(count, said):
    assert show_months_as_years(count) == said


def test_a_period_holds_its_first_month_and_not_its_last():
    period = Period(month(1984, 9), month(1985, 2))
    assert period.months == 5 == len(list(period))
    assert month(1984, 9) in period
    assert month(1985, 2) not in period
    assert str(period) == "1984-09 至 1985-01"


def test_an_empty_period_is_refused():
    with pytest.raises(ValueError, match="应早于"):
        Period(month(1984, 9), month(1984, 9))


@given(periods, periods)
def test_the_overlap_is_the_months_in_both(one, other):
    common = one.overlap(other)
    assert set(common or ()) == set(one) & set(other)
    assert common == other.overlap(one)
