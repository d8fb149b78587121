"""Examining claims: a machine proposes, one person decides, another confirms. Rulings are in `rulings`."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction

from nianlun.access.domain import Right, Viewer, authorize
from nianlun.access.operations import tie
from nianlun.access.queries import still
from nianlun.archives import operations as archives
from nianlun.archives import queries as archive_queries
from nianlun.archives.domain import DocumentKind
from nianlun.evidence import sealing
from nianlun.evidence.domain import Kind
from nianlun.evidence.models import Claim, Decision, Examination
from nianlun.evidence.values import NotAValue, dates_of, read_value, unit_of
from nianlun.jobs import operations as jobs
from nianlun.journal import operations as journal
from nianlun.journal.domain import declare
from nianlun.kernel.dates import PartialDate, parse_partial_date
from nianlun.registry import queries as registry
from nianlun.vault import keeping

PROPOSED = declare("evidence.claims_proposed", "系统从 {code} 第 {page} 页读出 {count} 条记载")
DECIDED = declare("evidence.claim_decided", "初核 {code} 的{kind}：{choice}")
ADDED = declare("evidence.claim_added", "在 {code} 上补记{kind}")
SUBMITTED = declare("evidence.examination_submitted", "提交 {code} 复核")
CONFIRMED = declare("evidence.examination_confirmed", "复核确认 {code} 的 {count} 条记载")
RETURNED = declare("evidence.examination_returned", "退回 {code}：{reason}")
RESCAN = declare("evidence.rescan_asked", "{code} 退回重扫：{reason}")
PERSON_CHANGED = "evidence.person_changed"
"""The job that whoever derives something from a person's evidence handles."""


class NotAllowedNow(Exception):
    """The step does not fit the state the work is in; the message says why and what to do, in Chinese."""


class SamePerson(NotAllowedNow):
    """The second person is the first."""


