"""Transfers between places: the money, the table that states it, and where a relation goes."""

from decimal import Decimal
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nianlun.policy.assess import assess
from nianlun.policy.assessment import CannotAssess
from nianlun.policy.cases import BadCase
from nianlun.policy.columns import Column, ColumnSheet
from nianlun.policy.explained import ExplainedSheet
from nianlun.policy.tables import NotInForce
from nianlun.policy.transfer import PaidYear, pooled_total, pooled_year, ratio_correction

YEARS = {
    "2023": {"base": 5000, "months": 12},
    "2024": {"base": 5500, "months": 12},
    "2025": {"base": 6000, "months": 7},
}
RATES = {"2023": Decimal("0.0397"), "2024": Decimal("0.0262")}


def transfer(years: Any = YEARS, **more: Any) -> Any:
    return assess("transfer", {"years": years, **more})


def test_the_worked_example_moves_twelve_per_cent_of_all_bases():
    found = transfer(account_ratio=Decimal("0.08"), pool_rate=Decimal("0.12"), interest=RATES, method="A")
    assert found.amounts["pool_part"] == Decimal("20160.00")
    # 4800 × (1 + 3.97 % × 1.083 ÷ 2), × (1 + 2.62 %) + 5280 × (1 + 2.62 % × 1.083 ÷ 2), + 3360 without interest
    assert found.amounts["account_part"] == Decimal("13746.56")
    assert found.total == sum(found.amounts.values())


def test_rates_shares_and_method_come_from_the_tables():
    assert transfer().amounts["pool_part"] == Decimal("20160.00")
    assert (
        transfer().amounts["account_part"] == transfer(method="B", interest=RATES).amounts["account_part"]
    )
    assert transfer([row | {"year": int(year)} for year, row in YEARS.items()]).total == transfer().total


def test_the_year_of_transfer_moves_without_interest():
    only = {"2024": {"base": 5000, "months": 12}}
    assert transfer(only).amounts["account_part"] == Decimal("4800.00")
    assert transfer(only).figures["principal_of_transfer_year"] == "4800.00"
    later = transfer(only, transfer_year=2025)
    assert later.amounts["account_part"] == Decimal("4868.12")  # 4800 + 400 × 78 × 2.62 % ÷ 12
    assert later.figures["principal_of_transfer_year"] == "0.00"


def test_less_than_a_year_counts_its_months():
    assert transfer({"2025": {"base": 6000, "months": 7}}).amounts["pool_part"] == Decimal("5040.00")


def test_an_account_booked_below_the_ratio_is_topped_up_and_above_it_stays_behind():
    year = {"2005": {"base": 1000, "months": 12}}
    below = transfer(year, account_ratio=Decimal("0.10"), transfer_year=2010, interest=ZERO)
    assert (below.amounts["account_part"], below.figures["correction"]) == (Decimal("1320.00"), "120.00")
    above = transfer(year, account_ratio=Decimal("0.13"), transfer_year=2010, interest=ZERO)
    assert (above.amounts["account_part"], above.figures["correction"]) == (Decimal("1320.00"), "-240.00")
    assert any("利息" in note for note in above.notes)
    exact = transfer(year, account_ratio=Decimal("0.11"), transfer_year=2010, interest=ZERO)
    assert exact.figures["correction"] == "0.00"


ZERO = {str(year): 0 for year in range(2005, 2011)}


def test_own_contributions_before_1998_move_beside():
    found = transfer(own_before_1998=Decimal("820.45"), opening_balance=0)
    assert found.amounts["account_part"] - transfer().amounts["account_part"] == Decimal("820.45")
    with pytest.raises(NotInForce, match="own_before_1998"):
        transfer({"1997": {"base": 500, "months": 12}})


def test_government_counts_from_october_2014():
    found = transfer({"2014": {"base": 5000, "months": 3}}, scheme="government_institution")
    assert found.amounts["pool_part"] == Decimal("1800.00")
    with pytest.raises(BadCase, match="最多 3 个月"):
        transfer({"2014": {"base": 5000, "months": 4}}, scheme="government_institution")
    with pytest.raises(NotInForce):
        transfer({"2013": {"base": 5000, "months": 12}}, scheme="government_institution")


def test_the_answer_says_how_long_each_step_may_take():
    found = transfer()
    assert found.figures["working_days_total"] == "45"
    with pytest.raises(NotInForce):
        transfer({"2009": {"base": 1000, "months": 12}})


