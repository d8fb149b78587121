"""Reading contributions. Callers have settled whether the viewer may see the person."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from nianlun.access.domain import Viewer
from nianlun.contributions import domain
from nianlun.contributions.domain import Held, Part, PostingLine, Slot
from nianlun.contributions.domain import PaidMonth as PaidMonth
from nianlun.contributions.domain import YearRow as YearRow
from nianlun.contributions.models import Posting, Reversal, RosterImport
from nianlun.registry import queries as registry
from nianlun.registry.domain import Scheme

_FIELDS = (
    "id",
    "month",
    "scheme",
    "part",
    "amount",
    "base",
    "employer_id",
    "source",
    "reverses_id",
    "months",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class PostingDetail:
    """One posting as its page shows it, with where it came from."""

    line: PostingLine
    person_id: UUID
    place: str
    roster_name: str
    booked_on: str
    reversed_by: UUID | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RosterLine:
    """One roster as lists show it. Amounts in yuan are those of the rows that were new when it was handed in."""

    id: UUID
    name: str
    at: datetime
    rows: int
    persons: int
    personal: Decimal
    employer_part: Decimal
    added_postings: int
    known_rows: int
    refused_rows: int
    state: RosterImport.State
    by: int | None
    by_name: str
    decided_by_name: str
    decided_at: datetime | None
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReversalLine:
    """One proposal to take postings back."""

    id: UUID
    person_id: UUID
    person_name: str
    postings: tuple[UUID, ...]
    reason: str
    by: int
    by_name: str
    at: datetime
    state: Reversal.State
    decided_by_name: str
    decided_at: datetime | None
    answer: str


def postings(person_id: UUID, *, employer_id: UUID | None = None) -> list[PostingLine]:
    """Every posting of a person, reversals too, oldest month first; those of one employer if one is named.

    Two queries, however many there are.
    """
    rows = Posting.objects.filter(person_id=person_id).order_by("month", "id")
    if employer_id is not None:
        rows = rows.filter(employer_id=employer_id)
    found = list(rows.values_list(*_FIELDS))
    names = registry.employers({row[6] for row in found if row[6]})
    schemes = {scheme.value: scheme for scheme in Scheme}
    parts = {part.value: part for part in Part}
    return [
        PostingLine(
            id=row[0],
            month=row[1],
            scheme=schemes[row[2]],
            part=parts[row[3]],
            amount=row[4],
            base=row[5],
            employer_id=row[6],
            employer_name=names[row[6]].name if row[6] else "",
            source=row[7],
            reverses_id=row[8],
            months=row[9],
        )
        for row in found
    ]


def paid_months(person_id: UUID) -> list[PaidMonth]:
    """The months paid for a person after reversals, oldest first, one line per scheme and employer."""
    return domain.paid_months(postings(person_id))


def year_rows(person_id: UUID) -> list[YearRow]:
    """The account of a person by calendar years of twelve slots."""
    return domain.year_rows(paid_months(person_id))


def total_months(person_id: UUID) -> int:
    """Distinct months paid in the employee schemes; a month paid twice counts once."""
    return len(domain.employee_months(paid_months(person_id)))


def posting(person_id: UUID, posting_id: UUID) -> PostingDetail | None:
    """One posting of this person with its source, or None."""
    row = Posting.objects.select_related("roster").filter(person_id=person_id, pk=posting_id).first()
    if row is None:
        return None
    line = next(line for line in postings(person_id) if line.id == posting_id)
    reversal = Posting.objects.filter(reverses_id=posting_id).values_list("pk", flat=True).first()
    return PostingDetail(
        line=line,
        person_id=person_id,
        place=row.place,
        roster_name=row.roster.name if row.roster else "",
        booked_on=row.booked_on.isoformat(),
        reversed_by=reversal,
    )


def held(person_ids: Collection[UUID], *, since: int, until: int) -> dict[Slot, Held]:
    """What each slot of these persons holds in the months from `since` to before `until`."""
    rows = Posting.objects.filter(person_id__in=person_ids, month__gte=since, month__lt=until)
    live: dict[Slot, dict[UUID, Posting]] = defaultdict(dict)
    rounds: dict[Slot, set[UUID]] = defaultdict(set)
    for row in rows.only(
        "person_id", "month", "scheme", "part", "amount", "base", "employer_id", "reverses_id"
    ):
        slot = Slot(
            person_id=row.person_id,
            month=row.month,
            scheme=Scheme(row.scheme),
            part=Part(row.part),
            employer_id=row.employer_id,
        )
        if row.reverses_id:
            rounds[slot].add(row.reverses_id)
        else:
            live[slot][row.pk] = row
    answer = {}
    for slot, found in live.items():
        standing = [row for pk, row in found.items() if pk not in rounds[slot]]
        amount, base = (standing[0].amount, standing[0].base) if standing else (None, None)
        answer[slot] = Held(amount, base, len(rounds[slot]))
    return answer


def rosters(*, by: Iterable[int], limit: int = 20) -> list[RosterLine]:
    """The latest rosters that these accounts handed in, newest first."""
    rows = RosterImport.objects.filter(by_id__in=set(by)).select_related("by", "decided_by")
    return [roster_line(row) for row in rows.order_by("-at", "-id")[:limit]]


def waiting_rosters(viewer: Viewer, *, limit: int = 100) -> list[RosterLine]:
    """Rosters in the viewer's scope that wait for a second person, the longest waiting first."""
    rows = _waiting_in(RosterImport, viewer).select_related("by", "decided_by")
    return [roster_line(row) for row in rows.order_by("at", "id")[:limit]]


