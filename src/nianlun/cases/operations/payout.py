"""A payment that did not go through (支付不成): another account is asked for, taken in, reviewed, and paid into.

The grant stands, and its effect has run. Nothing but the account changes, and it passes through three hands again:
whoever takes it in, whoever reviews it, whoever pays (经办条例 第三十六、三十七条).
"""

from datetime import datetime, timedelta
from uuid import UUID

from django.utils import timezone

from nianlun.access.domain import Refused, Right, Viewer, authorize
from nianlun.cases import calendars, clocks, moving
from nianlun.cases.domain.flow import (
    Move,
    State,
    after_failing,
    ensure_account_wanted,
)
from nianlun.cases.domain.payee import NotAnAccount, checked_account, code_of, payees
from nianlun.cases.domain.types import Step
from nianlun.cases.guarding import guarded
from nianlun.cases.models import Case

WITHIN = timedelta(days=30)
"""Until when the person is asked to bring another account: a month, as for other papers. Our own rule; who comes
later is paid all the same."""


@guarded
def payment_failed(case_id: UUID, *, by: Viewer, version: int, reason: str, at: datetime) -> None:
    """Enter that the bank did not pay, with the reason it gave; the clock stands until there is another account.

    Raises `Refused` for whoever took another step, and without a reason.
    """
    row, by = moving.opened(case_id, by=by, version=version)
    to, resumes = after_failing(State(row.state))
    why = moving.reason(reason, "支付不成的理由")
    moving.take_step(row, Step.PAYMENT, by=by, at=at)
    on = timezone.localdate(at)
    row.resumes = resumes.value
    clocks.pause(row, reason=f"支付不成：{why}"[:400], on=on)
    until = (on + WITHIN).isoformat()
    moving.moved(row, Move.PAY_FAILED, to=to, by=by, at=at, text=why, details={"until": until})


@guarded
def take_account(case_id: UUID, *, by: Viewer, version: int, account: str, at: datetime) -> None:
    """Enter the account to pay into instead, as the first of the three hands; the clock goes on. Raises `Refused`.

    It lies sealed with the application; what was given before stays beside it.
    """
    row, by = moving.opened(case_id, by=by, version=version)
    authorize(by, Right.CASE_ACCEPT, scope_of=row.division)
    ensure_account_wanted(State(row.state), granted=row.granted_at is not None)
    moving.take_step(row, Step.FIRST_REVIEW, by=by, at=at)
    try:
        given = checked_account(account)
    except NotAnAccount as fault:
        raise Refused(str(fault)) from fault
    details = row.details
    code = code_of(len(payees(details)) + 1)
    row.details = {**details, code: given}
    clocks.restart(row, on=timezone.localdate(at), calendar=calendars.calendar())
    moving.moved(row, Move.ACCOUNT, to=State(row.resumes), by=by, at=at, details={"payee": code})


def pass_account(row: Case, *, to: State, by: Viewer, text: str, advice: bool, at: datetime) -> None:
    """The reviewer's word on the account of a granted case, with the step taken: it goes to be paid, nothing else."""
    if not advice:
        raise Refused("待遇已经批准，这里只核对新的收款账户。账户不对的，请要求补正，请申请人再换一个。")
    taken = row.actions.filter(move=Move.ACCOUNT.value).order_by("-number").first()
    code = taken.details["payee"] if taken is not None else ""
    tidy = " ".join(text.split())[: moving.LONGEST_TEXT]
    moving.moved(
        row, Move.PASS, to=to, by=by, at=at, text=tidy or "新账户核对无误", details={"payee": code}
    )
