"""What a move means for people: which paper it gives out, and what the insured person is told of it.

Papers are typeset by a job, so that no decision waits for a printer; the notice is written with the move.
"""

from datetime import datetime

from nianlun.cases import type_files
from nianlun.cases.domain.applicants import Applicant
from nianlun.cases.domain.flow import Move, Outcome, State
from nianlun.cases.domain.types import CaseType, SlipKind
from nianlun.cases.models import Action, Case
from nianlun.cases.subjects import applicant_of
from nianlun.jobs import operations as jobs
from nianlun.kernel.hotline import HOTLINE
from nianlun.notices import operations as notices
from nianlun.notices.domain import declare_kind

ISSUE_SLIP = "cases.issue_slip"
PREPARE_FILING = "cases.prepare_filing"

_SMS = "您的业务有新进展：{title}。请登录查看，不要把验证码告诉他人。"
PROGRESS = declare_kind("cases.progress", "办件进度", sms=_SMS)
SERVED = declare_kind("cases.served", "办件文书", sms=_SMS, statutory=True)
"""What the law wants to reach the person: papers asked for, a suspension, every decision."""
TURN = declare_kind("cases.turn", "轮到您", page="desk:case")
"""To a colleague, inside only: a case has been handed over, sent back, or waits for an opinion."""
_LONGEST_REASON = 1500  # characters of what a clerk wrote; the paper has all of it
_TURNS = {Move.HAND_OVER: "转给您的业务", Move.HEARING: "请您会审", Move.RETURN: "退回来的业务"}
_BY_OUTCOME = {
    Outcome.GRANTED: SlipKind.CONCLUSION,
    Outcome.REFUSED: SlipKind.REFUSAL,
    Outcome.NOT_ACCEPTED: SlipKind.NOT_ACCEPTED,
    Outcome.WITHDRAWN: SlipKind.WITHDRAWAL,
}
_BY_MOVE = {
    Move.ACCEPT: SlipKind.ACCEPTANCE,
    Move.ASK: SlipKind.SUPPLEMENT,
    Move.SUSPEND: SlipKind.SUSPENSION,
    Move.PAY_FAILED: SlipKind.SUPPLEMENT,
}


def announce(row: Case, action: Action, *, case_type: CaseType, at: datetime) -> None:
    """Have the paper made and the person told, in the transaction of the move; both happen once."""
    move = Move(action.move)
    ended = _ends(action)
    kind = paper_of(action, outcome=row.outcome, case_type=case_type)
    if kind is not None:
        jobs.enqueue(ISSUE_SLIP, {"action": action.pk, "kind": kind.value}, key=str(action.pk), at=at)
    if ended:
        jobs.enqueue(PREPARE_FILING, {"case": str(row.pk)}, key=str(row.pk), at=at)
    text = action.text[:_LONGEST_REASON]
    told = (
        _ended(row, case_type, text=text) if ended else _told(row, action, case_type=case_type, text=text)
    )
    if told and row.person_id is not None and row.type not in type_files.kept_from_person():
        title, text = told
        notices.send(
            person_id=row.person_id,
            kind=SERVED if ended or move in (Move.ASK, Move.SUSPEND, Move.PAY_FAILED) else PROGRESS,
            title=title,
            text=text,
            about="cases.case",
            about_id=str(row.pk),
            division=row.division,
            key=f"cases:{action.pk}",
            at=at,
        )


def tell_colleagues(row: Case, action: Action) -> None:
    """Tell the members of staff whose turn it now is by name: what merely waits in the pool the worklist shows."""
    move = Move(action.move)
    details = action.details
    match move:
        case Move.HAND_OVER:
            whom, said = (
                [details["to"]],
                f"{action.actor_name}把业务 {row.number} 转交给您。理由：{action.text}",
            )
        case Move.HEARING:
            whom, said = (
                details["members"],
                f"{action.actor_name}请您为业务 {row.number} 发表会审意见：{action.text}",
            )
        case Move.RETURN:
            step = State(row.state).step
            taken = row.duties.filter(step=step.value) if step is not None else row.duties.none()
            whom = list(taken.values_list("account_id", flat=True))
            back = f"由{State(action.state).label}退回“{State(row.state).label}”"
            said = f"业务 {row.number} {back}。要补正的：{action.text}"
        case _:
            return
    notices.tell_staff(
        account_ids=whom,
        kind=TURN,
        title=f"{_TURNS[move]}：{row.number}",
        text=said,
        about="cases.case",
        about_id=row.number,
        division=row.division,
        key=f"cases:{action.pk}",
        at=action.at,
    )


