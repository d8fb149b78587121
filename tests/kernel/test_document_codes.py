"""The code on a document: typed from paper it is read as meant, mistyped it is refused."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nianlun.kernel.document_codes import NotACode, new_code, read_code

codes = st.builds(new_code)
places = st.integers(0, 15)


def characters(code: str) -> list[str]:
    return list(code.replace("-", ""))


def test_a_code_has_four_groups_of_letters_that_are_not_confused():
    code = new_code()
    assert re.fullmatch(r"([0-9A-HJKMNP-TV-Z]{4}-){3}[0-9A-HJKMNP-TV-Z]{4}", code)
    assert read_code(code) == code


def test_no_two_codes_are_alike():
    assert len({new_code() for _ in range(1000)}) == 1000


def test_what_a_hand_and_an_input_method_make_of_it_is_taken_as_meant():
    code = next(c for c in iter(new_code, "") if "0" in c and "1" in c)
    wide = "".join(chr(ord(one) + 0xFEE0) if one.isalnum() else "—" for one in code)
    assert read_code(wide.lower()) == code
    assert read_code(f" {code.replace('-', ' ').lower()} ") == code
    assert read_code(code.replace("0", "o").replace("1", "l")) == code
    assert read_code(code.replace("-", "").replace("1", "I")) == code


@given(codes, places, st.integers(1, 31))
def test_any_one_wrong_character_is_noticed(code, place, by):
    alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
    typed = characters(code)
    typed[place] = alphabet[(alphabet.index(typed[place]) + by) % 32]
    with pytest.raises(NotACode):
        read_code("".join(typed))


@given(codes, places, places)
def test_any_two_exchanged_characters_are_noticed(code, one, other):
    typed = characters(code)
    typed[one], typed[other] = typed[other], typed[one]
    if typed == characters(code):
        assert read_code("".join(typed)) == code
    else:
        with pytest.raises(NotACode):
            read_code("".join(typed))


@pytest.mark.parametrize(
    "text", ["", "U" * 16, "0" * 15, "1" * 17, "周桂兰", "\x00" * 16, "0-" * 5000, "🀄" * 16]
)
def test_what_is_no_code_is_refused(text):
    with pytest.raises(NotACode):
        read_code(text)
