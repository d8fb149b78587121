"""Unified social credit codes by GB 32100-2015."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.corpus import corpus

from nianlun.kernel.credit_codes import CreditCode, NotACreditCode

PUBLISHED = "91350100M000100Y43"


def test_the_published_example():
    code = CreditCode.parse("91350100-m000 100y43")
    assert (code.text, code.division, code.organisation_code) == (PUBLISHED, "350100", "M000100Y4")


def test_codes_of_two_hundred_real_organisations_are_accepted():
    text = corpus("reference-cn/python-stdnum/tests/test_cn_uscc.doctest").read_text(encoding="utf-8")
    codes = re.findall(r"^\.\.\. ([0-9A-Z]{18})$", text, re.MULTILINE)
    assert len(codes) == 200
    assert [CreditCode.parse(code).text for code in codes] == codes


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "没有填写"),
        ("91350100M000100Y4", "应为 18 位，现在是 17 位"),
        ("91350100M00010OY43", "不会有“O”"),
        ("9135010AM000100Y43", "第 3 至 8 位应是数字"),
        ("91350100M000100Y44", "末位应为 3，现在是 4"),
        ("91350100M000100Y56", "第 17 位"),
    ],
)
def test_what_is_wrong_is_said(text, said):
    with pytest.raises(NotACreditCode, match=said):
        CreditCode.parse(text)


@given(st.integers(0, 17), st.sampled_from("0123456789ABCDEFGHJKLMNPQRTUWXY"))
def test_one_wrong_character_is_always_found(place, character):
    wrong = PUBLISHED[:place] + character + PUBLISHED[place + 1 :]
    if wrong != PUBLISHED:
        with pytest.raises(NotACreditCode):
            CreditCode(wrong)