@pytest.mark.parametrize(
    ("inputs", "words"),
    [
        ({"years": {"23": {"base": 1, "months": 1}}}, "年份应在"),
        ({"years": {"2023": {"base": -1, "months": 1}}}, "应在 0 到"),
        ({"years": {"2023": {"base": 1, "months": 13}}}, "应在 0 到 12"),
        ({"years": {"2023": {"base": 1, "months": 1, "typo": 1}}}, "不用这些输入"),
        ({"years": YEARS, "transfer_year": 2024}, "早于最后"),
        ({"years": YEARS, "scheme": "resident"}, "urban_rural_switch"),
        ({"years": YEARS, "interest": 3}, "一组"),
        ({"years": YEARS, "method": "C"}, "之一"),
        ({"years": YEARS, "interest": {"2032": 0}}, "2032 年用不上"),
    ],
)
def test_badly_written_transfers_are_refused(inputs, words):
    with pytest.raises(BadCase, match=words):
        assess("transfer", inputs)


def test_what_is_missing_is_asked_for():
    with pytest.raises(CannotAssess):
        transfer({})
    with pytest.raises(CannotAssess) as refusal:
        transfer({"2023": {"base": 5000, "months": 5}, "2024": {"base": 5000, "months": 12}})
    assert refusal.value.missing == ("first_month",)


bases = st.lists(st.sampled_from([0, 1, 333333, 612345]), min_size=1, max_size=3)


@given(bases, st.integers(0, 12))
def test_many_pooled_parts_equal_each_one(fen, months):
    def run(sheet, base):
        rate = sheet.given("rate", Decimal("0.12"), title="比例")
        return pooled_total(
            sheet, [pooled_year(sheet, PaidYear(year, base, months), rate) for year in (2023, 2024)]
        )

    many = run(ColumnSheet(), Column(np.array(fen), 100)).array(scale=100, size=len(fen))
    for one, found in zip(fen, many, strict=True):
        sheet = ExplainedSheet()
        assert run(sheet, sheet.given("b", Decimal(one).scaleb(-2), title="基数")).value * 100 == int(found)


def test_what_stays_behind_of_many_equals_each_one():
    fen = [100, 333333]

    def corrected(sheet, base):
        standard, booked = (sheet.given("r", Decimal(value), title="比例") for value in ("0.08", "0.11"))
        return ratio_correction(sheet, PaidYear(2010, base, 7), standard=standard, booked=booked)

    many = corrected(ColumnSheet(), Column(np.array(fen), 100)).array(scale=100, size=2)
    for one, found in zip(fen, many, strict=True):
        sheet = ExplainedSheet()
        assert corrected(sheet, sheet.given("b", Decimal(one).scaleb(-2), title="基数")).value * 100 == int(
            found
        )


@given(st.integers(1, 11), st.sampled_from([100, 5000]))
def test_one_more_month_never_moves_less(months, base):
    def of(count: int) -> Any:
        return transfer({"2025": {"base": base, "months": count}}).total

    assert of(months) <= of(months + 1)


TABLE = {
    "rows": [{"base": 3200, "months": 12}, {"base": 3500, "months": 12}, {"base": 3900, "months": 5}],
    "pool_rate": Decimal("0.12"),
    "item_1": Decimal("820.45"),
    "item_2": Decimal("21337.67"),
    "item_3": 1350,
}


def test_the_table_of_the_worked_example_adds_up_and_its_third_item_is_asked_about():
    found = assess("transfer_information_table", TABLE)
    assert found.amounts == {
        "item_4": Decimal("23508.12"),
        "item_5": Decimal("11988.00"),
        "item_6": Decimal("35496.12"),
    }
    assert found.figures["findings"] == "item_3"
    assert "1560.00" in found.notes[0]


def test_printed_sums_that_differ_are_named_and_not_corrected():
    found = assess(
        "transfer_information_table", TABLE | {"item_3": 1560, "item_4": 1, "item_5": Decimal("11988")}
    )
    assert found.figures["findings"] == "item_4"
    right = assess("transfer_information_table", TABLE | {"item_3": 1560})
    assert right.figures["findings"] == "无"


