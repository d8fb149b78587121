"""Old against new for enterprises, pensions of 1998 to 2005, and settling what was paid ahead."""

from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nianlun.policy.assess import assess
from nianlun.policy.assessment import Assessment, CannotAssess
from nianlun.policy.cases import BadCase
from nianlun.policy.columns import Column, ColumnSheet
from nianlun.policy.comparison import recalculated
from nianlun.policy.enterprise_1998 import base_pension
from nianlun.policy.explained import ExplainedSheet
from nianlun.policy.tables import NotInForce

PAIR = {"province": "河北", "retirement": "2007-05", "old_method_total": 800, "new_method_total": 1000}
OF_2002 = {
    "province": "河北",
    "benefit_date": "2002-07",
    "average_wage_previous_year": Decimal("700.50"),
    "contribution_months": 200,
    "account_balance": 6000,
    "work_start": "1996-02",
}
AHEAD = {"prepaid_monthly": Decimal("3439.33"), "final_monthly": Decimal("3512.10"), "prepaid_months": 7}


def compare(**changes: object) -> Assessment:
    return assess("new_old_comparison", PAIR | changes)


@pytest.mark.parametrize(
    ("month", "payable"),
    [
        ("2006-01", 840),
        ("2006-12", 840),
        ("2007-05", 880),
        ("2008-05", 920),
        ("2009-12", 960),
        ("2010-01", 1000),
    ],
)
def test_a_growing_share_of_the_excess_is_paid(month, payable):
    assert compare(retirement=month).total == payable


def test_the_old_method_is_the_least_while_it_is_compared():
    assert compare(new_method_total=700).total == 800
    assert compare(new_method_total=700, retirement="2010-01").total == 700


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"retirement": "2005-12"}, NotInForce),
        ({"province": "山东"}, NotInForce),
        ({"old_method_total": -1}, BadCase),
        ({"share": 1}, BadCase),
    ],
)
def test_what_has_no_share_is_refused(change, error):
    with pytest.raises(error):
        compare(**change)


def test_what_is_missing_is_named():
    with pytest.raises(CannotAssess) as refused:
        assess("new_old_comparison", {"province": "河北"})
    assert refused.value.missing == ("old_method_total", "new_method_total", "retirement")


def benefit(**changes: object) -> Assessment:
    return assess(
        "enterprise_benefit_1998", {k: v for k, v in (OF_2002 | changes).items() if v is not None}
    )


def test_a_fifth_of_the_wage_and_a_hundred_and_twentieth_of_the_account():
    found = benefit()
    assert found.amounts == {"basic": Decimal("140.10"), "account": Decimal("50.00")}
    assert found.total == Decimal("190.10")
    assert found.confidence == "M"


def test_the_wage_of_the_year_before_is_in_the_table():
    assert benefit(average_wage_previous_year=None, benefit_date="1998-01").amounts["basic"] == Decimal(
        "94.87"
    )


def test_who_worked_before_the_account_states_the_transitional_pension():
    with pytest.raises(CannotAssess) as refused:
        benefit(work_start="1995-12")
    assert refused.value.missing == ("transitional",)
    assert benefit(work_start="1995-12", transitional=Decimal("88.80")).total == Decimal("278.90")


@pytest.mark.parametrize(
    ("change", "error", "words"),
    [
        ({"benefit_date": "1997-12"}, CannotAssess, "标准工资"),
        ({"benefit_date": "2006-01"}, NotInForce, "enterprise_benefit"),
        ({"contribution_months": 179}, CannotAssess, "一次支付"),
        ({"contribution_months": None}, CannotAssess, "contribution_months"),
        ({"work_start": None}, CannotAssess, "work_start"),
        ({"province": "山东", "average_wage_previous_year": None}, NotInForce, "平均工资"),
        ({"index": 1}, BadCase, "index"),
    ],
)
def test_other_years_and_gaps_are_refused(change, error, words):
    with pytest.raises(error, match=words):
        benefit(**change)


def test_what_was_paid_ahead_is_settled():
    found = assess("recalculation", AHEAD)
    assert found.amounts == {"due": Decimal("509.39")}
    over = assess("recalculation", AHEAD | {"final_monthly": 3400})
    assert over.amounts == {"overpaid": Decimal("275.31")}
    assert "抵扣" in over.sentence


@pytest.mark.parametrize(
    "change", [{"prepaid_months": -1}, {"prepaid_months": Decimal("1.5")}, {"base": 1}]
)
def test_settling_with_wrong_inputs_is_refused(change):
    with pytest.raises(BadCase):
        assess("recalculation", AHEAD | change)


months = st.integers(0, 24)


@given(months, months, st.sampled_from([Decimal("3000.01"), Decimal(3439), Decimal("3600.99")]))
def test_settling_in_two_parts_pays_the_same(first, second, final):
    def due(count: int) -> Decimal:
        amounts = assess("recalculation", AHEAD | {"final_monthly": final, "prepaid_months": count}).amounts
        return amounts.get("due", Decimal(0)) - amounts.get("overpaid", Decimal(0))

    assert due(first) + due(second) == due(first + second)


def test_one_person_and_a_population_agree_to_the_fen():
    people = [(70050, 343933, 351210, 7), (99999, 300000, 299999, 1), (12345, 0, 100, 0)]

    def both(sheet, wage, ahead, final, count):
        share = sheet.given("share", Decimal("0.2"), title="x")
        basic = base_pension(sheet, wage=wage / 100, share=share)
        return basic, recalculated(sheet, ahead=ahead / 100, final=final / 100, months=count)

    explained = ExplainedSheet()
    one_by_one = [both(explained, *(explained.given("x", v, title="x") for v in one)) for one in people]
    columns = both(
        ColumnSheet(), *(Column(np.array(one, dtype=np.int64)) for one in zip(*people, strict=True))
    )
    for place, column in enumerate(columns):
        assert list(column.array(scale=100, size=3)) == [found[place].value * 100 for found in one_by_one]
