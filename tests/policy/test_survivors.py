"""What is paid on a death: by the national rule, by Hebei's earlier one, and for public servants."""

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
from nianlun.policy.survivors import grant_months
from nianlun.policy.survivors_before import years_grant_months
from nianlun.policy.tables import NotInForce

WE_13 = {
    "province": "山东",
    "year": 2022,
    "urban_income_previous_year": 47066,
    "retired": True,
    "grant_months_floor": 9,
    "funeral_months": 2,
}
WE_14 = [
    {"years": Decimal("3.5")},
    {"years": 7},
    {"years": 15},
    {"years": 20},
    {"years": 35},
    {"years": 35, "retired": True, "received_years": 5},
    {"years": 20, "retired": True, "received_years": 12},
]
BEFORE = {"province": "河北", "year": 2009, "average_pension_previous_year": 1141, "years": Decimal("10.1")}
EARLY = {
    "province": "河北",
    "died_on": "2020-05-06",
    "average_pension_previous_year": 2700,
    "years": Decimal("10.1"),
}


def ask(inputs: dict[str, object], **changes: object) -> Assessment:
    return assess("survivors", {k: v for k, v in (inputs | changes).items() if v is not None})


def test_the_minimum_of_a_retiree_in_shandong():
    found = ask(WE_13)
    assert found.total == Decimal("43143.83")  # 43143.87 with the monthly base rounded first
    assert found.amounts == {"funeral": Decimal("7844.33"), "grant": Decimal("35299.50")}


def test_the_income_of_the_year_before_is_in_the_table():
    assert ask(WE_13, urban_income_previous_year=None).total == Decimal("43143.83")
    with pytest.raises(NotInForce):
        ask(WE_13, urban_income_previous_year=None, year=2023)


def test_a_bureau_that_rounds_the_base_says_so():
    found = ask(WE_13, urban_income_previous_year=Decimal("60184"), base_rounding="half_up:0")
    assert found.figures["base"] == "5015"
    assert found.total == Decimal("55165.00")


def test_the_months_of_the_example():
    found = assess("survivors_months", {"cases": WE_14})
    assert found.figures["months"] == "3、6、9、14、24、19、9"


@pytest.mark.parametrize(
    ("months", "grant"),
    [(59, "3"), (60, "6"), (119, "6"), (120, "9"), (191, "9"), (192, "10"), (360, "24")],
)
def test_the_bands_of_contribution_months(months, grant):
    row = {"contribution_months": months}
    assert assess("survivors_months", {"cases": [row]}).figures["months"] == grant


def test_years_lead_to_the_grant_and_the_floor_still_holds():
    found = ask(WE_13, years=20, received_years=12, grant_months_floor=None)
    assert found.figures["months"] == "9"
    assert ask(WE_13, years=20, received_years=2, grant_months_floor=None).figures["months"] == "12"
    assert ask(WE_13, years=20, received_years=2, grant_months_floor=13).figures["months"] == "13"


def test_under_five_years_the_own_contributions_are_the_limit():
    person = {"province": "山东", "year": 2022, "years": 3}
    with pytest.raises(CannotAssess) as refused:
        ask(person)
    assert refused.value.missing == ("own_contributions",)
    assert ask(person, own_contributions=9000).amounts == {
        "funeral": Decimal("7844.33"),
        "grant": Decimal("1155.67"),
    }
    assert ask(person, own_contributions=5000).amounts == {
        "funeral": Decimal("5000.00"),
        "grant": Decimal("0.00"),
    }
    assert ask(person, own_contributions=99999).total == Decimal("19610.83")


def test_only_one_funeral_grant_is_paid():
    found = ask(WE_13, other_funeral_grant=True)
    assert found.amounts["funeral"] == 0
    assert found.total == Decimal("35299.50")
    assert "只能领一份" in found.notes[-1]


def test_hebei_before_2021_09_counts_average_pensions():
    found = ask(EARLY)
    assert found.amounts == {"funeral": Decimal("5400.00"), "grant": Decimal("29700.00")}  # 11 months
    retired = ask(EARLY, retired=True, own_monthly_pension=3000, years=30)
    assert retired.amounts == {"funeral": Decimal("6000.00"), "grant": Decimal("54000.00")}  # capped at 20
    assert ask(EARLY, retired=True, own_monthly_pension=1).amounts["funeral"] == Decimal("5400.00")
    assert ask(EARLY, other_funeral_grant=True).amounts["funeral"] == 0


def test_old_cadres_are_left_to_their_own_rule():
    with pytest.raises(CannotAssess, match="劳人险"):
        ask(EARLY, retired_cadre=True)


