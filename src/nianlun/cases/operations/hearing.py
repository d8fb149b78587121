"""A hearing (会审): several people give their opinion in writing before a hard case is decided."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet

from nianlun.access import queries as access
from nianlun.access.domain import Refused, Right, Viewer, authorize, covers
from nianlun.cases import moving
from nianlun.cases.domain.flow import Move, OutOfStep, State, ensure_not_granted
from nianlun.cases.guarding import guarded
from nianlun.cases.models import Action, Case
from nianlun.cases.posts import RIGHT_OF

FEWEST = 2


@guarded
def call_hearing(
    case_id: UUID, *, by: Viewer, version: int, members: Collection[int], question: str, at: datetime
) -> None:
    """Call at least two colleagues to a hearing on a question; the case waits until it is closed. Raises `Refused`.

    Nobody is called whom the case is about or who is close to that person (经办条例 第三十七条; S2.5).
    """
    row, by = moving.opened(case_id, by=by, version=version)
    state = State(row.state)
    if state.step is None or state is State.PAYMENT:
        raise OutOfStep(f"这件业务现在是“{state.label}”，不能提请会审。")
    ensure_not_granted(granted=row.granted_at is not None, what="提请会审")
    authorize(by, RIGHT_OF[state.step], scope_of=row.division)
    if not moving.type_of(row).hearing:
        raise Refused("这类业务不设会审。有疑问请退回或写明意见。")
    if hearing_of(row) is not None:
        raise Refused("这件业务已经在会审。")
    wanted = set(members) - {by.account_id}
    called = [viewer for viewer in access.viewers_of(wanted) if _may_be_heard(viewer, row)]
    if len(called) < FEWEST or len(called) != len(wanted):
        raise Refused(f"请至少另选 {FEWEST} 位能看到这件业务、可以发表会审意见的同事。")
    kept_away = [viewer.name for viewer in called if _is_kept_away(viewer, row)]
    if kept_away:
        raise Refused(f"这是{'、'.join(kept_away)}本人、配偶或登记亲属的业务，要回避。请另选同事。")
    moving.moved(
        row,
        Move.HEARING,
        to=state,
        by=by,
        at=at,
        text=moving.reason(question, "要会审的问题"),
        details={"members": [viewer.account_id for viewer in called], "names": [v.name for v in called]},
    )


@guarded
def give_opinion(case_id: UUID, *, by: Viewer, version: int, agree: bool, text: str, at: datetime) -> None:
    """One member's opinion, once. Raises `Refused` for anybody who was not called or has spoken."""
    row, by = moving.opened(case_id, by=by, version=version)
    _ensure_open(row)
    authorize(by, Right.CASE_HEAR, scope_of=row.division)
    hearing = _running(row)
    if by.account_id not in hearing.details["members"]:
        raise Refused("您不在这次会审的名单里。")
    if _opinions(row, hearing).filter(account_id=by.account_id).exists():
        raise Refused("您已经发表过意见。意见不能改，有补充请在会议记录里说明。")
    moving.ensure_not_own(row, by=by)
    moving.moved(
        row,
        Move.OPINION,
        to=State(row.state),
        by=by,
        at=at,
        text=moving.reason(text, "会审意见"),
        details={"agree": agree},
    )


@guarded
def close_hearing(case_id: UUID, *, by: Viewer, version: int, text: str, at: datetime) -> None:
    """End the hearing once everybody has spoken who still may, with what came of it. Raises `Refused`.

    Whoever was called and left, lost the post or has to keep away meanwhile is not waited for, and is named.
    """
    row, by = moving.opened(case_id, by=by, version=version)
    _ensure_open(row)
    state = State(row.state)
    hearing = _running(row)
    authorize(by, RIGHT_OF[state.step] if state.step else Right.CASE_APPROVE, scope_of=row.division)
    spoken = set(_opinions(row, hearing).values_list("account_id", flat=True))
    silent = [
        (member, name)
        for member, name in zip(hearing.details["members"], hearing.details["names"], strict=True)
        if member not in spoken
    ]
    standing = {viewer.account_id: viewer for viewer in access.viewers_of([member for member, _ in silent])}
    awaited = [name for member, name in silent if _may_still_speak(standing.get(member), row)]
    if awaited:
        raise Refused(f"还没有发表意见：{'、'.join(awaited)}。到齐后才能结束会审。")
    why = moving.reason(text, "会审结论")
    if silent:
        why += f"（{'、'.join(name for _, name in silent)}已不能参加，没有发表意见。）"
    moving.moved(
        row,
        Move.HEARING_CLOSED,
        to=state,
        by=by,
        at=at,
        text=why,
        details={"without": [member for member, _ in silent]} if silent else None,
    )


def hearing_of(row: Case) -> Action | None:
    """The hearing that is running, if one is."""
    last = row.actions.filter(move__in=[Move.HEARING.value, Move.HEARING_CLOSED.value])
    found = last.order_by("-number").first()
    return found if found is not None and found.move == Move.HEARING.value else None


def _ensure_open(row: Case) -> None:
    if not State(row.state).is_open:
        raise OutOfStep(f"这件业务现在是“{State(row.state).label}”，会审已随之结束，不再收意见。")


def _running(row: Case) -> Action:
    hearing = hearing_of(row)
    if hearing is None:
        raise OutOfStep("这件业务没有在会审。")
    return hearing


def _opinions(row: Case, hearing: Action) -> QuerySet[Action]:
    return row.actions.filter(move=Move.OPINION.value, number__gt=hearing.number)


def _may_be_heard(viewer: Viewer, row: Case) -> bool:
    return viewer.may(Right.CASE_HEAR) and covers(viewer.scope, division=row.division)


def _may_still_speak(member: Viewer | None, row: Case) -> bool:
    return member is not None and _may_be_heard(member, row) and not _is_kept_away(member, row)


def _is_kept_away(viewer: Viewer, row: Case) -> bool:
    try:
        moving.ensure_not_own(row, by=viewer)
    except Refused:
        return True
    return False
