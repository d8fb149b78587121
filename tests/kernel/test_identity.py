"""Identity numbers by GB 11643-1999."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nianlun.kernel.identity import IdentityNumber, NotAnIdentityNumber, check_character, from15, mask

PUBLISHED = "11010519491231002X"  # the example of the standard


def made(day: date, sequence: int) -> str:
    first17 = f"130602{day:%Y%m%d}{sequence:03d}"
    return first17 + check_character(first17)


numbers = st.builds(made, st.dates(date(1900, 1, 1), date(2030, 1, 1)), st.integers(0, 999))


def test_the_example_of_the_standard():
    number = IdentityNumber.parse(PUBLISHED)
    assert (number.birth_date, number.sex, number.division) == (date(1949, 12, 31), "female", "110105")


@pytest.mark.parametrize(
    "text", ["11010519491231002x", " 110105 19491231 002X ", "１１０１０５１９４９１２３１００２Ｘ"]
)
def test_spaces_small_and_full_width_letters_are_accepted(text):
    assert IdentityNumber.parse(text).text == PUBLISHED


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "没有填写"),
        ("1101051949123100X", "应为 18 位，现在是 17 位"),
        ("1101051949123100222", "应为 18 位，现在是 19 位"),
        ("110105491231002", "15 位的旧身份证号"),
        ("1101051949123100AX", "前 17 位应全是数字"),
        ("11010519491231002Y", "末位应是数字或 X"),
        ("110105194913310021", "不是一个日期"),
        ("110105194902290026", "不是一个日期"),
        ("110105101912310020", "1019"),
        ("110105194912310021", "末位应为 X，现在是 1"),
        ("11010519491231002²", "校验码不对"),  # NFKC makes it 2, which is then the wrong check digit
    ],
)
def test_what_is_wrong_is_said_without_repeating_the_number(text, said):
    with pytest.raises(NotAnIdentityNumber, match=said) as caught:
        IdentityNumber.parse(text)
    assert len(text) < 12 or text not in str(caught.value)


@given(numbers)
def test_the_weighted_sum_of_all_eighteen_leaves_one(number):
    # ISO 7064 MOD 11-2, written without the tables of GB 11643
    values = [10 if c == "X" else int(c) for c in number]
    assert sum(value * 2 ** (17 - place) for place, value in enumerate(values)) % 11 == 1


@given(numbers, st.integers(0, 17), st.integers(1, 9))
def test_one_wrong_digit_is_always_found(number, place, shift):
    digit = 10 if number[place] == "X" else int(number[place])
    wrong = (digit + shift) % 10
    if place == 17 and wrong == digit:
        return
    with pytest.raises(NotAnIdentityNumber):
        IdentityNumber(number[:place] + str(wrong) + number[place + 1 :])


@given(numbers, st.integers(6, 16))
def test_two_neighbours_swapped_are_always_found(number, place):
    if number[place] == number[place + 1] or "X" in number[place : place + 2]:
        return
    with pytest.raises(NotAnIdentityNumber):
        IdentityNumber(number[:place] + number[place + 1] + number[place] + number[place + 2 :])


@given(numbers)
def test_a_number_is_never_written_out_by_accident(number):
    parsed = IdentityNumber.parse(number)
    assert number not in f"{parsed} {parsed!r} {[parsed]}"
    assert parsed.sex == ("male" if int(number[16]) % 2 else "female")


def test_an_old_number_of_fifteen_digits_gains_the_century_and_the_check_character():
    assert from15("110105491231002").text == PUBLISHED


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (PUBLISHED, "应为 15 位，现在是 18 位"),
        ("11010549123100X", "应全是数字"),
        ("110105491331002", "不是一个日期"),
        ("110105491231998", "世纪不能确定"),
    ],
)
def test_an_old_number_that_is_wrong_or_does_not_tell_its_century_is_refused(text, said):
    with pytest.raises(NotAnIdentityNumber, match=said):
        from15(text)


def test_masking_shows_four_at_each_end_and_nothing_of_a_short_text():
    assert mask("370102196704280428") == "3701••••••••••0428"
    assert mask("110105491231002") == "1101•••••••1002"
    assert mask("12345678901") == "•" * 11
