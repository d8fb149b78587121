"""A case as rules see it, read from its rows."""

from django.utils import timezone

from nianlun.cases import type_files
from nianlun.cases.domain.facts import CaseFacts, GrantedFacts, How, MaterialFacts
from nianlun.cases.domain.flow import OPEN, State
from nianlun.cases.domain.types import CaseType, Origin, Step
from nianlun.cases.models import Case, Material


def facts(row: Case, *, case_type: CaseType | None = None) -> CaseFacts:
    """Everything checks and effects may ask of a case."""
    same = Case.objects.filter(type=row.type).exclude(pk=row.pk)
    if row.person_id is not None:
        same = same.filter(person_id=row.person_id)
    elif row.employer_id is not None:
        same = same.filter(employer_id=row.employer_id)
    else:
        same = same.filter(title=row.title, division=row.division)
    still_open = same.filter(state__in=[state.value for state in OPEN])
    granted = same.filter(granted_at__isnull=False)
    return CaseFacts(
        id=row.pk,
        number=row.number,
        type=case_type or type_files.case_type_by_digest(row.type, row.type_digest),
        state=State(row.state),
        origin=Origin(row.origin),
        person_id=row.person_id,
        employer_id=row.employer_id,
        agency_id=row.agency_id,
        division=row.division,
        details=row.details,
        materials=tuple(
            material_facts(each) for each in row.materials.filter(replaced_by__isnull=True).order_by("pk")
        ),
        hands={Step(duty.step): duty.account_id for duty in row.duties.order_by("pk")},
        received_on=timezone.localdate(row.received_at),
        accepted_on=timezone.localdate(row.accepted_at) if row.accepted_at else None,
        corrects=row.corrects_id,
        others_open=tuple(still_open.order_by("number").values_list("number", flat=True)[:5]),
        granted_before=tuple(
            GrantedFacts(number=each.number, details=each.details) for each in granted.order_by("number")
        )
        if row.person_id is not None
        else (),
    )


def material_facts(row: Material) -> MaterialFacts:
    """One paper as it stands."""
    return MaterialFacts(
        code=row.requirement,
        how=How(row.how),
        file_name=row.file_name,
        promised_until=row.promised_until,
        note=row.note,
        by_name=row.by_name,
        at=row.at,
    )
