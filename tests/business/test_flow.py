"""The way of a case: which move leads where, whatever the steps of its type."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nianlun.cases.domain import flow
from nianlun.cases.domain.flow import Move, Outcome, OutOfStep, State
from nianlun.cases.domain.separation import Hand, NotSeparate, ensure_not_own, ensure_separate
from nianlun.cases.domain.types import Step
from nianlun.kernel.identifiers import uuid7

LONG = (Step.FIRST_REVIEW, Step.SECOND_REVIEW, Step.APPROVAL, Step.PAYMENT)
steps = st.sampled_from([LONG[:2], LONG[:3], LONG, (LONG[0], LONG[1], LONG[3])])


@given(steps)
def test_passing_every_step_ends_the_case_once_and_skips_none(wanted):
    state, seen = flow.after_accepting(wanted, State.RECEIVED), []
    while state.step:
        seen.append(state.step)
        state, outcome = flow.after_passing(wanted, state)
    assert tuple(seen) == wanted
    assert (state, outcome) == (State.CONCLUDED, Outcome.GRANTED)


@given(steps, st.sampled_from(list(State)))
def test_a_case_is_refused_at_its_deciding_step_and_nowhere_else(wanted, state):
    if state.step is not None and state.step is flow.deciding(wanted):
        flow.ensure_refusable(wanted, state)
    else:
        with pytest.raises(OutOfStep):
            flow.ensure_refusable(wanted, state)


def test_the_deciding_step_is_never_payment():
    assert flow.deciding(LONG) is Step.APPROVAL
    assert flow.deciding((LONG[0], LONG[1], LONG[3])) is Step.SECOND_REVIEW


@given(steps, st.sampled_from(list(State)), st.sampled_from(list(Step)))
def test_a_case_is_only_returned_to_an_earlier_step(wanted, state, to):
    try:
        led_to = flow.after_returning(wanted, state, to=to)
    except OutOfStep:
        return
    assert state.step in wanted and state is not State.PAYMENT
    assert wanted.index(led_to.step) < wanted.index(state.step)


@pytest.mark.parametrize("state", [State.PAYMENT, State.CONCLUDED, State.FILED])
def test_what_has_taken_effect_is_corrected_and_not_withdrawn(state):
    with pytest.raises(OutOfStep, match="更正"):
        flow.ensure_withdrawable(state)


@pytest.mark.parametrize("state", [State.CONCLUDED, State.FILED, State.SUPPLEMENT, State.PAYMENT])
@pytest.mark.parametrize("move", [Move.ASK, Move.SUSPEND])
def test_a_case_that_is_not_under_review_does_not_stop_the_clock(state, move):
    with pytest.raises(OutOfStep):
        flow.ensure_pausable(state, move=move)


accounts = st.integers(1, 3)
devices = st.sampled_from(["", "a", "b"])
hands = st.lists(
    st.builds(Hand, account_id=accounts, step=st.sampled_from(LONG), device=devices), max_size=4
)


@given(hands, st.sampled_from(LONG), accounts, devices, st.frozensets(accounts, max_size=2))
def test_no_hand_takes_two_steps_not_its_own_not_its_kin_s_not_at_one_machine(
    taken, step, account, device, close
):
    others = [hand for hand in taken if hand.step is not step]
    forbidden = any(
        hand.account_id == account or hand.account_id in close or (device and hand.device == device)
        for hand in others
    )
    if forbidden:
        with pytest.raises(NotSeparate):
            ensure_separate(step, taken, account_id=account, device=device, close=close)
    else:
        ensure_separate(step, taken, account_id=account, device=device, close=close)


def test_the_same_step_again_after_a_return_is_one_step():
    hand = Hand(account_id=1, step=Step.FIRST_REVIEW, device="a")
    ensure_separate(Step.FIRST_REVIEW, [hand], account_id=1, device="a", close=())


def test_nobody_handles_a_relative_s_case():
    mother = uuid7()
    with pytest.raises(NotSeparate, match="回避"):
        ensure_not_own(mother, close_to=[mother])
    ensure_not_own(None, close_to=[mother])
    ensure_not_own(uuid7(), close_to=[mother])
