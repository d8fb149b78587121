"""Who has a case in hand: taken from the pool, handed to a colleague."""

from datetime import datetime
from uuid import UUID

from nianlun.access import queries as access
from nianlun.access.domain import Refused, Right, Viewer, authorize, covers
from nianlun.cases import moving
from nianlun.cases.domain.flow import Move, OutOfStep, State, turn_of
from nianlun.cases.guarding import guarded
from nianlun.cases.models import Case
from nianlun.cases.posts import right_for


@guarded
def take(case_id: UUID, *, by: Viewer, version: int, at: datetime) -> None:
    """Take a case from the pool, so that no colleague starts on it too. Raises `Refused` where one may not do it."""
    row, by = moving.opened(case_id, by=by, version=version)
    _ensure_open(row)
    authorize(by, right_for(_turn(row)), scope_of=row.division)
    if row.holder_id == by.account_id:
        return
    if row.holder_id is not None:
        name = access.names([row.holder_id]).get(row.holder_id, "")
        raise Refused(f"这件业务已由{name}领取。")
    step = State(row.state).step
    if step is not None:
        moving.ensure_apart(row, step, by=by, at=at)
    row.holder_id = by.account_id
    moving.moved(row, Move.TAKE, to=State(row.state), by=by, at=at, announce=False)


@guarded
def hand_over(case_id: UUID, *, by: Viewer, version: int, to: int, reason: str, at: datetime) -> None:
    """Hand a case to a colleague: whoever holds it, or a leader. Raises `Refused` where the colleague may not do it."""
    row, by = moving.opened(case_id, by=by, version=version)
    _ensure_open(row)
    if row.holder_id != by.account_id:
        authorize(by, Right.CASE_OVERSEE, scope_of=row.division)
    colleague = access.viewer_of(to)
    if not colleague.may(right_for(_turn(row))) or not covers(colleague.scope, division=row.division):
        raise Refused(f"{colleague.name}的岗位或辖区办不了这一步。请另选一位。")
    step = State(row.state).step
    moving.ensure_not_own(row, by=colleague)
    if step is not None:
        moving.ensure_apart(row, step, by=colleague, at=at)
    row.holder_id = colleague.account_id
    moving.moved(
        row,
        Move.HAND_OVER,
        to=State(row.state),
        by=by,
        at=at,
        text=moving.reason(reason, "转交的理由"),
        details={"to": to, "name": colleague.name},
        said={"what": colleague.name},
        announce=False,
    )


def _ensure_open(row: Case) -> None:
    state = State(row.state)
    if not state.is_open:
        raise OutOfStep(f"这件业务现在是“{state.label}”，没有要办的，不能领取或转交。归档在归档清单里办。")


def _turn(row: Case) -> State:
    return turn_of(State(row.state), State(row.resumes) if row.resumes else None)
