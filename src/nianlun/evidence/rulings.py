"""Turning settled claims into facts: one person proposes by the rule or after a hearing, another confirms."""

from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction

from nianlun.access.domain import Right, Viewer, authorize
from nianlun.access.operations import tie
from nianlun.access.queries import still
from nianlun.archives import queries as archives
from nianlun.evidence import domain, queries
from nianlun.evidence.domain import DateClaim, Kind, Unsettled
from nianlun.evidence.models import Considered, Fact, Ruling
from nianlun.evidence.operations import NotAllowedNow, SamePerson, person_changed, refuse_own_case
from nianlun.journal import operations as journal
from nianlun.journal.domain import declare
from nianlun.kernel.dates import PartialDate
from nianlun.vault import keeping

PROPOSED = declare("evidence.ruling_proposed", "提出认定：{kind} {value}")
IN_FORCE = declare("evidence.ruling_confirmed", "确认认定：{kind} {value}")
RETURNED = declare("evidence.ruling_returned", "退回认定：{kind} {value}，理由：{reason}")

HEARING = "会审认定"


def settle(
    claims: list[DateClaim], *, kind: Kind, born: PartialDate | None, has_personnel_file: bool
) -> domain.Ruling:
    """The ruling that the rule of a kind gives; raises `Unsettled`."""
    if kind is Kind.BIRTH_DATE:
        return domain.settle_birth_date(claims, has_personnel_file=has_personnel_file)
    if kind is Kind.WORK_START:
        return domain.settle_work_start(claims, born=born)
    raise Unsettled(f"{kind.label}不需要认定")


def suggestion(person_id: UUID, *, kind: Kind) -> domain.Ruling:
    """What the rule would decide on today's settled claims; raises `Unsettled`."""
    lines = queries.claims(person_id)
    return settle(
        [queries.as_date_claim(c) for c in lines if c.kind is kind and c.settled and c.earliest],
        kind=kind,
        born=_born(person_id),
        has_personnel_file=any(c.in_personnel_file for c in lines),
    )


@transaction.atomic
def propose_by_rule(
    person_id: UUID, *, kind: Kind, by: Viewer | None, at: datetime, is_sample: bool = False
) -> UUID:
    """Propose what the rule decides. Raises `Unsettled`, with nothing written, where a hearing is needed."""
    ruling = suggestion(person_id, kind=kind)
    return _propose(person_id, kind=kind, ruling=ruling, by_rule=True, by=by, at=at, is_sample=is_sample)


@transaction.atomic
def propose_by_hearing(
    person_id: UUID, *, kind: Kind, claim_id: UUID, reason: str, by: Viewer, at: datetime
) -> UUID:
    """Propose the value of one claim against the rule, or where the rule decides nothing; the reason is kept."""
    if len(reason.strip()) < 10:
        raise NotAllowedNow("会审认定要写明理由，至少十个字。")
    claims = queries.date_claims(person_id, kind=kind)
    chosen = next((c for c in claims if c.id == claim_id), None)
    if chosen is None:
        raise NotAllowedNow("选中的记载还没有复核确认，请先在审核台办完。")
    ruling = domain.Ruling(
        value=chosen.value,
        decisive=tuple(c.id for c in claims if domain.agree(c.value, chosen.value)),
        against=tuple(c.id for c in claims if not domain.agree(c.value, chosen.value)),
        rule=HEARING,
        reason=reason.strip(),
    )
    return _propose(person_id, kind=kind, ruling=ruling, by_rule=False, by=by, at=at)


@transaction.atomic
def confirm_ruling(ruling_id: UUID, *, by: Viewer | None, at: datetime, tell: bool = True) -> UUID:
    """Make a proposed ruling the person's one current fact of its kind. Raises `SamePerson`, `NotAllowedNow`.

    `by` is None for sample rulings only, which the database demands. `tell` queues the work that derives from facts.

    A ruling whose claims have changed since it was proposed is not confirmed: the second person would be signing
    something the first has not seen.
    """
    if by is not None:
        by = still(by)
        authorize(by, Right.RULING_CONFIRM)
    row = _waiting(ruling_id)
    refuse_own_case(by, row.person_id)
    if by is not None and (who := tie(by.account_id, row.proposed_by_id)):
        raise SamePerson(f"提出和确认不能是{who}，请由另一位同事确认。")
    _unchanged_since_proposed(row)
    row.state = Ruling.State.IN_FORCE
    row.confirmed_by_id, row.confirmed_by_name, row.confirmed_at = (
        (by.account_id, by.name, at) if by else (None, "样本", at)
    )
    told_of = [row.pk]
    for old in Fact.objects.select_for_update().filter(
        person_id=row.person_id, kind=row.kind, known_until__isnull=True
    ):
        old.known_until = at
        old.save(update_fields=["known_until"])
        Ruling.objects.filter(pk=old.ruling_id).update(state=Ruling.State.SUPERSEDED)
        told_of.append(old.ruling_id)
    row.save()
    fact = Fact.objects.create(
        person_id=row.person_id,
        kind=row.kind,
        value=row.value,
        earliest=row.earliest,
        latest=row.latest,
        ruling=row,
        known_since=at,
    )
    _tell(IN_FORCE, row, by=by, at=at)
    _keep(told_of, at=at)
    if tell:
        person_changed(row.person_id, cause=str(row.pk), at=at)
    return fact.pk


