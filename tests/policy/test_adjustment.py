"""The yearly adjustment of pensions: the published example, tilts by birth and by age, and years in a row."""

from datetime import date
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nianlun.policy.adjustment import Band, Plan, increase, total
from nianlun.policy.assess import assess
from nianlun.policy.assessment import Assessment, CannotAssess
from nianlun.policy.cases import BadCase
from nianlun.policy.columns import Column, ColumnSheet
from nianlun.policy.explained import ExplainedSheet
from nianlun.policy.tables import NotInForce

WE_05 = {
    "province": "河北",
    "year": 2021,
    "born": 1952,
    "contribution_years": Decimal("30.8"),
    "pension_last_december": 3000,
}
PLAN = {"fixed": 30, "per_year": 1, "pension_share": Decimal("0.01")}
BY_AGE = [{"from_age": 70, "to_age": 74, "amount": 20}, {"from_age": 75, "amount": 40}]


def ask(**changes: object) -> Assessment:
    return assess("pension_adjustment", {k: v for k, v in (WE_05 | changes).items() if v is not None})


def test_the_example_of_2021():
    found = ask()
    assert found.amounts == {
        "fixed": Decimal("49.00"),
        "linked_years": Decimal("40.92"),  # 30.8 years count as 31
        "linked_pension": Decimal("30.60"),
        "age_tilt": Decimal("0.00"),
    }
    assert (found.total, found.figures["counted_years"]) == (Decimal("120.52"), "31")
    assert found.figures["pension"] == "3120.52"


@pytest.mark.parametrize(
    ("born", "tilt"),
    [
        ("1951-01-01", "0.00"),
        ("1950-12-31", "20.00"),
        ("1946-01-01", "20.00"),
        ("1945-12-31", "30.00"),
        ("1940-12-31", "40.00"),
        (date(1941, 1, 1), "30.00"),
        (1948, "20.00"),
        ("1945-12", "30.00"),
    ],
)
def test_bands_of_birth_include_both_ends(born, tilt):
    assert ask(born=born).amounts["age_tilt"] == Decimal(tilt)


def test_a_year_of_birth_that_a_band_divides_gives_a_range():
    plan = PLAN | {"age_tilt": [{"born_to": "1950-06-14", "amount": 20}]}
    with pytest.raises(CannotAssess) as refused:
        ask(plan=plan, born=1950)
    assert refused.value.between == (Decimal("91.00"), Decimal("111.00"))
    assert ask(plan=plan, born="1950-06-14").total == Decimal("111.00")
    assert ask(plan=plan, born="1950-06-15").total == Decimal("91.00")
    with pytest.raises(CannotAssess):
        ask(plan=plan, born="1950-06")
    assert ask(plan=plan, born="1950-07").total == Decimal("91.00")


def test_bands_of_age_need_an_age_where_no_day_is_ordered():
    plan = PLAN | {"age_tilt": BY_AGE}
    assert ask(plan=plan, born="1949-03-01").amounts["age_tilt"] == 20  # 71 and 72 lie in one band
    with pytest.raises(CannotAssess) as refused:
        ask(plan=plan, born="1951-03-01")  # 69 at the end of 2020, 70 at the end of 2021
    assert refused.value.between == (Decimal("91.00"), Decimal("111.00"))
    assert ask(plan=plan, born=None, age=75).amounts["age_tilt"] == 40


def test_the_plan_of_2016_tilts_by_age():
    assert ask(year=2016, born="1940-05-01").amounts["age_tilt"] == 40


def test_who_retired_later_or_keeps_the_whole_wage_is_left_out():
    assert ask(retirement="2021-01").total == 0
    assert ask(retirement="2020-12").total == Decimal("120.52")
    assert ask(full_wage=True).total == 0


def test_resigned_persons_have_a_fixed_amount_of_their_own():
    assert ask(year=2015, resigned=True).amounts["fixed"] == 55
    with pytest.raises(CannotAssess, match="退职"):
        ask(resigned=True)


def test_persons_disabled_at_work_get_the_least_increase():
    found = ask(year=2015, work_disabled=True, contribution_years=10, pension_last_december=2000)
    assert (found.amounts["minimum_supplement"], found.total) == (Decimal("62.00"), Decimal("207.00"))
    with pytest.raises(CannotAssess, match="最低增加额"):
        ask(work_disabled=True)


def test_hardship_areas_by_class():
    assert ask(hardship_area="class_2").amounts["hardship"] == 20
    with pytest.raises(BadCase):
        ask(hardship_area="class_9")
    with pytest.raises(CannotAssess):
        ask(year=2015, hardship_area="class_1")


def test_former_officers_are_topped_up_to_the_average():
    found = ask(ex_officer=True, average_pension=Decimal("3200"))
    assert found.amounts["officer_supplement"] == Decimal("79.48")
    assert found.provisional
    assert ask(ex_officer=True, average_pension=3000).amounts["officer_supplement"] == 0
    with pytest.raises(CannotAssess) as refused:
        ask(ex_officer=True)
    assert refused.value.missing == ("average_pension",)


