"""Reading claims, examinations, rulings and facts. Callers have settled whether the viewer may see the person."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from nianlun.archives import queries as archives
from nianlun.archives.domain import DocumentKind, Grade
from nianlun.archives.queries import ItemLine
from nianlun.evidence import domain
from nianlun.evidence.domain import DateClaim, Kind
from nianlun.evidence.models import Claim, Considered, Fact
from nianlun.kernel.dates import NotADate, PartialDate, parse_partial_date
from nianlun.kernel.months import month_of

SETTLED = (Claim.State.CONFIRMED,)
BOUNDED_AT = "–"
"""Between the first and the last month of an employment claim: `1984-09–1998-06 第二棉纺厂 挡车工`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimLine:
    """One claim with the page that makes it."""

    id: UUID
    person_id: UUID | None
    kind: Kind
    number: int
    value: str
    machine_value: str
    machine_confidence: float
    state: str
    state_label: str
    altered: bool
    polygon: list[list[float]]
    earliest: date | None
    latest: date | None
    page_id: UUID
    page_number: int
    item_id: UUID
    archival_code: str
    document_kind: DocumentKind
    document_title: str
    recorded_on: str
    recorded_earliest: date | None
    recorded_latest: date | None
    in_personnel_file: bool
    written_by_the_person: bool
    is_original: bool
    grade: Grade
    unit: str
    is_sample: bool

    @property
    def settled(self) -> bool:
        return self.state == Claim.State.CONFIRMED


