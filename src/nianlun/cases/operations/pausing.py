"""Times the clock stands still: papers are missing (补正), or another body has to speak first (中止)."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from django.utils import timezone

from nianlun.access.domain import Refused, Right, Viewer, authorize
from nianlun.cases import calendars, clocks, moving
from nianlun.cases.domain.flow import (
    AT_THE_DOOR,
    Move,
    OutOfStep,
    State,
    ensure_not_granted,
    ensure_pausable,
)
from nianlun.cases.domain.supplement import still_missing
from nianlun.cases.guarding import guarded
from nianlun.cases.models import Case
from nianlun.cases.posts import RIGHT_OF


@guarded
def ask_supplement(
    case_id: UUID, *, by: Viewer, version: int, missing: Collection[str], text: str, at: datetime
) -> None:
    """Ask for missing papers, all at once (一次性告知); the clock stands until they come. Raises `Refused`.

    `missing` are codes of the type's requirements; what else is wanted stands in `text`.
    """
    row, by = moving.opened(case_id, by=by, version=version)
    _authorize(row, by)
    ensure_pausable(State(row.state), move=Move.ASK)
    case_type = moving.type_of(row)
    names = [each.name for each in case_type.requirements if each.code in missing]
    if len(names) != len(set(missing)):
        raise Refused("要补的材料里有这类业务没有的一项。请刷新页面后重选。")
    wanted = "、".join(names)
    said = "；".join(part for part in (wanted, " ".join(text.split())[:1000]) if part)
    if not said:
        raise Refused("请勾选要补的材料，或写明要补什么。")
    row.resumes = row.state
    if row.accepted_at is not None:
        clocks.pause(row, reason=f"补正：{said}"[:400], on=timezone.localdate(at))
    moving.moved(
        row,
        Move.ASK,
        to=State.SUPPLEMENT,
        by=by,
        at=at,
        text=said,
        details={"missing": sorted(set(missing))},
    )


@guarded
def suspend(case_id: UUID, *, by: Viewer, version: int, reason: str, at: datetime) -> None:
    """Suspend the case while another body decides; the clock stands. Raises `Refused`."""
    row, by = moving.opened(case_id, by=by, version=version)
    _authorize(row, by)
    ensure_pausable(State(row.state), move=Move.SUSPEND)
    ensure_not_granted(granted=row.granted_at is not None, what="中止")
    text = moving.reason(reason, "等哪个部门的什么结论", example="等劳动能力鉴定委员会的鉴定结论")
    row.resumes = row.state
    clocks.pause(row, reason=f"中止：{text}"[:400], on=timezone.localdate(at))
    moving.moved(row, Move.SUSPEND, to=State.SUSPENDED, by=by, at=at, text=text)


@guarded
def resume(case_id: UUID, *, by: Viewer, version: int, text: str = "", at: datetime) -> None:
    """Go on where the case was stopped; the clock goes on. Raises `Refused`, also for a paper still missing."""
    row, by = moving.opened(case_id, by=by, version=version)
    state = State(row.state)
    if row.granted_at is not None:
        raise Refused("款没有付成，在等新的收款账户。请登记新账户，登记后自动恢复办理。")
    if state is State.SUPPLEMENT:
        authorize(by, Right.CASE_ACCEPT, scope_of=row.division)
        _ensure_supplied(row)
    elif state is State.SUSPENDED:
        _authorize(row, by)
    else:
        raise OutOfStep(f"这件业务现在是“{state.label}”，没有停下来。请看最新的办理情况。")
    go_on(row, by=by, at=at, text=" ".join(text.split())[:1000])


@guarded
def supply(case_id: UUID, *, by: Viewer, version: int, at: datetime) -> None:
    """The insured person says that everything asked for has been sent. Raises `Refused` for a paper still missing."""
    row, by = moving.opened_by_applicant(case_id, by=by, version=version)
    if State(row.state) is not State.SUPPLEMENT:
        raise OutOfStep("这件业务没有在等您补材料。请看最新的办理情况。")
    if row.granted_at is not None:
        raise Refused(
            "待遇已经批准，款没有付成。请带本人身份证和银行卡到窗口换一个收款账户，换好以后接着付。"
        )
    _ensure_supplied(row)
    go_on(row, by=by, at=at, text="")


def go_on(row: Case, *, by: Viewer | None, at: datetime, text: str) -> None:
    """Back to where the case was; what was waiting goes on from today."""
    before, to = State(row.state), State(row.resumes)
    if to not in AT_THE_DOOR:
        clocks.restart(row, on=timezone.localdate(at), calendar=calendars.calendar())
    moving.moved(
        row, Move.SUPPLY if before is State.SUPPLEMENT else Move.RESUME, to=to, by=by, at=at, text=text
    )


def _authorize(row: Case, by: Viewer) -> None:
    """Whoever does the current step may stop it; at the door that is whoever accepts."""
    step = State(row.resumes or row.state).step
    authorize(by, RIGHT_OF[step] if step else Right.CASE_ACCEPT, scope_of=row.division)


def _ensure_supplied(row: Case) -> None:
    asked = row.actions.filter(move=Move.ASK.value).order_by("-number").first()
    if asked is None:
        return
    taken = row.actions.filter(move=Move.MATERIAL.value, number__gt=asked.number)
    missing = still_missing(asked.details, taken=[action.details for action in taken])
    if missing:
        case_type = moving.type_of(row)
        names = "、".join(each.name for each in case_type.requirements if each.code in missing)
        raise Refused(f"还缺：{names}。收齐以后才能恢复办理。")
