"""Contributions: the base, who pays what, where it goes; late fees."""

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
from nianlun.policy.contribution import bounded_base, contribution
from nianlun.policy.explained import ExplainedSheet
from nianlun.policy.tables import NotInForce


def pay(**inputs: Any) -> Any:
    return assess("contribution", {"province": "河北", "month": "2026-03"} | inputs)


@pytest.mark.parametrize(
    ("wage", "base"),
    [
        (0, "4076.00"),
        (4075, "4076.00"),
        (4076, "4076.00"),
        (6000, "6000.00"),
        (20382, "20382.00"),
        (Decimal("20382.01"), "20382.00"),
        (99999, "20382.00"),
    ],
)
def test_the_base_lies_within_the_bounds(wage, base):
    assert pay(wage=wage).figures["base"] == base


def test_employee_and_unit_pay_their_rates_and_the_account_takes_eight_per_cent():
    found = pay(wage=6000)
    assert found.amounts == {"employee": Decimal("480.00"), "employer": Decimal("960.00")}
    assert (found.figures["to_account"], found.figures["to_pool"]) == ("480.00", "960.00")
    assert found.total == Decimal("1440.00")
    assert pay(wage=6000, months=12).total == Decimal("17280.00")


def test_a_flexible_worker_chooses_within_the_bounds_and_pays_alone():
    found = pay(scheme="flexible", chosen_base=4076)
    assert found.amounts == {"employee": Decimal("815.20")}
    assert (found.figures["to_account"], found.figures["to_pool"]) == ("326.08", "489.12")
    for outside in (4075, Decimal("20382.01")):
        with pytest.raises(BadCase, match="4076 到 20382"):
            pay(scheme="flexible", chosen_base=outside)
    with pytest.raises(BadCase, match="chosen_base"):
        pay(scheme="flexible", wage=5000)


def test_bounds_follow_from_a_reference_wage_as_the_region_rounds_them():
    found = pay(wage=1, month="2024-06", reference=Decimal("6534.25"))
    assert (found.figures["lower"], found.figures["upper"]) == ("3921", "19603")
    given = pay(wage=1, month="2010-06", lower=900, upper=4500)
    assert given.figures["base"] == "900.00"


def test_in_1998_the_unit_pays_for_part_of_the_account():
    found = pay(wage=600, month="1998-06", lower=300, upper=1500, employer_rate=Decimal("0.2"))
    assert found.amounts == {"employee": Decimal("30.00"), "employer": Decimal("120.00")}
    assert found.figures["to_account"] == "66.00"


def test_years_without_published_bounds_say_so_and_what_would_help():
    with pytest.raises(NotInForce, match=r"没有找到.*reference"):
        pay(wage=5000, month="2021-06")
    with pytest.raises(NotInForce, match="尚未公布"):
        pay(wage=5000, month="2027-01")


def test_government_staff_need_a_reference_wage():
    with pytest.raises(CannotAssess) as refusal:
        pay(wage=5000, scheme="government_institution")
    assert refusal.value.missing == ("reference",)
    found = pay(wage=5000, scheme="government_institution", reference=6000)
    assert found.amounts == {"employee": Decimal("400.00"), "employer": Decimal("800.00")}
    with pytest.raises(NotInForce):
        pay(wage=5000, scheme="government_institution", reference=6000, month="2014-09")


@pytest.mark.parametrize(
    "inputs",
    [
        {"wage": -1},
        {"wage": 10_000_001},
        {"wage": Decimal("0.001")},
        {"wage": "many"},
        {"wage": True},
        {"wage": 1, "months": 13},
        {"wage": 1, "scheme": "resident"},
        {"wage": 1, "lower": 5, "upper": 1},
        {"wage": 1, "typo": 1},
    ],
)
def test_absurd_inputs_are_refused(inputs):
    with pytest.raises(BadCase):
        pay(**inputs)


def test_a_month_not_declared_costs_a_tenth_more_than_the_last():
    found = pay(undeclared=True, last_month_amount=10000)
    assert (found.total, found.provisional) == (Decimal("11000.00"), True)
    with pytest.raises(NotInForce):
        pay(undeclared=True, last_month_amount=10000, month="2011-06")


def fee(amount: Any, since: str, until: str) -> Any:
    return assess("late_fee", {"amount": amount, "overdue_from": since, "paid_on": until})


def test_late_fees_take_the_rate_of_each_day():
    # 10 days of June 2011 at 0.2 %, 10 days of July at 0.05 %
    assert fee(10000, "2011-06-21", "2011-07-11").total == Decimal("250.00")
    assert fee(10000, "2011-06-30", "2011-07-01").total == Decimal("20.00")
    assert fee(10000, "2011-07-01", "2011-07-02").total == Decimal("5.00")
    assert fee(10000, "2024-01-01", "2024-01-01").total == 0


def test_a_fee_beyond_the_debt_is_pointed_out():
    found = fee(100, "2000-01-01", "2011-07-01")
    assert found.total > 100
    assert "超过" in found.notes[0]


def test_late_fees_before_the_first_rule_and_reversed_days_are_refused():
    with pytest.raises(NotInForce):
        fee(1, "1999-01-21", "1999-02-01")
    with pytest.raises(BadCase, match="早于"):
        fee(1, "2024-02-01", "2024-01-01")


days = st.sampled_from(["2011-06-01", "2011-06-30", "2011-07-01", "2011-07-02", "2020-02-29"])


@given(days, days, days)
def test_fees_of_two_stretches_add_up_to_the_fee_of_both(one, two, three):
    first, middle, last = sorted((one, two, three))
    assert fee(2000, first, middle).total + fee(2000, middle, last).total == fee(2000, first, last).total


wages = st.lists(st.sampled_from([0, 407599, 407600, 500050, 2038201]), min_size=1, max_size=4)


@given(wages)
def test_many_persons_equal_each_one(fen):
    def run(sheet, wage):
        low, high = (sheet.given("b", value, title="限") for value in (4076, 20382))
        base = bounded_base(sheet, wage, lower=low, upper=high, article="")
        own, unit = (sheet.given("r", Decimal(value), title="比例") for value in ("0.08", "0.16"))
        return contribution(sheet, base, employee_rate=own, employer_rate=unit, account_ratio=own)

    many = run(ColumnSheet(), Column(np.array(fen), 100))
    for at, one in enumerate(fen):
        sheet = ExplainedSheet()
        single = run(sheet, sheet.given("w", Decimal(one).scaleb(-2), title="工资"))
        for part in ("employee", "employer", "account", "pool"):
            assert getattr(single, part).value * 100 == int(
                getattr(many, part).array(scale=100, size=len(fen))[at]
            )


@given(st.sampled_from([100, 4076, 9000]), st.sampled_from([0, 1, 5000]))
def test_who_earns_more_never_pays_less(wage, more):
    assert pay(wage=wage).total <= pay(wage=wage + more).total
