"""Where a notice stands, written with it whenever one of its messages or its reading changes."""

from nianlun.notices.domain import MessageState, standing
from nianlun.notices.models import Message, Notice, WrittenService


def stand_anew(notice: Notice) -> None:
    """Bring `delivery` up to date. The notice's row is locked by the caller."""
    rows = Message.objects.filter(notice=notice).values_list("channel", "round", "state", "contradictory")
    notice.delivery = standing(
        [(channel, number, MessageState(state), twisted) for channel, number, state, twisted in rows],
        read=notice.read_at is not None,
        served=WrittenService.objects.filter(notice=notice).exists(),
    )
    notice.save(update_fields=["delivery", "read_at"])
