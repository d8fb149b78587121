"""What happened to a case, as sentences."""

from dataclasses import dataclass
from datetime import datetime

from nianlun.cases.domain.flow import STATE_OF, Move
from nianlun.cases.domain.types import CaseType, Step
from nianlun.cases.queries import ActionLine, CaseView

_WORDS = {
    Move.OPEN: "收件",
    Move.ACCEPT: "受理，开始计时",
    Move.REJECT: "提出不予受理",
    Move.ASK: "要求补正材料，期间不计时",
    Move.SUPPLY: "材料补齐，继续计时",
    Move.SUSPEND: "中止办理，期间不计时",
    Move.RESUME: "恢复办理，继续计时",
    Move.REFUSE: "决定不予批准",
    Move.POSTING: "登记公示，公示的日子不计时",
    Move.HEARING: "提请会审",
    Move.HEARING_CLOSED: "结束会审",
    Move.TAKE: "领取",
    Move.PAY: "登记支付",
    Move.PAY_FAILED: "支付不成，等换收款账户，期间不计时",
    Move.ACCOUNT: "登记新的收款账户，继续计时",
    Move.FILE: "归档",
    Move.DETAILS: "补录申报内容",
    Move.DELIVER: "送达文书",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One move as the history tells it: who, in which post, when, did what, and in which words."""

    number: int
    at: datetime
    role: str
    name: str
    what: str
    text: str
    went_on: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StepTold:
    """One of the separate steps: whether it is the one to be done now or lies behind, and what was said."""

    step: Step
    now: bool
    done: bool
    told: tuple[Told, ...]


def by_step(view: CaseView) -> list[StepTold]:
    """The separate steps of the case in their order, each with what was decided at it, the earliest first."""
    decisive = (Move.PASS, Move.RETURN, Move.REFUSE, Move.PAY, Move.PAY_FAILED)
    steps, now = view.type.steps, view.line.state.step
    reached = steps.index(now) if now in steps else (0 if view.line.state.is_open else len(steps))
    return [
        StepTold(
            step=step,
            now=step is now,
            done=(number < reached or view.line.granted) and step is not now and step in view.duties,
            told=tuple(
                _told(action, view.type)
                for action in view.actions
                if action.move in decisive and action.state is STATE_OF[step]
            ),
        )
        for number, step in enumerate(steps)
    ]


def told(view: CaseView) -> list[Told]:
    """Everything that happened, the latest first."""
    return [_told(action, view.type) for action in reversed(view.actions)]


def posting_in(view: CaseView) -> Told | None:
    """The posting that stands: entered after the latest first review."""
    first = [
        a.number for a in view.actions if a.move is Move.PASS and a.state is STATE_OF[Step.FIRST_REVIEW]
    ]
    found = [a for a in view.actions if a.move is Move.POSTING and a.number > max(first, default=0)]
    return _told(found[-1], view.type) if found else None


def kept_subject(view: CaseView) -> str:
    """What the latest first review looked at and the grant is kept to, in a sentence; empty where there is none."""
    first = STATE_OF[Step.FIRST_REVIEW]
    passes = [a for a in view.actions if a.move is Move.PASS and a.state is first]
    kept = passes[-1].details.get("subject") if passes else None
    return str(kept.get("sentence", "")) if isinstance(kept, dict) else ""


def deliveries(view: CaseView) -> dict[str, list[ActionLine]]:
    """How each paper the agency gave out was delivered, by the paper's id, the first time first."""
    found: dict[str, list[ActionLine]] = {}
    for action in view.actions:
        if action.move is Move.DELIVER:
            found.setdefault(str(action.details.get("slip", "")), []).append(action)
    return found


def since(view: CaseView, version: int) -> list[Told]:
    """What happened after the version that somebody saw, in its order; everything for a version that never was."""
    return [_told(action, view.type) for action in view.actions if action.number > version]


def _told(action: ActionLine, case_type: CaseType) -> Told:
    before, after = action.state, action.led_to
    return Told(
        number=action.number,
        at=action.at,
        role=action.actor_role,
        name=action.actor_name,
        what=_what(action, case_type),
        text=action.text.removeprefix(f"{_paper(action, case_type)}："),  # the paper is named beside it
        went_on=after.label if before is not None and after is not before else "",
    )


def _what(action: ActionLine, case_type: CaseType) -> str:
    step = action.state.label if action.state else ""
    match action.move:
        case Move.PASS:
            if "payee" in action.details:
                return f"{step}核对新的收款账户，通过"
            against = action.details.get("advice") == "refuse"
            return f"{step}完成，建议不予批准" if against else f"{step}通过"
        case Move.RETURN:
            return f"{step}时退回到{action.led_to.label}"
        case Move.WITHDRAW:
            return "撤回申请" if not action.led_to.is_open else "提出撤销"
        case Move.CONFIRM:
            return f"同意（{step}）"
        case Move.DENY:
            return f"不同意（{step}），退回继续办理"
        case Move.OPINION:
            return "会审意见：同意" if action.details.get("agree") else "会审意见：不同意"
        case Move.HAND_OVER:
            return f"转交给{action.details.get('name', '')}"
        case Move.MATERIAL:
            paper = _paper(action, case_type)
            return f"收取材料“{paper}”" if paper else "收取材料"
        case Move.CORRECT:
            return "为更正已办结的业务立案"
        case other:
            return _WORDS.get(other, other.label)


def _paper(action: ActionLine, case_type: CaseType) -> str:
    """The paper that was taken in; empty for another move, or a paper its kind of business does not know."""
    wanted = case_type.requirement(str(action.details.get("requirement", "")))
    return wanted.name if wanted is not None and action.move is Move.MATERIAL else ""
