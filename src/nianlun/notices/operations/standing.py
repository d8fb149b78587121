"""Where a notice stands, written with it whenever one of its messages or its reading changes."""

from datetime import datetime
from uuid import UUID

from nianlun.journal import operations as journal
from nianlun.notices.domain import Channel, MessageState, standing
from nianlun.notices.models import Message, Notice, WrittenService
from nianlun.registry import queries as registry


def locked(message_id: UUID) -> Message | None:
    """The message's row, locked after the row of its notice: always in this order, so that no two wait in a ring."""
    found = Message.objects.filter(pk=message_id).values_list("notice_id", flat=True).first()
    if found is not None:
        Notice.objects.select_for_update().get(pk=found)
    return Message.objects.select_for_update().filter(pk=message_id).first()


def stand_anew(notice: Notice) -> None:
    """Bring `delivery` up to date. The notice's row is locked by the caller."""
    rows = Message.objects.filter(notice=notice).values_list("channel", "round", "state", "contradictory")
    notice.delivery = standing(
        [(channel, number, MessageState(state), twisted) for channel, number, state, twisted in rows],
        read=notice.read_at is not None,
        served=WrittenService.objects.filter(notice=notice).exists(),
    )
    notice.save(update_fields=["delivery", "read_at"])


def changed(row: Message, action: str, *, at: datetime, **details: str) -> None:
    """Bring the notice along with its message, and say so in the journal. Both rows are locked by the caller."""
    notice = row.notice
    if notice is not None:
        stand_anew(notice)
    journal.record(
        action,
        by=None,
        about=notice.title if notice else "验证码",
        about_id=str(row.notice_id or row.code_id),
        person_id=notice.person_id if notice else row.code.person_id if row.code else None,
        division=_division(row),
        details={"channel": Channel(row.channel).label, **details},
        at=at,
    )


def _division(row: Message) -> str:
    """Whose business a message is."""
    if row.notice is not None:
        return row.notice.division
    return registry.system_person(row.code.person_id).division if row.code else ""
