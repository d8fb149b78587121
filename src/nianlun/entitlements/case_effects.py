"""What a granted assessment case does: the assessment proposed for the person comes into force."""

from datetime import datetime

from nianlun.access.domain import Refused, Viewer
from nianlun.cases.domain.facts import CaseFacts
from nianlun.cases.effects import Done, effect
from nianlun.entitlements import assessing
from nianlun.evidence.operations import OwnCase, SamePerson
from nianlun.kernel.months import show_month


@effect("entitlements.assessment_confirmed")
def confirm_assessment(case: CaseFacts, *, by: Viewer, at: datetime) -> Done:
    """Put the person's proposed assessment into force; without one there is nothing the case could decide."""
    waiting = assessing.waiting_of(case.person_id) if case.person_id else None
    if waiting is None:
        raise Refused("这个人没有提出的待遇核定。请经办人员先在“待遇”里提出核定，再来审批。")
    try:
        assessing.decide(waiting.id, confirm=True, reason="", by=by, at=at)
    except (SamePerson, OwnCase) as reason:
        raise Refused(f"不能生效：{reason}") from reason
    return Done(sentence=f"待遇核定生效：{show_month(waiting.month)} 起每月 {waiting.total} 元。")