def test_each_yearly_product_is_rounded_before_the_sum():
    rows = [{"base": Decimal("100.03"), "months": 1}, {"base": Decimal("100.03"), "months": 1}]
    found = assess("transfer_information_table", TABLE | {"rows": rows})
    assert found.amounts["item_5"] == Decimal("24.00")  # 12.0036 each; 24.0072 together


def test_a_table_whose_last_year_is_not_the_transfer_year_owes_no_principal():
    rows = [{"year": 2023, "base": 5000, "months": 12}]
    found = assess("transfer_information_table", TABLE | {"rows": rows, "transfer_year": 2024, "item_3": 0})
    assert found.figures["findings"] == "无"
    with pytest.raises(NotInForce):
        assess("transfer_information_table", TABLE | {"rows": [{"year": 1997, "base": 1, "months": 1}]})
    with pytest.raises(CannotAssess):
        assess("transfer_information_table", TABLE | {"rows": []})


def place(*rows: tuple[str, float], **more: Any) -> Any:
    places = [{"place": name, "months": str(months)} for name, months in rows]
    inputs = {"household": "保定", "relation": rows[-1][0] if rows else "", "places": places}
    return assess("benefit_place", inputs | {"applied_on": "2026-03-01"} | more)


@pytest.mark.parametrize(
    ("rows", "found"),
    [
        ([("保定", 1)], "保定"),
        ([("北京", 120)], "北京"),
        ([("北京", 119)], "保定"),
        ([("天津", 130), ("北京", 119)], "天津"),
        ([("天津", 130), ("上海", 121), ("北京", 1)], "上海"),
        ([("北京", 60), ("天津", 119), ("北京", 60)], "北京"),
        ([("北京", 119.5)], "保定"),
    ],
)
def test_the_place_that_pays_follows_the_order_of_the_rules(rows, found):
    assert place(*rows).figures["place"] == found


def test_deemed_months_count_where_the_work_was_and_temporary_accounts_do_not():
    deemed = [{"place": "北京", "months": 60, "deemed_months": 60}]
    assert place(("北京", 0), places=deemed).figures["place"] == "北京"
    temporary = [{"place": "北京", "months": 200, "temporary": True}, {"place": "天津", "months": 10}]
    found = place(("天津", 10), places=temporary)
    assert (found.figures["place"], found.figures["gathered"]) == ("保定", "是")


def test_a_relation_that_no_place_shows_and_days_before_2010_are_refused():
    with pytest.raises(BadCase, match="关系所在地"):
        place(("北京", 10), relation="广州")
    with pytest.raises(CannotAssess):
        place(places=[], relation="保定")
    with pytest.raises(NotInForce):
        place(("北京", 10), applied_on="2009-12-31")


@pytest.mark.parametrize(
    ("sex", "birth", "more", "temporary"),
    [
        ("male", "1974-03", {}, "是"),
        ("male", "1974-04", {}, "否"),
        ("female", "1984-03", {}, "是"),
        ("female", "1984-04", {}, "否"),
        ("male", "1970-01", {"returns_to_household": True}, "否"),
        ("male", "1970-01", {"approved_move": True}, "否"),
    ],
)
def test_men_of_fifty_and_women_of_forty_get_a_temporary_account(sex, birth, more, temporary):
    found = assess("temporary_account", {"sex": sex, "birth": birth, "moved_in": "2024-03"} | more)
    assert found.figures["temporary"] == temporary


def test_a_move_before_birth_or_before_2010_is_refused():
    with pytest.raises(BadCase):
        assess("temporary_account", {"sex": "male", "birth": "2025-01", "moved_in": "2024-03"})
    with pytest.raises(NotInForce):
        assess("temporary_account", {"sex": "male", "birth": "1950-01", "moved_in": "2009-12"})


@pytest.mark.parametrize(
    ("months", "document", "returned"),
    [
        (36, "none", "否"),
        (37, "none", "是"),
        ("36.5", "none", "是"),
        (37, "court", "否"),
        (60, "arbitration", "否"),
    ],
)
def test_more_than_three_years_paid_at_once_need_a_document(months, document, returned):
    inputs = {"months": months, "document": document, "applied_on": "2024-01-01"}
    assert assess("lump_sum_supplement", inputs).figures["may_be_returned"] == returned


def test_back_payments_before_the_rule_was_seen_are_not_judged():
    with pytest.raises(NotInForce):
        assess("lump_sum_supplement", {"months": 37, "applied_on": "2016-06-01"})
