"""Posting (公示): kinds of business that must be shown in public before they are granted wait for it."""

from datetime import date, datetime
from uuid import UUID

from django.utils import timezone

from nianlun.access.domain import Refused, Right, Viewer, authorize
from nianlun.cases import calendars, clocks, moving
from nianlun.cases.domain.flow import WITH_POSTING, Move, OutOfStep, State, ensure_not_granted
from nianlun.cases.domain.posting import NotPosted, Posting, ensure_whole
from nianlun.cases.domain.types import CaseType
from nianlun.cases.guarding import guarded
from nianlun.cases.models import Action, Case


@guarded
def record_posting(
    case_id: UUID,
    *,
    by: Viewer,
    version: int,
    place: str,
    since: date,
    until: date,
    objections: str,
    at: datetime,
) -> None:
    """Enter a posting that is over: where, from when to when, and what was objected, if anything was.

    Raises `Refused` for one that was too short or is not over, and where the kind of business is not posted.
    """
    row, by = moving.opened(case_id, by=by, version=version)
    if not by.may(Right.CASE_CONFIRM):
        authorize(by, Right.CASE_ACCEPT, scope_of=row.division)
    state = State(row.state)
    ensure_not_granted(granted=row.granted_at is not None, what="登记公示")
    if state not in WITH_POSTING or row.accepted_at is None:
        raise OutOfStep(f"这件业务现在是“{state.label}”，不能登记公示。公示在初审以后、批准以前登记。")
    days = moving.type_of(row).days_to_post(row.details)
    if days is None:
        raise Refused("这件业务不用公示。")
    posting = Posting(place=" ".join(place.split()), since=since, until=until)
    calendar = calendars.calendar()
    try:
        ensure_whole(
            posting,
            days=days,
            accepted_on=timezone.localdate(row.accepted_at),
            on=timezone.localdate(at),
            calendar=calendar,
        )
    except NotPosted as reason:
        raise Refused(str(reason)) from reason
    said = moving.reason(objections, "公示收到的异议", example="没有收到异议")
    clocks.leave_out(row, posting, calendar=calendar)
    moving.moved(
        row,
        Move.POSTING,
        to=state,
        by=by,
        at=at,
        text=f"{posting.sentence}。异议：{said}"[: moving.LONGEST_TEXT],
        details={"place": posting.place, "since": since.isoformat(), "until": until.isoformat()},
        announce=False,
    )


def ensure_posted(row: Case, case_type: CaseType) -> None:
    """Return where a case that must be posted was, after its latest first review. Raises `Refused`."""
    days = case_type.days_to_post(row.details)
    if days is not None and posting_of(row) is None:
        raise Refused(
            f"这类业务批准前要公示 {days} 个工作日，初审以后还没有登记公示。"
            "请经办或复核人员登记公示的地点、起止日期和收到的异议，再批准。"
        )


def posting_of(row: Case) -> Action | None:
    """The posting that stands: entered after the latest first review."""
    reviewed = row.actions.filter(move=Move.PASS.value, state=State.FIRST_REVIEW.value)
    latest = reviewed.order_by("-number").first()
    posted = row.actions.filter(move=Move.POSTING.value, number__gt=latest.number if latest else 0)
    return posted.order_by("-number").first()
