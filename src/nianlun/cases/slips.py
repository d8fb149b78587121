"""Papers a case gives out (文书): typeset once, numbered without gaps, sealed with a code, kept with the case.

The case is held while a paper is made, so that whoever ends it and whoever finishes its last paper come one after the
other: the second of them has the reading file made. The vault is written last; a process killed after that leaves a
version without a row, whose code was never entered, and the next run issues the paper under the same number.
"""

from dataclasses import asdict
from datetime import date, datetime
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from nianlun.archives.numbering import next_number
from nianlun.cases import announcing, calendars, moving, slip_content, slip_numbers
from nianlun.cases.domain import clock
from nianlun.cases.domain.calendar import CalendarMissing
from nianlun.cases.domain.facts import How
from nianlun.cases.domain.flow import Move, Outcome, State
from nianlun.cases.domain.types import CaseType, SlipKind
from nianlun.cases.models import Action, Case, Slip
from nianlun.cases.subjects import addressee_of, applicant_of
from nianlun.digitization.masking import mask_within
from nianlun.jobs import operations as jobs
from nianlun.journal import certificates
from nianlun.kernel.document_codes import new_code
from nianlun.registry import queries as registry
from nianlun.ui.stamp import Stamp, stamp_of_site
from nianlun.ui.typesetting import page_count, typeset
from nianlun.vault import keeping
from nianlun.vault import operations as vault

KINDS = {
    SlipKind.ACCEPTANCE: certificates.Kind.CASE_ACCEPTANCE,
    SlipKind.SUPPLEMENT: certificates.Kind.CASE_SUPPLEMENT,
    SlipKind.NOT_ACCEPTED: certificates.Kind.CASE_NOT_ACCEPTED,
    SlipKind.REFUSAL: certificates.Kind.CASE_REFUSAL,
    SlipKind.CONCLUSION: certificates.Kind.CASE_CONCLUSION,
    SlipKind.SUSPENSION: certificates.Kind.CASE_SUSPENSION,
    SlipKind.WITHDRAWAL: certificates.Kind.CASE_WITHDRAWAL,
}
"""What the register of issued documents calls them."""


@transaction.atomic
def issue(action_id: int, *, kind: SlipKind, at: datetime) -> UUID:
    """Make the paper of a move, or return the one that is there.

    Raises `GlyphMissing` for a character the font lacks, and the vault's `StorageError`s, with nothing entered.
    """
    case_id = Action.objects.values_list("case_id", flat=True).get(pk=action_id)
    row = Case.objects.select_for_update().get(pk=case_id)
    action = Action.objects.get(pk=action_id)
    made = Slip.objects.filter(for_action=action).first()
    if made is not None:
        return made.pk
    case_type = moving.type_of(row)
    agency = registry.agency(row.agency_id)
    facts = facts_of(row, action, case_type=case_type)
    number = _number(row, kind, agency_name=agency.name, year=facts.decided_on.year)
    code = new_code()
    paper = typeset_slip(slip_content.content(kind, facts, number=number), stamp=stamp_of_site(code=code))
    slip = Slip.objects.create(
        case=row,
        kind=kind.value,
        number=number,
        file_name=f"slips/{action.number:02d}-{kind.value}.pdf",
        page_count=page_count(paper),
        issued_at=at,
        issued_by=action.actor_name,
        for_action=action,
    )
    certificates.seal(
        code,
        paper,
        kind=KINDS[kind],
        about_id=str(slip.pk),
        person_id=row.person_id,
        holder=facts.subject.name if row.person_id else "",
        agency_name=agency.name,
        division=row.division,
        pages=slip.page_count,
        by=None,  # the system makes it; who decided stands in the history of the case
        at=at,
    )
    if row.state == State.CONCLUDED.value:
        jobs.enqueue(
            announcing.PREPARE_FILING, {"case": str(row.pk)}, key=f"{row.pk}:{action.number}", at=at
        )
    keeping.changed(
        [row.object_id], at=at
    )  # before the object is held: the job that writes it holds both so
    vault.store(
        row.object_id,
        {slip.file_name: paper},
        by=None,
        message=f"出具{kind.label}",
        division=row.division,
        at=at,
    )
    return slip.pk


def _number(row: Case, kind: SlipKind, *, agency_name: str, year: int) -> str:
    """The next number of that kind in the agency's year; given out with the transaction, so that none is left out."""
    word = slip_numbers.agency_word(agency_name, others=_other_names(row.agency_id))
    stem = slip_numbers.stem(word, kind, year=year)
    return slip_numbers.slip_number(stem, next_number(stem))


def typeset_slip(content: slip_content.SlipContent, *, stamp: Stamp) -> bytes:
    """The paper as PDF/A-2b. Raises `typesetting.GlyphMissing`."""
    data = asdict(content) | {"on": content.on.isoformat(), "stamp": stamp.printed()}
    return typeset("nianlun.cases", "slip.typ", content=data)


