"""What an identity number says: claims, with what they weigh and what they cannot tell."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nianlun.kernel.identity import check_character
from nianlun.policy.assess import assess
from nianlun.policy.assessment import Assessment, CannotAssess
from nianlun.policy.cases import BadCase

STANDARD = "11010519491231002X"  # the example of GB 11643


def ask(number: str) -> Assessment:
    return assess("identity_number", {"number": number})


def test_the_example_of_the_standard():
    figures = ask(STANDARD).figures
    assert (figures["birth_date"], figures["sex"]) == ("1949-12-31", "女")
    assert (figures["division"], figures["check"], figures["digits"]) == ("110105", "相符", "18")


def test_a_birth_date_is_a_claim_and_the_file_goes_before_it():
    found = ask(STANDARD)
    assert "档案最先记载" in found.figures["birth_weight"]
    assert found.derivation.find("birth_date").article == "劳社部发〔1999〕8号 第二条"
    assert "不是认定" in found.sentence


def test_fifteen_digits_leave_the_century_open():
    found = ask("110105491231002")
    assert found.figures["birth_date"] == "1949-12-31"
    assert "世纪按 19 认定" in found.figures["birth_weight"]
    assert "没有校验码" in found.figures["sex_weight"]
    assert len(found.notes) == 2
    assert ask("110105 491231 002").figures["digits"] == "15"


def test_the_number_itself_is_written_nowhere():
    for number in (STANDARD, "110105491231002"):
        assert number not in json.dumps(ask(number).to_json(explain=True), ensure_ascii=False)


def test_a_district_is_named_by_its_whole_history():
    first17 = "13060219800101001"
    name = ask(first17 + check_character(first17)).figures["division_name"]
    assert name == "河北省 / 保定市 / 新市区（到 2015 年）、竞秀区"
    assert ask(STANDARD).figures["division_name"] == "北京市 / 区划表里没有这个代码"
    first17 = "99999919800101001"
    assert "没有这个代码" in ask(first17 + check_character(first17)).figures["division_name"]


@pytest.mark.parametrize(
    "number",
    [
        "",
        "110105194912310021",
        "11010519491331002X",
        "1101051949123100",
        "110105491331002",
        "110105491231999",
        "甲",
    ],
)
def test_numbers_that_are_none_are_refused_without_repeating_them(number):
    with pytest.raises(BadCase) as refused:
        ask(number)
    assert not number or number not in str(refused.value)


def test_the_number_must_be_given_as_text():
    with pytest.raises(CannotAssess):
        assess("identity_number", {})
    with pytest.raises(BadCase):
        assess("identity_number", {"number": 11010519491231002})


@given(st.sampled_from(["19491231", "20000229", "19000101"]), st.integers(1, 999))
def test_an_odd_sequence_is_a_man(day, sequence):
    first17 = f"110105{day}{sequence:03d}"
    figures = ask(first17 + check_character(first17)).figures
    assert figures["sex"] == ("男" if sequence % 2 else "女")
    assert figures["birth_date"].replace("-", "") == day
