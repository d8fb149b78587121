"""The rules of the second factor, without a database."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests import factories

from nianlun.access import domain
from nianlun.access.domain import Outcome, Role

STAFF = [role for role in Role if role not in (Role.INSURED, Role.EMPLOYER)]


@pytest.mark.parametrize("role", STAFF)
def test_no_post_of_staff_gets_in_by_password_alone(role):
    assert domain.next_step(role, has_factor=False) is domain.NextStep.SET_UP
    assert domain.next_step(role, has_factor=True) is domain.NextStep.PROVE


@given(drift=st.sampled_from([-61, -60, -31, -30, 0, 30, 59, 61, 90]), last=st.sampled_from([-2, -1, 0, 1]))
def test_a_clock_may_be_off_by_one_step_and_no_step_counts_twice(drift, last):
    secret, at = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ", factories.START
    step, now = domain.step_of(at + timedelta(seconds=drift)), domain.step_of(at)
    found = domain.matching_step(secret, domain.code_at(secret, step), last_step=now + last, at=at)
    assert (found == step) is (abs(step - now) <= 1 and step > now + last)


def test_codes_agree_with_the_published_examples():  # RFC 6238, appendix B, shortened to six digits
    secret = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
    for seconds, code in ((59, "287082"), (1111111109, "081804"), (2000000000, "279037")):
        assert domain.code_at(secret, seconds // 30) == code


def test_a_code_is_taken_as_people_type_it():
    assert domain.tidy_code("287 082") == domain.tidy_code("２８７０８２") == "287082"
    assert domain.tidy_code("ab2cd-ef3gh") == "AB2CDEF3GH"


# Mostly failures, so that locks come about.
outcomes = st.lists(st.sampled_from([Outcome.FAILED] * 5 + list(Outcome)), min_size=5, max_size=9)


@given(outcomes)
def test_a_right_password_without_a_second_factor_neither_counts_nor_forgives(tried):
    def until(found):
        return domain.locked_until([(factories.START, one) for one in found], at=factories.START)

    assert until(tried) == until([one for one in tried if one is not Outcome.HALFWAY])


@given(outcomes)
def test_an_officer_s_word_ends_every_lock(tried):
    attempts = [(factories.START, one) for one in (*tried, Outcome.UNLOCKED)]
    assert domain.locked_until(attempts, at=factories.START) is None


def test_a_proof_is_fresh_for_five_minutes():
    at = factories.START
    assert domain.is_fresh(at, at=at + timedelta(minutes=4, seconds=59))
    assert not domain.is_fresh(at, at=at + timedelta(minutes=5))
    assert not domain.is_fresh(None, at=at)


@pytest.mark.parametrize(
    ("agent", "name"),
    [
        (
            "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/126.0 Safari/537.36 Edg/126.0",
            "Edge，Windows",
        ),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:127.0) Gecko/20100101 Firefox/127.0", "Firefox，Linux"),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1 Safari/604.1",
            "Safari，iPhone",
        ),
        ("curl/8", ""),
        ("\x00<b>", ""),
    ],
)
def test_a_browser_is_called_as_people_call_it(agent, name):
    assert domain.browser_name(agent) == name
