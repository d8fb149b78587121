"""Deciding on a proposed assessment: the approval of a case puts it into force, a second person can send it back.

An assessment is paid for life: nobody puts one into force outside a case with its three hands. The database itself
takes none that no case under decision stands behind.
"""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

from nianlun.access.domain import NotVisible, Right, Viewer, authorize
from nianlun.access.operations import tie
from nianlun.access.queries import still
from nianlun.cases.domain.facts import CaseFacts
from nianlun.entitlements.assessing import NotAssessable, tell
from nianlun.entitlements.models import AssessmentRecord
from nianlun.evidence.operations import SamePerson, refuse_own_case
from nianlun.journal.domain import declare
from nianlun.registry import queries as registry

EFFECT = "entitlements.assessment_confirmed"
"""What kinds of business do that put an assessment into force."""
CONFIRMED = declare(
    "entitlements.assessment_confirmed", "待遇核定生效：{month} 起每月 {total} 元，依据业务 {case}"
)
RETURNED = declare(
    "entitlements.assessment_returned", "退回待遇核定：{month} 起每月 {total} 元，理由：{reason}"
)


@transaction.atomic
def put_into_force(case: CaseFacts, *, by: Viewer, at: datetime) -> AssessmentRecord:
    """Put the assessment that waits for the person of the case into force, which ends the one before it.

    To be called in the transaction that approves the case, which is its authority. Raises `NotAssessable` where none
    waits or the case is of another kind, `SamePerson` for the one who proposed it and those close, `NotVisible`.
    """
    if case.type.effect != EFFECT:
        raise NotAssessable(f"“{case.type.name}”不能使待遇核定生效。请开办待遇核定业务。")
    row = None
    if case.person_id is not None:
        row = proposed(case.person_id).select_for_update().first()
    if row is None:
        raise NotAssessable("这个人没有提出的待遇核定。请经办人员先在“每月能领多少”里提出核定，再来审批。")
    _authorize(row, by=by)
    AssessmentRecord.objects.filter(person_id=row.person_id, state=AssessmentRecord.State.IN_FORCE).update(
        state=AssessmentRecord.State.SUPERSEDED
    )
    row.case_id = case.id
    _decided(row, AssessmentRecord.State.IN_FORCE, by=by, at=at)
    tell(CONFIRMED, row, by=by, at=at, case=case.number)
    return row


@transaction.atomic
def send_back(record_id: UUID, *, reason: str, by: Viewer, at: datetime) -> None:
    """Return a proposed assessment to its proposer with what has to be mended.

    Raises `SamePerson` for the one who proposed it and those close, `NotAssessable` where it no longer waits or the
    reason is missing, `NotVisible`.
    """
    by = still(by)
    row = AssessmentRecord.objects.select_for_update().filter(pk=record_id).first()
    if row is None:
        raise NotVisible
    _authorize(row, by=by)
    if row.state != AssessmentRecord.State.PROPOSED:
        raise NotAssessable(f"这件核定{row.get_state_display()}，没有改变。")
    if len(reason.strip()) < 2:
        raise NotAssessable("请写明退回理由。")
    row.reason = reason.strip()[:300]
    _decided(row, AssessmentRecord.State.RETURNED, by=by, at=at)
    tell(RETURNED, row, by=by, at=at, reason=row.reason)


def proposed(person_id: UUID) -> QuerySet[AssessmentRecord]:
    """The assessment of a person that waits for its case."""
    return AssessmentRecord.objects.filter(person_id=person_id, state=AssessmentRecord.State.PROPOSED)


def _authorize(row: AssessmentRecord, *, by: Viewer) -> None:
    authorize(by, Right.BENEFIT_CONFIRM, scope_of=registry.person(by, row.person_id).division)
    refuse_own_case(by, row.person_id)
    if who := tie(by.account_id, row.proposed_by_id):
        raise SamePerson(f"提出和决定不能是{who}。请由另一位同事办理。")


def _decided(row: AssessmentRecord, state: AssessmentRecord.State, *, by: Viewer, at: datetime) -> None:
    row.state = state
    row.decided_by_id, row.decided_by_name, row.decided_at = by.account_id, by.name, at
    row.save(update_fields=["state", "decided_by", "decided_by_name", "decided_at", "reason", "case"])
