"""The separate steps: passing on, sending back, refusing, granting with its effect, paying."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.utils import timezone

from nianlun.access.domain import NotVisible, Refused, Viewer
from nianlun.cases import checks, effects, gathering, moving, tying
from nianlun.cases.domain.facts import CaseFacts
from nianlun.cases.domain.findings import Finding
from nianlun.cases.domain.flow import (
    Move,
    Outcome,
    OutOfStep,
    State,
    after_passing,
    after_returning,
    deciding,
    ensure_not_granted,
    ensure_refusable,
    step_of,
)
from nianlun.cases.domain.types import CaseType, Step
from nianlun.cases.guarding import guarded
from nianlun.cases.models import Case
from nianlun.cases.operations import payout, posting
from nianlun.cases.operations.hearing import hearing_of
from nianlun.cases.queuing import in_turn


@guarded
def pass_on(
    case_id: UUID, *, by: Viewer, version: int, text: str = "", advice: bool = True, at: datetime
) -> None:
    """Take the current step and hand the case on. The deciding step grants it: its effect runs in this transaction.

    At the first review the system's own checks stand in the way where they say stop, and want a word where they say
    look; what stops, stops the grant too, whatever was advised and changed in between. What the grant would bring into
    force is kept with the first review: nothing else is granted. `advice` false recommends a refusal to those who
    decide. Raises `Refused` and what the effect raises.
    """
    row, by = moving.opened(case_id, by=by, version=version)
    _pass(row, by=by, text=text, advice=advice, at=at)


def _pass(row: Case, *, by: Viewer, text: str, advice: bool, at: datetime) -> None:
    state = State(row.state)
    if state is State.PAYMENT:
        raise OutOfStep("这件业务在支付，请登记支付结果。")
    case_type = moving.type_of(row)
    to, outcome = after_passing(case_type.steps, state, granted=row.granted_at is not None)
    moving.take_step(row, step_of(case_type.steps, state), by=by, at=at)
    if row.granted_at is not None:
        payout.pass_account(row, to=to, by=by, text=text, advice=advice, at=at)
        return
    _ensure_heard(row)
    tidy = " ".join(text.split())[: moving.LONGEST_TEXT]
    if not advice:
        tidy = moving.reason(text, "建议不予批准的理由")
    details: dict[str, object] = {"advice": "grant" if advice else "refuse"}
    if step_of(case_type.steps, state) is Step.FIRST_REVIEW:
        facts = gathering.facts(row, case_type=case_type)
        _ensure_checked(facts, text=tidy, advice=advice, at=at)
        details |= tying.reviewed(case_type.effect, facts)
    if step_of(case_type.steps, state) is deciding(case_type.steps):
        if not advice:
            raise OutOfStep("这一步由您决定：同意就通过，不同意就不予批准或退回。")
        posting.ensure_posted(row, case_type)
        _grant(row, case_type, by=by, at=at)
    moving.moved(
        row,
        Move.PASS,
        to=to,
        by=by,
        at=at,
        text=tidy or ("同意" if advice else ""),
        details=details,
        outcome=outcome,
    )


@guarded
def send_back(case_id: UUID, *, by: Viewer, version: int, to: Step, text: str, at: datetime) -> None:
    """Return the case to an earlier step with what has to be mended. Raises `Refused`."""
    row, by = moving.opened(case_id, by=by, version=version)
    state = State(row.state)
    case_type = moving.type_of(row)
    led_to = after_returning(case_type.steps, state, to=to)
    ensure_not_granted(granted=row.granted_at is not None, what="退回")
    why = moving.reason(text, "退回的理由")
    moving.take_step(row, step_of(case_type.steps, state), by=by, at=at)
    moving.moved(row, Move.RETURN, to=led_to, by=by, at=at, text=why)


@guarded
def refuse(case_id: UUID, *, by: Viewer, version: int, text: str, at: datetime) -> None:
    """Decide that the case is not granted, with the reasons the applicant will read. Raises `Refused`."""
    row, by = moving.opened(case_id, by=by, version=version)
    state = State(row.state)
    ensure_not_granted(granted=row.granted_at is not None and state.is_open, what="不予批准")
    case_type = moving.type_of(row)
    ensure_refusable(case_type.steps, state)
    why = moving.reason(text, "不予批准的理由")
    moving.take_step(row, step_of(case_type.steps, state), by=by, at=at)
    _ensure_heard(row)
    moving.moved(row, Move.REFUSE, to=State.CONCLUDED, by=by, at=at, text=why, outcome=Outcome.REFUSED)


@guarded
def pay(case_id: UUID, *, by: Viewer, version: int, voucher: str, at: datetime) -> None:
    """Enter the payment of a granted case with the number of its voucher; that concludes it. Raises `Refused`."""
    row, by = moving.opened(case_id, by=by, version=version)
    if State(row.state) is not State.PAYMENT:
        raise OutOfStep(f"这件业务现在是“{State(row.state).label}”，不在支付。")
    number = " ".join(voucher.split())[:60]
    if not number:
        raise Refused("请填写支付凭证号。")
    moving.take_step(row, Step.PAYMENT, by=by, at=at)
    moving.moved(
        row,
        Move.PAY,
        to=State.CONCLUDED,
        by=by,
        at=at,
        text=f"支付凭证 {number}",
        details={"voucher": number},
        outcome=Outcome.GRANTED,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Passed:
    """What became of one case of a batch: empty `sentence` where it went on."""

    case_id: UUID
    number: str
    sentence: str


def pass_batch(wanted: Sequence[tuple[UUID, int]], *, by: Viewer, text: str, at: datetime) -> list[Passed]:
    """Pass several cases at once, each in a transaction of its own, and say for each what became of it.

    Only types that allow it; whatever needs its own look (high risk, a hearing, an advice against) is left.
    """
    return [_passed(case_id, version, by=by, text=text, at=at) for case_id, version in wanted]


def _passed(case_id: UUID, version: int, *, by: Viewer, text: str, at: datetime) -> Passed:
    number = ""
    try:
        number = _pass_one_of_many(case_id, by=by, version=version, text=text, at=at)
    except NotVisible:
        return Passed(case_id=case_id, number="", sentence="没有找到，或不在您的业务范围内。")
    except Refused as reason:
        found = Case.objects.filter(pk=case_id).values_list("number", flat=True).first() or ""
        return Passed(case_id=case_id, number=found, sentence=reason.sentence)
    return Passed(case_id=case_id, number=number, sentence="")


@guarded
def _pass_one_of_many(case_id: UUID, *, by: Viewer, version: int, text: str, at: datetime) -> str:
    row, by = moving.opened(case_id, by=by, version=version)
    if not moving.type_of(row).batch or row.high_risk:
        raise Refused("这类业务要逐件办理，不能成批通过。")
    if State(row.state) is State.FIRST_REVIEW:
        raise Refused("初审要逐件看材料，不能成批通过。")
    if row.granted_at is not None:
        raise Refused("换过收款账户的要逐件核对，不能成批通过。")
    advised = row.actions.filter(move=Move.PASS.value).order_by("-number").first()
    if advised is not None and advised.details.get("advice") == "refuse":
        raise Refused("前一步建议不予批准，请单独打开办理。")
    _pass(row, by=by, text=text, advice=True, at=at)
    return row.number


def _grant(row: Case, case_type: CaseType, *, by: Viewer, at: datetime) -> None:
    """Run the effect, once: what has been granted never comes here again.

    Two grants for one person come one after the other, so that the second sees what the first granted.
    """
    ensure_not_granted(granted=row.granted_at is not None, what="再批准一次")
    row.granted_at = at
    in_turn(f"cases-granting:{row.person_id or row.employer_id or row.agency_id}")
    facts = gathering.facts(row, case_type=case_type)
    stops = _stops(checks.findings(facts, on=timezone.localdate(at)))
    if stops:
        raise Refused(f"现在还不能批准：{' '.join(stops)} 请退回初审补正，或不予批准。")
    if case_type.effect:
        done = effects.run(case_type.effect, facts, by=by, at=at)
        tying.ensure_reviewed(row, done.subject)
        row.effect_said = done.sentence[:400]
        row.person_id = row.person_id or done.person_id
        row.employer_id = row.employer_id or done.employer_id


def _ensure_checked(facts: CaseFacts, *, text: str, advice: bool, at: datetime) -> None:
    found = checks.findings(facts, on=timezone.localdate(at))
    stops = _stops(found)
    if stops and advice:
        raise Refused("系统预审不通过：" + " ".join(stops) + " 请补正、退回，或建议不予批准。")
    looks = [finding.sentence for finding in found if not finding.stops]
    if looks and not text:
        raise Refused("系统预审有提示，请在意见里写明怎样核实的：" + " ".join(looks))


def _stops(found: Sequence[Finding]) -> list[str]:
    return [finding.sentence for finding in found if finding.stops]


def _ensure_heard(row: Case) -> None:
    if hearing_of(row) is not None:
        raise Refused("会审还没有结束。请等各方意见到齐、结束会审后再办。")