class OwnCase(NotAllowedNow):
    """The file is that of the person who handles it (S2.5)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """What the machine read in one region: a field by the shared names, its value, region and confidence (0..1)."""

    kind: Kind
    value: str
    text: str
    polygon: Sequence[Sequence[float]]
    confidence: float
    altered: bool = False


def propose_claims(
    page_id: UUID, *, proposals: Sequence[Proposal], engine: str, at: datetime, is_sample: bool = False
) -> int:
    """Enter what a machine read on a page; a page that already has claims keeps them. Returns how many are new."""
    with transaction.atomic():
        page = archive_queries.page(page_id)
        item = archive_queries.items([page.item_id])[page.item_id]
        Examination.objects.get_or_create(
            item_id=item.id, defaults={"agency_id": item.agency_id, "opened_at": at, "is_sample": is_sample}
        )
        if Claim.objects.filter(page_id=page_id).exists():
            return 0
        rows = [
            _proposed(
                proposal,
                number=n,
                page_id=page_id,
                item_id=item.id,
                person_id=item.person_id,
                engine=engine,
                at=at,
            )
            for n, proposal in enumerate(proposals, start=1)
        ]
        Claim.objects.bulk_create(rows)
        journal.record(
            PROPOSED,
            by=None,
            about="archives.item",
            about_id=str(item.id),
            person_id=item.person_id,
            details={"code": item.code, "page": page.number, "count": len(rows)},
            division=registry.division_of(item.agency_id),
            at=at,
        )
        keeping.changed([item.vault_object], at=at)
        return len(rows)


def adopt_sample(
    item_id: UUID, *, proposals: Mapping[UUID, Sequence[Proposal]], engine: str, at: datetime
) -> int:
    """Enter the claims of a sample item as examined and confirmed; `proposals` are by page. Marked as sample data.

    Nobody examined them, and the rows say so: the database lets only sample rows be settled without two people.
    An item that has its claims keeps them. Returns how many are new.
    """
    with transaction.atomic():
        item = archive_queries.items([item_id])[item_id]
        _, new = Examination.objects.get_or_create(
            item_id=item_id,
            defaults={
                "agency_id": item.agency_id,
                "opened_at": at,
                "state": Examination.State.CONFIRMED,
                "confirmed_at": at,
                "is_sample": True,
            },
        )
        if not new:
            return 0
        rows = []
        for page_id, said in proposals.items():
            for number, proposal in enumerate(said, start=1):
                claim = _proposed(
                    proposal,
                    number=number,
                    page_id=page_id,
                    item_id=item_id,
                    person_id=item.person_id,
                    engine=engine,
                    at=at,
                )
                claim.state, claim.is_sample = Claim.State.CONFIRMED, True
                rows.append(claim)
        Claim.objects.bulk_create(rows)
        return len(rows)


def decide(
    claim_id: UUID,
    *,
    by: Viewer,
    choice: str,
    at: datetime,
    value: str = "",
    polygon: Sequence[Sequence[float]] | None = None,
) -> None:
    """First examination of one claim: accept, rewrite or unreadable. A redrawn region counts as a rewrite.

    Raises `NotAValue` where the rewritten text is not of the claim's kind, `NotAllowedNow` where the item is
    already submitted.
    """
    with transaction.atomic():
        _open(
            Claim.objects.values_list("item_id", flat=True).get(pk=claim_id)
        )  # locked first, as confirming does
        claim = Claim.objects.select_for_update().get(pk=claim_id)
        refuse_own_case(by, claim.person_id)
        if polygon is not None and choice != Decision.Choice.UNREADABLE:
            choice = Decision.Choice.REWRITE
            value = value or sealing.opened(claim)
        kind = Kind(claim.kind)
        if choice == Decision.Choice.REWRITE:
            new_value, state = read_value(value, kind=kind), Claim.State.REWRITTEN
        elif choice == Decision.Choice.ACCEPT:
            new_value = read_value(sealing.machine_value(claim), kind=kind)
            state = Claim.State.ACCEPTED
        elif choice == Decision.Choice.UNREADABLE:
            new_value, state = "", Claim.State.UNREADABLE
        else:
            raise NotAllowedNow(f"没有“{choice}”这个选择，请用认可、改写或看不清。")
        sealing.put(claim, new_value)
        claim.earliest, claim.latest = dates_of(new_value, kind=kind)
        claim.polygon = _region(polygon) if polygon is not None else claim.polygon
        claim.state, claim.first_by_id, claim.second_by_id = state, by.account_id, None
        claim.save()
        Decision.objects.create(
            claim=claim,
            choice=choice,
            value=claim.value,
            polygon=claim.polygon,
            by_id=by.account_id,
            by_name=by.name,
            at=at,
        )
        _tell(DECIDED, claim.item_id, by=by, at=at, kind=kind.label, choice=Decision.Choice(choice).label)


def add_claim(
    page_id: UUID, *, by: Viewer, kind: Kind, value: str, polygon: Sequence[Sequence[float]], at: datetime
) -> UUID:
    """Enter what a person sees on the page and the machine did not."""
    with transaction.atomic():
        page = archive_queries.page(page_id)
        examination = _open(page.item_id)
        item = archive_queries.items([page.item_id])[page.item_id]
        last = (
            Claim.objects.filter(page_id=page_id)
            .order_by("-number")
            .values_list("number", flat=True)
            .first()
        )
        read = read_value(value, kind=kind)
        earliest, latest = dates_of(read, kind=kind)
        claim = Claim(
            person_id=item.person_id,
            item_id=examination.pk,
            page_id=page_id,
            number=(last or 0) + 1,
            kind=kind.value,
            machine_confidence=0,
            drawn=[],
            polygon=_region(polygon),
            earliest=earliest,
            latest=latest,
            state=Claim.State.REWRITTEN,
            first_by_id=by.account_id,
            proposed_at=at,
        )
        sealing.put(claim, read)
        claim.save()
        Decision.objects.create(
            claim=claim,
            choice="rewrite",
            value=claim.value,
            polygon=claim.polygon,
            by_id=by.account_id,
            by_name=by.name,
            at=at,
        )
        _tell(ADDED, page.item_id, by=by, at=at, kind=kind.label)
        return claim.pk


def submit(item_id: UUID, *, by: Viewer, at: datetime) -> None:
    """Hand an item to the second person once every claim is decided."""
    with transaction.atomic():
        examination = _open(item_id)
        left = Claim.objects.filter(item_id=item_id, state=Claim.State.PROPOSED).count()
        if left:
            raise NotAllowedNow(f"还有 {left} 条没有核，全部核完才能提交。")
        if archive_queries.items([item_id])[item_id].person_id is None:
            raise NotAllowedNow("这件材料还没有归到人，请先指定归属人。")
        examination.state = Examination.State.SUBMITTED
        examination.submitted_by_id, examination.submitted_by_name = by.account_id, by.name
        examination.submitted_at, examination.reason = at, ""
        examination.save()
        _tell(SUBMITTED, item_id, by=by, at=at)


def confirm(item_id: UUID, *, by: Viewer, at: datetime) -> None:
    """Second examination: what the first person decided becomes settled.

    Raises `SamePerson` where the second person submitted the item or decided one of its claims.
    """
    with transaction.atomic():
        by = still(by)
        authorize(by, Right.REVIEW_CONFIRM)
        examination = _submitted(item_id)
        rows = list(Claim.objects.select_for_update().filter(item_id=item_id))
        refuse_own_case(by, archive_queries.items([item_id])[item_id].person_id)
        first = (examination.submitted_by_id, *(row.first_by_id for row in rows))
        if who := tie(by.account_id, *first):
            raise SamePerson(f"初核和复核不能是{who}，请由另一位同事复核。")
        for row in rows:
            unreadable = row.state == Claim.State.UNREADABLE
            row.state = Claim.State.SET_ASIDE if unreadable else Claim.State.CONFIRMED
            row.second_by_id = by.account_id
        Claim.objects.bulk_update(rows, ["state", "second_by"])
        examination.state = Examination.State.CONFIRMED
        examination.confirmed_by_id, examination.confirmed_by_name, examination.confirmed_at = (
            by.account_id,
            by.name,
            at,
        )
        examination.save()
        describe_by_claims(item_id, by=by, at=at)
        _tell(CONFIRMED, item_id, by=by, at=at, count=len(rows))
        person_changed(archive_queries.items([item_id])[item_id].person_id, cause=str(item_id), at=at)


def return_item(item_id: UUID, *, by: Viewer, reason: str, at: datetime) -> None:
    """The second person disagrees: back to the first, with the reason."""
    _need_reason(reason)
    with transaction.atomic():
        by = still(by)
        authorize(by, Right.REVIEW_CONFIRM)
        examination = _submitted(item_id)
        if who := tie(by.account_id, examination.submitted_by_id):
            raise SamePerson(f"提交和退回不能是{who}，请由另一位同事复核。")
        examination.state, examination.reason = Examination.State.OPEN, reason.strip()
        examination.save()
        _tell(RETURNED, item_id, by=by, at=at, reason=reason.strip())


def ask_rescan(item_id: UUID, *, by: Viewer, reason: str, at: datetime) -> None:
    """Put an item aside until its paper is scanned again; nothing of it is thrown away."""
    _need_reason(reason)
    with transaction.atomic():
        examination = _open(item_id)
        examination.state, examination.reason = Examination.State.RESCAN, reason.strip()
        examination.save()
        _tell(RESCAN, item_id, by=by, at=at, reason=reason.strip())


def attribute_item(item_id: UUID, *, person_id: UUID, by: Viewer | None, at: datetime) -> None:
    """Say whose item this is; its claims go along. Refused once the item is submitted."""
    with transaction.atomic():
        examination = Examination.objects.select_for_update().filter(pk=item_id).first()
        if examination is not None and examination.state not in (
            Examination.State.OPEN,
            Examination.State.RESCAN,
        ):
            raise NotAllowedNow("这件材料已经提交复核，归属人不能再改。要改请先退回初核。")
        archives.describe_item(item_id, by=by, at=at, person_id=person_id)
        Claim.objects.filter(item_id=item_id).update(person_id=person_id)
        keeping.changed(archive_queries.objects_of([item_id]), at=at)


def describe_by_claims(item_id: UUID, *, by: Viewer | None, at: datetime) -> None:
    """Carry what an item's settled claims say of the item itself into its description."""
    settled = {
        Kind(row.kind): row.value
        for row in Claim.objects.filter(item_id=item_id, state=Claim.State.CONFIRMED).order_by("-number")
    }
    kind = settled.get(Kind.DOCUMENT_KIND)
    document_kind = DocumentKind(kind) if kind in set(DocumentKind) else None
    recorded: PartialDate | None = None
    if Kind.RECORDED_ON in settled:
        recorded = parse_partial_date(settled[Kind.RECORDED_ON])
    archives.describe_item(
        item_id,
        by=by,
        at=at,
        document_kind=document_kind,
        title=document_kind.label if document_kind and document_kind is not DocumentKind.OTHER else None,
        creator=unit_of(settled),
        recorded=recorded,
    )