def paper_of(action: Action, *, outcome: str, case_type: CaseType) -> SlipKind | None:
    """The paper a move gives out in a case that ended, or will end, with `outcome`; None for none."""
    kind = _BY_OUTCOME[Outcome(outcome)] if _ends(action) else _BY_MOVE.get(Move(action.move))
    return kind if kind is not None and case_type.slip(kind) is not None else None


def _ends(action: Action) -> bool:
    """Whether it is this move that ended the case; what is done to an ended one afterwards tells nobody of an end."""
    return action.led_to == State.CONCLUDED.value and action.state != State.CONCLUDED.value


def _told(row: Case, action: Action, *, case_type: CaseType, text: str) -> tuple[str, str] | None:
    """Title and text of what the person reads; None where the move is the agency's own affair."""
    name, number = case_type.plain_name, row.number
    match Move(action.move):
        case Move.OPEN | Move.CORRECT if applicant_of(row, case_type) is Applicant.AGENCY:
            return (
                f"与您有关的业务：{name}",
                f"业务编号 {number}。这是经办机构依职权办理的，不用您申请，有结果会通知您。"
                f"有意见可以到窗口提出，或者拨 {HOTLINE}。",
            )
        case Move.ACCEPT if applicant_of(row, case_type) is Applicant.AGENCY:
            return f"开始办理：{name}", f"业务编号 {number}。有结果会通知您。"
        case Move.OPEN | Move.CORRECT:
            return f"已收到：{name}", f"业务编号 {number}。工作人员会尽快看材料，决定受理后再通知您。"
        case Move.ACCEPT:
            due = f"最晚 {row.due_on:%Y-%m-%d} 办完。" if row.due_on else ""
            return f"已受理：{name}", f"业务编号 {number}。{due}缺材料时会再通知您。"
        case Move.ASK:
            return f"请补材料：{name}", f"业务编号 {number}。请补：{text}。补齐前办理时限暂停计算。"
        case Move.SUPPLY:
            return f"材料已补齐：{name}", f"业务编号 {number}。办理时限继续计算。"
        case Move.SUSPEND:
            return f"暂停办理：{name}", f"业务编号 {number}。原因：{text}。恢复办理时会通知您。"
        case Move.PAY_FAILED:
            return (
                f"款没有付成：{name}",
                f"业务编号 {number}。待遇已经批准，但是款没有付成。原因：{text}。"
                f"请在 {action.details['until']} 以前带本人身份证和银行卡到窗口，换一个收款账户，"
                "换好以后接着付，不用重新申请。",
            )
        case Move.ACCOUNT:
            return f"新账户已登记：{name}", f"业务编号 {number}。核对以后接着付款。办理时限继续计算。"
        case Move.RESUME:
            return f"恢复办理：{name}", f"业务编号 {number}。办理时限继续计算。"
        case _:
            return None


def _ended(row: Case, case_type: CaseType, *, text: str) -> tuple[str, str]:
    name, number = case_type.plain_name, row.number
    match Outcome(row.outcome):
        case Outcome.GRANTED:
            return f"已办结：{name}", f"业务编号 {number}。{row.effect_said or '结果见办结单。'}"
        case Outcome.REFUSED:
            verdict = "没有批准" if applicant_of(row, case_type) is not Applicant.AGENCY else "不予处理"
            return f"{verdict}：{name}", f"业务编号 {number}。理由：{text}。{case_type.refusal_appeal}"
        case Outcome.NOT_ACCEPTED:
            return (
                f"没有受理：{name}",
                f"业务编号 {number}。理由见不予受理决定书。{case_type.refusal_appeal}",
            )
        case Outcome.WITHDRAWN:
            return f"已撤销：{name}", f"业务编号 {number}。{text}"
