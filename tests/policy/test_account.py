"""The individual account: interest by both methods, what a base puts in, what is left to the heirs."""

from datetime import date
from decimal import Decimal
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nianlun.policy.account import (
    ANNUAL,
    MONTHLY,
    AccountYear,
    balance_after,
    credited,
    credits_of_year,
    equal_credits,
    settled_year,
)
from nianlun.policy.account_rates import account_rate
from nianlun.policy.assess import assess
from nianlun.policy.assessment import CannotAssess
from nianlun.policy.cases import BadCase
from nianlun.policy.columns import Column, ColumnSheet
from nianlun.policy.explained import ExplainedSheet
from nianlun.policy.lawbook import shipped
from nianlun.policy.tables import NotInForce

THREE_YEARS = [
    {"year": 2022, "monthly_credit": 400, "months": 12},
    {"year": 2023, "monthly_credit": 420, "months": 12},
    {"year": 2024, "monthly_credit": 450, "months": 12},
]


def interest(years: list[dict[str, Any]], **more: Any) -> Any:
    return assess("account_interest", {"opening_balance": 10000, "years": years, **more})


def test_three_years_by_both_methods_come_out_as_in_the_worked_example():
    found = interest([row | {"rate": Decimal(rate)} for row, rate in zip(THREE_YEARS, RATES, strict=True)])
    assert found.figures["method_B_interest"] == "771.12、726.55、635.68"
    assert found.figures["method_B_balance"] == "15571.12、21337.67、27373.35"
    assert found.figures["method_A_interest"] == "771.07、726.52、635.66"
    assert found.figures["method_A_balance"] == "15571.07、21337.59、27373.25"
    assert found.total == Decimal("27373.35")  # by the method of the table
    assert sum(found.amounts.values()) == found.total


RATES = ("0.0612", "0.0397", "0.0262")


def test_rates_not_given_come_from_the_table_and_are_quoted():
    found = interest(THREE_YEARS, method="B")
    assert found.total == Decimal("27373.35")
    quoted = [row.value for row in found.derivation.used_rows() if row.table == "account_interest_rates"]
    assert sorted(quoted) == sorted(RATES)
    assert not found.provisional


def test_the_annual_calculation_warns_of_a_year_not_paid_evenly():
    part = {"year": 2024, "monthly_credit": 400, "months": 3, "first_month": 10}
    assert "2024" in interest([part], method="A").notes[0]
    assert not interest([part], method="B").notes
    assert not interest(THREE_YEARS, method="A").notes


def test_each_named_method_answers_alone():
    assert interest(THREE_YEARS, method="annual_calculation").total == Decimal("27373.25")
    assert "method_B_balance" not in interest(THREE_YEARS, method="A").figures


def test_twelve_amounts_written_out_earn_as_much_as_one_amount_twelve_times():
    listed = [{"year": 2024, "credits": [450] * 12}]
    assert interest(listed).total == interest([THREE_YEARS[2]]).total


def test_an_amount_booked_in_december_earns_for_one_month():
    found = interest(
        [{"year": 2024, "monthly_credit": 1200, "months": 1, "first_month": 12, "rate": Decimal("0.12")}]
    )
    assert found.amounts["interest"] == Decimal("1200.00") + Decimal("12.00")


def test_the_account_may_be_closed_inside_the_last_year():
    found = interest(
        [{"year": 2024, "monthly_credit": 100, "months": 3, "rate": Decimal("0.12"), "through_month": 3}],
        method="B",
    )
    assert found.amounts["interest"] == Decimal("300.00") + Decimal(
        "6.00"
    )  # 10000 × 12 % × 3/12, and (3+2+1) × 1 %


def test_the_year_after_the_last_published_rate_borrows_it_and_says_so():
    book = shipped().amended({})
    text = book.files["national/account_interest_rates.toml"]
    cut = text[: text.index("[[span]]\nsince = 2026")] + text[text.index("[[absent]]\nsince = 2009") :]
    published = shipped().amended({"national/account_interest_rates.toml": cut})
    found = assess(
        "account_interest",
        {"opening_balance": 1000, "years": [{"year": 2026, "months": 0}], "method": "B"},
        book=published,
    )
    assert (found.total, found.provisional) == (Decimal("1015.00"), True)
    assert "暂按 2025 年" in found.sentence
    with pytest.raises(NotInForce, match="2027 年没有记账利率"):
        account_rate(published, 2027)


def test_a_rate_that_was_inferred_is_provisional_and_stands_in_for_no_other_year():
    assert interest([{"year": 2026, "months": 0}]).provisional
    with pytest.raises(NotInForce, match="2027"):
        interest([{"year": 2027, "months": 0}])


@pytest.mark.parametrize("year", [1995, 2015])
def test_before_the_first_rate_region_and_year_are_named(year):
    with pytest.raises(NotInForce, match=f"河北 {year} 年没有记账利率"):
        interest([{"year": year, "months": 0}], province="河北", method="B")


def test_residents_do_not_borrow_the_rate_of_employees():
    with pytest.raises(NotInForce, match="2024 年没有记账利率"):
        interest([{"year": 2024, "months": 0}], scheme="resident")


