"""What is open to those who reach legal age without the minimum."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nianlun.policy.assess import assess
from nianlun.policy.assessment import CannotAssess
from nianlun.policy.cases import BadCase
from nianlun.policy.tables import NotInForce


def ask(paid: Any = 100, month: str = "2026-03", **more: Any) -> Any:
    inputs = {"statutory_month": month, "paid_months": paid, "insured_from": "2010-01"}
    return assess("minimum_not_met", inputs | more)


def test_four_ways_each_with_article_and_mark_and_no_single_amount():
    found = ask(account_balance="32000.50")
    assert (found.amounts, found.total) == ({}, None)
    marks = {name: found.figures[f"{name}_confidence"] for name in WAYS}
    assert marks == {
        "continue_paying": "S-P",
        "one_off_payment": "M",
        "switch_to_resident": "S-C",
        "account_refund": "M",
    }
    assert all(found.figures[f"{name}_article"] for name in WAYS)
    assert "32000.50 元" in found.figures["account_refund"]
    assert found.figures["options"] == "延长缴费、转入城乡居民养老保险、一次性支付个人账户储存额"


WAYS = ("continue_paying", "one_off_payment", "switch_to_resident", "account_refund")


def test_paying_on_says_how_long_and_when_it_is_reached():
    found = ask(120)
    assert found.figures["missing_months"] == "60"
    assert "再缴 5 年" in found.figures["continue_paying"]
    assert "2031-03" in found.figures["continue_paying"]
    half = ask("179.5")
    assert "再缴 1 个月" in half.figures["continue_paying"]


@pytest.mark.parametrize(
    ("inputs", "status"),
    [
        ({"paid": 100}, "暂不可以"),
        ({"paid": 120}, "不可以"),  # five years of paying on are enough
        ({"paid": 119}, "暂不可以"),
        ({"paid": 160, "continued_months": 60}, "可以"),
        ({"paid": 160, "continued_months": 59}, "暂不可以"),
        ({"paid": 160, "continued_months": 60, "insured_from": "2011-07"}, "不可以"),
        ({"paid": 160, "continued_months": 60, "insured_from": "2011-06"}, "可以"),
        ({"paid": 100, "insured_from": None}, "暂不可以"),
    ],
)
def test_paying_at_once_is_for_those_insured_before_july_2011_after_five_more_years(inputs, status):
    if inputs.get("insured_from", "") is None:
        found = assess("minimum_not_met", {"statutory_month": "2026-03", "paid_months": inputs["paid"]})
    else:
        found = ask(**inputs)
    assert found.figures["one_off_payment"].startswith(f"{status}：")


def test_the_minimum_is_that_of_the_year_of_legal_age():
    assert ask(180).sentence.startswith("已满")
    assert ask(180, "2030-01").figures["missing_months"] == "6"
    assert ask(240, "2039-01").figures["options"] == "无"


def test_before_july_2014_the_switch_was_not_found():
    found = ask(100, "2012-03")
    assert "没有找到" in found.figures["switch_to_resident"]
    assert "switch_to_resident_article" not in found.figures


def test_before_july_2011_nothing_is_known_and_nothing_is_offered():
    found = ask(100, "2011-06")
    assert found.figures["options"] == "无"
    assert "没有找到" in found.sentence
    with pytest.raises(NotInForce):
        ask(100, "1978-05", insured_from="1978-01")


def test_contradictions_and_what_is_missing():
    with pytest.raises(BadCase, match="晚于"):
        ask(100, insured_from="2026-04")
    with pytest.raises(BadCase, match="多于"):
        ask(59, continued_months=60)
    with pytest.raises(BadCase):
        ask(-1)
    with pytest.raises(CannotAssess) as refusal:
        assess("minimum_not_met", {"statutory_month": "2026-03"})
    assert refusal.value.missing == ("paid_months",)


@given(st.sampled_from([0, 60, 119, 120, 179]), st.sampled_from(["2026-03", "2030-01", "2039-12"]))
def test_one_more_month_paid_never_leaves_more_to_pay(paid, month):
    missing = [int(ask(count, month).figures["missing_months"]) for count in (paid, paid + 1)]
    assert missing[1] == missing[0] - 1
