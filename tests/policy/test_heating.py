"""The heating subsidy by place and, in the first season, by the months that remain."""

from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nianlun.policy.assess import assess
from nianlun.policy.assessment import CannotAssess
from nianlun.policy.cases import BadCase
from nianlun.policy.columns import Column, ColumnSheet
from nianlun.policy.explained import ExplainedSheet
from nianlun.policy.heating import pro_rata
from nianlun.policy.tables import NotInForce

BAODING = {"region": "130606", "season": 2024}


def ask(**changes: object) -> Decimal:
    return assess("heating_subsidy", BAODING | changes).total


@pytest.mark.parametrize(
    ("place", "amount"),
    [
        ({}, 1240),
        ({"region": "130630"}, 1400),
        ({"region": "130321"}, 1400),
        ({"region": "130705", "bashang": False}, 1400),
        ({"region": "130722", "bashang": True}, 1560),
        ({"province": "河北", "region": "130600"}, 1240),
    ],
)
def test_the_amount_follows_the_place(place, amount):
    assert ask(**place) == amount


def test_in_the_first_season_the_remaining_months_count():
    assert ask(retired_in_season=True, season_months=4, remaining_months=3) == 930
    with pytest.raises(CannotAssess) as refused:
        ask(retired_in_season=True)
    assert refused.value.missing == ("season_months", "remaining_months")


def test_where_the_plateau_is_possible_it_must_be_said():
    with pytest.raises(CannotAssess) as refused:
        ask(region="130722")
    assert refused.value.missing == ("bashang",)
    with pytest.raises(CannotAssess) as refused:
        ask(region="130000")
    assert refused.value.missing == ("region",)


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"season": 2010}, NotInForce),
        ({"region": "370000", "bashang": False}, NotInForce),
        ({"season": 20}, BadCase),
        ({"retired_in_season": True, "season_months": 0, "remaining_months": 0}, BadCase),
        ({"retired_in_season": True, "season_months": 4, "remaining_months": 5}, BadCase),
        ({"months": 4}, BadCase),
    ],
)
def test_what_is_wrong_is_refused(change, error):
    with pytest.raises(error):
        ask(**change)


@given(st.integers(1, 12).flatmap(lambda season: st.tuples(st.just(season), st.integers(0, season))))
def test_a_part_never_exceeds_the_whole(months):
    season, left = months
    found = ask(retired_in_season=True, season_months=season, remaining_months=left)
    assert 0 <= found <= 1240
    assert (found == 1240) == (left == season)


def test_one_person_and_a_population_agree_to_the_fen():
    people = [(1240, 5, 3), (1400, 7, 6), (1560, 4, 1)]
    explained, columns = ExplainedSheet(), ColumnSheet()
    one_by_one = []
    for person in people:
        yearly, season, left = (explained.given("x", value, title="x") for value in person)
        one_by_one.append(
            pro_rata(
                explained, yearly=yearly, season_months=season, remaining_months=left, article=""
            ).value
            * 100
        )
    yearly, season, left = (Column(np.array(one, dtype=np.int64)) for one in zip(*people, strict=True))
    found = pro_rata(columns, yearly=yearly, season_months=season, remaining_months=left, article="")
    assert list(found.array(scale=100, size=3)) == one_by_one
