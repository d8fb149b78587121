"""What settled claims say about employment, as spells. Pure functions on the lines that evidence hands out.

A paper speaks with full weight only for the time it was made in. A termination notice of 1998 that also names
the work start of 1970 knows the unit of 1998; for the years before, it is a later summary that names no unit.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace

from nianlun.archives.domain import DocumentKind, Grade
from nianlun.entitlements.domain.career import Dispute, Spell
from nianlun.entitlements.domain.units import unit_groups
from nianlun.evidence.domain import Kind
from nianlun.evidence.queries import ClaimLine, Contradiction, FactLine, SpellLine
from nianlun.kernel.months import month_of

ENTERS = frozenset(
    {
        DocumentKind.HIRING_APPROVAL,
        DocumentKind.RETURN_TO_CITY,
        DocumentKind.TRANSFER_ORDER,
        DocumentKind.LABOUR_CONTRACT,
        DocumentKind.ENROLMENT,
        DocumentKind.CONTRIBUTION_BOOK,
        DocumentKind.GRADING_APPROVAL,
        DocumentKind.WAGE_CHANGE,
    }
)
"""Papers that find a person at a unit and say nothing of leaving it."""

WHOLE_SPELL = frozenset({DocumentKind.DEMOBILISATION})
"""Papers whose maker answers for the whole period they state, though made at its end."""

NO_EMPLOYMENT = frozenset(
    {
        DocumentKind.IDENTITY_CARD,
        DocumentKind.HOUSEHOLD_PAGE,
        DocumentKind.RESIDENT_ENROLMENT,
        DocumentKind.CASE_FILE,
        DocumentKind.OTHER,
    }
)
AT_THE_TIME = 12
"""Months within which a paper counts as made at the event: units filed forms in the year that followed."""


def spells_of(claims: Sequence[ClaimLine], *, resume: Sequence[SpellLine]) -> list[Spell]:
    """Every employment that settled claims state. `resume` holds the lines of résumés, each with its period."""
    settled = [c for c in claims if c.settled and c.document_kind not in NO_EMPLOYMENT]
    by_item: dict[object, dict[Kind, ClaimLine]] = defaultdict(dict)
    for claim in settled:
        by_item[claim.item_id].setdefault(claim.kind, claim)
    found = [spell for parts in by_item.values() for spell in _of_paper(parts)]
    employment = {c.id for c in settled if c.kind is Kind.EMPLOYMENT}
    found += [_of_line(line) for line in resume if line.claim_id in employment]
    return _ended(found, by_item.values())


def disputes_of(contradictions: Iterable[Contradiction], *, facts: dict[Kind, FactLine]) -> list[Dispute]:
    """Months between work starts that papers state differently, while nobody has ruled on them."""
    return [
        Dispute(
            since=min(months),
            until=max(months),
            reason="参加工作时间说法不同："
            + "、".join(f"{value}（{lines[0].document_title}）" for value, lines in contradiction.sides),
        )
        for contradiction in contradictions
        if contradiction.kind is Kind.WORK_START and open_contradiction(contradiction, facts=facts)
        if len(months := {month_of(c.earliest) for _, cs in contradiction.sides for c in cs if c.earliest})
        > 1
    ]


def open_contradiction(contradiction: Contradiction, *, facts: dict[Kind, FactLine]) -> bool:
    """Whether a contradiction still waits: nobody has ruled, or a paper came to light after the ruling."""
    fact = facts.get(contradiction.kind)
    if fact is None:
        return True
    considered = {c.id for c in (*fact.decisive, *fact.against)}
    return any(
        c.id not in considered and not _agrees(c, fact) for _, claims in contradiction.sides for c in claims
    )


def _agrees(claim: ClaimLine, fact: FactLine) -> bool:
    if claim.earliest is None or claim.latest is None:
        return False
    return claim.earliest <= fact.latest and fact.earliest <= claim.latest


def _of_paper(parts: dict[Kind, ClaimLine]) -> list[Spell]:
    start, end, unit = parts.get(Kind.WORK_START), parts.get(Kind.ENDED_ON), parts.get(Kind.UNIT)
    any_claim = next(iter(parts.values()))
    made = month_of(any_claim.recorded_earliest) if any_claim.recorded_earliest else None
    until = month_of(end.latest) + 1 if end and end.latest else None
    base = Spell(
        since=0,
        until=until,
        unit=unit.value if unit else "",
        grade=any_claim.grade.value,
        title=any_claim.document_title,
        is_original=any_claim.is_original,
        source=str(any_claim.item_id),
    )
    if start is None or start.earliest is None:
        if unit is None or made is None or any_claim.document_kind not in ENTERS:
            return []
        return [replace(base, since=made)] if until is None or made < until else []
    since = month_of(start.earliest)
    if until is not None and until <= since:
        return []  # a slip of the pen that the examination let through says nothing of any month
    late = made is not None and made > since + AT_THE_TIME
    if not late or any_claim.document_kind in WHOLE_SPELL:
        return [replace(base, since=since)]
    assert made is not None  # noqa: S101  late says so
    return _of_late_paper(base, since=since, made=made)


def _of_late_paper(base: Spell, *, since: int, made: int) -> list[Spell]:
    seen_from = made if base.until is None else min(made, base.until - 1)
    summary = replace(base, since=since, until=seen_from, unit="", grade=max(base.grade, Grade.C.value))
    return [summary, replace(base, since=seen_from)] if seen_from > since else [replace(base, since=since)]


def _of_line(line: SpellLine) -> Spell:
    return Spell(
        since=line.since,
        until=line.until if line.until is None or line.until > line.since else line.since + 1,
        unit=line.unit,
        grade=max(line.grade.value, Grade.C.value),
        title=line.document_title,
        is_original=line.is_original,
        source=str(line.item_id),
    )


def _ended(spells: list[Spell], papers: Iterable[dict[Kind, ClaimLine]]) -> list[Spell]:
    """Spells without an end, ended by the paper on which their unit says that the person left."""
    ends = [
        (unit.value, month_of(end.latest) + 1)
        for parts in papers
        if (end := parts.get(Kind.ENDED_ON)) and end.latest and (unit := parts.get(Kind.UNIT))
    ]
    groups = unit_groups({s.unit for s in spells} | {unit for unit, _ in ends})
    ended = []
    for spell in spells:
        own = [
            m for unit, m in ends if groups[unit] and groups[unit] == groups[spell.unit] and m > spell.since
        ]
        ended.append(replace(spell, until=min(own)) if spell.until is None and own else spell)
    return sorted(ended, key=lambda s: (s.since, s.until or 10**6, s.source, s.unit))
