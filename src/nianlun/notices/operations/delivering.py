"""Getting a message to the gateway: what each try came to, and when the next one is."""

from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from nianlun.jobs import operations as jobs
from nianlun.journal.domain import declare
from nianlun.notices.domain import ASK_PAUSES, SEND_PAUSES, MessageState
from nianlun.notices.gateway import Accepted, Hindered, Rejected, Report
from nianlun.notices.models import Message
from nianlun.notices.operations.receipts import take_receipt
from nianlun.notices.operations.sending import SEND
from nianlun.notices.operations.standing import changed, locked
from nianlun.notices.queries.outbox import too_late

ASK = "notices.ask_receipt"
HANDED_OVER = declare("notices.message_handed_over", "把{channel}交给网关：{about}")
GIVEN_UP = declare("notices.message_given_up", "{channel}没有发出，{why}：{about}")
UNANSWERED = declare("notices.message_unanswered", "{channel}三天没有回执：{about}")
TOO_LATE = "没有在时限内发出，过时不再发"
_WOKEN_AT_ONCE = 100
_SOON = timedelta(minutes=1)


def conclude_try(
    message_id: UUID, *, number: int, answer: Accepted | Rejected | Hindered | None, at: datetime
) -> None:
    """Write what one try came to, and plan the next; in the transaction of its job. `answer` is None if none was made.

    That the gateway has the message is true whichever try learnt it; of other news the latest try's counts.
    """
    row = locked(message_id)
    if row is None:
        return
    if isinstance(answer, Accepted):
        _accepted(row, answer, at=at)
    elif row.state != MessageState.QUEUED or row.tries != number:
        return
    elif isinstance(answer, Rejected):
        _give_up(row, why=answer.reason, at=at)
    elif answer is None or too_late(row, at=at):
        _give_up(row, why=f"{TOO_LATE}。{row.problem}", at=at)
    else:
        row.problem, row.tries = answer.reason, number + 1
        row.due_at = at + SEND_PAUSES[min(number, len(SEND_PAUSES) - 1)] if answer.configured else None
        row.save(update_fields=["problem", "tries", "due_at"])
        if row.due_at:
            _enqueue(row, at=at, due=row.due_at)


def conclude_asking(message_id: UUID, *, number: int, report: Report | None, at: datetime) -> None:
    """Write what asking for a receipt brought, and plan the next time; in the transaction of its job."""
    if report is not None and report.key == str(message_id):
        take_receipt(report, fetched=True, at=at)
    row = locked(message_id)
    if row is None or row.state != MessageState.SENT:
        return
    if number + 1 < len(ASK_PAUSES):
        _enqueue_asking(row, number=number + 1, at=at)
        return
    row.state, row.settled_at, row.problem = MessageState.UNKNOWN, at, ""
    row.save(update_fields=["state", "settled_at", "problem"])
    changed(row, UNANSWERED, at=at)


@transaction.atomic
def resume(*, at: datetime, limit: int = _WOKEN_AT_ONCE) -> int:
    """Have messages that wait for a gateway, or for a later try, tried now; how many.

    After the first that gets through the others need not wait out their pauses.
    """
    waiting = Message.objects.select_for_update(skip_locked=True).filter(
        Q(due_at=None) | Q(due_at__gt=at + _SOON), state=MessageState.QUEUED
    )
    rows = list(waiting.order_by("queued_at")[:limit])
    for row in rows:
        hurry(row, at=at)
    return len(rows)


def hurry(row: Message, *, at: datetime) -> None:
    """Have a queued message tried now; the try planned for later finds itself overtaken."""
    row.tries += 1
    row.due_at = at
    row.save(update_fields=["tries", "due_at"])
    _enqueue(row, at=at, due=at)


def forget_code(row: Message) -> None:
    """A code that has gone out or never will is nobody's business any more."""
    if row.code_id is not None:
        row.content_sealed = b""
        row.save(update_fields=["content_sealed"])


def _accepted(row: Message, answer: Accepted, *, at: datetime) -> None:
    if row.gateway_id:
        return
    row.gateway_id, row.accepted_at, row.due_at = answer.gateway_id, at, None
    if row.state == MessageState.QUEUED:  # its receipt may have been quicker than this
        row.state, row.problem = MessageState.SENT, ""
    row.save(update_fields=["gateway_id", "accepted_at", "due_at", "state", "problem"])
    forget_code(row)
    changed(row, HANDED_OVER, at=at)
    if row.state == MessageState.SENT:
        _enqueue_asking(row, number=0, at=at)
    resume(at=at)


def _give_up(row: Message, *, why: str, at: datetime) -> None:
    row.state, row.settled_at, row.due_at, row.problem = MessageState.FAILED, at, None, why[:300]
    row.save(update_fields=["state", "settled_at", "due_at", "problem"])
    forget_code(row)
    changed(row, GIVEN_UP, at=at, why=why)


def _enqueue(row: Message, *, at: datetime, due: datetime) -> None:
    jobs.enqueue(
        SEND, {"message": str(row.pk), "try": row.tries}, key=f"{row.pk}:{row.tries}", at=at, due=due
    )


def _enqueue_asking(row: Message, *, number: int, at: datetime) -> None:
    jobs.enqueue(
        ASK,
        {"message": str(row.pk), "number": number},
        key=f"{row.pk}:{number}",
        at=at,
        due=at + ASK_PAUSES[number],
    )
