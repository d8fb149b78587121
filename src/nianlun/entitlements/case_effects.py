"""What a granted assessment case does: the assessment proposed for the person comes into force."""

from datetime import datetime

from nianlun.access.domain import Refused, Viewer
from nianlun.cases.domain.facts import CaseFacts
from nianlun.cases.effects import Done, effect
from nianlun.entitlements import deciding
from nianlun.evidence.operations import OwnCase, SamePerson
from nianlun.kernel.months import show_month


@effect(deciding.EFFECT, corrects=True)
def confirm_assessment(case: CaseFacts, *, by: Viewer, at: datetime) -> Done:
    """Put the person's proposed assessment into force; without one there is nothing the case could decide."""
    try:
        row = deciding.put_into_force(case, by=by, at=at)
    except (SamePerson, OwnCase) as reason:
        raise Refused(f"不能生效：{reason}") from reason
    return Done(sentence=f"待遇核定生效：{show_month(row.benefit_month)} 起每月 {row.total} 元。")
