"""What stands in the outbox, for the jobs that empty it."""

from datetime import datetime
from uuid import UUID

from nianlun.notices import keys
from nianlun.notices.domain import UNANSWERED_AFTER, Channel, MessageState
from nianlun.notices.gateway import Outgoing
from nianlun.notices.models import Message
from nianlun.registry.keys import keyring


def outgoing(message_id: UUID, *, number: int, at: datetime) -> Outgoing | None:
    """A message that is to be offered to the gateway now, for the try of this number; else nothing."""
    row = Message.objects.filter(pk=message_id, state=MessageState.QUEUED, tries=number).first()
    if row is None or too_late(row, at=at):
        return None
    to, text = keys.unsealed_content(bytes(row.content_sealed), message_id=row.pk, keys=keyring())
    return Outgoing(id=row.pk, channel=Channel(row.channel), to=to, text=text)


def too_late(row: Message, *, at: datetime) -> bool:
    """Whether a message should no longer go out: its code is over, or what it says has grown old."""
    return at >= (row.expires_at or row.queued_at + UNANSWERED_AFTER)


def awaiting_receipt(message_id: UUID) -> str:
    """The gateway's id of a message that it took and has not reported on; empty where there is nothing to ask."""
    found = Message.objects.filter(pk=message_id, state=MessageState.SENT)
    return found.values_list("gateway_id", flat=True).first() or ""
