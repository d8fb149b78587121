"""The sickness allowance since 2025: how much in which case, and for how long."""

from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nianlun.policy.assess import assess
from nianlun.policy.assessment import Assessment, CannotAssess
from nianlun.policy.cases import BadCase
from nianlun.policy.columns import Column, ColumnSheet
from nianlun.policy.explained import ExplainedSheet
from nianlun.policy.lawbook import shipped
from nianlun.policy.sickness import paid_months
from nianlun.policy.tables import NotInForce

WE_20 = [42, 60, 61, 72, 73, 120, 175, 179]
WE_21 = {
    "pension_base": 7694,
    "avg_index": Decimal("1.0324"),
    "years": Decimal("31.33"),
    "pre_account_years": Decimal("8.17"),
    "coef": Decimal("0.013"),
    "account_balance": Decimal("85298.25"),
    "age": [58, 0],
    "payout_months": 152,
    "min_years_met": True,
    "months_to_legal_age_case_A": 36,
    "months_to_legal_age_case_B": 84,
}
NEITHER = {"months_to_legal_age_case_A": None, "months_to_legal_age_case_B": None}


def ask(**changes: object) -> Assessment:
    return assess("sickness_allowance", {k: v for k, v in (WE_21 | changes).items() if v is not None})


def months(given: object) -> str:
    return assess("sickness_allowance_months", {"total_contribution_months": given}).figures["months"]


def test_the_months_of_the_example():
    assert months(WE_20) == "12、12、15、15、18、27、42、42"
    assert months(61) == "15"


def test_both_cases_of_the_example():
    found = ask()
    assert found.amounts == {
        "basic": Decimal("2449.58"),
        "account": Decimal("561.17"),
        "transitional": Decimal("843.66"),
    }
    assert (found.figures["case_A_total"], found.figures["case_B_total"]) == ("3854.41", "2449.58")


@pytest.mark.parametrize(("distance", "letter", "total"), [(60, "A", "3854.41"), (61, "B", "2449.58")])
def test_five_years_before_retirement_divide_the_cases(distance, letter, total):
    found = ask(**NEITHER, months_to_legal_age=distance)
    assert (found.figures["case"], found.total) == (letter, Decimal(total))
    assert sum(found.amounts.values()) == found.total


def test_without_the_minimum_years_the_basic_part_is_paid_for_a_time():
    found = ask(**NEITHER, min_years_met=False, contribution_months=100)
    assert (found.figures["case"], found.figures["months"]) == ("C", "24")
    assert found.amounts == {"basic": Decimal("2449.58")}


def test_distance_and_minimum_follow_from_birth_and_category():
    person = {
        "province": "湖南",
        "sex": "male",
        "category": 60,
        "birth": "1968-03",
        "benefit_date": "2026-03",
    }
    found = ask(**NEITHER, min_years_met=None, contribution_months=376, **person)
    assert found.figures["case"] == "A"  # 60 years and 10 months come in 2029-01
    assert ask(**NEITHER, min_years_met=None, contribution_months=179, **person).figures["case"] == "C"


def test_before_2025_sick_retirement_applied():
    with pytest.raises(NotInForce, match="病退"):
        ask(benefit_date="2024-12")
    with pytest.raises(NotInForce, match="病退"):
        assess("sickness_allowance_months", {"total_contribution_months": 60, "benefit_date": "2024-12"})


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"account_balance": None}, CannotAssess),
        ({"pension_base": None}, CannotAssess),
        (NEITHER, CannotAssess),
        ({**NEITHER, "months_to_legal_age": 0}, CannotAssess),
        ({**NEITHER, "min_years_met": False}, CannotAssess),
        ({"min_years_met": False}, BadCase),
        ({"months_to_legal_age_case_A": 61}, BadCase),
        ({"months_to_legal_age_case_B": 60}, BadCase),
        ({"wage": 1}, BadCase),
    ],
)
def test_what_is_missing_or_wrong_is_refused(changes, error):
    with pytest.raises(error):
        ask(**changes)


@pytest.mark.parametrize("given", [[], -1, "x", [12, Decimal("12.3")]])
def test_lists_of_months_that_are_none_are_refused(given):
    with pytest.raises((BadCase, CannotAssess)):
        months(given)


@given(st.sampled_from([0, 12, 59, 60, 61, 72, 73, 179]))
def test_one_more_month_never_shortens_the_allowance(paid):
    assert int(months(paid)) <= int(months(paid + 1))


def test_one_person_and_a_population_agree():
    span = shipped().table("sickness_allowance").spans[0]
    explained, columns = ExplainedSheet(), ColumnSheet()
    one_by_one = [
        paid_months(explained, contribution_months=explained.given("x", m, title="x"), span=span).value
        for m in WE_20
    ]
    column = Column(np.array(WE_20, dtype=np.int64))
    found = paid_months(columns, contribution_months=column, span=span)
    assert list(found.array(scale=1, size=len(WE_20))) == one_by_one
