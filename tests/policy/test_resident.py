"""Urban and rural residents: the pension, a year's contribution, the years needed."""

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
from nianlun.policy.resident import END, START, PaidYear, accumulated, resident_pension
from nianlun.policy.tables import NotInForce

COUNTY = {
    "yearly_individual": 100,
    "yearly_subsidy": 30,
    "years": 15,
    "interest": Decimal("0.035"),
    "interest_timing": "start_of_year",
    "basic_pension": 55,
    "payout_months": 139,
}


def benefit(**inputs: Any) -> Any:
    return assess("resident_benefit", inputs)


def test_the_county_example_comes_out_cut_to_a_tenth_as_it_prints():
    found = benefit(**COUNTY, rounding="floor:1")
    assert found.figures["interest_total"] == "646.2"
    assert (found.figures["monthly"], found.figures["yearly"]) == ("73.6", "883.20")


def test_the_same_to_the_fen():
    found = benefit(**COUNTY)
    assert found.amounts == {"basic": Decimal("55.00"), "account": Decimal("18.68")}
    assert found.total == Decimal("73.68")
    assert found.figures["interest_total"] == "646.25"  # each year to the fen; 646.24 in one go


def test_payments_at_the_end_of_a_year_earn_from_the_next():
    payments = [
        {"year": 2021, "individual": 1000, "rate": 0},
        {"year": 2022, "individual": 1000, "rate": "0.1"},
    ]
    given = {"payments": payments, "basic_pension": 100, "payout_months": 100}
    assert benefit(**given, interest_timing=END).figures["balance"] == "2100.00"
    assert benefit(**given, interest_timing=START).figures["balance"] == "2200.00"


def test_everything_paid_into_the_account_counts():
    row = {"year": 2022, "individual": 200, "subsidy": 30, "collective": 20, "sponsored": 50, "rate": 0}
    found = benefit(payments=[row], basic_pension=0, payout_months=139, opening_balance=100)
    assert found.figures["balance"] == "400.00"
    assert found.figures["interest_total"] == "0.00"


def test_basic_pension_and_divisor_come_from_the_tables():
    found = benefit(account_balance=13900, province="河北", benefit_date="2023-05", birth="1963-05")
    assert found.amounts == {"basic": Decimal("133.00"), "account": Decimal("100.00")}
    assert benefit(account_balance=13900, benefit_date="2023-05").amounts["basic"] == Decimal("103.00")
    added = benefit(account_balance=0, province="河北", benefit_date="2023-05", local_addition=10)
    assert added.amounts["basic"] == Decimal("143.00")
    assert added.confidence == "S-C"


def test_who_begins_later_takes_the_entry_of_his_age():
    found = benefit(account_balance=13200, basic_pension=0, benefit_date="2024-05", birth="1963-05")
    assert (found.figures["payout_months"], found.total) == ("132", Decimal("100.00"))


def test_months_without_a_known_basic_pension_are_refused():
    for month in ("2020-05", "2024-05"):
        with pytest.raises(NotInForce, match="没有找到"):
            benefit(account_balance=1, province="河北", benefit_date=month)
    with pytest.raises(NotInForce):
        benefit(account_balance=1, benefit_date="2009-08")


def test_before_sixty_there_is_no_pension():
    with pytest.raises(CannotAssess, match="未满 60 周岁"):
        benefit(account_balance=1, basic_pension=1, benefit_date="2023-05", birth="1963-06")


@pytest.mark.parametrize(
    "changes",
    [
        {"rounding": "exact"},
        {"rounding": "down"},
        {"interest_timing": "sometimes"},
        {"account_balance": 5},
        {"payments": [{"year": 2020, "individual": 1}]},
        {"yearly_individual": -1},
        {"interest": 2},
        {"typo": 1},
    ],
)
def test_badly_written_benefits_are_refused(changes):
    with pytest.raises(BadCase):
        benefit(**COUNTY | changes)


def test_payments_need_a_rate_and_no_gap():
    row = {"year": 2020, "individual": 100}
    with pytest.raises(NotInForce, match="2020 年没有记账利率"):
        benefit(payments=[row], basic_pension=1, payout_months=139)
    with pytest.raises(BadCase, match="缺 2021"):
        benefit(payments=[row, row | {"year": 2022}], interest=0, basic_pension=1, payout_months=139)
    with pytest.raises(CannotAssess) as refusal:
        benefit(yearly_individual=100, basic_pension=1, payout_months=139)
    assert refusal.value.missing == ("years", "interest")


