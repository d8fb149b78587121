"""At the door: accepting a case starts its clock; not accepting one takes two persons and written reasons."""

from datetime import datetime
from uuid import UUID

from nianlun.access.domain import Refused, Right, Viewer, authorize
from nianlun.cases import calendars, clocks, moving
from nianlun.cases.domain.flow import Move, Outcome, OutOfStep, State, after_accepting
from nianlun.cases.domain.forms import Incomplete, checked_details
from nianlun.cases.domain.types import Step
from nianlun.cases.guarding import guarded


@guarded
def accept(case_id: UUID, *, by: Viewer, version: int, at: datetime) -> None:
    """Accept the case: the statutory clock starts. Raises `Refused`, also where the year's calendar is missing."""
    row, by = moving.opened(case_id, by=by, version=version)
    authorize(by, Right.CASE_ACCEPT, scope_of=row.division)
    case_type = moving.type_of(row)
    to = after_accepting(case_type.steps, State(row.state))
    moving.ensure_apart(row, Step.FIRST_REVIEW, by=by, at=at)  # nobody accepts the own or a relative's case
    try:
        checked_details(case_type, row.details, complete=True)
    except Incomplete as reason:
        raise Refused(f"申报内容还不完整：{reason} 请先补录再受理。") from reason
    clocks.start(row, case_type=case_type, at=at, calendar=calendars.calendar())
    moving.moved(row, Move.ACCEPT, to=to, by=by, at=at)


@guarded
def complete_details(
    case_id: UUID, *, by: Viewer, version: int, details: dict[str, str], at: datetime
) -> None:
    """Fill in what is missing before the case is accepted. Raises `forms.Incomplete` and `Refused`."""
    row, by = moving.opened(case_id, by=by, version=version)
    authorize(by, Right.CASE_ACCEPT, scope_of=row.division)
    if State(row.state) is not State.RECEIVED:
        raise OutOfStep("已经受理的业务不改申报内容。内容有误的，请退回，或请申请人撤销后重新申请。")
    before, row.details = row.details, checked_details(moving.type_of(row), details, complete=True)
    moving.ensure_not_own(row, by=by)  # the answers may name somebody else now
    # which answers, not what they were: the history is read by more people than the form
    changed = [
        code for code in sorted({*before, *row.details}) if before.get(code) != row.details.get(code)
    ]
    moving.moved(row, Move.DETAILS, to=State.RECEIVED, by=by, at=at, details={"changed": changed})


@guarded
def reject(case_id: UUID, *, by: Viewer, version: int, reason: str, at: datetime) -> None:
    """Propose not to accept the case; a reviewer has to agree. Raises `Refused` without a reason."""
    row, by = moving.opened(case_id, by=by, version=version)
    authorize(by, Right.CASE_ACCEPT, scope_of=row.division)
    if State(row.state) is not State.RECEIVED:
        raise OutOfStep(f"这件业务现在是“{State(row.state).label}”，不能再不予受理。")
    text = moving.reason(reason, "不予受理的理由")
    moving.take_step(row, Step.FIRST_REVIEW, by=by, at=at)
    moving.moved(row, Move.REJECT, to=State.REJECTING, by=by, at=at, text=text)


@guarded
def decide_rejection(
    case_id: UUID, *, by: Viewer, version: int, agree: bool, text: str = "", at: datetime
) -> None:
    """The reviewer's word on a proposal not to accept: then it is a decision, or the case waits at the door again."""
    row, by = moving.opened(case_id, by=by, version=version)
    if State(row.state) is not State.REJECTING:
        raise OutOfStep(f"这件业务现在是“{State(row.state).label}”，没有待定的不予受理。")
    moving.take_step(row, Step.SECOND_REVIEW, by=by, at=at)
    if agree:
        moving.moved(
            row,
            Move.CONFIRM,
            to=State.CONCLUDED,
            by=by,
            at=at,
            text=text.strip(),
            outcome=Outcome.NOT_ACCEPTED,
        )
    else:
        moving.moved(
            row, Move.DENY, to=State.RECEIVED, by=by, at=at, text=moving.reason(text, "不同意的理由")
        )