def facts_of(row: Case, action: Action, *, case_type: CaseType) -> slip_content.SlipFacts:
    """What a slip tells, as the case stood at the move, however much later it is typeset."""
    decided_on = timezone.localdate(action.at)
    accepted_on = _accepted_on(row, action)
    proposal = row.actions.filter(
        move__in=[Move.REJECT.value, Move.WITHDRAW.value], number__lte=action.number
    ).order_by("-number")
    text = action.text
    if action.move == Move.CONFIRM.value and (proposed := proposal.first()) is not None:
        text = proposed.text  # the reasons are the proposer's; whoever agrees may say nothing
    ended = action.led_to == State.CONCLUDED.value
    days_used = _days_used(row, accepted_on, on=decided_on) if ended else None
    return slip_content.SlipFacts(
        type=case_type,
        applicant=applicant_of(row, case_type),
        number=row.number,
        agency=registry.agency(row.agency_id).name,
        subject=addressee_of(row, case_type=case_type),
        received_on=timezone.localdate(row.received_at),
        accepted_on=accepted_on,
        decided_on=decided_on,
        due_on=_first_due_day(accepted_on, case_type=case_type),
        text=mask_within(text),
        result=mask_within(row.effect_said) if ended and row.outcome == Outcome.GRANTED.value else "",
        by_applicant=action.move == Move.WITHDRAW.value,
        shown=_shown(row, case_type, until=action),
        missing=[one for one in case_type.requirements if one.code in action.details.get("missing", [])],
        days_used=days_used,
        no_calendar=ended and accepted_on is not None and days_used is None,
        corrected=row.corrects.number if row.corrects is not None else "",
        posted=_posted(row, until=action) if ended else "",
        payee_until=_payee_until(action),
        unpaid=_unpaid(row, until=action) if ended else (),
    )


def _posted(row: Case, *, until: Action) -> str:
    """The posting before the grant, in words; empty where there was none."""
    posted = (
        row.actions.filter(move=Move.POSTING.value, number__lt=until.number).order_by("-number").first()
    )
    return mask_within(posted.text) if posted is not None else ""


def _payee_until(action: Action) -> date | None:
    """Until when another account is asked for, where it is a failed payment that the slip is about."""
    if action.move != Move.PAY_FAILED.value:
        return None
    return date.fromisoformat(action.details["until"])


def _unpaid(row: Case, *, until: Action) -> list[tuple[date, str]]:
    """The payments that did not go through, each with the reason."""
    failed = row.actions.filter(move=Move.PAY_FAILED.value, number__lt=until.number).order_by("number")
    return [(timezone.localdate(one.at), mask_within(one.text)) for one in failed]


def _accepted_on(row: Case, action: Action) -> date | None:
    accepted = row.actions.filter(move=Move.ACCEPT.value, number__lte=action.number)
    if row.accepted_at is None or not accepted.exists():
        return None
    return timezone.localdate(row.accepted_at)


def _first_due_day(accepted_on: date | None, *, case_type: CaseType) -> date | None:
    """The last day of the term as it was when the case was accepted, before anything stopped the clock."""
    if accepted_on is None or case_type.limit is None:
        return None
    try:
        return clock.due_on(
            accepted_on, days=case_type.limit.days, pauses=(), calendar=calendars.calendar()
        )
    except CalendarMissing:
        return None


def _days_used(row: Case, accepted_on: date | None, *, on: date) -> int | None:
    """Working days used; None also where the calendar of a year is missing, which keeps no paper from its owner."""
    if accepted_on is None:
        return None
    pauses = [clock.Pause(since=p.since, until=p.until, reason=p.reason) for p in row.pauses.order_by("pk")]
    try:
        return clock.days_used(accepted_on, on=on, pauses=pauses, calendar=calendars.calendar())
    except CalendarMissing:
        return None


def _shown(row: Case, case_type: CaseType, *, until: Action) -> list[slip_content.ShownMaterial]:
    """The papers that stood at that move, in the order of the type's list.

    Each was taken in by a move of its own, so they are counted by moves: a clock may have been set back meanwhile.
    """
    standing = {}
    taken = row.actions.filter(move=Move.MATERIAL.value, number__lte=until.number).count()
    for material in row.materials.order_by("pk")[:taken]:
        standing[material.requirement] = material
    return [
        slip_content.ShownMaterial(
            requirement=wanted,
            how=How(found.how),
            on=timezone.localdate(found.at),
            promised_until=found.promised_until,
        )
        for wanted in case_type.requirements
        if (found := standing.get(wanted.code)) is not None
    ]


def _other_names(agency_id: UUID) -> list[str]:
    names = registry.agency_names()
    return [name for one, name in names.items() if one != agency_id]
