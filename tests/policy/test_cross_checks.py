"""What one rule says, held against another way to say the same; and laws that hold for everyone."""

import tomllib
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.policy.made_up_bases import with_bases

from nianlun.kernel.months import Month, month, parse_month, show_month
from nianlun.policy.account import (
    ANNUAL,
    MONTHLY,
    AccountYear,
    balance_after,
    credits_of_year,
    equal_credits,
)
from nianlun.policy.assess import assess
from nianlun.policy.explained import ExplainedSheet
from nianlun.policy.lawbook import shipped
from nianlun.policy.population import ENTERPRISE, GOVERNMENT_INSTITUTION, RESIDENT, Population, run
from nianlun.policy.retirement import statutory_retirement
from nianlun.policy.rounding import FEN

PLACES = [130000, 440000, 450000, 150000, 220000, 610000]  # each with a way of its own
BOOK = with_bases(shipped(), PLACES[1:])
BANDS = tomllib.loads((Path(__file__).parents[1] / "bands/retirement_age.toml").read_text(encoding="utf-8"))
FEN_OF_YUAN = Fraction(1, 100)

# --- The statutory age: the closed form against the printed tables, band after band ---

GROUPS = {  # original age in years, first month of birth delayed, births in a band, bands
    ("male", 60): ("1965-01", 4, 36),
    ("female", 55): ("1970-01", 4, 36),
    ("female", 50): ("1975-01", 2, 60),
}


def walked(sex: str, category: int) -> list[tuple[Month, Month, int]]:
    """The whole table as the Measures print it: first and last birth month of each band, months of age."""
    first, births, bands = GROUPS[sex, category]
    born, age, found = parse_month(first), category * 12, []
    for _ in range(bands):
        age += 1
        found.append((born, born + births - 1, age))
        born += births
    return found


@pytest.mark.parametrize(("sex", "category"), GROUPS)
def test_the_closed_form_gives_every_band_of_the_table(sex, category):
    bands = walked(sex, category)
    for first, last, age in bands:
        for born in range(first, last + 1):
            found = statutory_retirement(sex=sex, category=category, born=born)
            assert found.statutory_month - born == age, show_month(born)
    cap = bands[-1][2]
    assert cap == category * 12 + (60 if category == 50 else 36)
    after = statutory_retirement(sex=sex, category=category, born=bands[-1][1] + 1)
    assert after.statutory_month - (bands[-1][1] + 1) == cap
    before = statutory_retirement(sex=sex, category=category, born=bands[0][0] - 1)
    assert before.delay_months == 0


def test_every_stored_band_is_one_of_the_table():
    for band in BANDS["band"]:
        years, months = band["age"].removesuffix("个月").split("岁")
        first, last = parse_month(band["born_from"]), parse_month(band["born_to"])
        age = int(years) * 12 + int(months)
        assert (first, last, age) in walked(band["sex"], band["category"])
        assert (show_month(first + age), show_month(last + age)) == (
            band["published_from"],
            band["published_to"],
        )
    assert len(BANDS["band"]) == 26


# --- Divisor months: published values of ages that are not whole ---

PUBLISHED_DIVISORS = {
    (50, 1): "194.6",
    (50, 3): "193.8",
    (50, 6): "192.5",
    (53, 5): "177.9",
    (55, 1): "169.5",
    (55, 2): "169",
    (55, 4): "168",
    (56, 1): "163.5",
    (58, 3): "150.3",
    (59, 7): "141.5",
    (60, 1): "138.4",
    (60, 2): "137.8",
    (60, 3): "137.3",
    (60, 9): "133.8",
    (61, 1): "131.4",
    (62, 9): "119",
    (63, 11): "109.7",
    (64, 3): "107",
}


@pytest.mark.parametrize(("age", "months"), PUBLISHED_DIVISORS.items())
def test_a_published_divisor_comes_out(age, months):
    found = assess("payout_months", {"age": list(age), "benefit_date": "2025-06"})
    assert found.figures["payout_months"] == months


