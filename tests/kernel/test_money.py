"""Amounts in yuan."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nianlun.kernel.money import NotAnAmount, Rounding, fen, from_fen, rounded, show_money, yuan


@pytest.mark.parametrize(
    "text", ["1386", "1386.00", "1,386.00", "￥1386.0", "¥1,386 元", "1 386.00元", "１３８６．００"]
)
def test_one_amount_written_many_ways_is_one_amount(text):
    assert yuan(text) == Decimal("1386")


@pytest.mark.parametrize("text", ["", "元", "13,86", "1386..0", "1e3", "NaN", "Infinity", "一千元", "١٣"])
def test_what_is_no_amount_is_refused_with_a_sentence(text):
    with pytest.raises(NotAnAmount, match="金额应写成"):
        yuan(text)


def test_an_amount_is_shown_with_two_decimals_and_nothing_is_hidden():
    assert show_money(Decimal("1386")) == "1,386.00 元"
    assert show_money(Decimal("-0.5")) == "-0.50 元"
    assert show_money(Decimal("0.125")) == "0.125 元"
    assert show_money(Decimal("1E+3")) == "1,000.00 元"


@pytest.mark.parametrize(
    ("amount", "rounding", "result"),
    [
        ("0.125", Rounding.HALF_UP_TO_FEN, "0.13"),
        ("-0.125", Rounding.HALF_UP_TO_FEN, "-0.13"),
        ("0.15", Rounding.HALF_UP_TO_JIAO, "0.20"),
        ("4075.50", Rounding.HALF_UP_TO_YUAN, "4076.00"),
        ("0.11", Rounding.UP_TO_JIAO, "0.20"),
        ("0.10", Rounding.UP_TO_JIAO, "0.10"),
        ("1.01", Rounding.UP_TO_YUAN, "2.00"),
    ],
)
def test_roundings_do_what_their_names_order(amount, rounding, result):
    assert str(rounded(Decimal(amount), rounding)) == result


def test_parts_of_a_fen_are_not_dropped_in_silence():
    with pytest.raises(NotAnAmount, match="不是整分"):
        fen(Decimal("0.125"))


@given(st.integers(-(10**14), 10**14))
def test_fen_and_yuan_are_one_amount(count):
    assert fen(from_fen(count)) == count
    assert yuan(show_money(from_fen(count))) == from_fen(count)
