"""Withdrawing a case (撤销): by the applicant at will; by the agency only with a second person's word."""

from datetime import datetime
from uuid import UUID

from django.utils import timezone

from nianlun.access.domain import Refused, Right, Viewer, authorize
from nianlun.cases import calendars, clocks, moving
from nianlun.cases.domain.applicants import not_asked_for
from nianlun.cases.domain.flow import (
    PAUSED,
    Move,
    Outcome,
    OutOfStep,
    State,
    ensure_not_granted,
    ensure_withdrawable,
)
from nianlun.cases.domain.types import Origin, Step
from nianlun.cases.guarding import guarded
from nianlun.cases.models import Case


@guarded
def withdraw_own(case_id: UUID, *, by: Viewer, version: int, at: datetime) -> None:
    """The insured person takes the application back. Raises `Refused` once it has taken effect."""
    row, by = moving.opened_by_applicant(case_id, by=by, version=version)
    if row.origin == Origin.SYSTEM.value:
        raise Refused(not_asked_for(moving.type_of(row).plain_name))
    ensure_withdrawable(State(row.state))
    ensure_not_granted(granted=row.granted_at is not None, what="撤销")
    clocks.end_pause(row, on=timezone.localdate(at))
    moving.moved(
        row, Move.WITHDRAW, to=State.CONCLUDED, by=by, at=at, text="申请人撤回", outcome=Outcome.WITHDRAWN
    )


@guarded
def withdraw(case_id: UUID, *, by: Viewer, version: int, reason: str, at: datetime) -> None:
    """Propose to withdraw the case, for instance because it was opened twice; a reviewer has to agree."""
    row, by = moving.opened(case_id, by=by, version=version)
    authorize(by, Right.CASE_ACCEPT, scope_of=row.division)
    ensure_withdrawable(State(row.state))
    ensure_not_granted(granted=row.granted_at is not None, what="撤销")
    moving.take_step(row, Step.FIRST_REVIEW, by=by, at=at)
    why = moving.reason(reason, "撤销的理由")
    row.resumes = row.resumes if State(row.state) in PAUSED else row.state
    if State(row.state) in PAUSED:
        clocks.restart(row, on=timezone.localdate(at), calendar=calendars.calendar())
    moving.moved(row, Move.WITHDRAW, to=State.WITHDRAWING, by=by, at=at, text=why)


@guarded
def decide_withdrawal(
    case_id: UUID, *, by: Viewer, version: int, agree: bool, text: str = "", at: datetime
) -> None:
    """The reviewer's word on a proposed withdrawal: it ends, or goes on where it was.

    What stood still when it was proposed stands still again: a paper that was asked for is still to come.
    """
    row, by = moving.opened(case_id, by=by, version=version)
    if State(row.state) is not State.WITHDRAWING:
        raise OutOfStep(f"这件业务现在是“{State(row.state).label}”，没有待定的撤销。")
    moving.take_step(row, Step.SECOND_REVIEW, by=by, at=at)
    if agree:
        moving.moved(
            row,
            Move.CONFIRM,
            to=State.CONCLUDED,
            by=by,
            at=at,
            text=text.strip(),
            outcome=Outcome.WITHDRAWN,
        )
    else:
        why = moving.reason(text, "不同意的理由")
        moving.moved(row, Move.DENY, to=_back(row, at=at), by=by, at=at, text=why)


def _back(row: Case, *, at: datetime) -> State:
    """Where the case was when the withdrawal was proposed, its clock standing again where it stood."""
    proposed = row.actions.filter(move=Move.WITHDRAW.value).order_by("-number").first()
    before = State(proposed.state) if proposed is not None else State(row.resumes)
    if before not in PAUSED:
        return State(row.resumes)
    stood = row.pauses.order_by("-pk").first()
    if stood is not None and row.accepted_at is not None:
        clocks.pause(row, reason=stood.reason, on=timezone.localdate(at))
    return before
