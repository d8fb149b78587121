"""Emptying the outbox in the background."""

from datetime import datetime
from uuid import UUID

from django.utils import timezone

from nianlun.jobs import operations as jobs
from nianlun.jobs.domain import Job
from nianlun.jobs.registry import handles
from nianlun.notices import gateway, queries
from nianlun.notices.operations import ASK, SEND, conclude_asking, conclude_try


@handles(SEND)
def send_message(job: Job, at: datetime) -> None:
    """Offer a message to the gateway, then write what it said. Killed in between, it is offered again under its key."""
    message_id, number = UUID(job.payload["message"]), job.payload["try"]
    message = queries.outgoing(message_id, number=number, at=at)
    answer = gateway.hand_over(message) if message else None
    with jobs.effect(job):
        conclude_try(message_id, number=number, answer=answer, at=timezone.now())


@handles(ASK)
def ask_receipt(job: Job, at: datetime) -> None:
    """Ask for a receipt that has not come by itself."""
    message_id = UUID(job.payload["message"])
    waiting = queries.awaiting_receipt(message_id)
    report = gateway.ask(waiting) if waiting else None
    with jobs.effect(job):
        conclude_asking(message_id, number=job.payload["number"], report=report, at=timezone.now())
