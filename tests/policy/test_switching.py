"""Between employees and residents; months and benefits that were counted twice."""

from decimal import Decimal
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nianlun.kernel.months import Period
from nianlun.policy.assess import assess
from nianlun.policy.assessment import CannotAssess
from nianlun.policy.cases import BadCase
from nianlun.policy.columns import Column, ColumnSheet
from nianlun.policy.explained import ExplainedSheet
from nianlun.policy.overlaps import Spell, counted_once
from nianlun.policy.switching import switched
from nianlun.policy.tables import NotInForce

ACCOUNTS = {"employee_balance": 30000, "resident_balance": Decimal("2596.20")}


def switch(employee: Any, resident: Any = 60, month: str = "2026-03", **more: Any) -> Any:
    inputs = {"statutory_month": month, "employee_months": employee, "resident_months": resident}
    return assess("urban_rural_switch", inputs | ACCOUNTS | more)


@pytest.mark.parametrize(
    ("employee", "month", "direction", "counted"),
    [
        (180, "2026-03", "城乡居民转职工", "180"),
        (179, "2026-03", "职工转城乡居民", "239"),
        ("179.5", "2026-03", "职工转城乡居民", "239.5"),
        (180, "2030-01", "职工转城乡居民", "240"),
        (186, "2030-01", "城乡居民转职工", "186"),
        (0, "2014-07", "职工转城乡居民", "60"),
    ],
)
def test_the_employees_months_at_legal_age_decide_the_direction(employee, month, direction, counted):
    found = switch(employee, month=month)
    assert (found.figures["direction"], found.figures["counted_months"]) == (direction, counted)
    assert found.total == Decimal("32596.20")  # both accounts, either way
    assert found.figures["pool_part"] == "0.00"


def test_after_2030_the_threshold_is_said_to_be_an_inference():
    assert any("186" in note for note in switch(186, month="2030-05").notes)
    assert not any("未见规定" in note for note in switch(186, month="2029-12").notes)


def test_before_legal_age_before_the_rule_and_without_months_nothing_is_switched():
    with pytest.raises(BadCase, match="到龄以后"):
        switch(180, applied_in="2026-02")
    with pytest.raises(NotInForce):
        switch(180, month="2014-06")
    with pytest.raises(CannotAssess) as refusal:
        assess("urban_rural_switch", {"statutory_month": "2026-03"})
    assert refusal.value.missing == ("employee_months", "resident_months")


@given(st.lists(st.tuples(*[st.sampled_from([0, 60, 179, 180, 181])] * 2), min_size=1, max_size=4))
def test_many_switched_equal_each_one(months):
    def run(sheet, employee, resident, balance):
        required = sheet.given("r", 180, title="须满")
        return switched(
            sheet,
            employee_months=employee,
            resident_months=resident,
            required=required,
            employee_balance=balance,
            resident_balance=balance,
        )

    one, two = (np.array([pair[at] for pair in months]) for at in (0, 1))
    many = run(ColumnSheet(), Column(one), Column(two), Column(np.full(len(months), 123), 100))
    for at, (employee, resident) in enumerate(months):
        sheet = ExplainedSheet()
        single = run(
            sheet,
            sheet.given("e", employee, title="职工"),
            sheet.given("u", resident, title="居民"),
            sheet.given("b", Decimal("1.23"), title="余额"),
        )
        assert single.months.value == int(many.months.array(scale=1, size=len(months))[at])
        assert single.account.value * 100 == int(many.account.array(scale=100, size=len(months))[at])


EMPLOYEE = {
    "scheme": "enterprise",
    "place": "保定",
    "first": "2020-01",
    "last": "2020-12",
    "individual": 4000,
}
RESIDENT = {"scheme": "resident", "place": "保定", "first": "2020-07", "last": "2021-06", "individual": 300}


def overlap(*spells: dict[str, Any], **more: Any) -> Any:
    return assess("overlap", {"spells": list(spells), **more})


