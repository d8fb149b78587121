"""What a viewer may do with a case as it stands: one thing that is next, and the others, folded away.

This decides what a page offers. Whether it may be done the operations decide, when it is.
"""

from dataclasses import dataclass
from enum import StrEnum

from nianlun.access.domain import Right, Viewer
from nianlun.cases.domain.flow import AT_A_STEP, WITH_POSTING, Move, Outcome, State, deciding
from nianlun.cases.domain.types import Step
from nianlun.cases.queries import ActionLine, CaseView, states_for


class Deed(StrEnum):
    """What somebody does with a case on its page."""

    ACCEPT = "accept"
    REJECT = "reject"
    DECIDE_REJECTION = "decide-rejection"
    ASK = "ask"
    SUSPEND = "suspend"
    RESUME = "resume"
    PASS = "pass"  # noqa: S105  a move, no password
    RETURN = "return"
    REFUSE = "refuse"
    PAY = "pay"
    PAY_FAILED = "pay-failed"
    ACCOUNT = "account"
    WITHDRAW = "withdraw"
    DECIDE_WITHDRAWAL = "decide-withdrawal"
    POSTING = "posting"
    HEARING = "hearing"
    OPINION = "opinion"
    CLOSE_HEARING = "close-hearing"
    TAKE = "take"
    HAND_OVER = "hand-over"
    CORRECT = "correct"

    @property
    def label(self) -> str:
        """What stands on its button or fold."""
        return _LABELS[self]


_LABELS = {
    Deed.ACCEPT: "受理",
    Deed.REJECT: "不予受理",
    Deed.DECIDE_REJECTION: "对不予受理的意见",
    Deed.ASK: "要求补正",
    Deed.SUSPEND: "中止",
    Deed.RESUME: "恢复办理",
    Deed.PASS: "通过",
    Deed.RETURN: "退回",
    Deed.REFUSE: "不予批准",
    Deed.PAY: "登记支付",
    Deed.PAY_FAILED: "支付不成",
    Deed.ACCOUNT: "登记新的收款账户",
    Deed.WITHDRAW: "撤销",
    Deed.DECIDE_WITHDRAWAL: "对撤销的意见",
    Deed.POSTING: "登记公示",
    Deed.HEARING: "提请会审",
    Deed.OPINION: "发表会审意见",
    Deed.CLOSE_HEARING: "结束会审",
    Deed.TAKE: "领取",
    Deed.HAND_OVER: "转交",
    Deed.CORRECT: "另立更正业务",
}
_STEP_RIGHTS = (Right.CASE_REVIEW, Right.CASE_CONFIRM, Right.CASE_APPROVE)
NEEDED = {
    Deed.ACCEPT: (Right.CASE_ACCEPT,),
    Deed.REJECT: (Right.CASE_ACCEPT,),
    Deed.DECIDE_REJECTION: (Right.CASE_CONFIRM,),
    Deed.ASK: (Right.CASE_ACCEPT, *_STEP_RIGHTS),
    Deed.SUSPEND: _STEP_RIGHTS,
    Deed.RESUME: (Right.CASE_ACCEPT, *_STEP_RIGHTS),
    Deed.PASS: _STEP_RIGHTS,
    Deed.RETURN: _STEP_RIGHTS,
    Deed.REFUSE: _STEP_RIGHTS,
    Deed.PAY: (Right.CASE_PAY,),
    Deed.PAY_FAILED: (Right.CASE_PAY,),
    Deed.ACCOUNT: (Right.CASE_ACCEPT,),
    Deed.WITHDRAW: (Right.CASE_ACCEPT,),
    Deed.DECIDE_WITHDRAWAL: (Right.CASE_CONFIRM,),
    Deed.POSTING: (Right.CASE_ACCEPT, Right.CASE_CONFIRM),
    Deed.HEARING: _STEP_RIGHTS,
    Deed.OPINION: (Right.CASE_HEAR,),
    Deed.CLOSE_HEARING: _STEP_RIGHTS,
    Deed.TAKE: (Right.CASE_ACCEPT, *_STEP_RIGHTS, Right.CASE_PAY),
    Deed.HAND_OVER: (Right.CASE_ACCEPT, *_STEP_RIGHTS, Right.CASE_PAY, Right.CASE_OVERSEE),
    Deed.CORRECT: (Right.CASE_ACCEPT,),
}
"""Who holds none of these rights has no business with the deed, whatever the state of the case."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Offers:
    """What the case's page offers a viewer: the deed that is next, what else, and why nothing is, in a sentence."""

    main: Deed | None
    others: tuple[Deed, ...]
    note: str

    def __contains__(self, deed: object) -> bool:
        return deed is self.main or deed in self.others


