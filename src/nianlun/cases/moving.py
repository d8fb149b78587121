"""One move of a case: who may make it, on which version, and what it leaves behind, all in one transaction.

Every operation opens the case with `opened`, decides by the rules of `domain`, and ends in `moved`. The row is locked
from the one to the other, so that two who act at once come one after the other, and the second finds a newer version.
"""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from nianlun.access import queries as access
from nianlun.access.domain import NotVisible, Refused, Right, Viewer, authorize
from nianlun.cases import announcing, type_files
from nianlun.cases.domain import separation
from nianlun.cases.domain.applicants import Applicant, not_yours
from nianlun.cases.domain.flow import Move, Outcome, State
from nianlun.cases.domain.separation import Hand, NotSeparate
from nianlun.cases.domain.types import CaseType, Step
from nianlun.cases.entries import ENTRIES, NOT_SEPARATE
from nianlun.cases.models import Action, Case, CloseCall, Duty
from nianlun.cases.posts import RIGHT_OF
from nianlun.journal import operations as journal
from nianlun.kernel import reasons
from nianlun.registry import queries as registry
from nianlun.vault import keeping

DECIDED = [
    move.value
    for move in (
        *(Move.PASS, Move.RETURN, Move.REFUSE, Move.PAY, Move.PAY_FAILED, Move.ACCOUNT),
        *(Move.REJECT, Move.WITHDRAW, Move.CONFIRM, Move.DENY),
    )
]
"""Moves with which somebody takes a separate step, on whatever machine."""
LONGEST_TEXT = 2000


class Stale(Refused):
    """Somebody has acted on the case since this page was drawn; nothing was changed."""


def opened(case_id: UUID, *, by: Viewer, version: int) -> tuple[Case, Viewer]:
    """The case, locked, for somebody of the agency, and that viewer as the account is now.

    Raises `NotVisible` out of scope, `Apart` for whoever has to stay away from it (回避), and `Stale`.

    The account is read again and held, so that a right withdrawn a second ago counts, and one being withdrawn waits.
    """
    by = access.still(by)
    row = Case.objects.select_for_update().filter(pk=case_id).first()
    if row is None:
        raise NotVisible
    authorize(by, Right.CASE_READ, scope_of=row.division)
    ensure_not_own(row, by=by)
    ensure_fresh(row, version=version)
    return row, by


def opened_by_applicant(case_id: UUID, *, by: Viewer, version: int) -> tuple[Case, Viewer]:
    """The case, locked, for the insured person who applied for it, and that viewer as now.

    Raises `NotVisible` for anybody else's, `Refused` where it is about the person but another applied, and `Stale`.
    """
    by = access.still(by)
    authorize(by, Right.OWN_READ)
    row = Case.objects.select_for_update().filter(pk=case_id).first()
    if row is None or row.person_id is None or row.person_id != registry.own_person_id(by):
        raise NotVisible
    if row.type in type_files.kept_from_person():
        raise NotVisible
    case_type = type_of(row)
    if case_type.applicant is not Applicant.PERSON:
        raise Refused(not_yours(case_type.plain_name, case_type.applicant))
    ensure_fresh(row, version=version)
    return row, by


def ensure_fresh(row: Case, *, version: int) -> None:
    """Return where nobody has acted since `version`. Raises `Stale` with who did what."""
    if row.version == version:
        return
    last = row.actions.order_by("-number").first()
    done = (
        f"{last.actor_name}已于 {timezone.localtime(last.at):%m-%d %H:%M} {Move(last.move).label}"
        if last
        else ""
    )
    raise Stale(
        f"这件业务已有变动：{done}，现在是“{State(row.state).label}”。您刚才的操作没有生效，请看最新情况再办。"
    )


def type_of(row: Case) -> CaseType:
    """The type as it was defined when the case was opened."""
    return type_files.case_type_by_digest(row.type, row.type_digest)


def take_step(row: Case, step: Step, *, by: Viewer, at: datetime) -> None:
    """Let this account take one of the separate steps, or refuse it (S2.5).

    Raises `Refused` without the right, for another's piece of work, and where the steps would not be separate.
    """
    authorize(by, RIGHT_OF[step], scope_of=row.division)
    if row.holder_id not in (None, by.account_id):
        name = access.names([row.holder_id]).get(row.holder_id, "")
        raise Refused(f"这件业务由{name}领取在办。请先请其转交，或由领导转交。")
    ensure_apart(row, step, by=by, at=at)
    Duty.objects.get_or_create(
        case=row, account_id=by.account_id, defaults={"step": step.value, "device": by.device, "at": at}
    )


def ensure_apart(row: Case, step: Step, *, by: Viewer, at: datetime) -> None:
    """Refuse whoever took another step, is close to whom it is about or to who took one, or shares a machine."""
    hands = _hands(row)
    others = {hand.account_id for hand in hands} - {by.account_id}
    ensure_not_own(row, by=by)
    try:
        separation.ensure_separate(
            step,
            hands,
            account_id=by.account_id,
            device=by.device,
            close=registry.kin_among(by.account_id, others),
        )
    except NotSeparate as reason:
        raise Apart(str(reason), case_id=row.pk, step=step) from reason


