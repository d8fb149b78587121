"""Taking booked contributions back: one person proposes with the reason, another confirms (S2.5)."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone

from nianlun.access.domain import NotVisible, Right, Viewer, authorize
from nianlun.access.queries import still
from nianlun.contributions.domain import Source
from nianlun.contributions.models import Posting, Reversal, RosterImport
from nianlun.contributions.operations.booking import tell_of_postings
from nianlun.contributions.operations.second_hand import NotAllowedNow, ensure_another, read_reason
from nianlun.journal import operations as journal
from nianlun.journal.domain import declare
from nianlun.notices import operations as notices
from nianlun.notices.domain import declare_kind
from nianlun.registry import queries as registry
from nianlun.vault import keeping

PROPOSED = declare("contributions.reversal_proposed", "申请冲销缴费记录 {rows} 条，理由：{reason}")
REVERSED = declare("contributions.reversed", "复核冲销缴费记录 {rows} 条，理由：{reason}")
RETURNED = declare("contributions.reversal_returned", "退回冲销申请，理由：{answer}")
WITHDRAWN = declare("contributions.reversal_withdrawn", "撤回冲销申请 {rows} 条")
SENT_BACK = declare_kind("contributions.reversal_returned", "冲销申请退回", page="desk:reversal")


@transaction.atomic
def propose_reversal(
    viewer: Viewer, *, person_id: UUID, postings: Collection[UUID], reason: str, at: datetime
) -> UUID:
    """Ask for postings of one person to be taken back; nothing is until another person confirms.

    Raises `NotAllowedNow` with nothing written, `Refused` without the right, `NotVisible` out of sight.
    """
    viewer = still(viewer)
    authorize(viewer, Right.CONTRIBUTION_IMPORT)
    person = registry.person(viewer, person_id)
    _ensure_not_own(viewer, person_id)
    reason = read_reason(reason, what="冲销")
    rows = _standing(person_id, postings)
    row = Reversal(
        person_id=person_id,
        division=person.division,
        postings=[str(one.pk) for one in rows],
        reason=reason,
        by_id=viewer.account_id,
        by_device=viewer.device,
        at=at,
    )
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError:  # the database lets one wait for a person, however many propose at once
        raise NotAllowedNow("此人已有一份冲销申请在等复核，请先办完那一份。") from None
    _tell(PROPOSED, row, by=viewer, at=at, reason=reason)
    return row.pk


@transaction.atomic
def confirm_reversal(viewer: Viewer, reversal_id: UUID, *, at: datetime) -> int:
    """Take the proposed postings back by their exact negatives; returns how many. Raises `NotAllowedNow`."""
    viewer, row = _decided_by(viewer, reversal_id)
    rows = _standing(row.person_id, [UUID(one) for one in row.postings])
    _decide(row, Reversal.State.CONFIRMED, by=viewer, at=at)
    booked_on = timezone.localdate(at)
    Posting.objects.bulk_create(
        Posting(
            key=one.pk.bytes,  # one reversal a posting
            person_id=row.person_id,
            month=one.month,
            months=one.months,
            scheme=one.scheme,
            part=one.part,
            amount=-one.amount,
            base=-one.base,
            employer_id=one.employer_id,
            source=Source.REVERSAL.value,
            place=row.reason[:80],
            booked_on=booked_on,
            reverses=one,
            reversal=row,
        )
        for one in rows
    )
    _tell(REVERSED, row, by=viewer, at=at, reason=row.reason)
    tell_of_postings({row.person_id}, cause=f"reversed:{row.pk}", at=at)
    rosters = RosterImport.objects.filter(pk__in={one.roster_id for one in rows if one.roster_id})
    keeping.changed(rosters.values_list("vault_object", flat=True), at=at)
    return len(rows)


@transaction.atomic
def send_reversal_back(viewer: Viewer, reversal_id: UUID, *, reason: str, at: datetime) -> None:
    """Send a proposed reversal back with the reason; the postings stand. Raises `NotAllowedNow`."""
    reason = read_reason(reason, what="退回")
    viewer, row = _decided_by(viewer, reversal_id)
    _decide(row, Reversal.State.RETURNED, by=viewer, at=at, answer=reason)
    _tell(RETURNED, row, by=viewer, at=at, answer=reason)
    notices.tell_staff(
        account_ids=[row.by_id],
        kind=SENT_BACK,
        title="冲销申请退回",
        text=f"{viewer.name}退回了您的冲销申请（{len(row.postings)} 条缴费记录）。理由：{reason}。",
        about="contributions.reversal",
        about_id=str(row.pk),
        division=row.division,
        key=f"contributions:{row.pk}",
        at=at,
    )


@transaction.atomic
def withdraw_reversal(viewer: Viewer, reversal_id: UUID, *, at: datetime) -> None:
    """Take back what one has proposed, while it waits. Raises `NotVisible`, `NotAllowedNow`."""
    viewer = still(viewer)
    authorize(viewer, Right.CONTRIBUTION_IMPORT)
    row = _waiting(reversal_id)
    if row.by_id != viewer.account_id:
        raise NotVisible
    _decide(row, Reversal.State.WITHDRAWN, by=viewer, at=at)
    _tell(WITHDRAWN, row, by=viewer, at=at)


def visible_reversal(viewer: Viewer, reversal_id: UUID) -> Reversal:
    """The proposal, to whoever may see the account in its division. Raises `NotVisible`."""
    row = Reversal.objects.filter(pk=reversal_id).first()
    if row is None:
        raise NotVisible
    authorize(viewer, Right.CONTRIBUTION_READ, scope_of=row.division)
    return row


def _decided_by(viewer: Viewer, reversal_id: UUID) -> tuple[Viewer, Reversal]:
    viewer = still(viewer)
    authorize(viewer, Right.CONTRIBUTION_CONFIRM)
    row = _waiting(reversal_id)
    authorize(viewer, Right.CONTRIBUTION_CONFIRM, scope_of=row.division)
    ensure_another(viewer, first_id=row.by_id, first_device=row.by_device)
    _ensure_not_own(viewer, row.person_id)
    return viewer, row


def _waiting(reversal_id: UUID) -> Reversal:
    row = Reversal.objects.select_for_update().filter(pk=reversal_id).first()
    if row is None:
        raise NotVisible
    if row.state != Reversal.State.WAITING:
        raise NotAllowedNow(f"这份冲销申请已经办过了（{Reversal.State(row.state).label}），没有重复办理。")
    return row


def _ensure_not_own(viewer: Viewer, person_id: UUID) -> None:
    if person_id in registry.persons_close_to(viewer.account_id):
        raise NotAllowedNow("不能冲销本人或近亲属的缴费记录。请交给同事办理。")


def _standing(person_id: UUID, postings: Collection[UUID]) -> list[Posting]:
    """These postings of the person, none of them taken back yet. Raises `NotAllowedNow`."""
    rows = list(Posting.objects.filter(person_id=person_id, pk__in=set(postings)).order_by("month", "id"))
    if not rows or len(rows) != len(set(postings)):
        raise NotAllowedNow("选中的记录有的已不在此人名下。请刷新后重新选择。")
    if any(row.reverses_id for row in rows):
        raise NotAllowedNow("冲销记录本身不能再冲销。需要恢复时，请重新记入。")
    if Posting.objects.filter(reverses_id__in=[row.pk for row in rows]).exists():
        raise NotAllowedNow("选中的记录有的已经冲销过。请刷新看最新状态。")
    return rows


def _decide(row: Reversal, state: Reversal.State, *, by: Viewer, at: datetime, answer: str = "") -> None:
    row.state, row.decided_by_id, row.decided_at, row.answer = state.value, by.account_id, at, answer
    row.save(update_fields=["state", "decided_by", "decided_at", "answer"])


def _tell(action: str, row: Reversal, *, by: Viewer, at: datetime, **details: object) -> None:
    journal.record(
        action,
        by=by,
        about="contributions.reversal",
        about_id=str(row.pk),
        person_id=row.person_id,
        rows=len(row.postings),
        details=details,
        at=at,
    )