@transaction.atomic
def return_ruling(ruling_id: UUID, *, by: Viewer, reason: str, at: datetime) -> None:
    """Send a proposed ruling back with the reason; nothing becomes fact."""
    if len(reason.strip()) < 2:
        raise NotAllowedNow("请写明退回理由。")
    by = still(by)
    authorize(by, Right.RULING_CONFIRM)
    row = _waiting(ruling_id)
    row.state, row.return_reason = Ruling.State.RETURNED, reason.strip()
    row.save()
    _tell(RETURNED, row, by=by, at=at, reason=reason.strip())
    _keep([row.pk], at=at)


def _propose(
    person_id: UUID,
    *,
    kind: Kind,
    ruling: domain.Ruling,
    by_rule: bool,
    by: Viewer | None,
    at: datetime,
    is_sample: bool = False,
) -> UUID:
    refuse_own_case(by, person_id)
    row = Ruling(
        person_id=person_id,
        kind=kind.value,
        value=ruling.value.text,
        earliest=ruling.value.earliest,
        latest=ruling.value.latest,
        rule=ruling.rule,
        by_rule=by_rule,
        reason=ruling.reason,
        proposed_by_id=by.account_id if by else None,
        proposed_by_name=by.name if by else "样本",
        proposed_at=at,
        is_sample=is_sample,
    )
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError:  # the database lets one ruling of a kind wait, however many propose at once
        raise NotAllowedNow(f"{kind.label}已有一份认定在待复核，请先办完那一份。") from None
    Considered.objects.bulk_create(
        [
            *(Considered(ruling=row, claim_id=c, decisive=True) for c in ruling.decisive),
            *(Considered(ruling=row, claim_id=c, decisive=False) for c in ruling.against),
        ]
    )
    _tell(PROPOSED, row, by=by, at=at)
    _keep([row.pk], at=at)
    return row.pk


def _keep(ruling_ids: list[UUID], *, at: datetime) -> None:
    """Have every item whose claims were considered tell of these rulings."""
    items = Considered.objects.filter(ruling_id__in=ruling_ids).values_list("claim__item_id", flat=True)
    keeping.changed(archives.objects_of(set(items)), at=at)


def _waiting(ruling_id: UUID) -> Ruling:
    row = Ruling.objects.select_for_update().filter(pk=ruling_id).first()
    if row is None or row.state != Ruling.State.PROPOSED:
        raise NotAllowedNow("这份认定已经办过了，请刷新看最新状态。")
    return row


def _unchanged_since_proposed(row: Ruling) -> None:
    kind = Kind(row.kind)
    now = {c.id: domain.agree(c.value, _value(row)) for c in queries.date_claims(row.person_id, kind=kind)}
    considered = dict(row.considered.values_list("claim_id", "decisive"))
    new_against = [c for c, agrees in now.items() if not agrees and c not in considered]
    gone = [c for c in considered if c not in now]
    if new_against or gone:
        raise NotAllowedNow("提出认定之后又有新的记载，请退回，由经办人重新提出。")


def _value(row: Ruling) -> PartialDate:
    return PartialDate(raw=row.value, earliest=row.earliest, latest=row.latest)


def _born(person_id: UUID) -> PartialDate | None:
    fact = Fact.objects.filter(
        person_id=person_id, kind=Kind.BIRTH_DATE.value, known_until__isnull=True
    ).first()
    return PartialDate(raw=fact.value, earliest=fact.earliest, latest=fact.latest) if fact else None


def _tell(action: str, row: Ruling, *, by: Viewer | None, at: datetime, **details: object) -> None:
    journal.record(
        action,
        by=by,
        about="evidence.ruling",
        about_id=str(row.pk),
        person_id=row.person_id,
        details={"kind": Kind(row.kind).label, "value": row.value, **details},
        at=at,
    )