@pytest.mark.parametrize("paid_from", ["2010-06", "2025-06"])
def test_who_starts_later_never_has_more_divisor_months(paid_from):
    found = [
        Decimal(
            assess("payout_months", {"age": list(divmod(m, 12)), "benefit_date": paid_from}).figures[
                "payout_months"
            ]
        )
        for m in range(38 * 12, 73 * 12)
    ]
    assert all(later <= earlier for earlier, later in pairwise(found))


# --- Interest: the annual calculation against the monthly product ---

rates = st.sampled_from([Decimal(0), Decimal("0.0262"), Decimal("0.0612"), Decimal("0.0831")])
yuans = st.sampled_from(
    [Decimal(0), Decimal("0.01"), Decimal("400"), Decimal("2333.33"), Decimal("99999.99")]
)


def after_a_year(method, opening, monthly, rate, *, rounding):
    sheet = ExplainedSheet()
    credit, product = equal_credits(
        sheet, 2024, sheet.given("monthly", monthly, title="每月"), first_month=1, months=12
    )
    year = AccountYear(2024, sheet.given("rate", rate, title="利率"), credit, product)
    factor = sheet.given("factor", Decimal("1.083"), title="系数") if method == ANNUAL else None
    start = sheet.given("opening", opening, title="期初")
    return balance_after(sheet, start, year, method=method, factor=factor, rounding=rounding).value


@given(yuans, yuans, rates)
def test_twelve_equal_credits_differ_by_a_six_thousandth_of_credit_times_rate(opening, monthly, rate):
    """78 ÷ 144 − 1.083 ÷ 2 = 1 ÷ 6000 of the year's credit times the rate; rounding adds at most a fen."""
    monthly_way, annual = (
        after_a_year(method, opening, monthly, rate, rounding=None) for method in (MONTHLY, ANNUAL)
    )
    apart = Fraction(monthly) * 12 * Fraction(rate) / 6000
    assert monthly_way - annual == apart
    rounded = [after_a_year(method, opening, monthly, rate, rounding=FEN) for method in (MONTHLY, ANNUAL)]
    assert 0 <= rounded[0] - rounded[1] <= apart + FEN_OF_YUAN


# --- Split and merged spells ---


@given(yuans, st.integers(1, 12), st.integers(0, 12), rates)
def test_credits_of_a_year_in_one_spell_or_two_earn_the_same(monthly, months, cut, rate):
    cut = min(cut, months)
    sheet = ExplainedSheet()
    amount = sheet.given("monthly", monthly, title="每月")
    whole = equal_credits(sheet, 2024, amount, first_month=1, months=months)
    parts = [
        equal_credits(sheet, 2024, amount, first_month=1, months=cut),
        equal_credits(sheet, 2024, amount, first_month=1 + cut, months=months - cut),
    ]
    single = credits_of_year(sheet, 2024, [(at, amount) for at in range(1, months + 1)])
    for part in (0, 1):
        assert whole[part].value == sum(pair[part].value for pair in parts) == single[part].value


@given(st.integers(1, 400), st.integers(0, 400))
@settings(deadline=None, max_examples=30)
def test_a_spell_cut_in_two_counts_the_same_months(months, cut):
    def spells(*lengths: int) -> list[dict[str, str]]:
        found, at = [], month(1996, 1)
        for length in lengths:
            if length:
                first, last = show_month(at), show_month(at + length - 1)
                found.append({"scheme": "enterprise", "place": "保定", "first": first, "last": last})
            at += length
        return found

    cut = min(cut, months)
    one, two = (
        assess("overlap", {"spells": rows, "applied_on": "2026-03-02"}).figures
        for rows in (spells(months), spells(cut, months - cut))
    )
    assert one == two and one["counted_months"] == str(months)


