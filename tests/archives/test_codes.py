"""Archival codes by DA/T 13-2022."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nianlun.archives.codes import ArchivalCode, NotAnArchivalCode, parse_archival_code

PUBLISHED = [
    "J019-ZY·JC·CC·2019·D30-001-001",
    "J019-KU·01·2017-001-001",
    "A002-RS-001-002",
    "X032-KJ·JJ·02-005-054",
    "K021-ZP·2019·D30-025-005",
    "Z109-WS·2011·Y·办公室-0001",
    "Z008-WS·2019·Y-037",
    "C015-WY·TZGG·2019·D10-00001",
    "B168-SW·2015·Y-001",
]


@pytest.mark.parametrize("text", PUBLISHED)
def test_codes_of_the_standard_read_and_print_the_same(text):
    assert str(parse_archival_code(text)) == text


def test_year_and_term_are_found_among_the_parts():
    code = parse_archival_code("Z109-ZY·YL·03·2019·D100-0012-003")
    assert (code.year, code.term, code.volume, code.item) == (2019, "D100", "0012", "003")


def test_a_bullet_typed_for_the_middle_dot_is_read():
    assert str(parse_archival_code("Z008-WS•2019•Y-037")) == "Z008-WS·2019·Y-037"


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("WS·2019·Y-037", "段"),
        ("z008-WS·2019·Y-037", "全宗号"),
        ("Z008-XX·2019·Y-037", "门类"),
        ("Z008-WS·2019·y!-037", "类别号"),
        ("Z008-WS·2019·Y-甲", "数字"),
    ],
)
def test_what_breaks_the_grammar_is_named(text, complaint):
    with pytest.raises(NotAnArchivalCode, match=complaint):
        parse_archival_code(text)


parts = st.lists(st.sampled_from(["YL", "2019", "D100", "Y", "办公室", "03"]), max_size=4)
numbers = st.sampled_from(["001", "0012", "00003"])


@given(
    st.sampled_from(["A001", "Z109"]), st.sampled_from(["WS", "ZY"]), parts, st.none() | numbers, numbers
)
def test_every_code_survives_printing_and_reading(fonds, kind, tail, volume, item):
    code = ArchivalCode(fonds=fonds, kind=kind, parts=tuple(tail), volume=volume, item=item)
    assert parse_archival_code(str(code)) == code