@dataclass(frozen=True, slots=True, kw_only=True)
class Hearing:
    """The hearing that is running: who was called, who has spoken."""

    question: str
    members: tuple[tuple[int, str], ...]
    opinions: tuple[ActionLine, ...]

    @property
    def silent(self) -> tuple[str, ...]:
        """Who has not spoken yet."""
        spoken = {opinion.account_id for opinion in self.opinions}
        return tuple(name for member, name in self.members if member not in spoken)


def number_of(text: str) -> int:
    """A version as a form sent it; what is no number is no version that ever was."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 9 else -1


def hearing_in(view: CaseView) -> Hearing | None:
    """The hearing that is running, if one is."""
    about = [a for a in view.actions if a.move in (Move.HEARING, Move.HEARING_CLOSED)]
    if not about or about[-1].move is Move.HEARING_CLOSED:
        return None
    called = about[-1]
    members, names = called.details.get("members"), called.details.get("names")
    return Hearing(
        question=called.text,
        members=tuple(zip(members, names, strict=True))
        if isinstance(members, list) and isinstance(names, list)
        else (),
        opinions=tuple(a for a in view.actions if a.move is Move.OPINION and a.number > called.number),
    )


def earlier_steps(view: CaseView) -> tuple[Step, ...]:
    """To which steps the case can be returned from where it is."""
    step, steps = view.line.state.step, view.type.steps
    return steps[: steps.index(step)] if step in steps else ()


def decides(view: CaseView) -> bool:
    """Whether the case is granted or refused at the step it is at."""
    return view.line.state.step is deciding(view.type.steps)


def offers(view: CaseView, who: Viewer) -> Offers:
    """What the viewer may do now. Somebody else's piece of work, and a step after an own one, are not offered."""
    hearing = hearing_in(view)
    called = hearing is not None and who.may(Right.CASE_HEAR) and _is_silent(hearing, who)
    aside = (*_posting(view, who), *_handing(view, who), *_afterwards(view, who))
    hindrance = _hindrance(view, who)
    if called:
        return Offers(main=Deed.OPINION, others=aside, note="")
    if hindrance:
        return Offers(main=None, others=aside, note=hindrance)
    main, others = _at_hand(view, who, hearing=hearing)
    note = "" if main else _whose_turn(view, hearing=hearing)
    return Offers(main=main, others=(*others, *aside), note=note)


def _at_hand(
    view: CaseView, who: Viewer, *, hearing: Hearing | None
) -> tuple[Deed | None, tuple[Deed, ...]]:
    state = view.line.state
    if view.line.turn not in states_for(who):
        return None, ()
    match state:
        case State.RECEIVED:
            return Deed.ACCEPT, (Deed.ASK, Deed.REJECT, Deed.WITHDRAW)
        case State.REJECTING:
            return Deed.DECIDE_REJECTION, ()
        case State.WITHDRAWING:
            return Deed.DECIDE_WITHDRAWAL, ()
        case State.SUPPLEMENT if view.line.granted:
            return Deed.ACCOUNT, ()
        case State.SUPPLEMENT:
            return Deed.RESUME, (Deed.WITHDRAW,)
        case State.SUSPENDED:
            return Deed.RESUME, ()
        case State.PAYMENT:
            return Deed.PAY, (Deed.PAY_FAILED,)
        case State.SECOND_REVIEW if view.line.granted:
            return Deed.PASS, (Deed.ASK,)
        case _:
            return _at_step(view, who, hearing=hearing)


