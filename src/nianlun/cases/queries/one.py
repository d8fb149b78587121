"""One case in full, found by its number or among those of a person."""

from collections.abc import Collection
from uuid import UUID

from nianlun.access import queries as access
from nianlun.access.domain import NotVisible, Right, Viewer, authorize
from nianlun.cases import type_files
from nianlun.cases.domain.flow import OPEN
from nianlun.cases.domain.types import Step
from nianlun.cases.models import Case
from nianlun.cases.queries.lines import (
    CaseLine,
    CaseView,
    MaterialLine,
    PauseLine,
    SlipLine,
    action_line,
    case_line,
    material_line,
    slip_line,
)
from nianlun.cases.queries.sight import visible
from nianlun.kernel.grams import normalised
from nianlun.registry import queries as registry
from nianlun.search.grams import holding


def case_numbered(viewer: Viewer, number: str) -> UUID:
    """The case of that number. Raises `NotVisible`."""
    found = visible(viewer).filter(number=number.strip().upper()[:40]).values_list("pk", flat=True).first()
    if found is None:
        raise NotVisible
    return found


def number_of(case_id: UUID) -> str:
    """The number of a case, for commands that act for the system."""
    return Case.objects.values_list("number", flat=True).get(pk=case_id)


def case(viewer: Viewer, case_id: UUID) -> CaseView:
    """One case in full, for staff in scope and for the insured person it is about. Raises `NotVisible`."""
    row = visible(viewer).select_related("holder").filter(pk=case_id).first()
    if row is None:
        raise NotVisible
    return CaseView(
        line=case_line(row),
        type=type_files.case_type_by_digest(row.type, row.type_digest),
        agency_id=row.agency_id,
        details=row.details,
        limit_days=row.limit_days,
        effect_said=row.effect_said,
        item_id=row.item_id,
        filed_at=row.filed_at,
        corrects=case_line(row.corrects) if row.corrects is not None else None,
        corrected_by=tuple(
            case_line(each)
            for each in Case.objects.filter(corrects=row).select_related("holder").order_by("pk")
        ),
        actions=tuple(action_line(each) for each in row.actions.order_by("number")),
        materials=tuple(material_line(each) for each in row.materials.order_by("pk")),
        pauses=tuple(
            PauseLine(since=p.since, until=p.until, reason=p.reason)
            for p in row.pauses.order_by("since", "pk")
        ),
        slips=tuple(slip_line(each) for each in row.slips.order_by("issued_at", "pk")),
        duties={Step(duty.step): duty.account_id for duty in row.duties.order_by("pk")},
    )


def search(viewer: Viewer, text: str, *, limit: int = 20) -> list[CaseLine]:
    """Cases in the viewer's sight by number or by a part of the title, the newest first."""
    wanted = " ".join(text.split())[:60]
    if not wanted:
        return []
    rows = visible(viewer).select_related("holder").order_by("-received_at", "-pk")
    if wanted[0].isdigit():
        return [case_line(row) for row in rows.filter(number__startswith=wanted.upper())[:limit]]
    plain = normalised(wanted)
    found = holding(rows, plain)[: limit * 3]
    return [case_line(row) for row in found if plain in normalised(row.title)][:limit]


def cases_of_person(viewer: Viewer, person_id: UUID, *, limit: int = 50) -> list[CaseLine]:
    """The cases about a person in the viewer's sight, the newest first; an insured person's own are all there."""
    rows = visible(viewer).filter(person_id=person_id).select_related("holder")
    return [case_line(row) for row in rows.order_by("-received_at", "-pk")[:limit]]


def open_cases_of(viewer: Viewer, person_id: UUID, *, types: Collection[str]) -> list[CaseLine]:
    """The open cases of these kinds about a person in the viewer's sight, the oldest first."""
    rows = visible(viewer).filter(
        person_id=person_id, type__in=types, state__in=[one.value for one in OPEN]
    )
    return [case_line(row) for row in rows.select_related("holder").order_by("received_at", "pk")]


def own_cases(viewer: Viewer, *, limit: int = 50) -> list[CaseLine]:
    """The insured person's own cases, the newest first."""
    own = registry.own_person_id(viewer)
    return cases_of_person(viewer, own, limit=limit) if own else []


def colleagues(viewer: Viewer, *, division: str, right: Right) -> dict[int, str]:
    """The members of staff who hold a right for a division, for handing over and for hearings."""
    authorize(viewer, Right.CASE_READ, scope_of=division)
    return access.holders_of(right, division=division)


def material_file(viewer: Viewer, case_id: UUID, material_id: int) -> tuple[str, MaterialLine]:
    """The vault object and the paper whose copy is wanted. Raises `NotVisible`."""
    row = visible(viewer).filter(pk=case_id).first()
    found = row.materials.filter(pk=material_id).exclude(file_name="").first() if row else None
    if row is None or found is None:
        raise NotVisible
    return row.object_id, material_line(found)


def slip_file(viewer: Viewer, case_id: UUID, slip_id: UUID) -> tuple[str, SlipLine]:
    """The vault object and the slip that is wanted. Raises `NotVisible`."""
    row = visible(viewer).filter(pk=case_id).first()
    found = row.slips.filter(pk=slip_id).first() if row else None
    if row is None or found is None:
        raise NotVisible
    return row.object_id, slip_line(found)
