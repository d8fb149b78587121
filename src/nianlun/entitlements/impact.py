"""Whom a draft of the law would change, and by how much: every person in scope assessed under both editions."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from nianlun.access.domain import Right, Viewer, authorize
from nianlun.entitlements.benefit import BenefitView, benefit_view
from nianlun.entitlements.gathering import AS_IT_STANDS, gather, judge
from nianlun.entitlements.models import DraftImpact
from nianlun.jobs import operations as jobs
from nianlun.journal import operations as journal
from nianlun.journal.domain import declare
from nianlun.kernel.money import ZERO
from nianlun.lawbook import queries as lawbook
from nianlun.policy.lawbook import LawBook
from nianlun.registry import queries as registry
from nianlun.registry.domain import PersonLine

COUNT = "entitlements.count_impact"
REQUESTED = declare("entitlements.impact_requested", "计算政策草案的影响")
_STEP = 20  # persons between two notes of progress


@dataclass(frozen=True, slots=True, kw_only=True)
class ImpactLine:
    """One person whose answer differs: yuan a month before and after, None where there is none, and why not."""

    person_id: UUID
    name: str
    kind: str
    before: Decimal | None
    after: Decimal | None
    before_refusal: str
    after_refusal: str

    @property
    def difference(self) -> Decimal | None:
        """After less before, where both are amounts."""
        return None if self.before is None or self.after is None else self.after - self.before


@dataclass(frozen=True, slots=True, kw_only=True)
class ImpactView:
    """A count under way or done: how many persons, how much a month in all, and each who changes."""

    id: UUID
    persons: int
    done: int
    finished: bool
    requested_by: str
    requested_at: datetime
    lines: tuple[ImpactLine, ...]

    @property
    def difference(self) -> Decimal:
        """Yuan a month over everybody whose amount changes."""
        return sum((line.difference for line in self.lines if line.difference is not None), ZERO)


def compare(person: PersonLine, *, before: LawBook, after: LawBook, at: datetime) -> ImpactLine | None:
    """One person under both editions, read once; None where nothing changes."""
    now = gather(person, on=timezone.localdate(at), book=before)
    then = judge(
        person,
        claims=now.claims,
        facts=now.facts,
        resume=now.resume,
        paid=now.paid,
        on=now.on,
        book=after,
    )
    old = benefit_view(now, book=before, wish=AS_IT_STANDS)
    new = benefit_view(then, book=after, wish=AS_IT_STANDS)
    old_total, new_total = _total(old), _total(new)
    if (old_total, old.refusal) == (new_total, new.refusal):
        return None
    return ImpactLine(
        person_id=person.id,
        name=person.name,
        kind=new.kind,
        before=old_total,
        after=new_total,
        before_refusal=old.refusal,
        after_refusal=new.refusal,
    )


def compare_all(
    persons: Sequence[PersonLine], *, before: LawBook, after: LawBook, at: datetime
) -> Iterator[ImpactLine | None]:
    """The same for many, one after the other, so that progress can be shown."""
    for person in persons:
        yield compare(person, before=before, after=after, at=at)


@transaction.atomic
def request(draft_id: UUID, *, by: Viewer, at: datetime) -> UUID:
    """Queue the count for the draft as it stands, in the viewer's scope; asking again changes nothing."""
    authorize(by, Right.POLICY_IMPACT)
    before, after = lawbook.current(at), lawbook.with_draft(draft_id, at=at)
    row, created = DraftImpact.objects.get_or_create(
        draft_id=draft_id,
        before=before.digest,
        after=after.digest,
        scope=by.scope[:6],
        defaults={"requested_by": by.name, "requested_at": at},
    )
    if created:
        jobs.enqueue(COUNT, {"impact": str(row.pk)}, key=str(row.pk), at=at)
        journal.record(REQUESTED, by=by, about="lawbook.draft", about_id=str(draft_id), at=at)
    return row.pk


def count(impact_id: UUID, *, at: datetime) -> list[dict[str, Any]]:
    """Assess everybody in the count's scope under both editions; notes progress as it goes."""
    row = DraftImpact.objects.get(pk=impact_id)
    before, after = lawbook.edition(row.before), lawbook.with_draft(row.draft_id, at=at)
    if before is None or after.digest != row.after:
        return []  # the draft has moved on: its next count is another row
    persons = registry.persons_in(row.scope)
    DraftImpact.objects.filter(pk=impact_id).update(persons=len(persons), done=0)
    found = []
    for place, line in enumerate(compare_all(persons, before=before, after=after, at=at), start=1):
        if line is not None:
            found.append(_stored(line))
        if place % _STEP == 0:
            DraftImpact.objects.filter(pk=impact_id).update(done=place)
    return found


def conclude(impact_id: UUID, lines: Sequence[dict[str, Any]], *, at: datetime) -> None:
    """Put the outcome on record."""
    row = DraftImpact.objects.get(pk=impact_id)
    row.lines, row.done, row.finished_at = list(lines), row.persons, at
    row.save(update_fields=["lines", "done", "finished_at"])


def of_draft(viewer: Viewer, draft_id: UUID) -> ImpactView | None:
    """The latest count of a draft in the viewer's scope."""
    row = (
        DraftImpact.objects.filter(draft_id=draft_id, scope=viewer.scope[:6])
        .order_by("-requested_at", "-id")
        .first()
    )
    if row is None:
        return None
    ids = [UUID(line["person"]) for line in row.lines]
    names = registry.person_names(viewer, ids, right=Right.POLICY_IMPACT)
    return ImpactView(
        id=row.pk,
        persons=row.persons,
        done=row.done,
        finished=row.finished_at is not None,
        requested_by=row.requested_by,
        requested_at=row.requested_at,
        lines=tuple(_read(line, names) for line in row.lines),
    )


def _total(view: BenefitView) -> Decimal | None:
    return view.assessment.total if view.assessment else None


def _stored(line: ImpactLine) -> dict[str, Any]:
    return {
        "person": str(line.person_id),
        "kind": line.kind,
        "before": None if line.before is None else str(line.before),
        "after": None if line.after is None else str(line.after),
        "before_refusal": line.before_refusal,
        "after_refusal": line.after_refusal,
    }


def _read(line: dict[str, Any], names: dict[UUID, str]) -> ImpactLine:
    person_id = UUID(line["person"])
    return ImpactLine(
        person_id=person_id,
        name=names.get(person_id, "—"),
        kind=line["kind"],
        before=None if line["before"] is None else Decimal(line["before"]),
        after=None if line["after"] is None else Decimal(line["after"]),
        before_refusal=line["before_refusal"],
        after_refusal=line["after_refusal"],
    )