@pytest.mark.parametrize("year", [2012, 2014, 2017, 2020, 2025, 2026])
def test_years_without_a_plan_are_not_in_force(year):
    with pytest.raises(NotInForce):
        ask(year=year)


def test_before_2021_only_enterprises_have_a_plan():
    with pytest.raises(NotInForce):
        ask(year=2015, scheme="government_institution")
    assert ask(scheme="government_institution").total == Decimal("120.52")


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"born": None}, CannotAssess),
        ({"contribution_years": None}, CannotAssess),
        ({"pension_last_december": None}, CannotAssess),
        ({"province": None}, CannotAssess),
        ({"year": 1900}, BadCase),
        ({"born": "195"}, BadCase),
        ({"born": "1952-02-30"}, BadCase),
        ({"plan": {"fixed": 1}}, BadCase),
        ({"plan": PLAN | {"bonus": 1}}, BadCase),
        ({"plan": PLAN | {"fixed": "x"}}, BadCase),
        ({"plan": PLAN | {"part_year": "up"}}, BadCase),
        ({"plan": PLAN | {"age_tilt": 5}}, BadCase),
        ({"plan": PLAN | {"age_tilt": [{"from_age": 70}]}}, BadCase),
        ({"plan": PLAN | {"age_tilt": [{"born_to": "x", "amount": 1}]}}, BadCase),
        ({"plan": PLAN | {"age_tilt": [*BY_AGE, {"born_to": "1950-01-01", "amount": 1}]}}, BadCase),
        ({"wage": 1}, BadCase),
    ],
)
def test_what_is_missing_or_wrong_is_refused(change, error):
    with pytest.raises(error):
        ask(**change)


def years(first: int, last: int, **changes: object) -> Assessment:
    person = {k: v for k, v in WE_05.items() if k != "year"} | {"from_year": first, "to_year": last}
    return assess("pension_adjustments", person | changes)


def test_each_year_begins_from_the_pension_before():
    found = years(2021, 2024)
    assert found.amounts["increase_2021"] == Decimal("120.52")
    # 46 + 37.82 + 3120.52 × 1.09% = 34.01
    assert found.amounts["increase_2022"] == Decimal("117.83")
    assert found.total == sum(found.amounts.values())
    assert found.figures["pension_2024"] == str(3000 + found.total)


def test_a_year_without_a_plan_stops_the_row_unless_one_is_stated():
    with pytest.raises(NotInForce, match="2025"):
        years(2024, 2025)
    assert years(2024, 2025, plans={"2025": PLAN}).amounts["increase_2025"] > 0
    with pytest.raises(NotInForce):
        years(2016, 2021)


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"age": 70}, BadCase),
        ({"ex_officer": True, "average_pension": 9000}, BadCase),
        ({"plans": 5}, BadCase),
        ({"retirement": "2021-03"}, CannotAssess),
        ({"retirement": "2020-03", "wage": 5}, BadCase),
    ],
)
def test_what_differs_from_year_to_year_is_refused_in_a_row(changes, error):
    with pytest.raises(error):
        years(2021, 2022, **changes)


def test_a_row_runs_forward():
    with pytest.raises(BadCase):
        years(2022, 2021)


pensions = st.sampled_from([Decimal(0), Decimal("1999.99"), Decimal(3000)])


@given(pensions, st.integers(0, 480), st.sampled_from([2013, 2015, 2016, 2021, 2022, 2023, 2024]))
def test_one_more_month_or_yuan_never_lowers_the_increase(pension, months, year):
    person = {"year": year, "contribution_years": None, "born": "1935-01-01"}
    one = ask(**person, contribution_months=months, pension_last_december=pension).total
    assert one <= ask(**person, contribution_months=months + 1, pension_last_december=pension).total
    assert one <= ask(**person, contribution_months=months, pension_last_december=pension + 1).total


def test_one_person_and_a_population_agree_to_the_fen():
    people = [(308, 300000, 19520101), (100, 199999, 19501231), (421, 654321, 19300615)]

    def added(sheet, tenths, fen, born):
        plan = Plan(
            fixed=sheet.given("fixed", 49, title="x"),
            per_year=sheet.given("per_year", Decimal("1.32"), title="x"),
            pension_share=sheet.given("share", Decimal("0.0102"), title="x"),
            started_year_counts=True,
            tilt=[
                Band(19460101, 19501231, sheet.given("x", 20, title="x")),
                Band(None, 19401231, sheet.given("x", 40, title="x")),
            ],
        )
        return total(sheet, increase(sheet, plan, years=tenths / 10, pension=fen / 100, key=born).items)

    explained, columns = ExplainedSheet(), ColumnSheet()
    one_by_one = [
        added(explained, *(explained.given("x", v, title="x") for v in one)).value * 100 for one in people
    ]
    together = added(columns, *(Column(np.array(one, dtype=np.int64)) for one in zip(*people, strict=True)))
    assert list(together.array(scale=100, size=3)) == one_by_one
