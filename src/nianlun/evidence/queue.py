"""What waits for whom: items to examine, rulings to confirm, persons whose papers disagree."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Count, Q, QuerySet

from nianlun.access.domain import NotVisible, Right, Viewer
from nianlun.archives import queries as archives
from nianlun.archives.queries import ItemLine
from nianlun.evidence.domain import Kind
from nianlun.evidence.models import Claim, Examination, Ruling


@dataclass(frozen=True, slots=True, kw_only=True)
class ExaminationLine:
    """An item on its way through the two examinations."""

    item: ItemLine
    state: str
    state_label: str
    opened_at: datetime
    submitted_by: int | None
    submitted_by_name: str
    submitted_at: datetime | None
    confirmed_by_name: str
    confirmed_at: datetime | None
    reason: str
    claims: int
    decided: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RulingLine:
    """A ruling as lists show it."""

    id: UUID
    person_id: UUID
    kind: Kind
    value: str
    rule: str
    by_rule: bool
    reason: str
    state: str
    state_label: str
    proposed_by: int | None
    proposed_by_name: str
    proposed_at: datetime
    confirmed_by_name: str
    confirmed_at: datetime | None
    return_reason: str
    is_sample: bool


def examinations(
    viewer: Viewer, *, state: str, start: int = 0, limit: int = 50
) -> Sequence[ExaminationLine]:
    """Items in one state inside the viewer's scope, longest waiting first."""
    rows = list(
        _examinations(viewer).filter(state=state).order_by("opened_at", "pk")[start : start + limit]
    )
    return _lines(rows)


def examination(viewer: Viewer, item_id: UUID) -> ExaminationLine:
    """The examination of one item; raises `NotVisible` out of scope or where there is none."""
    row = _examinations(viewer).filter(pk=item_id).first()
    if row is None:
        raise NotVisible
    return _lines([row])[0]


def in_hand(viewer: Viewer, item_id: UUID) -> list[ExaminationLine]:
    """The examination of an item as long as it is not concluded; empty otherwise."""
    rows = _examinations(viewer).filter(pk=item_id).exclude(state=Examination.State.CONFIRMED)
    return _lines(list(rows))


def neighbours(viewer: Viewer, line: ExaminationLine) -> tuple[UUID | None, UUID | None]:
    """The items before and after one in its queue."""
    rows = _examinations(viewer).filter(state=line.state)
    key = (line.opened_at, line.item.id)
    before = rows.filter(Q(opened_at__lt=key[0]) | Q(opened_at=key[0], pk__lt=key[1]))
    after = rows.filter(Q(opened_at__gt=key[0]) | Q(opened_at=key[0], pk__gt=key[1]))
    return (
        before.order_by("-opened_at", "-pk").values_list("pk", flat=True).first(),
        after.order_by("opened_at", "pk").values_list("pk", flat=True).first(),
    )


def counts(viewer: Viewer) -> dict[str, int]:
    """How many items stand in each state."""
    rows = _examinations(viewer).values_list("state").annotate(n=Count("pk")).order_by()
    return dict(rows)


def count_for(viewer: Viewer) -> int:
    """How many items wait for this viewer's kind of work."""
    state = Examination.State.SUBMITTED if viewer.may(Right.REVIEW_CONFIRM) else Examination.State.OPEN
    return _examinations(viewer).filter(state=state).count()


def rulings(viewer: Viewer, *, state: str, start: int = 0, limit: int = 50) -> list[RulingLine]:
    """Rulings in one state inside the viewer's scope, longest waiting first."""
    rows = _rulings(viewer).filter(state=state).order_by("proposed_at", "pk")[start : start + limit]
    return [_ruling(row) for row in rows]


def ruling(viewer: Viewer, ruling_id: UUID) -> RulingLine:
    """One ruling; raises `NotVisible` out of scope."""
    row = _rulings(viewer).filter(pk=ruling_id).first()
    if row is None:
        raise NotVisible
    return _ruling(row)


def considered(ruling_id: UUID) -> tuple[list[UUID], list[UUID]]:
    """The claims a ruling rests on and those against it."""
    row = Ruling.objects.get(pk=ruling_id)
    links = list(row.considered.order_by("pk").values_list("claim_id", "decisive"))
    return [c for c, decisive in links if decisive], [c for c, decisive in links if not decisive]


def rulings_of_person(person_id: UUID) -> list[RulingLine]:
    """Every ruling on a person, newest first."""
    return [_ruling(row) for row in Ruling.objects.filter(person_id=person_id).order_by("-proposed_at")]


def rulings_for(viewer: Viewer) -> int:
    """How many rulings wait for a second person."""
    return (
        _rulings(viewer).filter(state=Ruling.State.PROPOSED).count()
        if viewer.may(Right.RULING_CONFIRM)
        else 0
    )


def _examinations(viewer: Viewer) -> QuerySet[Examination]:
    if not viewer.scope:
        return Examination.objects.none()
    return Examination.objects.filter(agency__division__startswith=viewer.scope)


def _rulings(viewer: Viewer) -> QuerySet[Ruling]:
    if not viewer.scope:
        return Ruling.objects.none()
    return Ruling.objects.filter(person__agency__division__startswith=viewer.scope)


def _lines(rows: Sequence[Examination]) -> list[ExaminationLine]:
    items = archives.items(row.pk for row in rows)
    tallies = Claim.objects.filter(item_id__in=[row.pk for row in rows]).values_list("item_id").order_by()
    decided = {
        item: (all_, done)
        for item, all_, done in tallies.annotate(
            n=Count("pk"), done=Count("pk", filter=~Q(state=Claim.State.PROPOSED))
        )
    }
    return [
        ExaminationLine(
            item=items[row.pk],
            state=row.state,
            state_label=row.get_state_display(),
            opened_at=row.opened_at,
            submitted_by=row.submitted_by_id,
            submitted_by_name=row.submitted_by_name,
            submitted_at=row.submitted_at,
            confirmed_by_name=row.confirmed_by_name,
            confirmed_at=row.confirmed_at,
            reason=row.reason,
            claims=decided.get(row.pk, (0, 0))[0],
            decided=decided.get(row.pk, (0, 0))[1],
        )
        for row in rows
    ]


def _ruling(row: Ruling) -> RulingLine:
    return RulingLine(
        id=row.pk,
        person_id=row.person_id,
        kind=Kind(row.kind),
        value=row.value,
        rule=row.rule,
        by_rule=row.by_rule,
        reason=row.reason,
        state=row.state,
        state_label=row.get_state_display(),
        proposed_by=row.proposed_by_id,
        proposed_by_name=row.proposed_by_name,
        proposed_at=row.proposed_at,
        confirmed_by_name=row.confirmed_by_name,
        confirmed_at=row.confirmed_at,
        return_reason=row.return_reason,
        is_sample=row.is_sample,
    )
