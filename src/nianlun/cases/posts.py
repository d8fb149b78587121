"""Which right works on a case, by the state it is in."""

from nianlun.access.domain import Right
from nianlun.cases.domain.flow import State
from nianlun.cases.domain.types import Step

RIGHT_OF = {
    Step.FIRST_REVIEW: Right.CASE_REVIEW,
    Step.SECOND_REVIEW: Right.CASE_CONFIRM,
    Step.APPROVAL: Right.CASE_APPROVE,
    Step.PAYMENT: Right.CASE_PAY,
}
"""The right that takes each of the separate steps."""


def right_for(state: State) -> Right:
    """The right that whoever works on an open case in this state needs.

    Of a suspended case it is the state that it was stopped in (`flow.turn_of`).
    """
    if state.step is not None:
        return RIGHT_OF[state.step]
    if state in (State.REJECTING, State.WITHDRAWING):
        return Right.CASE_CONFIRM
    return Right.CASE_ACCEPT
