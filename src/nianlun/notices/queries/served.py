"""What became of the notices in a viewer's scope, for the people who have to see that they arrive."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db.models import Q, QuerySet

from nianlun.access import queries as access
from nianlun.access.domain import NotVisible, Right, Viewer, authorize
from nianlun.notices import keys
from nianlun.notices.domain import FOR_A_PERSON, Channel, MessageState, Way, masked
from nianlun.notices.models import Message, Notice, Receipt, WrittenService
from nianlun.notices.queries.inbox import NoticeLine, line_of
from nianlun.registry.keys import keyring

TO_DO = Q(delivery__in=[one.value for one in FOR_A_PERSON]) | Q(delivery="inside", statutory=True)
"""What nobody and nothing will deliver unless a person sees to it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageLine:
    """One message to the outside, as the page of its notice shows it."""

    channel: Channel
    round: int
    masked_to: str
    state: MessageState
    contradictory: bool
    problem: str
    tries: int
    queued_at: datetime
    due_at: datetime | None
    accepted_at: datetime | None
    settled_at: datetime | None
    receipts: tuple[tuple[datetime, str, str], ...]
    """When each came, what it said and why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceLine:
    """A service on paper, and who wrote it down."""

    way: Way
    served_on: date
    evidence: str
    by_name: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeFile:
    """A notice with everything that became of it."""

    line: NoticeLine
    messages: tuple[MessageLine, ...]
    service: ServiceLine | None


def notices(
    viewer: Viewer, *, to_do: bool = False, before: UUID | None = None, limit: int = 50
) -> list[NoticeLine]:
    """The notices of the viewer's scope, latest first; with `to_do` those that wait for a person. Raises `Refused`."""
    rows = _in_scope(viewer)
    if to_do:
        rows = rows.filter(TO_DO)
    if before is not None:
        rows = rows.filter(pk__lt=before)
    return [line_of(row) for row in rows.order_by("-pk")[:limit]]


def count_to_do(viewer: Viewer, *, up_to: int = 1000) -> int:
    """How many notices wait for a person in the viewer's scope, `up_to` at most."""
    return _in_scope(viewer).filter(TO_DO)[:up_to].count()


def notice_file(viewer: Viewer, notice_id: UUID) -> NoticeFile:
    """One notice of the viewer's scope. Raises `NotVisible`, `Refused`."""
    row = _in_scope(viewer).filter(pk=notice_id).first()
    if row is None:
        raise NotVisible
    receipts: dict[UUID, list[tuple[datetime, str, str]]] = {}
    for one in Receipt.objects.filter(message__notice=row).order_by("at", "pk"):
        if one.message_id is not None:
            label = MessageState(one.said).label
            receipts.setdefault(one.message_id, []).append((one.at, label, one.reason))
    sent = Message.objects.filter(notice=row).order_by("round", "channel")
    service = WrittenService.objects.filter(notice=row).first()
    return NoticeFile(
        line=line_of(row),
        messages=tuple(_message_line(one, receipts.get(one.pk, [])) for one in sent),
        service=_service_line(service) if service else None,
    )


def stray_receipts(*, since: datetime) -> int:
    """How many receipts came on nothing of ours: the gateway mixes us up with somebody, or makes them up."""
    return Receipt.objects.filter(message=None, at__gte=since).count()


def _in_scope(viewer: Viewer) -> QuerySet[Notice]:
    authorize(viewer, Right.NOTICE_READ)
    return (
        Notice.objects.filter(division__startswith=viewer.scope) if viewer.scope else Notice.objects.none()
    )


def _message_line(row: Message, receipts: list[tuple[datetime, str, str]]) -> MessageLine:
    channel = Channel(row.channel)
    to, _ = keys.unsealed_content(bytes(row.content_sealed), message_id=row.pk, keys=keyring())
    return MessageLine(
        channel=channel,
        round=row.round,
        masked_to=masked(channel, to),
        state=MessageState(row.state),
        contradictory=row.contradictory,
        problem=row.problem,
        tries=row.tries,
        queued_at=row.queued_at,
        due_at=row.due_at,
        accepted_at=row.accepted_at,
        settled_at=row.settled_at,
        receipts=tuple(receipts),
    )


def _service_line(row: WrittenService) -> ServiceLine:
    return ServiceLine(
        way=Way(row.way),
        served_on=row.served_on,
        evidence=row.evidence,
        by_name=access.names([row.account_id]).get(row.account_id, ""),
        at=row.at,
    )