def refuse_own_case(by: Viewer | None, person_id: UUID | None) -> None:
    """Raise `OwnCase` where staff would handle the file of their own, the spouse or registered kin (S2.5)."""
    if by is not None and person_id is not None and person_id in registry.persons_close_to(by.account_id):
        raise OwnCase("这是您本人或近亲属的档案，要由其他同事办理。")


def person_changed(person_id: UUID | None, *, cause: str, at: datetime) -> None:
    """Tell whoever derives something from this person's evidence, after this transaction."""
    if person_id is not None:
        jobs.enqueue(
            PERSON_CHANGED, {"person": str(person_id)}, key=f"{person_id}:{cause}:{at.isoformat()}", at=at
        )


def registered_anew(person_id: UUID, *, cause: str, at: datetime) -> None:
    """After the register changed: what is derived is made anew, and the files kept with the person's items too."""
    person_changed(person_id, cause=cause, at=at)
    items = archive_queries.items_of_person(person_id)
    keeping.changed([item.vault_object for item in items], at=at)


def _proposed(
    proposal: Proposal,
    *,
    number: int,
    page_id: UUID,
    item_id: UUID,
    person_id: UUID | None,
    engine: str,
    at: datetime,
) -> Claim:
    region = _region(proposal.polygon)
    try:
        earliest, latest = dates_of(proposal.value, kind=proposal.kind)
    except NotAValue:
        earliest = latest = None
    claim = Claim(
        person_id=person_id,
        item_id=item_id,
        page_id=page_id,
        number=number,
        kind=proposal.kind.value,
        machine_text=sealing.shown(proposal.text, kind=proposal.kind)[:300],
        machine_confidence=round(min(1.0, max(0.0, proposal.confidence)), 3),
        machine_engine=engine[:60],
        drawn=region,
        polygon=region,
        altered=proposal.altered,
        earliest=earliest,
        latest=latest,
        proposed_at=at,
    )
    sealing.put(claim, proposal.value[:300])
    sealing.put_machine(claim, proposal.value[:300])
    return claim