@pytest.mark.parametrize(
    ("years", "words"),
    [
        ([THREE_YEARS[0], THREE_YEARS[2]], "中间缺 2023"),
        ([THREE_YEARS[0], THREE_YEARS[0]], "出现了两次"),
        ([{"year": 2022, "monthly_credit": -1, "months": 12}], "应在 0 到"),
        ([{"year": 2022, "monthly_credit": 1, "months": 13}], "应在 0 到 12"),
        ([{"year": 2022, "monthly_credit": 1, "months": 3, "first_month": 11}], "超出 12 月"),
        ([{"year": 2022, "credits": [1, 2]}], "十二个金额"),
        ([{"year": 2022, "credits": [1] * 12, "months": 12}], "只能写一种"),
        ([{"year": "22"}], "年份应在"),
        ([{"year": 2022, "months": 0, "rate": Decimal("1.5")}], "应在 0 到 1"),
        ([{"year": 2022, "months": 0, "through_month": 3}, THREE_YEARS[1]], "只能写在最后一年"),
        ([{"year": 2022, "months": 0, "typo": 1}], "不用这些输入"),
        (5, "一列"),
    ],
)
def test_years_that_are_not_written_well_are_refused(years, words):
    with pytest.raises(BadCase, match=words):
        interest(years)


def test_a_part_year_needs_its_first_month():
    with pytest.raises(CannotAssess) as refusal:
        interest([{"year": 2022, "monthly_credit": 400, "months": 7}])
    assert refusal.value.missing == ("first_month",)


def test_no_years_and_no_amount_are_asked_for():
    with pytest.raises(CannotAssess):
        interest([])
    with pytest.raises(CannotAssess, match="monthly_credit"):
        interest([{"year": 2022, "months": 12}])


@pytest.mark.parametrize("rounding", ["half_up:1", "exact", "nearest"])
def test_interest_is_rounded_to_fen_or_not_at_all(rounding):
    with pytest.raises(BadCase):
        interest(THREE_YEARS, rounding=rounding)


def test_forty_years_are_explained_without_growing_beyond_reading():
    years = [{"year": year, "months": 0, "rate": Decimal("0.03")} for year in range(1998, 2038)]
    assert interest(years, method="B").derivation.written_size() < 1000


def test_single_bookings_of_many_equal_those_of_each_one():
    fen = [0, 40000, 123457]

    def run(sheet, amount):
        return credits_of_year(sheet, 2024, [(3, amount), (12, amount)])

    many = run(ColumnSheet(), Column(np.array(fen), 100))
    for at, one in enumerate(fen):
        sheet = ExplainedSheet()
        single = run(sheet, sheet.given("c", Decimal(one).scaleb(-2), title="记账"))
        for mine, theirs in zip(single, many, strict=True):
            assert mine.value * 100 == int(theirs.array(scale=100, size=3)[at])


amounts = st.sampled_from([0, 1, 99, 40000, 123457])  # fen
methods = st.sampled_from([ANNUAL, MONTHLY])
rates = st.sampled_from([Decimal("0"), Decimal("0.0262"), Decimal("0.0831")])


@given(
    st.lists(amounts, min_size=1, max_size=3),
    amounts,
    rates,
    st.integers(1, 12),
    st.sampled_from([ANNUAL, MONTHLY]),
)
def test_one_person_explained_equals_columns(openings, monthly, rate, first, method):
    def run(sheet, opening, credit):
        rate_of = sheet.given("rate", rate, title="利率")
        factor = sheet.given("factor", Decimal("1.083"), title="系数")
        booked, product = equal_credits(sheet, 2024, credit, first_month=first, months=13 - first)
        year = AccountYear(2024, rate_of, booked, product)
        return balance_after(sheet, opening, year, method=method, factor=factor)

    columns = ColumnSheet()
    many = run(
        columns,
        columns.given("o", Column(np.array(openings), 100), title="期初"),
        columns.given("c", Column(np.full(len(openings), monthly), 100), title="记账"),
    ).array(scale=100, size=len(openings))
    for opening, fen in zip(openings, many, strict=True):
        sheet = ExplainedSheet()
        one = run(
            sheet,
            sheet.given("o", Decimal(opening).scaleb(-2), title="期初"),
            sheet.given("c", Decimal(monthly).scaleb(-2), title="记账"),
        )
        assert one.value * 100 == int(fen)


@given(st.integers(1, 11), st.sampled_from([1, 40000]))
def test_a_credit_booked_a_month_earlier_never_earns_less(month, fen):
    def of(first: int) -> Decimal:
        row = {"year": 2023, "monthly_credit": Decimal(fen).scaleb(-2), "months": 1, "first_month": first}
        return interest([row], method="B").total

    assert of(month) >= of(month + 1)


def crediting(*periods: dict[str, Any], **more: Any) -> Any:
    return assess("account_crediting", {"periods": list(periods), **more})


def test_until_2005_the_unit_tops_up_to_eleven_per_cent_then_eight_per_cent_is_all_own():
    found = crediting({"first": "2005-12", "last": "2006-01", "base": 1000})
    assert found.amounts == {"from_employee": Decimal("160.00"), "from_employer": Decimal("30.00")}
    assert found.total == Decimal("190.00")