@given(st.integers(0, 160), st.integers(0, 160), st.sampled_from([1, 2, 24, 351]))
@settings(deadline=None, max_examples=40)
def test_deemed_and_paid_months_before_the_account_weigh_the_same_in_hebei(deemed, before, moved):
    moved = min(moved, deemed)
    one, two = amounts(people(2, deemed=[deemed, deemed - moved], before=[before, before + moved]))
    assert one == two


# --- More never gives less ---


def people(count: int, *, deemed: list[int] | int = 244, before: list[int] | int = 72) -> Population:
    """Workers of Hebei at 60 in 2025, so many alike."""

    def column(value: list[int] | int) -> np.ndarray:
        return np.broadcast_to(np.array(value, dtype=np.int64), (count,)).copy()

    return Population(
        scheme=column(ENTERPRISE),
        region=column(130000),
        benefit_month=column(month(2025, 3)),
        birth_month=column(month(1965, 3)),
        deemed=column(deemed),
        paid_before_account=column(before),
        total=column(deemed) + column(before) + 702,
        balance=column(8_001_377),
        deemed_since=column(1983),
        deemed_until=column(1993),
        first_year=1993,
        bases=np.full((32, count), 300_055, dtype=np.int64),
    )


def amounts(population: Population) -> list[int]:
    found = run(population, book=BOOK)
    assert found.answered.all(), found.refusals
    return found.total.tolist()


def grown(population: Population, name: str, by: list[int]) -> Population:
    return replace(population, **{name: getattr(population, name) + np.array(by)})


@pytest.mark.parametrize("region", PLACES)
@pytest.mark.parametrize("index", [4000, 5999, 6000, 10_000, 25_000])
def test_one_more_month_never_lowers_a_pension(region, index):
    steps = list(range(0, 200))
    alike = replace(
        people(200),
        region=np.full(200, region),
        index=np.full(200, index),
    )
    for name in ("total", "balance", "index"):
        assert sorted(found := amounts(grown(alike, name, steps))) == found, name
    deemed = grown(grown(alike, "deemed", steps), "total", steps)
    # Jilin's coefficient falls for those who paid no more than twenty years; a deemed month is not a paid one.
    assert sorted(found := amounts(deemed)) == found


@given(st.integers(1993, 2024), st.sampled_from([1, 55, 10_000, 1_000_000]))
@settings(deadline=None, max_examples=40)
def test_a_higher_base_of_any_year_never_lowers_a_pension(year, more):
    both = people(2)
    bases = both.bases.copy()
    bases[year - both.first_year, 1] += more
    lower, higher = amounts(replace(both, bases=bases))
    assert higher >= lower


def test_a_further_year_far_below_ones_own_mean_can_lower_a_pension():
    """The mean index is of years, so a low one costs those with many years before the account: the law, no fault."""
    both = people(2, deemed=480, before=0)
    bases = both.bases.copy()
    bases[:] = np.where(np.arange(1993, 2025)[:, None] >= 2019, 1_500_000, 0)
    bases[2018 - 1993, 1] = 100
    less, more = amounts(replace(both, bases=bases, total=both.total + np.array([0, 24])))
    assert more < less


@given(st.sampled_from([0, 1, 8_001_377]), st.integers(0, 30))
@settings(deadline=None, max_examples=20)
def test_a_larger_balance_never_lowers_the_pension_of_a_resident_or_an_official(balance, more):
    for scheme, paid in ((RESIDENT, "2023-06"), (GOVERNMENT_INSTITUTION, "2024-12")):
        alike = people(2, deemed=0, before=0)
        alike = replace(
            alike,
            scheme=np.full(2, scheme),
            benefit_month=np.full(2, parse_month(paid)),
            birth_month=np.full(2, parse_month(paid) - 720),
            total=np.full(2, 200),
            balance=np.array([balance, balance + more]),
            deemed_since=np.full(2, 2000),
            deemed_until=np.full(2, 2000),
        )
        lower, higher = amounts(alike)
        assert higher >= lower
