"""The way of a case through the agency: its states, its moves, and which move leads where. No database, no clock.

    received ─ accept ─▶ first review ▶ second review ▶ approval ▶ payment ▶ concluded ─ file ─▶ filed
       │ 不予受理 proposed ▶ confirmed by another                        ▲
       └ supplement / suspended: the clock stands still, then back to where it was

    payment ─ 支付不成 ▶ supplement ─ another account ▶ second review ▶ payment: the grant stands all the while

A type leaves out steps, never their order. Refusing and granting are decided at the last step before payment; who
reviews earlier advises. What one person proposes against the applicant another confirms (经办条例 第三十七条).
"""

from collections.abc import Sequence
from enum import StrEnum

from nianlun.cases.domain.types import Step


class State(StrEnum):
    """Where a case is."""

    RECEIVED = "received"
    REJECTING = "rejecting"
    FIRST_REVIEW = "first_review"
    SECOND_REVIEW = "second_review"
    APPROVAL = "approval"
    PAYMENT = "payment"
    SUPPLEMENT = "supplement"
    SUSPENDED = "suspended"
    WITHDRAWING = "withdrawing"
    CONCLUDED = "concluded"
    FILED = "filed"

    @property
    def label(self) -> str:
        """What the staff call it."""
        return _STATES[self]

    @property
    def step(self) -> Step | None:
        """The step that is to be done in this state, if it is one of the separate ones."""
        return _STEPS.get(self)

    @property
    def is_open(self) -> bool:
        """Whether something is still to be decided."""
        return self not in (State.CONCLUDED, State.FILED)


_STATES = {
    State.RECEIVED: "待受理",
    State.REJECTING: "拟不予受理",
    State.FIRST_REVIEW: "初审",
    State.SECOND_REVIEW: "复核",
    State.APPROVAL: "审批",
    State.PAYMENT: "支付",
    State.SUPPLEMENT: "补正",
    State.SUSPENDED: "中止",
    State.WITHDRAWING: "拟撤销",
    State.CONCLUDED: "已办结，待归档",
    State.FILED: "已归档",
}
_STEPS = {
    State.FIRST_REVIEW: Step.FIRST_REVIEW,
    State.SECOND_REVIEW: Step.SECOND_REVIEW,
    State.APPROVAL: Step.APPROVAL,
    State.PAYMENT: Step.PAYMENT,
}
STATE_OF = {step: state for state, step in _STEPS.items()}
OPEN = tuple(state for state in State if state.is_open)


class Outcome(StrEnum):
    """How a case ended."""

    GRANTED = "granted"
    REFUSED = "refused"
    NOT_ACCEPTED = "not_accepted"
    WITHDRAWN = "withdrawn"

    @property
    def label(self) -> str:
        """What stands on the slip."""
        return {
            Outcome.GRANTED: "准予办结",
            Outcome.REFUSED: "不予批准",
            Outcome.NOT_ACCEPTED: "不予受理",
            Outcome.WITHDRAWN: "已撤销",
        }[self]


class Move(StrEnum):
    """What somebody does with a case; each becomes one action in its history."""

    OPEN = "open"
    ACCEPT = "accept"
    REJECT = "reject"
    ASK = "ask"
    SUPPLY = "supply"
    SUSPEND = "suspend"
    RESUME = "resume"
    PASS = "pass"  # noqa: S105  a move, no password
    RETURN = "return"
    REFUSE = "refuse"
    WITHDRAW = "withdraw"
    CONFIRM = "confirm"
    DENY = "deny"
    PAY = "pay"
    PAY_FAILED = "pay_failed"
    ACCOUNT = "account"
    MATERIAL = "material"
    OPINION = "opinion"
    POSTING = "posting"
    HEARING = "hearing"
    HEARING_CLOSED = "hearing_closed"
    TAKE = "take"
    HAND_OVER = "hand_over"
    FILE = "file"
    CORRECT = "correct"
    DETAILS = "details"
    DELIVER = "deliver"

    @property
    def label(self) -> str:
        """What the history calls it."""
        return _MOVES[self]


_MOVES = {
    Move.OPEN: "收件",
    Move.ACCEPT: "受理",
    Move.REJECT: "提出不予受理",
    Move.ASK: "要求补正",
    Move.SUPPLY: "补齐材料",
    Move.SUSPEND: "中止",
    Move.RESUME: "恢复办理",
    Move.PASS: "通过",
    Move.RETURN: "退回",
    Move.REFUSE: "不予批准",
    Move.WITHDRAW: "撤销",
    Move.CONFIRM: "同意",
    Move.DENY: "不同意",
    Move.PAY: "支付",
    Move.PAY_FAILED: "支付不成",
    Move.ACCOUNT: "登记新账户",
    Move.MATERIAL: "收取材料",
    Move.OPINION: "会审意见",
    Move.POSTING: "公示",
    Move.HEARING: "提请会审",
    Move.HEARING_CLOSED: "会审结束",
    Move.TAKE: "领取",
    Move.HAND_OVER: "转交",
    Move.FILE: "归档",
    Move.CORRECT: "更正立案",
    Move.DETAILS: "补录内容",
    Move.DELIVER: "送达",
}