def test_flexible_workers_have_no_unit():
    found = crediting({"first": "2024-01", "last": "2024-12", "base": 4000}, scheme="flexible")
    assert found.amounts == {"from_employee": Decimal("3840.00"), "from_employer": Decimal("0.00")}


def test_before_1998_the_ratio_is_regional_and_not_known():
    with pytest.raises(NotInForce, match="1998 年以前"):
        crediting({"first": "1997-12", "last": "1998-01", "base": 500})
    found = crediting(
        {
            "first": "1997-12",
            "last": "1997-12",
            "base": 500,
            "ratio": Decimal("0.16"),
            "own_rate": Decimal("0.04"),
        }
    )
    assert found.total == Decimal("80.00")


def test_a_month_is_credited_once():
    row = {"first": "2024-01", "last": "2024-06", "base": 4000}
    with pytest.raises(BadCase, match="出现了两次"):
        crediting(row, row | {"first": "2024-06", "last": "2024-07"})
    with pytest.raises(BadCase, match="早于"):
        crediting(row | {"last": "2023-01"})
    with pytest.raises(CannotAssess):
        crediting()


def test_credit_of_many_equals_credit_of_one():
    bases = np.array([100, 333333, 1_234_567])
    columns = ColumnSheet()
    ratio, own = (columns.given("r", Decimal(value), title="比例") for value in ("0.11", "0.05"))
    many = credited(columns, Column(bases, 100), ratio=ratio, own_rate=own, months=7)
    for at, base in enumerate(bases):
        sheet = ExplainedSheet()
        one = credited(
            sheet,
            sheet.given("b", Decimal(int(base)).scaleb(-2), title="基数"),
            ratio=sheet.given("r", Decimal("0.11"), title="比例"),
            own_rate=sheet.given("o", Decimal("0.05"), title="比例"),
            months=7,
        )
        for part in ("total", "from_employee", "from_employer"):
            assert getattr(one, part).value * 100 == int(getattr(many, part).array(scale=100, size=3)[at])


def settle(**more: Any) -> Any:
    inputs = {
        "balance_at_retirement": 13900,
        "account_pension": 100,
        "first_paid": "2024-01",
        "last_paid": "2024-12",
    }
    return assess("account_settlement", inputs | more)


def test_many_accounts_paid_down_equal_each_one():
    fen = [0, 50000, 6_000_000]

    def run(sheet, balance):
        payment, rate = (
            sheet.given("p", Decimal("431.65"), title="月发"),
            sheet.given("r", RATE, title="利率"),
        )
        first = settled_year(sheet, balance, year=2022, payment=payment, paid=range(7, 13), rate=rate)
        return settled_year(sheet, first, year=2023, payment=payment, paid=range(1, 4), rate=rate)

    many = run(ColumnSheet(), Column(np.array(fen), 100)).array(scale=100, size=3)
    for one, found in zip(fen, many, strict=True):
        sheet = ExplainedSheet()
        assert run(sheet, sheet.given("b", Decimal(one).scaleb(-2), title="储存额")).value * 100 == int(
            found
        )


RATE = Decimal("0.0612")


def test_what_was_not_paid_out_goes_to_the_heirs_with_interest():
    found = settle(interest={"2024": Decimal("0.12")})
    # 13900 × 12 % less 100 × (12 + 11 + … + 1) × 1 %
    assert found.total == Decimal("13900") - 1200 + Decimal("1668") - Decimal("78")
    assert found.confidence == "M"


def test_without_interest_the_rest_is_what_was_not_paid():
    rates = {"2024": 0, "2025": 0}
    assert settle(first_paid="2024-11", last_paid="2025-02", interest=rates).total == Decimal("13500.00")


def test_an_account_that_is_used_up_leaves_nothing():
    found = settle(balance_at_retirement=500, interest={"2024": 0})
    assert found.total == 0
    assert "统筹基金" in found.notes[0]


def test_a_rate_for_a_year_never_reached_is_refused():
    with pytest.raises(BadCase, match="2014 年用不上"):
        settle(interest={"2024": 0, "2014": 0})


def test_a_last_payment_before_the_first_is_refused():
    with pytest.raises(BadCase, match="早于"):
        settle(last_paid="2023-12")


@given(st.integers(0, 30), st.sampled_from([1, 100, 1000]))
def test_one_more_month_paid_never_leaves_more_than_was_there(months, pension):
    rest = [
        settle(
            account_pension=pension,
            first_paid="2016-03",
            last_paid=f"{2016 + (2 + count) // 12}-{(2 + count) % 12 + 1:02d}",
            interest={str(year): 0 for year in range(2016, 2016 + (2 + count) // 12 + 1)},
        ).total
        for count in (months, months + 1)
    ]
    assert rest[1] == max(Decimal(0), rest[0] - pension)


def test_every_year_from_2016_to_the_last_published_has_its_rate():
    assert [account_rate(shipped(), year).span.since for year in range(2016, 2026)] == [
        date(year, 1, 1) for year in range(2016, 2026)
    ]
