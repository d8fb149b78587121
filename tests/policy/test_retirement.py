"""Statutory retirement months: published cases, then laws that hold for everyone."""

import tomllib
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nianlun.kernel.months import month, parse_month, show_month
from nianlun.policy.derivation import EvidenceRef, Node
from nianlun.policy.retirement import NoSuchCategory, Retirement, delay_months, statutory_retirement
from nianlun.policy.tables import NotInForce

BANDS = Path(__file__).parents[1] / "bands"
PUBLISHED = tomllib.loads((BANDS / "retirement_age.toml").read_text(encoding="utf-8"))
MINIMUM = tomllib.loads((BANDS / "minimum_contribution_months.toml").read_text(encoding="utf-8"))

# Whoever reaches the original age of the group between the first month covered and 2047.
covered = st.tuples(
    st.sampled_from([("male", 60), ("female", 55), ("female", 50)]),
    st.integers(month(1978, 6), month(2046, 12)),
).map(lambda drawn: (*drawn[0], drawn[1] - drawn[0][1] * 12))


def ask(sex: str, category: int, born: str | int, **more: object) -> Retirement:
    value = parse_month(born) if isinstance(born, str) else born
    return statutory_retirement(sex=sex, category=category, born=value, **more)


def age_of(found: Retirement, born: int) -> str:
    years, months = divmod(found.statutory_month - born, 12)
    return f"{years}岁{months}个月"


def test_all_published_bands_are_kept():
    assert len(PUBLISHED["band"]) == 26


@pytest.mark.parametrize(
    "band", PUBLISHED["band"], ids=lambda b: f"{b['sex']}-{b['category']}-{b['born_from']}"
)
def test_every_birth_month_of_a_published_band_retires_as_printed(band):
    first, last = parse_month(band["born_from"]), parse_month(band["born_to"])
    found = {born: ask(band["sex"], band["category"], born) for born in range(first, last + 1)}
    assert {age_of(retirement, born) for born, retirement in found.items()} == {band["age"]}
    assert show_month(found[first].statutory_month) == band["published_from"]
    assert show_month(found[last].statutory_month) == band["published_to"]


@pytest.mark.parametrize(
    "person", PUBLISHED["person"], ids=lambda p: f"{p['sex']}-{p['category']}-{p['born']}"
)
def test_a_published_person_retires_as_printed(person):
    found = ask(person["sex"], person["category"], person["born"])
    assert age_of(found, parse_month(person["born"])) == person["age"]
    assert show_month(found.statutory_month) == person["published"]
    if "retired" in person:
        assert found.earliest_month <= parse_month(person["retired"]) <= found.latest_month


@pytest.mark.parametrize(("year", "months"), MINIMUM["months_by_year"].items())
def test_the_minimum_follows_the_year_of_the_statutory_date(year, months):
    found = [ask("male", 60, born) for born in range(month(1963, 1), month(1978, 1))]
    asked = {r.minimum_months for r in found if r.statutory_month // 12 == int(year)}
    assert asked == {months}


def test_who_reached_the_original_age_before_2025_is_neither_delayed_nor_flexible():
    found = ask("male", 60, "1964-12")
    assert found.statutory_month == found.earliest_month == found.latest_month == month(2024, 12)
    assert found.delay_months == 0


def test_the_law_before_2025_knows_no_delay_and_no_rising_minimum():
    before = ask("female", 50, "1985-03", law=date(2024, 12, 31))
    after = ask("female", 50, "1985-03", law=date(2025, 1, 1))
    assert (show_month(before.statutory_month), before.minimum_months) == ("2035-03", 180)
    assert before.earliest_month == before.latest_month == before.statutory_month
    assert (show_month(after.statutory_month), after.minimum_months) == ("2040-03", 240)


def test_early_retirement_stops_at_three_years_even_where_the_delay_is_five():
    found = ask("female", 50, "1985-03")
    assert show_month(found.original_month) == "2035-03"
    assert show_month(found.earliest_month) == "2037-03"
    assert show_month(found.latest_month) == "2043-03"


def test_early_retirement_stops_at_the_original_age():
    found = ask("male", 60, "1966-08")
    assert show_month(found.earliest_month) == "2026-08" == show_month(found.original_month)
    assert show_month(found.statutory_month) == "2027-01"


@pytest.mark.parametrize(("sex", "category"), [("male", 50), ("male", 55), ("female", 60), ("female", 45)])
def test_sex_and_category_that_do_not_go_together_are_refused_with_a_sentence(sex, category):
    with pytest.raises(NoSuchCategory, match="原法定退休年龄应为"):
        ask(sex, category, "1970-01")


def test_nobody_retires_by_these_tables_before_1978_06():
    assert ask("male", 60, "1918-06").statutory_month == month(1978, 6)
    with pytest.raises(NotInForce, match="最早的规定自 1978-06-02 起"):
        ask("male", 60, "1918-05")
    with pytest.raises(NotInForce, match="没有 1978-06-01 有效的规定"):
        ask("male", 60, "1970-01", law=date(1978, 6, 1))


def test_every_figure_names_its_rows_and_the_evidence_of_its_inputs():
    born = EvidenceRef("fact", "0190", "出生日期 1966-08-04")
    found = ask("male", 60, "1966-08", evidence={"birth_month": (born,)})
    root = found.derivation
    assert root.find("birth_month").evidence == (born,)
    assert root.find("delay_months").rows[0].source in found.sources
    assert found.confidence == "S-C"
    for figure in ("statutory_month", "earliest_month", "latest_month", "minimum_months"):
        assert root.find(figure).find("birth_month").evidence == (born,)
        assert root.find(figure).article
    assert Node.from_json(root.to_json()) == root


@given(covered)
def test_the_younger_never_retire_earlier_nor_with_fewer_months(who):
    sex, category, born = who
    elder, younger = ask(*who), ask(sex, category, born + 1)
    assert younger.statutory_month >= elder.statutory_month
    assert younger.earliest_month >= elder.earliest_month
    assert younger.latest_month >= elder.latest_month
    assert younger.minimum_months >= elder.minimum_months


@given(covered)
def test_the_flexible_range_keeps_its_bounds(who):
    found = ask(*who)
    assert found.original_month <= found.earliest_month <= found.statutory_month <= found.latest_month
    assert found.statutory_month - found.earliest_month <= 36
    assert found.earliest_month >= month(2025, 1) or found.earliest_month == found.latest_month
    assert found.delay_months == found.statutory_month - found.original_month


@given(covered)
def test_asking_with_the_law_of_today_changes_nothing(who):
    assert ask(*who, law=date(2026, 11, 23)) == ask(*who)


@given(st.integers(0, 300), st.sampled_from([(4, 36), (2, 60)]))
def test_the_delay_grows_by_at_most_one_month_until_the_cap(distance, steps):
    step, cap = steps
    here, next_month = (
        delay_months(d, first_birth=0, step=step, cap=cap) for d in (distance, distance + 1)
    )
    assert 1 <= here <= next_month <= min(cap, here + 1)