def _hands(row: Case) -> list[Hand]:
    """Who took which step, once for each machine on which anything was decided in it: not the first time only."""
    steps = {duty.account_id: (Step(duty.step), duty.device) for duty in row.duties.all()}
    used = {(account, step, device) for account, (step, device) in steps.items()}
    for account, device in row.actions.filter(move__in=DECIDED).values_list("account_id", "device"):
        if account in steps:
            used.add((account, steps[account][0], device))
    return [
        Hand(account_id=account, step=step, device=device)
        for account, step, device in sorted(
            used, key=lambda one: (list(Step).index(one[1]), one[0], one[2])
        )
    ]


def ensure_not_own(row: Case, *, by: Viewer) -> None:
    """Refuse whomever the case is about or names, and that person's spouse and registered kin (S2.5)."""
    try:
        keep_away(type_of(row), row.details, person_id=row.person_id, by=by)
    except NotSeparate as reason:
        step = State(row.state).step or Step.FIRST_REVIEW
        raise Apart(str(reason), case_id=row.pk, step=step) from reason


def keep_away(
    case_type: CaseType, details: Mapping[str, str], *, person_id: UUID | None, by: Viewer
) -> None:
    """Return where an application is about nobody close to the viewer. Raises `NotSeparate`."""
    named = case_type.named_in(details)
    separation.ensure_not_own(
        person_id,
        close_to=registry.persons_close_to(by.account_id),
        named=named,
        numbers=registry.numbers_close_to(by.account_id) if named else (),
    )


class Apart(Refused):
    """Separation forbids it. The attempt is written down by `remember` after the transaction is rolled back."""

    def __init__(self, sentence: str, *, case_id: UUID, step: Step) -> None:
        super().__init__(sentence)
        self.case_id, self.step = case_id, step


def remember(refusal: Apart, *, by: Viewer, at: datetime) -> None:
    """Keep an attempt that separation refused, in a transaction of its own: overseers look at where they gather."""
    with transaction.atomic():
        row = Case.objects.get(pk=refusal.case_id)
        CloseCall.objects.create(
            case=row, account_id=by.account_id, step=refusal.step.value, sentence=refusal.sentence, at=at
        )
        journal.record(
            NOT_SEPARATE,
            by=by,
            about=row.number,
            about_id=str(row.pk),
            person_id=row.person_id,
            purpose=f"办理 {row.number}",
            details={"step": refusal.step.label, "what": refusal.sentence},
            outcome="refused",
            at=at,
        )


def moved(
    row: Case,
    move: Move,
    *,
    to: State,
    by: Viewer | None,
    at: datetime,
    text: str = "",
    details: Mapping[str, object] | None = None,
    said: Mapping[str, str] | None = None,
    outcome: Outcome | None = None,
    announce: bool = True,
) -> Action:
    """Bring the case to its next state, add the move to its history and the journal, and tell whom it concerns.

    `details` stay with the action; `said` completes the journal's sentence. A case that ends waits to be filed from
    this transaction on: there is no ended case outside the filing queue.
    """
    before = State(row.state)
    row.version += 1
    row.state = to.value
    if to is not before:
        row.state_since, row.holder_id = at, None
        row.resumes = row.resumes if to in (State.SUPPLEMENT, State.SUSPENDED, State.WITHDRAWING) else ""
    if to is State.CONCLUDED and outcome is not None:
        row.outcome, row.concluded_at = outcome.value, at
    row.save()
    return written(
        row, move, before=before, by=by, at=at, text=text, details=details, said=said, announce=announce
    )


def written(
    row: Case,
    move: Move,
    *,
    before: State | None,
    by: Viewer | None,
    at: datetime,
    text: str = "",
    details: Mapping[str, object] | None = None,
    said: Mapping[str, str] | None = None,
    announce: bool = True,
) -> Action:
    """Add the move that has just been made to the history, the journal and, where it concerns them, to people."""
    action = Action.objects.create(
        case=row,
        number=row.version,
        move=move.value,
        state=before.value if before else "",
        led_to=row.state,
        account_id=by.account_id if by else None,
        actor_name=by.name if by else "系统",
        actor_role=by.role.label if by else "系统",
        device=by.device if by else "",
        text=text,
        details=dict(details or {}),
        at=at,
    )
    step = before.label if before else ""
    due = f"{row.due_on} 到期" if row.due_on else "没有法定时限"
    journal.record(
        ENTRIES[move],
        by=by,
        about=row.number,
        about_id=str(row.pk),
        person_id=row.person_id,
        purpose=f"办理 {row.number}",
        details={"step": step, "due": due, **(said or {})},
        division=row.division,
        at=at,
    )
    keeping.changed([row.object_id], at=at)  # its papers lie with what was done
    announcing.tell_colleagues(row, action)
    if announce:
        announcing.announce(row, action, case_type=type_of(row), at=at)
    return action


def reason(text: str, what: str, *, example: str = "") -> str:
    """The stated reason for `what`, tidied. Raises `Refused` where it says nothing."""
    try:
        return reasons.tidied(text, what=what, example=example, longest=LONGEST_TEXT)
    except ValueError as fault:
        raise Refused(str(fault)) from fault
