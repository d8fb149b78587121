"""What the gateway says became of a message: believed once, and never where it contradicts itself."""

from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from django.db import IntegrityError, transaction

from nianlun.journal import operations as journal
from nianlun.journal.domain import declare
from nianlun.notices.domain import MessageState, Said, after_receipt
from nianlun.notices.gateway import SIGNATURE_LASTS, Report
from nianlun.notices.models import Message, Receipt, SeenCall
from nianlun.notices.operations.standing import changed, locked

RECEIPT_TAKEN = declare("notices.receipt_taken", "网关回执：{channel}{state}：{about}")
RECEIPT_STRAY = declare("notices.receipt_stray", "网关送来对不上号的回执")


class Verdict(StrEnum):
    """What came of a report."""

    TAKEN = "taken"
    KNOWN = "known"
    STRAY = "stray"


class PlayedAgain(Exception):
    """The very same call was made before."""


@transaction.atomic
def take_call(report: Report, *, signature: bytes, at: datetime) -> Verdict:
    """Take a report that the gateway has sent by itself. Raises `PlayedAgain` where this call was made before."""
    SeenCall.objects.filter(at__lt=at - timedelta(seconds=3 * SIGNATURE_LASTS)).delete()
    _, fresh = SeenCall.objects.get_or_create(signature=signature, defaults={"at": at})
    if not fresh:
        raise PlayedAgain
    return take_receipt(report, fetched=False, at=at)


@transaction.atomic
def take_receipt(report: Report, *, fetched: bool, at: datetime) -> Verdict:
    """Take a report, sent or fetched. The same twice counts once; one on nothing of ours is kept and moves nothing."""
    if report.said is Said.PENDING:
        return Verdict.KNOWN
    row = _about(report)
    kept = Receipt(
        receipt=report.receipt or f"{report.gateway_id[:80]}:{report.said.value}",
        message=row,
        gateway_id=report.gateway_id,
        said=report.said,
        reason=report.reason,
        fetched=fetched,
        at=at,
    )
    try:
        with transaction.atomic():
            kept.save(force_insert=True)
    except IntegrityError:
        return Verdict.KNOWN
    if row is None:
        journal.record(RECEIPT_STRAY, by=None, about_id=report.gateway_id, at=at)
        return Verdict.STRAY
    _believe(row, report, at=at)
    return Verdict.TAKEN


def _believe(row: Message, report: Report, *, at: datetime) -> None:
    before = (row.state, row.contradictory)
    outcome = after_receipt(MessageState(row.state), contradictory=row.contradictory, said=report.said)
    if before == (outcome.state, outcome.contradictory):
        return
    row.state, row.contradictory = outcome.state, outcome.contradictory
    row.settled_at, row.due_at = at, None
    row.gateway_id = row.gateway_id or report.gateway_id
    row.problem = report.reason if report.said is Said.FAILED else row.problem
    row.save(update_fields=["state", "contradictory", "settled_at", "due_at", "gateway_id", "problem"])
    changed(
        row,
        RECEIPT_TAKEN,
        at=at,
        state="矛盾" if outcome.contradictory else outcome.state.label,
        reason=report.reason,
    )


def _about(report: Report) -> Message | None:
    """The message that a report is about, locked, where key and id agree with what we know."""
    try:
        row = locked(UUID(report.key))
    except ValueError:
        return None
    return row if row and row.gateway_id in {"", report.gateway_id} else None
