"""The occupational annuity: monthly until it is used up, and not a fen more or less."""

from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nianlun.policy.annuity import annuity_pension
from nianlun.policy.assess import assess
from nianlun.policy.assessment import CannotAssess
from nianlun.policy.cases import BadCase
from nianlun.policy.columns import Column, ColumnSheet
from nianlun.policy.explained import ExplainedSheet

WE_26 = {"balance_at_retirement": Decimal("46210.35"), "payout_months": 139, "interest_after_retirement": 0}


def test_the_example_of_139_payments():
    found = assess("occupational_annuity", WE_26)
    assert found.amounts["monthly"] == Decimal("332.45")
    assert found.figures["paid_before_last"] == "45878.10"
    assert (found.figures["last_payment"], found.figures["months"]) == ("332.25", "139")


def test_the_divisor_of_an_age_is_looked_up():
    inputs = {"balance_at_retirement": 46210, "benefit_age": [60, 3], "benefit_date": "2026-01"}
    assert assess("occupational_annuity", inputs).figures["payout_months"] == "137.3"


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"balance_at_retirement": None}, CannotAssess),
        ({"balance_at_retirement": 0}, CannotAssess),
        ({"balance_at_retirement": Decimal("0.5")}, CannotAssess),
        ({"payout_months": None}, CannotAssess),
        ({"interest_after_retirement": Decimal("0.03")}, CannotAssess),
        ({"balance_at_retirement": -1}, BadCase),
        ({"payout_months": 0}, BadCase),
        ({"rate": 1}, BadCase),
    ],
)
def test_what_cannot_be_computed_is_refused(change, error):
    with pytest.raises(error):
        assess("occupational_annuity", {k: v for k, v in (WE_26 | change).items() if v is not None})


@given(st.sampled_from(["0.70", "139", "46210.35", "99999.99"]), st.sampled_from(["56", "137.3", "139"]))
def test_all_payments_add_up_to_the_balance(balance, divisor):
    found = assess(
        "occupational_annuity",
        {"balance_at_retirement": Decimal(balance), "payout_months": Decimal(divisor)},
    )
    last, before = (Decimal(found.figures[name]) for name in ("last_payment", "paid_before_last"))
    assert before + last == Decimal(balance)
    assert Decimal(0) < last <= found.amounts["monthly"]
    assert before == found.amounts["monthly"] * (int(found.figures["months"]) - 1)


def test_one_person_and_a_population_agree_to_the_fen():
    people = [(4621035, 1390), (1, 560), (99999999, 1373)]
    explained, columns = ExplainedSheet(), ColumnSheet()
    one_by_one = []
    for balance, divisor in people:
        figures = [
            explained.given("x", Decimal(v) / s, title="x") for v, s in ((balance, 100), (divisor, 10))
        ]
        one_by_one.append(annuity_pension(explained, balance=figures[0], divisor=figures[1]).value * 100)
    balances, divisors = (np.array(one, dtype=np.int64) for one in zip(*people, strict=True))
    found = annuity_pension(columns, balance=Column(balances, 100), divisor=Column(divisors, 10))
    assert list(found.array(scale=100, size=3)) == one_by_one
