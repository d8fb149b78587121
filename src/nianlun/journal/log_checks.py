"""Proving the whole log in the background: asked for by a person, kept with what it found."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction

from nianlun.journal.domain import Actor, declare
from nianlun.journal.models import LogCheck
from nianlun.journal.operations import record
from nianlun.journal.queries import Fault, LogReport, log_status, verify_log
from nianlun.kernel.cipher import KeyMissing

ASKED = declare("journal.check_asked", "要求核对整个日志")
CHECKED = declare("journal.checked", "核对整个日志 {size} 条，发现 {faults} 处问题")
NOT_CHECKED = declare("journal.check_failed", "没有核对成整个日志：{reason}")
MOST_KEPT = 200
"""Faults kept with a check; a log with more of them is looked at with the command, which lists them all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckLine:
    """One proving of the log, under way or done; `problem` says why it could not be done."""

    id: UUID
    asked_by: str
    asked_at: datetime
    done: int
    total: int
    finished_at: datetime | None
    fault_count: int
    faults: tuple[Fault, ...]
    losses: tuple[str, ...]
    size: int
    checkpoints: int
    cosignatures: int
    emptied: int
    problem: str

    @property
    def sound(self) -> bool:
        """Whether it was done and found nothing."""
        return self.finished_at is not None and not self.problem and not self.fault_count


@transaction.atomic
def ask(*, by: Actor, at: datetime) -> tuple[UUID, bool]:
    """Note that the log is to be proved; the check and whether it is new: one under way serves everybody."""
    row = LogCheck(asked_by=by.name, asked_at=at)
    # The one place for a check that is not finished is what two who press at once compete for.
    LogCheck.objects.bulk_create([row], ignore_conflicts=True)
    under_way = LogCheck.objects.filter(finished_at=None).get()
    if under_way.pk == row.pk:
        record(ASKED, by=by, about="journal.log_check", about_id=str(row.pk), at=at)
    return under_way.pk, under_way.pk == row.pk


def prove(check_id: UUID) -> LogReport | str:
    """Prove the log, telling the page how far it is; a sentence where that cannot be done. Writes no result."""

    def tell(done: int, total: int) -> None:
        LogCheck.objects.filter(pk=check_id, finished_at=None).update(done=done, total=total)

    try:
        return verify_log(tell=tell)
    except KeyMissing as reason:
        return str(reason)


def conclude(check_id: UUID, *, found: LogReport | str, at: datetime) -> None:
    """Keep what proving came to. To be called inside the transaction that ends the work."""
    row = LogCheck.objects.select_for_update().get(pk=check_id)
    row.finished_at = at
    if isinstance(found, str):
        row.problem = found
        action, details = NOT_CHECKED, {"reason": found}
    else:
        row.done = row.total = found.size
        row.fault_count = found.fault_count
        row.faults = [[fault.entry_id, fault.sentence] for fault in found.faults[:MOST_KEPT]]
        row.losses = found.losses[:MOST_KEPT]
        row.counts = {
            "size": found.size,
            "checkpoints": found.checkpoints,
            "cosignatures": found.cosignatures,
            "emptied": found.emptied,
        }
        action, details = CHECKED, {"size": str(found.size), "faults": str(found.fault_count)}
    row.save()
    record(action, by=None, about="journal.log_check", about_id=str(check_id), details=details, at=at)


def check(check_id: UUID) -> CheckLine | None:
    """One check."""
    return next(iter(_lines(LogCheck.objects.filter(pk=check_id))), None)


def latest(*, limit: int = 10) -> list[CheckLine]:
    """The last checks, newest first."""
    return _lines(LogCheck.objects.order_by("-pk")[:limit])


def alarm() -> str:
    """What whoever watches over the log must know at once; empty where nothing is wrong."""
    last = LogCheck.objects.exclude(finished_at=None).filter(problem="").order_by("-pk").first()
    if last is not None and last.fault_count:
        return f"最近一次核对操作日志发现 {last.fault_count} 处问题。请保全现场，不要改动数据库。"
    status = log_status()
    if status.sequencer is not None and status.sequencer.problem:
        return f"操作日志停止签署：{status.sequencer.problem}"
    return ""


def _lines(rows: Iterable[LogCheck]) -> list[CheckLine]:
    return [
        CheckLine(
            id=row.pk,
            asked_by=row.asked_by,
            asked_at=row.asked_at,
            done=row.done,
            total=row.total,
            finished_at=row.finished_at,
            fault_count=row.fault_count,
            faults=tuple(Fault(entry_id, sentence) for entry_id, sentence in row.faults),
            losses=tuple(row.losses),
            size=row.counts.get("size", 0),
            checkpoints=row.counts.get("checkpoints", 0),
            cosignatures=row.counts.get("cosignatures", 0),
            emptied=row.counts.get("emptied", 0),
            problem=row.problem,
        )
        for row in rows
    ]
