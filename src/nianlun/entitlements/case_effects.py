"""What a granted assessment case does: the assessment proposed for the person comes into force."""

from datetime import datetime

from django.utils import timezone

from nianlun.access.domain import Refused, Viewer
from nianlun.cases.domain.facts import CaseFacts
from nianlun.cases.effects import Done, Subject, effect
from nianlun.entitlements import deciding
from nianlun.entitlements.models import AssessmentRecord
from nianlun.evidence.operations import OwnCase, SamePerson
from nianlun.kernel.months import show_month


def proposed_assessment(case: CaseFacts) -> Subject | None:
    """The assessment that a grant would put into force as things stand."""
    row = deciding.proposed(case.person_id).first() if case.person_id is not None else None
    return _subject(row) if row is not None else None


@effect(deciding.EFFECT, corrects=True, subject=proposed_assessment)
def confirm_assessment(case: CaseFacts, *, by: Viewer, at: datetime) -> Done:
    """Put the person's proposed assessment into force; without one there is nothing the case could decide."""
    try:
        row = deciding.put_into_force(case, by=by, at=at)
    except (SamePerson, OwnCase) as reason:
        raise Refused(f"不能生效：{reason}") from reason
    return Done(
        sentence=f"待遇核定生效：{show_month(row.benefit_month)} 起每月 {row.total} 元。",
        subject=_subject(row),
    )


def _subject(row: AssessmentRecord) -> Subject:
    return Subject(
        what="待遇核定",
        sentence=(
            f"{show_month(row.benefit_month)} 起每月 {row.total} 元"
            f"（{row.proposed_by_name} {timezone.localtime(row.proposed_at):%m-%d %H:%M} 提出）"
        ),
        made_of=(str(row.pk), row.digest),
    )