def waiting_reversals(viewer: Viewer, *, limit: int = 100) -> list[ReversalLine]:
    """Proposed reversals in the viewer's scope, the longest waiting first."""
    rows = _waiting_in(Reversal, viewer).select_related("by", "person", "decided_by")
    return [reversal_line(row) for row in rows.order_by("at", "id")[:limit]]


def reversals(*, by: int, limit: int = 20) -> list[ReversalLine]:
    """The latest reversals that an account proposed, newest first."""
    rows = Reversal.objects.filter(by_id=by).select_related("by", "person", "decided_by")
    return [reversal_line(row) for row in rows.order_by("-at", "-id")[:limit]]


def reversal_of_person(person_id: UUID) -> ReversalLine | None:
    """The reversal that waits for this person's account, if one does."""
    rows = Reversal.objects.filter(person_id=person_id, state=Reversal.State.WAITING)
    row = rows.select_related("by", "person", "decided_by").first()
    return reversal_line(row) if row else None


def count_waiting(viewer: Viewer, *, most: int = 1000) -> int:
    """How many rosters and reversals wait for a second person in the viewer's scope; it counts to `most` of each."""
    return sum(_waiting_in(model, viewer)[:most].count() for model in (RosterImport, Reversal))


def reversal_line(row: Reversal) -> ReversalLine:
    """A proposed reversal as lists and its page show it."""
    return ReversalLine(
        id=row.pk,
        person_id=row.person_id,
        person_name=row.person.name,
        postings=tuple(UUID(one) for one in row.postings),
        reason=row.reason,
        by=row.by_id,
        by_name=row.by.name,
        at=row.at,
        state=Reversal.State(row.state),
        decided_by_name=row.decided_by.name if row.decided_by else "",
        decided_at=row.decided_at,
        answer=row.answer,
    )


def _waiting_in(model: Any, viewer: Viewer) -> Any:
    if not viewer.scope:
        return model.objects.none()
    return model.objects.filter(state="waiting", division__startswith=viewer.scope)


def roster_line(row: RosterImport) -> RosterLine:
    """A roster as lists and its page show it."""
    return RosterLine(
        id=row.pk,
        name=row.name,
        at=row.at,
        rows=row.rows,
        persons=row.persons,
        personal=row.personal,
        employer_part=row.employer_part,
        added_postings=row.added_postings,
        known_rows=row.known_rows,
        refused_rows=row.refused_rows,
        state=RosterImport.State(row.state),
        by=row.by_id,
        by_name=row.by.name if row.by else "",
        decided_by_name=row.decided_by.name if row.decided_by else "",
        decided_at=row.decided_at,
        reason=row.reason,
    )