def test_the_base_of_hebei_before_2021_09_must_be_stated():
    with pytest.raises(NotInForce, match="平均养老金"):
        ask(EARLY, average_pension_previous_year=None)


def test_in_the_year_of_the_change_the_month_decides():
    person = {"province": "河北", "years": 20, "average_pension_previous_year": 3000}
    with pytest.raises(CannotAssess) as refused:
        ask(person, year=2021)
    assert refused.value.missing == ("death_month",)
    assert ask(person, death_month="2021-08").figures["months"] == "20"
    modern = {"province": "河北", "years": 20}
    found = ask(modern, death_month="2021-09")
    assert found.figures["months"] == "14"
    assert found.confidence == "M"  # the income of Hebei is from memory


def test_before_the_first_rule_nothing_is_known():
    with pytest.raises(NotInForce):
        ask(BEFORE)
    with pytest.raises(NotInForce):
        ask(WE_13, province="山东", year=2020)


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"province": "火星"}, BadCase),
        ({"year": None}, CannotAssess),
        ({"year": 0}, BadCase),
        ({"death_month": "2023-01"}, BadCase),
        ({"retired": False}, CannotAssess),
        ({"retired": "yes"}, BadCase),
        ({"base_rounding": "up"}, BadCase),
        ({"urban_income_previous_year": -1}, BadCase),
        ({"income": 1}, BadCase),
    ],
)
def test_what_is_wrong_is_refused(change, error):
    with pytest.raises(error):
        ask(WE_13, **change)


@given(
    st.sampled_from([0, 59, 60, 119, 120, 180, 191, 192, 359, 360, 480]), st.booleans(), st.integers(0, 30)
)
def test_one_more_month_never_lowers_the_grant(months, retired, received):
    rows = [
        {"contribution_months": m, "retired": retired, "received_years": received if retired else 0}
        for m in (months, months + 1)
    ]
    before, after = assess("survivors_months", {"cases": rows}).figures["months"].split("、")
    assert 3 <= int(before) <= int(after) <= 24


def test_one_person_and_a_population_agree():
    people = [(3, 0, 0), (7, 0, 0), (15, 0, 0), (35, 0, 0), (35, 1, 5), (20, 1, 12)]
    span = shipped().table("survivors").spans[0]
    hebei = next(s for s in shipped().table("survivors").spans if s.region == "130000")
    explained, columns = ExplainedSheet(), ColumnSheet()
    one_by_one, before = [], []
    for person in people:
        years, retired, received = (explained.given("x", value, title="x") for value in person)
        one_by_one.append(
            grant_months(explained, years=years, retired=retired, received_years=received, span=span).value
        )
        before.append(years_grant_months(explained, years=years, span=hebei).value)
    years, retired, received = (Column(np.array(one, dtype=np.int64)) for one in zip(*people, strict=True))
    found = grant_months(columns, years=years, retired=retired, received_years=received, span=span)
    assert list(found.array(scale=1, size=6)) == one_by_one
    assert list(years_grant_months(columns, years=years, span=hebei).array(scale=1, size=6)) == before


WE_15 = {"national_urban_income_2024": 54188, "monthly_basic_retirement_fee": 6000}


def test_a_civil_servant_of_2025():
    assert assess("death_grant", WE_15).total == Decimal("348376.00")
    looked_up = {"died_on": "2025-03-01", "monthly_basic_retirement_fee": 6000}
    assert assess("death_grant", looked_up).total == Decimal("348376.00")


def test_staff_of_an_institution_by_their_own_pension():
    person = {"who": "institution", "year": 2025, "monthly_basic_retirement_fee": 6000}
    assert assess("death_grant", person).total == Decimal("120000.00")
    assert assess("death_grant", person | {"killed_on_duty": True}).total == Decimal("240000.00")


@pytest.mark.parametrize(
    ("inputs", "error"),
    [
        (WE_15 | {"killed_on_duty": True}, CannotAssess),
        ({"monthly_basic_retirement_fee": 6000}, CannotAssess),
        ({"year": 2025}, CannotAssess),
        ({"year": 2024, "monthly_basic_retirement_fee": 6000}, NotInForce),
        ({"year": 2010, "monthly_basic_retirement_fee": 6000}, NotInForce),
        (WE_15 | {"died_on": "2024-05-01"}, BadCase),
        (WE_15 | {"national_urban_income_2023": 1}, BadCase),
        (WE_15 | {"who": "soldier"}, BadCase),
        ({"national_urban_income_9999": 1, "monthly_basic_retirement_fee": 6000}, BadCase),
        ({"year": 5, "monthly_basic_retirement_fee": 6000}, BadCase),
    ],
)
def test_grants_without_ground_are_refused(inputs, error):
    with pytest.raises(error):
        assess("death_grant", inputs)