def _at_step(
    view: CaseView, who: Viewer, *, hearing: Hearing | None
) -> tuple[Deed | None, tuple[Deed, ...]]:
    others: list[Deed] = []
    if earlier_steps(view):
        others.append(Deed.RETURN)
    if decides(view) and hearing is None:
        others.append(Deed.REFUSE)
    others += [Deed.ASK, Deed.SUSPEND]
    if view.type.hearing and hearing is None:
        others.append(Deed.HEARING)
    if hearing is None:
        return Deed.PASS, tuple(others)
    if hearing.silent:  # whoever cannot speak any more is not waited for; who still can is named on trying
        return None, (*others, Deed.CLOSE_HEARING)
    return Deed.CLOSE_HEARING, tuple(others)


def _posting(view: CaseView, who: Viewer) -> tuple[Deed, ...]:
    wanted = view.line.state in WITH_POSTING and not view.line.granted
    may = who.may(Right.CASE_ACCEPT) or who.may(Right.CASE_CONFIRM)
    return (Deed.POSTING,) if wanted and may and view.type.days_to_post(view.details) is not None else ()


def _handing(view: CaseView, who: Viewer) -> tuple[Deed, ...]:
    line = view.line
    if not line.state.is_open:
        return ()
    if line.holder_id is None and line.turn in states_for(who) and not _took_another(view, who):
        return (Deed.TAKE, Deed.HAND_OVER) if who.may(Right.CASE_OVERSEE) else (Deed.TAKE,)
    mine = line.holder_id is not None and line.holder_id == who.account_id
    return (Deed.HAND_OVER,) if mine or who.may(Right.CASE_OVERSEE) else ()


def _afterwards(view: CaseView, who: Viewer) -> tuple[Deed, ...]:
    """What whoever takes cases in may do with one that has left the door: withdraw it, or correct it once granted."""
    line = view.line
    if not who.may(Right.CASE_ACCEPT) or line.holder_id not in (None, who.account_id):
        return ()
    if not line.granted and line.state in (State.FIRST_REVIEW, State.SECOND_REVIEW, State.APPROVAL):
        return (Deed.WITHDRAW,)
    return (Deed.CORRECT,) if line.outcome is Outcome.GRANTED else ()


def _hindrance(view: CaseView, who: Viewer) -> str:
    line = view.line
    if not line.state.is_open or line.turn not in states_for(who):
        return ""
    if line.holder_id not in (None, who.account_id):
        return f"{line.holder_name}领取在办。要接手的，请其转交，或由领导转交。"
    done = _took_another(view, who)
    if done:
        return f"您办过这件业务的{done.label}，{line.state.label}要由另一位同事办。"
    return ""


def _took_another(view: CaseView, who: Viewer) -> Step | None:
    """The separate step that the viewer took, where the case is at another one now."""
    state = view.line.state
    now = Step.SECOND_REVIEW if state in (State.REJECTING, State.WITHDRAWING) else state.step
    if state is State.SUPPLEMENT and view.line.granted:
        now = Step.FIRST_REVIEW  # whoever takes the new account in
    if now is None:
        return None
    return next(
        (step for step, by in view.duties.items() if by == who.account_id and step is not now), None
    )


def _is_silent(hearing: Hearing, who: Viewer) -> bool:
    called = {member for member, _ in hearing.members}
    spoken = {opinion.account_id for opinion in hearing.opinions}
    return who.account_id in called and who.account_id not in spoken


def _whose_turn(view: CaseView, *, hearing: Hearing | None) -> str:
    state = view.line.state
    if state in AT_A_STEP and hearing is not None and hearing.silent:
        return f"正在会审，还等{'、'.join(hearing.silent)}发表意见。"
    match state:
        case State.SUPPLEMENT if view.line.granted:
            return "款没有付成，等申请人换一个收款账户，由经办人员登记。"
        case State.RECEIVED | State.SUPPLEMENT:
            return f"现在是“{state.label}”，等经办人员办理。"
        case State.REJECTING | State.WITHDRAWING:
            return f"现在是“{state.label}”，等复核人员定。"
        case State.SUSPENDED:
            return "现在中止，等有结论后恢复办理。"
        case State.CONCLUDED:
            return "已经办结，等档案员归档。"
        case State.FILED:
            return "已经归档。"
        case _:
            return f"现在等{state.label}。"
