"""What a case is to the person it is about: where it stands, what comes next, what is wanted, in plain words."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.utils import timezone

from nianlun.cases import calendars
from nianlun.cases.domain import clock
from nianlun.cases.domain.calendar import CalendarMissing
from nianlun.cases.domain.facts import How
from nianlun.cases.domain.flow import PAUSED, Move, Outcome, State
from nianlun.cases.domain.supplement import still_missing
from nianlun.cases.domain.types import Requirement, Step
from nianlun.cases.queries import CaseLine, CaseView, MaterialLine

_STATES = {
    State.RECEIVED: "已收到，等工作人员看材料",
    State.REJECTING: "已收到，正在审核能不能受理",
    State.FIRST_REVIEW: "正在审核",
    State.SECOND_REVIEW: "正在审核",
    State.APPROVAL: "正在审核",
    State.PAYMENT: "已批准，正在付款",
    State.SUPPLEMENT: "等您补材料",
    State.SUSPENDED: "暂停，等其他部门的结果",
    State.WITHDRAWING: "正在审核是否撤销",
}
_GRANTED = {
    State.SUPPLEMENT: "已批准，款没有付成，等您换账户",
    State.SECOND_REVIEW: "已批准，正在核对新账户",
}
"""Where a case stands whose payment failed."""
_OUTCOMES = {
    Outcome.GRANTED: "办好了",
    Outcome.REFUSED: "没有批准",
    Outcome.NOT_ACCEPTED: "没有受理",
    Outcome.WITHDRAWN: "已撤销",
}
_TONES = {
    Outcome.GRANTED: "ok",
    Outcome.REFUSED: "bad",
    Outcome.NOT_ACCEPTED: "bad",
    Outcome.WITHDRAWN: "plain",
}
FOR_PAPERS = (State.RECEIVED, State.SUPPLEMENT)
"""States in which the person may still send papers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskStep:
    """One line of the task list; `state` is one of the six words of the list."""

    title: str
    state: str
    note: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A paper of the case: what stands for it now, and whether it is what is being waited for."""

    requirement: Requirement
    given: MaterialLine | None
    asked: bool

    @property
    def word(self) -> str:
        """What the list says beside its name."""
        if self.asked:
            return "请补交"
        if self.given is None:
            return "还没有交" if self.requirement.required else "可以不交"
        return "已承诺补交" if self.given.how is How.PROMISED else "已收到"

    @property
    def tone(self) -> str:
        """The tone of its chip."""
        return "wait" if self.asked or (self.given is None and self.requirement.required) else "ok"


def state_words(line: CaseLine) -> str:
    """Where the case stands."""
    if line.outcome:
        return _OUTCOMES[line.outcome]
    return _GRANTED.get(line.state, _STATES[line.state]) if line.granted else _STATES[line.state]


def tone(line: CaseLine) -> str:
    """The tone of its chip."""
    if line.outcome:
        return _TONES[line.outcome]
    return "wait" if line.state is State.SUPPLEMENT else "act"


def waits_for_person(line: CaseLine) -> bool:
    """Whether nothing happens until the person does something."""
    return line.state is State.SUPPLEMENT


def until_when(view: CaseView, *, on: date) -> str:
    """The clock in words: until when it will be done, or why it stands; empty where there is no term."""
    line = view.line
    if line.outcome is not None or view.limit_days is None:
        return ""
    if line.state in PAUSED:
        return "办理时限暂停计算，恢复办理后接着算。"
    if line.due_on is None:
        return ""
    try:
        left = clock.days_left(line.due_on, on=on, calendar=calendars.calendar())
    except CalendarMissing:
        return f"最晚 {line.due_on} 办完。"
    if on > line.due_on:  # over all the same where no working day has passed since
        late = f"已经超过 {-left} 个工作日" if left else "已经过了期限"
        return f"应在 {line.due_on} 办完，{late}。您可以打电话催办。"
    return f"最晚 {line.due_on} 办完，还有 {left} 个工作日。"


def task_steps(view: CaseView) -> list[TaskStep]:
    """The case as a task list: received, accepted, reviewed, paid, done."""
    line = view.line
    steps = [TaskStep(title="收到申请", state="已办结", note=f"{timezone.localdate(line.received_at)}")]
    accepted = line.accepted_at is not None
    if line.accepted_at is not None:
        steps.append(TaskStep(title="受理", state="已办结", note=f"{timezone.localdate(line.accepted_at)}"))
    else:
        steps.append(TaskStep(title="受理", state=_word(view)))
    if line.outcome in (Outcome.NOT_ACCEPTED, Outcome.WITHDRAWN):
        return [*steps[:1], *([steps[1]] if accepted else []), _end(view)]
    paying = line.granted and not line.outcome
    review = "已办结" if line.outcome or paying else _word(view) if accepted else "未开始"
    steps.append(TaskStep(title="审核", state=review, note=_review_note(view)))
    if Step.PAYMENT in view.type.steps:
        steps.append(
            TaskStep(title="付款", state="已办结" if line.outcome else _word(view) if paying else "未开始")
        )
    return [*steps, _end(view)]


def papers(view: CaseView) -> list[Wanted]:
    """Every paper of the case, those asked for first."""
    asked = set(asked_for(view))
    stands = {material.requirement: material for material in view.materials if material.stands}
    found = [
        Wanted(requirement=one, given=stands.get(one.code), asked=one.code in asked)
        for one in view.type.requirements
        if one.needed(view.details) is not False or one.code in stands or one.code in asked
    ]
    return sorted(found, key=lambda one: not one.asked)


def asked_for(view: CaseView) -> Sequence[str]:
    """The papers that are being waited for and have not come since they were asked for."""
    if view.line.state is not State.SUPPLEMENT:
        return ()
    asked = next((action for action in reversed(view.actions) if action.move is Move.ASK), None)
    if asked is None:
        return ()
    since = [action for action in view.actions if action.number > asked.number]
    return still_missing(asked.details, taken=[one.details for one in since if one.move is Move.MATERIAL])


def asked_words(view: CaseView) -> str:
    """What the clerk wrote when asking for papers or suspending the case."""
    if view.line.state not in PAUSED:
        return ""
    stops = (Move.ASK, Move.SUSPEND, Move.PAY_FAILED)
    return next((action.text for action in reversed(view.actions) if action.move in stops), "")


def account_words(view: CaseView) -> str:
    """What the person does where the money would not go through; empty where nothing failed."""
    if not view.line.granted or view.line.state is not State.SUPPLEMENT:
        return ""
    failed = next((one for one in reversed(view.actions) if one.move is Move.PAY_FAILED), None)
    until = f"在 {failed.details['until']} 以前" if failed is not None else ""
    return (
        f"待遇已经批准，不用重新申请。请{until}带本人身份证和银行卡到窗口，换一个收款账户，换好以后接着付。"
    )


def decision_words(view: CaseView) -> str:
    """Why the case ended as it did: what took effect, or the reasons."""
    if view.line.outcome is Outcome.GRANTED:
        return view.effect_said or "结果见办结单。"
    if view.line.outcome is Outcome.NOT_ACCEPTED:
        said = (action.text for action in reversed(view.actions) if action.move is Move.REJECT)
    else:
        said = (action.text for action in reversed(view.actions) if action.led_to is State.CONCLUDED)
    return next(said, "")


def _word(view: CaseView) -> str:
    return "待补" if view.line.state is State.SUPPLEMENT else "在办"


def _review_note(view: CaseView) -> str:
    done = len(view.duties)
    total = len([step for step in view.type.steps if step is not Step.PAYMENT])
    if view.line.accepted_at is None or view.line.outcome or not done:
        return f"由 {total} 位工作人员分别审核"
    return f"由 {total} 位工作人员分别审核，已办 {min(done, total)} 位"


def _end(view: CaseView) -> TaskStep:
    outcome = view.line.outcome
    if outcome is None or view.line.concluded_at is None:
        return TaskStep(title="告诉您结果", state="未开始")
    bad = outcome in (Outcome.REFUSED, Outcome.NOT_ACCEPTED)
    day = f"{timezone.localdate(view.line.concluded_at)}"
    return TaskStep(title=_OUTCOMES[outcome], state="已退回" if bad else "已办结", note=day)