def contribute(region: str = "130600", year: int = 2024, **inputs: Any) -> Any:
    return assess("resident_contribution", {"region": region, "year": year, **inputs})


@pytest.mark.parametrize(
    ("tier", "subsidy"), [(200, 30), (300, 45), (500, 60), (1000, 75), (3000, 90), (5000, 105), (8000, 120)]
)
def test_each_tier_of_hebei_has_its_subsidy(tier, subsidy):
    found = contribute(tier=tier)
    assert found.amounts == {"individual": Decimal(tier), "subsidy": Decimal(subsidy)}
    assert found.total == tier + subsidy


def test_a_tier_that_is_not_offered_is_refused_with_those_that_are():
    for tier in (100, 400, 0):
        with pytest.raises(BadCase, match="200、300、500"):
            contribute(tier=tier)


def test_for_people_in_hardship_the_government_pays():
    found = contribute(hardship=True)
    assert found.amounts == {"government_paid": Decimal("100.00"), "subsidy": Decimal("30.00")}
    with pytest.raises(CannotAssess, match="代缴"):
        contribute("310000", 2023, hardship=True)
    with pytest.raises(BadCase, match="tier"):
        contribute(hardship=True, tier=8000)


def test_a_year_paid_later_gets_no_subsidy_in_hebei_and_elsewhere_nobody_knows():
    assert contribute(tier=500, back_payment=True).total == Decimal("500.00")
    with pytest.raises(NotInForce):
        contribute("310000", 2023, tier=500, back_payment=True)


def test_regions_have_their_own_tiers_and_unknown_years_are_refused():
    assert contribute("310000", 2023, tier=500).total == Decimal("700.00")
    assert contribute("430624", 2023, tier=400, collective=10).total == Decimal("450.00")
    with pytest.raises(NotInForce, match="各省规定"):
        contribute("130600", 2020, tier=500)
    with pytest.raises(BadCase):
        contribute(year=24, tier=500)


@pytest.mark.parametrize(
    ("birth", "paid", "required", "missing", "make_up"),
    [
        ("1949-09", 0, "0", "0", "0"),  # sixty when the scheme began
        ("1954-09", 60, "60", "0", "120"),
        ("1954-09", 48, "60", "12", "132"),
        ("1964-09", 170, "180", "10", "10"),
        ("1980-01", 200, "180", "0", "0"),
    ],
)
def test_the_months_needed_follow_from_the_age_when_the_scheme_began(
    birth, paid, required, missing, make_up
):
    inputs = {"birth": birth, "scheme_start": "2009-09", "paid_months": paid}
    found = assess("resident_minimum", inputs)
    names = ("required_months", "missing_months", "may_make_up")
    assert [found.figures[name] for name in names] == [required, missing, make_up]


def test_who_was_born_later_or_before_the_scheme_existed_is_refused():
    with pytest.raises(CannotAssess):
        assess("resident_minimum", {"birth": "2010-01", "scheme_start": "2009-09", "paid_months": 0})
    with pytest.raises(NotInForce):
        assess("resident_minimum", {"birth": "1950-01", "scheme_start": "2009-08", "paid_months": 0})


amounts = st.lists(st.sampled_from([0, 13000, 30123, 800000]), min_size=1, max_size=3)


@given(amounts, st.sampled_from([START, END]), st.sampled_from(["0", "0.0275"]), st.integers(1, 3))
def test_many_residents_equal_each_one(fen, timing, rate, count):
    def run(sheet, paid):
        rate_of = sheet.given("rate", Decimal(rate), title="利率")
        years = [PaidYear(2020 + at, paid, rate_of) for at in range(count)]
        balance = accumulated(sheet, sheet.given("o", 0, title="期初"), years, timing=timing)
        basic, divisor = sheet.given("b", 133, title="基础"), sheet.given("d", 139, title="月数")
        return resident_pension(sheet, basic=basic, balance=balance, divisor=divisor).total

    many = run(ColumnSheet(), Column(np.array(fen), 100)).array(scale=100, size=len(fen))
    for one, found in zip(fen, many, strict=True):
        sheet = ExplainedSheet()
        assert run(sheet, sheet.given("p", Decimal(one).scaleb(-2), title="缴费")).value * 100 == int(found)


@given(st.integers(1, 20), st.sampled_from([0, 100, 8000]))
def test_one_more_year_never_lowers_the_pension(years, tier):
    def of(count: int) -> Any:
        return benefit(**COUNTY | {"years": count, "yearly_individual": tier}).total

    assert of(years) <= of(years + 1)