def test_of_an_employee_and_a_resident_month_the_employees_counts_and_the_residents_is_refunded():
    found = overlap(EMPLOYEE, RESIDENT | {"collective": 60, "subsidy": 45})
    assert found.amounts["refund_contributions"] == Decimal("180.00")  # 360 × 6 ÷ 12, no subsidy
    assert [found.figures[name] for name in ("employee_months", "resident_months", "double_months")] == [
        "12",
        "6",
        "6",
    ]
    assert found.confidence == "S-C"


def test_without_an_overlap_all_months_count_and_nothing_is_refunded():
    found = overlap(EMPLOYEE, RESIDENT | {"first": "2021-01", "last": "2021-12"})
    assert (found.total, found.figures["counted_months"]) == (0, "24")


def test_two_spells_in_the_same_place_are_a_mistake_to_clear_up():
    with pytest.raises(BadCase, match="保定的两段职工参保"):
        overlap(EMPLOYEE, EMPLOYEE | {"scheme": "flexible", "first": "2020-12", "last": "2021-03"})
    with pytest.raises(BadCase, match="保定的两段居民参保"):
        overlap(RESIDENT, RESIDENT)


def test_of_two_places_people_choose_which_one_is_kept():
    other = EMPLOYEE | {"place": "北京", "first": "2020-10", "last": "2021-03", "individual": 3000}
    with pytest.raises(CannotAssess) as refusal:
        overlap(EMPLOYEE, other)
    assert refusal.value.missing == ("keep",)
    assert refusal.value.between == (Decimal("1000.00"), Decimal("1500.00"))
    kept = overlap(EMPLOYEE, other, keep="保定")
    assert (kept.total, kept.figures["counted_months"]) == (Decimal("1500.00"), "15")
    assert kept.confidence == "M"
    assert overlap(EMPLOYEE, other, keep="北京").total == Decimal("1000.00")


DRAWN = [
    {"scheme": "enterprise", "first": "2024-01", "last": "2024-12"},
    {
        "scheme": "resident",
        "first": "2023-07",
        "last": "2024-03",
        "basic_monthly": 133,
        "balance": 2000,
        "subsidy_in_balance": 450,
    },
]


def test_of_two_benefits_the_residents_ends_and_its_basic_pension_is_repaid():
    found = overlap(benefits=DRAWN)
    assert found.amounts["refund_balance"] == Decimal("1550.00")
    assert found.amounts["repay_basic"] == Decimal("-399.00")
    assert found.total == sum(found.amounts.values()) == Decimal("1151.00")


def test_what_cannot_be_set_off_is_still_owed():
    found = overlap(benefits=[DRAWN[0], DRAWN[1] | {"balance": 0, "subsidy_in_balance": 0}])
    assert found.total == Decimal("-399.00")
    assert "还须退回 399.00 元" in found.notes[0]


def test_two_benefits_of_one_scheme_are_for_people_to_settle():
    for pair in ([DRAWN[0]] * 2, [DRAWN[1]] * 2):
        with pytest.raises(CannotAssess, match="人工"):
            overlap(benefits=pair)


def test_badly_written_spells_are_refused():
    with pytest.raises(BadCase, match="早于"):
        overlap(EMPLOYEE | {"last": "2019-12"})
    with pytest.raises(BadCase, match="多于"):
        overlap(benefits=[DRAWN[1] | {"balance": 1}])
    with pytest.raises(CannotAssess):
        overlap()
    with pytest.raises(NotInForce):
        overlap(*(row | {"first": "2012-01", "last": "2012-12"} for row in (EMPLOYEE, RESIDENT)))


periods = st.tuples(st.integers(0, 6), st.integers(1, 4)).map(
    lambda drawn: Period(drawn[0], drawn[0] + drawn[1])
)
spells = st.builds(
    Spell, st.sampled_from(["enterprise", "resident"]), st.just("甲"), periods, st.just(Decimal(0))
)


@given(st.lists(spells, max_size=5))
def test_every_month_counts_once_whatever_the_order(drawn):
    employee, resident = counted_once(drawn)
    assert not employee & resident
    assert employee | resident == {at for one in drawn for at in one.months}
    assert counted_once(drawn[::-1]) == (employee, resident)
