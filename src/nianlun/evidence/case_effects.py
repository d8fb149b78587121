"""What a granted case of recognition does: the person's proposed rulings become facts."""

from collections.abc import Sequence
from datetime import datetime

from django.utils import timezone

from nianlun.access.domain import Refused, Viewer
from nianlun.cases.domain.facts import CaseFacts
from nianlun.cases.effects import Done, Subject, effect
from nianlun.evidence import queue, rulings
from nianlun.evidence.operations import NotAllowedNow, OwnCase, SamePerson
from nianlun.evidence.queue import RulingLine


def proposed_rulings(case: CaseFacts) -> Subject | None:
    """The rulings that a grant would confirm as things stand."""
    return _subject(_waiting(case))


@effect("evidence.rulings_confirmed", corrects=True, subject=proposed_rulings)
def confirm_rulings(case: CaseFacts, *, by: Viewer, at: datetime) -> Done:
    """Confirm every ruling proposed for the person; without one there is nothing the case could decide."""
    waiting = _waiting(case)
    if not waiting:
        raise Refused("这个人没有提出的认定。请经办人员先在“认定”里提出，再来审批。")
    try:
        for line in waiting:
            rulings.confirm_ruling(line.id, by=by, at=at)
    except (NotAllowedNow, SamePerson, OwnCase) as reason:
        raise Refused(f"不能生效：{reason}") from reason
    return Done(
        sentence="认定生效：" + "，".join(f"{line.kind.label} {line.value}" for line in waiting) + "。",
        subject=_subject(waiting),
    )


def _waiting(case: CaseFacts) -> list[RulingLine]:
    if case.person_id is None:
        return []
    return [line for line in queue.rulings_of_person(case.person_id) if line.state == "proposed"]


def _subject(waiting: Sequence[RulingLine]) -> Subject | None:
    if not waiting:
        return None
    lines = sorted(waiting, key=lambda line: (line.kind.value, str(line.id)))
    return Subject(
        what="认定",
        sentence="，".join(
            f"{line.kind.label} {line.value}"
            f"（{line.proposed_by_name} {timezone.localtime(line.proposed_at):%m-%d %H:%M} 提出）"
            for line in lines
        ),
        made_of=tuple(f"{line.id} {line.kind.value} {line.value}" for line in lines),
    )
