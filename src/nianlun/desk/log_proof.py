"""What the log page proves: between two days at once, the whole of the log in the background."""

import base64
import json
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db import transaction

from nianlun.access.domain import Right, Viewer, authorize
from nianlun.jobs import operations as jobs
from nianlun.journal import log_checks
from nianlun.journal import queries as journal
from nianlun.journal.queries import CheckpointLine
from nianlun.kernel.merkle import NotProved, verify_consistency

PROVE_LOG = "desk.prove_log"


class NoProof(Exception):
    """There is nothing to prove between these days; the message says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DayProof:
    """Two checkpoints and the hashes between them. `problem` is empty where the later continues the earlier."""

    since: date
    until: date
    old: CheckpointLine
    new: CheckpointLine
    path: tuple[bytes, ...]
    problem: str

    def to_json(self) -> str:
        """Both signed notes and the proof, as a file that is checked without this software."""
        content = {
            "format": "nianlun-consistency/1",
            "from": journal.signed_note(self.old),
            "to": journal.signed_note(self.new),
            "path": [base64.b64encode(step).decode() for step in self.path],
        }
        return json.dumps(content, ensure_ascii=False, indent=1) + "\n"


@transaction.atomic
def ask_for_check(*, by: Viewer, at: datetime) -> tuple[UUID, bool]:
    """Have the whole log proved; the check, and whether it is new or the one under way."""
    authorize(by, Right.JOURNAL_PROVE)
    check_id, fresh = log_checks.ask(by=by, at=at)
    if fresh:
        jobs.enqueue(PROVE_LOG, {"check": str(check_id)}, key=str(check_id), at=at)
    return check_id, fresh


def between(since: date, until: date) -> DayProof:
    """Prove that the log of one day's end begins with that of an earlier one. Raises `NoProof`."""
    if since > until:
        raise NoProof("起始日在截止日之后。请对调。")
    old, new = journal.checkpoint_of_day(since), journal.checkpoint_of_day(until)
    if old is None or new is None:
        raise NoProof(f"到 {since} 为止还没有检查点。请选日志开始以后的日期。")
    problem = ""
    path: list[bytes] = []
    try:
        path = journal.consistency(old.size, new.size)
        verify_consistency(
            old_size=old.size, new_size=new.size, old_root=old.root, new_root=new.root, path=path
        )
    except (NotProved, ValueError) as reason:
        problem = (
            f"证明不了：{reason}请保全现场，核对整个日志。" if isinstance(reason, NotProved) else _BROKEN
        )
    return DayProof(since=since, until=until, old=old, new=new, path=tuple(path), problem=problem)


_BROKEN = "日志的摘要块缺损，推算不出证明。请保全现场，核对整个日志。"
