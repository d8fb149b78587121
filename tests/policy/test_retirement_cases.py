"""Cases of the statutory age, and choices of a flexible month."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nianlun.kernel.months import parse_month, show_month
from nianlun.policy.assess import assess
from nianlun.policy.assessment import Assessment, CannotAssess
from nianlun.policy.cases import BadCase
from nianlun.policy.tables import NotInForce

WE_16 = [
    (["male", "1964-12"], "60y0m 2024-12"),
    (["male", "1965-01"], "60y1m 2025-02"),
    (["male", "1965-05"], "60y2m 2025-07"),
    (["male", "1976-08"], "62y11m 2039-07"),
    (["male", "1976-12"], "63y0m 2039-12"),
    (["female_55", "1970-01"], "55y1m 2025-02"),
    (["female_55", "1981-12"], "58y0m 2039-12"),
    (["female_50", "1975-01"], "50y1m 2025-02"),
    (["female_50", "1975-03"], "50y2m 2025-05"),
    (["female_50", "1984-10"], "54y11m 2039-09"),
]
MAN = {
    "sex": "male",
    "category": 60,
    "birth": "1970-01",
}  # 61y4m, 2031-05; chosen within 2030-01 to 2034-05


def flexible(chosen: str, **changes: object) -> Assessment:
    inputs = MAN | {"chosen_month": chosen, "contribution_months": 300} | changes
    return assess("flexible_retirement", {k: v for k, v in inputs.items() if v is not None})


def test_the_rows_of_the_comparison_table():
    found = assess("retirement_age", {"cases": [row for row, _ in WE_16]})
    assert found.figures["result"].split("、") == [result for _, result in WE_16]


def test_one_person_gets_the_range_and_the_minimum_too():
    figures = assess("retirement_age", MAN).figures
    assert figures["legal_age"] == "61y4m"
    assert (figures["earliest_month"], figures["latest_month"]) == ("2030-01", "2034-05")
    assert figures["minimum_months"] == "192"


def test_the_law_of_a_past_day_knows_no_delay():
    found = assess("retirement_age", MAN, law=date(2024, 6, 1))
    assert found.figures["statutory_month"] == "2030-01"


@pytest.mark.parametrize("cases", [[], "male", [["male"]], [["man", "1965-01"]], [["male", "1965-13"]]])
def test_lists_that_are_none_are_refused(cases):
    with pytest.raises(BadCase):
        assess("retirement_age", {"cases": cases})


def test_a_category_that_does_not_go_with_the_sex_is_refused():
    with pytest.raises(BadCase, match="原法定退休年龄"):
        assess("retirement_age", MAN | {"category": 55})
    with pytest.raises(NotInForce):
        assess("retirement_age", MAN | {"birth": "1910-01"})


def test_an_early_month_asks_for_the_minimum_of_the_chosen_year():
    found = flexible("2030-06", contribution_months=186)
    assert found.figures["required_months"] == "186"
    assert found.confidence == "M"
    with pytest.raises(CannotAssess, match="186"):
        flexible("2030-06", contribution_months=185)


def test_a_late_month_keeps_the_minimum_of_the_statutory_year():
    found = flexible("2033-01", contribution_months=None)
    assert found.figures["required_months"] == "192"
    assert found.figures["notice_by"] == "2032-12"


@pytest.mark.parametrize("chosen", ["2029-12", "2034-06"])
def test_months_outside_the_range_are_refused(chosen):
    with pytest.raises(CannotAssess, match="2030-01 至 2034-05"):
        flexible(chosen)


def test_notice_is_given_three_months_before():
    assert flexible("2030-06", written_on="2030-03-31").figures["notice_by"] == "2030-03"
    with pytest.raises(CannotAssess, match="来不及"):
        flexible("2030-06", written_on="2030-04-01")


def test_civil_servants_may_be_early_but_not_late():
    assert flexible("2030-06", must_retire_on_time=True)
    with pytest.raises(CannotAssess, match="及时退休"):
        flexible("2032-01", must_retire_on_time=True)


def test_the_month_is_chosen_once():
    with pytest.raises(CannotAssess, match="只能选一次"):
        flexible("2030-06", chosen_before=True)


def test_the_statutory_month_itself_needs_no_notice():
    figures = flexible("2031-05").figures
    assert figures["direction"] == "到龄退休"
    assert "notice_by" not in figures


@given(st.sampled_from(["1964-12", "1965-01", "1970-06", "1976-09"]), st.integers(-40, 40))
def test_a_month_is_open_exactly_within_three_years_and_not_below_sixty(birth, offset):
    person = MAN | {"birth": birth}
    figures = assess("retirement_age", person).figures
    statutory = parse_month(figures["statutory_month"])
    chosen = statutory + offset
    inside = parse_month(figures["earliest_month"]) <= chosen <= parse_month(figures["latest_month"])
    inputs = person | {"chosen_month": show_month(chosen), "contribution_months": 480}
    if inside:
        assert assess("flexible_retirement", inputs).figures["chosen_month"] == show_month(chosen)
    else:
        with pytest.raises(CannotAssess):
            assess("flexible_retirement", inputs)
