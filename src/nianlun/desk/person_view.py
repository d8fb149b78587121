"""From the figures of a working life to what the person page draws: ring, coverage, lanes and cards with addresses."""

from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

from django.urls import reverse

from nianlun.entitlements.clashes import Clash, Side
from nianlun.entitlements.queries import PersonFigures
from nianlun.evidence.domain import RULED
from nianlun.policy.derivation import EvidenceRef
from nianlun.ui.widgets.contradiction import ContradictionCard, Saying
from nianlun.ui.widgets.coverage import Coverage, CoverageRow, coverage
from nianlun.ui.widgets.evidence import Evidence
from nianlun.ui.widgets.lanes import LaneMark, LanePin, Lanes, LaneSegment, lanes
from nianlun.ui.widgets.ring import Ring, RingMonth, ring

RING_SIZE = 400


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonView:
    """The drawings of one person page. `lanes` is None where there is not one month to draw."""

    ring: Ring
    coverage: Coverage
    lanes: Lanes | None
    cards: tuple[ContradictionCard, ...]


def build(figures: PersonFigures, *, may_rule: bool) -> PersonView:
    """Draw everything a person page shows; who may rule can choose between two sayings right on their card."""
    person_id = figures.person.id
    cards = tuple(_card(clash, person_id=person_id, may_rule=may_rule) for clash in figures.clashes)
    return PersonView(
        ring=ring(
            [
                RingMonth(
                    month=cell.month,
                    state=cell.state,
                    label=cell.label,
                    href=_months(person_id, cell.state, cell.month),
                )
                for cell in figures.ring
            ],
            counted=figures.career.contribution_months,
            size=RING_SIZE,
            title=f"{figures.person.name} 的权益年轮",
        ),
        coverage=coverage(
            [
                CoverageRow(
                    state=line.state,
                    months=line.months,
                    name=line.label,
                    explanation=line.explanation,
                    href=_months(person_id, line.state),
                )
                for line in figures.coverage
            ]
        ),
        lanes=_lanes(figures),
        cards=cards,
    )


def evidence_address(person_id: UUID) -> Callable[[EvidenceRef], str | None]:
    """The address of a leaf of a derivation: the highlighted region of a page, a ruling, a posting."""

    def address(piece: EvidenceRef) -> str | None:
        if piece.kind == "claim":
            return reverse("desk:claim", args=[piece.id])
        if piece.kind == "ruling":
            return reverse("desk:ruling", args=[piece.id])
        if piece.kind == "posting":
            return reverse("desk:posting", args=[person_id, piece.id])
        return None

    return address


def _lanes(figures: PersonFigures) -> Lanes | None:
    drawn, person_id = figures.lanes, figures.person.id
    if drawn.until <= drawn.first:
        return None
    return lanes(
        since=drawn.first,
        until=max(drawn.until, drawn.end.month + 1)
        if drawn.end and drawn.end.month < drawn.until + 24
        else drawn.until,
        units=[
            LaneSegment(since=s.since, until=s.until, label=s.label, title=s.title, href=_claim(s.claim_id))
            for s in drawn.units
        ],
        rulings=[
            LaneSegment(
                since=s.since,
                until=s.until,
                label=s.label,
                state=s.state,
                title=s.title,
                href=_months(person_id, s.state, s.since),
            )
            for s in drawn.results
        ],
        documents=[
            LanePin(
                month=pin.month,
                label=pin.label,
                original=pin.is_original,
                title=pin.title,
                href=f"{reverse('desk:item', args=[pin.item_id])}?page={pin.page_number}",
            )
            for pin in drawn.pins
        ],
        policies=[
            LaneMark(month=n.month, label=n.label, title=f"{n.label}：{n.article}") for n in drawn.policy
        ],
        contradictions=[
            LaneMark(
                month=clash.since,
                label=clash.word,
                title=f"{clash.word}：{clash.title}",
                href=f"#{clash.key}",
            )
            for clash in figures.clashes
            if clash.since is not None
            and clash.state == Evidence.CONTRADICTORY
            and drawn.first <= clash.since < drawn.until
        ],
        end=drawn.end.month if drawn.end else None,
        end_label=drawn.end.label if drawn.end else "",
    )


def _card(clash: Clash, *, person_id: UUID, may_rule: bool) -> ContradictionCard:
    to_rule = clash.kind is not None and clash.kind in RULED
    if to_rule and clash.kind is not None:
        href = reverse("desk:ruling-of-person", args=[person_id, clash.kind.value])
    elif clash.since is not None:
        href = _months(person_id, clash.state, clash.since)
    else:
        href = ""
    letters = zip("甲乙丙丁戊己", clash.sides, strict=False)
    choices = [(str(side.claim_id), f"采信{letter}") for letter, side in letters if side.claim_id]
    return ContradictionCard(
        kind=clash.word,
        title=clash.title,
        sayings=[_saying(side) for side in clash.sides],
        suggestion=clash.suggestion,
        effect=clash.effect,
        state=Evidence(clash.state),
        href=href or None,
        form_url=href if to_rule and may_rule and len(choices) == len(clash.sides) else "",
        choices=choices,
        anchor=clash.key,
    )


def _saying(side: Side) -> Saying:
    if side.claim_id is not None:
        href: str | None = _claim(side.claim_id)
    elif side.item_id is not None:
        href = reverse("desk:item", args=[side.item_id])
    else:
        href = None
    return Saying(
        value=side.value, source=side.source, detail=side.detail, original=side.original, href=href
    )


def _claim(claim_id: UUID | None) -> str | None:
    return reverse("desk:claim", args=[claim_id]) if claim_id else None


def _months(person_id: UUID, state: str, month: int | None = None) -> str:
    address = reverse("desk:months", args=[person_id, state])
    return f"{address}#m{month}" if month is not None else address
