"""What became of a message and of the notice behind it: what a receipt proves, and when a person has to act.

    queued --accepted--> sent --receipt--> delivered | failed
       '--refused, too late--> failed      '--no receipt in 72 hours--> unknown --receipt--> delivered | failed

A receipt is the gateway's word. One that contradicts an earlier one moves nothing upward: the message counts as
failed and is shown as contradictory, until a person has served the notice otherwise.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

UNANSWERED_AFTER = timedelta(hours=72)
"""How long a message may wait, for a gateway to take it and then for its receipt."""
SEND_PAUSES = tuple(timedelta(seconds=s) for s in (10, 60, 300, 1800, 7200, 21600))
"""How long to wait before each further try; the last is kept until `UNANSWERED_AFTER` is over."""
ASK_PAUSES = tuple(timedelta(minutes=m) for m in (1, 9, 50, 5 * 60, 18 * 60, 48 * 60))
"""When to ask for the receipt that has not come by itself: after a minute, ten, an hour, six, a day, three days."""
NO_GATEWAY = "没有配置短信网关，先排着队"
_EVIDENCE = range(2, 201)


class MessageState(StrEnum):
    """Where one message to the outside stands."""

    QUEUED = "queued"
    SENT = "sent"
    DELIVERED = "delivered"
    FAILED = "failed"
    UNKNOWN = "unknown"

    @property
    def label(self) -> str:
        return _STATE_LABELS[self]


_STATE_LABELS = {
    MessageState.QUEUED: "排队",
    MessageState.SENT: "网关已收，等回执",
    MessageState.DELIVERED: "网关称已送达",
    MessageState.FAILED: "没有送达",
    MessageState.UNKNOWN: "三天没有回执",
}


class Said(StrEnum):
    """What a receipt may say."""

    PENDING = "pending"
    DELIVERED = "delivered"
    FAILED = "failed"


class Delivery(StrEnum):
    """Whether a notice has reached its person, over all ways together."""

    SERVED = "served"
    READ = "read"
    DELIVERED = "delivered"
    UNDER_WAY = "under_way"
    CONTRADICTORY = "contradictory"
    FAILED = "failed"
    UNKNOWN = "unknown"
    INSIDE = "inside"

    @property
    def label(self) -> str:
        return _DELIVERY_LABELS[self]


FOR_A_PERSON = (Delivery.FAILED, Delivery.UNKNOWN, Delivery.CONTRADICTORY)
"""Where nothing more comes of itself, so that a person has to see to it."""
_DELIVERY_LABELS = {
    Delivery.SERVED: "已书面送达",
    Delivery.READ: "本人已看",
    Delivery.DELIVERED: "网关称已送达",
    Delivery.UNDER_WAY: "发送中",
    Delivery.CONTRADICTORY: "回执矛盾",
    Delivery.FAILED: "没有送达",
    Delivery.UNKNOWN: "没有回执",
    Delivery.INSIDE: "只在网上，本人未看",
}


@dataclass(frozen=True, slots=True)
class Outcome:
    """Where a message stands after a receipt, and whether its receipts contradict each other."""

    state: MessageState
    contradictory: bool


def after_receipt(state: MessageState, *, contradictory: bool, said: Said) -> Outcome:
    """What one more receipt makes of a message; the same receipt again changes nothing."""
    if said is Said.PENDING:
        return Outcome(state, contradictory)
    wanted = MessageState(said.value)
    if state in {MessageState.DELIVERED, MessageState.FAILED} and wanted is not state:
        return Outcome(MessageState.FAILED, True)
    return Outcome(wanted, contradictory)


def standing(
    messages: Iterable[tuple[str, int, MessageState, bool]], *, read: bool, served: bool
) -> Delivery:
    """Where a notice stands; `messages` are channel, round, state and contradiction of each.

    Of each channel the latest round counts. What a person saw or was handed outweighs every receipt.
    """
    if served:
        return Delivery.SERVED
    if read:
        return Delivery.READ
    latest: dict[str, tuple[int, MessageState, bool]] = {}
    for channel, number, state, contradictory in messages:
        if channel not in latest or number > latest[channel][0]:
            latest[channel] = (number, state, contradictory)
    states = {state for _, state, contradictory in latest.values() if not contradictory}
    if MessageState.DELIVERED in states:
        return Delivery.DELIVERED
    if states & {MessageState.QUEUED, MessageState.SENT}:
        return Delivery.UNDER_WAY
    if any(contradictory for _, _, contradictory in latest.values()):
        return Delivery.CONTRADICTORY
    if MessageState.FAILED in states:
        return Delivery.FAILED
    return Delivery.UNKNOWN if states else Delivery.INSIDE


class Way(StrEnum):
    """How a notice is served on paper."""

    IN_PERSON = "in_person"
    BY_POST = "by_post"

    @property
    def label(self) -> str:
        return "当面送达" if self is Way.IN_PERSON else "邮寄送达"


class NotServed(ValueError):
    """What was written down proves no service; the sentence says what is missing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """A service on paper: the day it arrived, and who signed or the number of the item."""

    way: Way
    served_on: date
    evidence: str


def read_service(way: str, served_on: str, evidence: str, *, told_on: date, today: date) -> Service:
    """A service as a clerk writes it down. Raises `NotServed`."""
    if way not in set(Way):
        raise NotServed("请选择当面送达或邮寄送达。")
    try:
        day = date.fromisoformat(served_on.strip())
    except ValueError:
        raise NotServed("送达日期应写成 2026-11-23 的形式。") from None
    if not told_on <= day <= today:
        raise NotServed(f"送达日期应在通知日（{told_on}）和今天之间，现在是 {day}。请核对。")
    tidy = " ".join("".join(c for c in evidence if c.isprintable()).split())
    if len(tidy) not in _EVIDENCE:
        raise NotServed("请写明签收人或邮件单号，2 至 200 个字。")
    return Service(way=Way(way), served_on=day, evidence=tidy)