@dataclass(frozen=True, slots=True, kw_only=True)
class SpellLine:
    """An employment as one paper states it, in months; `until` is exclusive, None where the paper does not say."""

    claim_id: UUID
    unit: str
    post: str
    since: int
    until: int | None
    grade: Grade
    document_title: str
    is_original: bool
    written_by_the_person: bool
    item_id: UUID
    page_number: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FactLine:
    """What is held true of a person, with the ruling behind it."""

    id: UUID
    kind: Kind
    value: str
    earliest: date
    latest: date
    known_since: datetime
    ruling_id: UUID
    rule: str
    reason: str
    by_rule: bool
    proposed_by: str
    confirmed_by: str
    is_sample: bool
    decisive: tuple[ClaimLine, ...]
    against: tuple[ClaimLine, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Contradiction:
    """Settled claims of one kind that cannot all be true, grouped by what they say."""

    kind: Kind
    sides: tuple[tuple[str, tuple[ClaimLine, ...]], ...]


def claims(person_id: UUID) -> list[ClaimLine]:
    """Every claim about a person, oldest document first."""
    rows = list(Claim.objects.filter(person_id=person_id).order_by("kind", "id"))
    lines = _lines(rows)
    return sorted(
        lines, key=lambda c: (c.recorded_earliest or date.max, c.archival_code, c.page_number, c.number)
    )


def claims_of_item(item_id: UUID) -> list[ClaimLine]:
    """Every claim on an item in page order."""
    rows = list(Claim.objects.filter(item_id=item_id))
    return sorted(_lines(rows), key=lambda c: (c.page_number, c.number))


def claims_by_id(ids: Iterable[UUID]) -> dict[UUID, ClaimLine]:
    return {line.id: line for line in _lines(list(Claim.objects.filter(pk__in=set(ids))))}


def date_claims(person_id: UUID, *, kind: Kind) -> list[DateClaim]:
    """The settled date claims of one kind, as the rules want them."""
    return [as_date_claim(c) for c in claims(person_id) if c.kind is kind and c.settled and c.earliest]


def as_date_claim(line: ClaimLine) -> DateClaim:
    """A settled claim in the shape of the rules."""
    return DateClaim(
        id=line.id,
        value=_partial(line.value, line.earliest, line.latest),
        recorded_on=_partial(line.recorded_on, line.recorded_earliest, line.recorded_latest)
        if line.recorded_earliest
        else None,
        in_personnel_file=line.in_personnel_file,
        altered=line.altered,
        grade=line.grade,
        written_by_the_person=line.written_by_the_person,
        title=line.document_title,
    )


def facts(person_id: UUID, *, lines: Sequence[ClaimLine] | None = None) -> dict[Kind, FactLine]:
    """What is held true now, by kind."""
    rows = list(Fact.objects.filter(person_id=person_id, known_until__isnull=True).select_related("ruling"))
    links = list(Considered.objects.filter(ruling_id__in=[row.ruling_id for row in rows]))
    known = (
        claims_by_id(link.claim_id for link in links)
        if lines is None
        else {line.id: line for line in lines}
    )
    decisive: dict[UUID, list[ClaimLine]] = defaultdict(list)
    against: dict[UUID, list[ClaimLine]] = defaultdict(list)
    for link in sorted(links, key=lambda link: link.pk):
        if link.claim_id in known:
            (decisive if link.decisive else against)[link.ruling_id].append(known[link.claim_id])
    return {
        Kind(row.kind): FactLine(
            id=row.pk,
            kind=Kind(row.kind),
            value=row.value,
            earliest=row.earliest,
            latest=row.latest,
            known_since=row.known_since,
            ruling_id=row.ruling_id,
            rule=row.ruling.rule,
            reason=row.ruling.reason,
            by_rule=row.ruling.by_rule,
            proposed_by=row.ruling.proposed_by_name,
            confirmed_by=row.ruling.confirmed_by_name,
            is_sample=row.ruling.is_sample,
            decisive=tuple(decisive[row.ruling_id]),
            against=tuple(against[row.ruling_id]),
        )
        for row in rows
    }


def resume_lines(lines: Sequence[ClaimLine]) -> list[SpellLine]:
    """Employments as the settled lines of résumés state them; what other papers say of employment is judged above."""
    found = [spell for c in lines if c.settled and c.kind is Kind.EMPLOYMENT and (spell := _resume_line(c))]
    return sorted(found, key=lambda s: (s.since, s.claim_id))


def contradictions(lines: Sequence[ClaimLine]) -> list[Contradiction]:
    """Kinds of which settled claims cannot all be true, among a person's claims."""
    found = []
    for kind in domain.RULED:
        dated = [c for c in lines if c.kind is kind and c.settled and c.earliest]
        groups: list[list[ClaimLine]] = []
        for claim in sorted(dated, key=lambda c: (_width(c), c.recorded_earliest or date.max, c.id)):
            home = next((g for g in groups if _can_be_one(g[0], claim)), None)
            if home is None:
                groups.append([claim])
            else:
                home.append(claim)
        if len(groups) > 1:
            found.append(Contradiction(kind=kind, sides=tuple((g[0].value, tuple(g)) for g in groups)))
    return found


def _can_be_one(one: ClaimLine, other: ClaimLine) -> bool:
    assert one.earliest and one.latest and other.earliest and other.latest  # noqa: S101  callers filter
    return one.earliest <= other.latest and other.earliest <= one.latest


def _width(line: ClaimLine) -> int:
    return (line.latest - line.earliest).days if line.earliest and line.latest else 0


def _resume_line(claim: ClaimLine) -> SpellLine | None:
    period, _, rest = claim.value.partition(" ")
    unit, _, post = rest.partition(" ")
    since, _, until = period.partition(BOUNDED_AT)
    try:
        first = parse_partial_date(since)
        last = parse_partial_date(until) if until else None
    except NotADate:
        return None
    return SpellLine(
        claim_id=claim.id,
        unit=unit,
        post=post,
        since=month_of(first.earliest),
        until=month_of(last.latest) + 1 if last else None,
        grade=claim.grade,
        document_title=claim.document_title,
        is_original=claim.is_original,
        written_by_the_person=claim.written_by_the_person,
        item_id=claim.item_id,
        page_number=claim.page_number,
    )


def _partial(text: str, earliest: date | None, latest: date | None) -> PartialDate:
    assert earliest is not None and latest is not None  # noqa: S101  constraint claim_dates_in_order
    return PartialDate(raw=text, earliest=earliest, latest=latest)


def _lines(rows: Sequence[Claim]) -> list[ClaimLine]:
    items = archives.items(row.item_id for row in rows)
    numbers = {page.id: page.number for page in archives.pages_by_id(row.page_id for row in rows).values()}
    return [_line(row, item=items[row.item_id], page_number=numbers[row.page_id]) for row in rows]


def _line(row: Claim, *, item: ItemLine, page_number: int) -> ClaimLine:
    about = item.document_kind.about
    return ClaimLine(
        id=row.pk,
        person_id=row.person_id,
        kind=Kind(row.kind),
        number=row.number,
        value=row.value,
        machine_value=row.machine_value,
        machine_confidence=float(row.machine_confidence),
        state=row.state,
        state_label=row.get_state_display(),
        altered=row.altered,
        polygon=row.polygon,
        earliest=row.earliest,
        latest=row.latest,
        page_id=row.page_id,
        page_number=page_number,
        item_id=row.item_id,
        archival_code=item.code,
        document_kind=item.document_kind,
        document_title=item.title,
        recorded_on=item.recorded_text,
        recorded_earliest=item.recorded_earliest,
        recorded_latest=item.recorded_latest,
        in_personnel_file=about.in_personnel_file,
        written_by_the_person=about.written_by_the_person,
        is_original=item.is_original,
        grade=grade_of(item),
        unit=item.creator,
        is_sample=row.is_sample,
    )


def grade_of(item: ItemLine) -> Grade:
    """The grade of an item: that of its kind, one step lower for a copy (a copy of a sealed original is B)."""
    grade = item.document_kind.about.grade
    if not item.is_original and grade is Grade.A:
        return Grade.B
    return grade