AT_THE_DOOR = (State.RECEIVED,)
WITH_POSTING = (State.SECOND_REVIEW, State.APPROVAL)
"""States in which a posting is entered: after the first review, before the grant."""
AT_A_STEP = (State.FIRST_REVIEW, State.SECOND_REVIEW, State.APPROVAL, State.PAYMENT)
PAUSED = (State.SUPPLEMENT, State.SUSPENDED)
WITH_MATERIALS = (State.RECEIVED, State.FIRST_REVIEW, State.SUPPLEMENT)
"""States in which papers are taken in; later ones are asked for first, so that nobody adds one unseen."""


class OutOfStep(Exception):
    """The move does not fit the state the case is in; the message says where it is and what to do."""


def deciding(steps: Sequence[Step]) -> Step:
    """The step at which a case is granted or refused: the last before payment."""
    return [step for step in steps if step is not Step.PAYMENT][-1]


def after_passing(
    steps: Sequence[Step], state: State, *, granted: bool = False
) -> tuple[State, Outcome | None]:
    """Where a case goes when its current step is passed. Raises `OutOfStep` where no step is to be done.

    What was `granted` already is paid again as soon as the new account is reviewed: nobody approves it twice.
    """
    step = step_of(steps, state)
    if granted:
        ensure_account_review(state)
        return State.PAYMENT, None
    later = steps[steps.index(step) + 1 :]
    if later:
        return STATE_OF[later[0]], None
    return State.CONCLUDED, Outcome.GRANTED


def after_accepting(steps: Sequence[Step], state: State) -> State:
    """The first step of an accepted case. Raises `OutOfStep` where it is not waiting for that."""
    if state is not State.RECEIVED:
        raise OutOfStep(f"这件业务现在是“{state.label}”，不在待受理。请看最新的办理情况。")
    return STATE_OF[steps[0]]


def after_returning(steps: Sequence[Step], state: State, *, to: Step) -> State:
    """Where a returned case goes: back to an earlier step. Raises `OutOfStep`."""
    step = step_of(steps, state)
    if to not in steps or steps.index(to) >= steps.index(step):
        raise OutOfStep(f"{state.label}只能退回到前面的步骤。请另选一步。")
    if step is Step.PAYMENT:
        raise OutOfStep(
            "批准已经生效，不能退回重审。支付不成的，由财务登记“支付不成”；结果有误的，另立更正业务。"
        )
    return STATE_OF[to]


def ensure_refusable(steps: Sequence[Step], state: State) -> None:
    """Return where the case may be refused now: at its deciding step. Raises `OutOfStep`."""
    if step_of(steps, state) is not deciding(steps):
        last = STATE_OF[deciding(steps)]
        raise OutOfStep(f"不予批准由{last.label}决定，现在是“{state.label}”。请写明建议后交下一步。")


def after_failing(state: State) -> tuple[State, State]:
    """Where a case goes whose payment failed, and where it goes on from there. Raises `OutOfStep`."""
    if state is not State.PAYMENT:
        raise OutOfStep(f"这件业务现在是“{state.label}”，不在支付，没有付不成的款。请看最新的办理情况。")
    return State.SUPPLEMENT, State.SECOND_REVIEW


def ensure_account_wanted(state: State, *, granted: bool) -> None:
    """Return where a granted case waits for another account to be paid into. Raises `OutOfStep`."""
    if not granted or state is not State.SUPPLEMENT:
        raise OutOfStep(f"这件业务现在是“{state.label}”，没有在等新的收款账户。请看最新的办理情况。")


def ensure_account_review(state: State) -> None:
    """Return where a granted case waits for its new account to be reviewed. Raises `OutOfStep`."""
    if state is not State.SECOND_REVIEW:
        raise OutOfStep(f"待遇已经批准，现在是“{state.label}”，没有要审核的。请看最新的办理情况。")


def ensure_not_granted(*, granted: bool, what: str) -> None:
    """Return where nothing has been granted yet. Raises `OutOfStep`: only the account is changed afterwards."""
    if granted:
        raise OutOfStep(
            f"待遇已经批准，不能{what}。款没有付成的，换收款账户、由复核人员核对后再付；"
            "结果有误的，付款后另立更正业务。"
        )


def turn_of(state: State, resumes: State | None) -> State:
    """The state whose post has to act: a suspended case is for whoever does the step it was stopped at."""
    if state is State.SUSPENDED and resumes is not None:
        return resumes
    return state


def ensure_pausable(state: State, *, move: Move) -> None:
    """Return where papers may be asked for, or the case suspended. Raises `OutOfStep`."""
    if move is Move.ASK and state is State.RECEIVED:
        return
    if state not in AT_A_STEP or state is State.PAYMENT:
        raise OutOfStep(f"这件业务现在是“{state.label}”，不能{move.label}。请看最新的办理情况。")


def ensure_withdrawable(state: State) -> None:
    """Return where the case may be withdrawn: before anything has taken effect. Raises `OutOfStep`."""
    if state in (State.PAYMENT, State.CONCLUDED, State.FILED):
        raise OutOfStep("批准已经生效，不能撤销。结果有误的，请另立更正业务。")
    if state in (State.REJECTING, State.WITHDRAWING):
        raise OutOfStep(f"这件业务现在是“{state.label}”，等另一人同意。请等结果。")


def step_of(steps: Sequence[Step], state: State) -> Step:
    """The step that a case of these steps is at. Raises `OutOfStep` where it is at none."""
    step = state.step
    if step is None or step not in steps:
        raise OutOfStep(f"这件业务现在是“{state.label}”，没有要办的审核步骤。请看最新的办理情况。")
    return step
