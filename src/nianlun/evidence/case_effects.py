"""What a granted case of recognition does: the person's proposed rulings become facts."""

from datetime import datetime

from nianlun.access.domain import Refused, Viewer
from nianlun.cases.domain.facts import CaseFacts
from nianlun.cases.effects import Done, effect
from nianlun.evidence import queue, rulings
from nianlun.evidence.operations import NotAllowedNow, OwnCase, SamePerson


@effect("evidence.rulings_confirmed", corrects=True)
def confirm_rulings(case: CaseFacts, *, by: Viewer, at: datetime) -> Done:
    """Confirm every ruling proposed for the person; without one there is nothing the case could decide."""
    waiting = (
        [line for line in queue.rulings_of_person(case.person_id) if line.state == "proposed"]
        if case.person_id
        else []
    )
    if not waiting:
        raise Refused("这个人没有提出的认定。请经办人员先在“认定”里提出，再来审批。")
    try:
        for line in waiting:
            rulings.confirm_ruling(line.id, by=by, at=at)
    except (NotAllowedNow, SamePerson, OwnCase) as reason:
        raise Refused(f"不能生效：{reason}") from reason
    return Done(
        sentence="认定生效：" + "，".join(f"{line.kind.label} {line.value}" for line in waiting) + "。"
    )