def _region(polygon: Sequence[Sequence[float]]) -> list[list[float]]:
    """A region of 3 to 40 corners inside the page; raises `NotAValue` for anything else."""
    if not 3 <= len(polygon) <= 40:
        raise NotAValue("区域至少要有三个角，请重新框选。")
    corners = [[round(float(x), 5), round(float(y), 5)] for x, y in polygon]
    if not all(-0.05 <= v <= 1.05 for corner in corners for v in corner):
        raise NotAValue("区域超出了页面，请重新框选。")
    return [[min(1.0, max(0.0, v)) for v in corner] for corner in corners]


def _open(item_id: UUID) -> Examination:
    examination = Examination.objects.select_for_update().get(pk=item_id)
    if examination.state not in (Examination.State.OPEN, Examination.State.RESCAN):
        raise NotAllowedNow(f"这件材料现在是“{examination.get_state_display()}”，不能再改初核结果。")
    return examination


def _submitted(item_id: UUID) -> Examination:
    examination = Examination.objects.select_for_update().get(pk=item_id)
    if examination.state != Examination.State.SUBMITTED:
        raise NotAllowedNow(f"这件材料现在是“{examination.get_state_display()}”，还不能复核。")
    return examination


def _need_reason(reason: str) -> None:
    if len(reason.strip()) < 2:
        raise NotAllowedNow("请写明理由，至少两个字。")


def _tell(action: str, item_id: UUID, *, by: Viewer, at: datetime, **details: object) -> None:
    item = archive_queries.items([item_id])[item_id]
    journal.record(
        action,
        by=by,
        about="archives.item",
        about_id=str(item_id),
        person_id=item.person_id,
        details={"code": item.code, **details},
        at=at,
    )
    keeping.changed([item.vault_object], at=at)
