"""Telling somebody something, in the transaction of whatever there is to tell."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction

from nianlun.access import queries as access
from nianlun.access.domain import NotVisible, Role
from nianlun.jobs import operations as jobs
from nianlun.journal import operations as journal
from nianlun.journal.domain import declare
from nianlun.kernel.identifiers import uuid7
from nianlun.notices import keys
from nianlun.notices.domain import (
    Channel,
    Delivery,
    NotSendable,
    kind_of,
    read_text,
    read_title,
    short_text,
)
from nianlun.notices.models import Contact, Message, Notice, StaffNotice
from nianlun.registry import queries as registry
from nianlun.registry.keys import keyring

SEND = "notices.send"
NOTICE_SENT = declare("notices.notice_sent", "通知本人：{about}")
STAFF_TOLD = declare("notices.staff_told", "告知工作人员 {count} 人：{about}")
_LONGEST_ABOUT = 100
_LONGEST_KEY = 200


@transaction.atomic
def send(
    *,
    person_id: UUID,
    kind: str,
    title: str,
    text: str,
    about: str,
    about_id: str,
    division: str,
    urgent: bool = False,
    key: str,
    at: datetime,
) -> UUID:
    """Tell an insured person something and return the notice's id; it goes out if the transaction around it commits.

    The notice waits in the person's own pages; of a kind with a short text one message goes out on every channel the
    person agreed to. `key` makes it once: the same again returns the notice that is there.
    Raises `NotSendable` for words that may not go out, `NotVisible` for an unknown person.
    """
    declared = kind_of(kind)
    title, text = read_title(title), read_text(text)
    short = short_text(declared, title=title)
    _check_names(about, about_id, key)
    if not registry.known_ids([person_id]):
        raise NotVisible
    row = Notice(
        person_id=person_id,
        kind=kind,
        title=title,
        text=text,
        about=about,
        about_id=about_id,
        division=division,
        urgent=urgent,
        statutory=declared.statutory,
        key=key,
        sent_at=at,
        delivery=Delivery.INSIDE,
    )
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError:
        earlier = Notice.objects.filter(key=key).values_list("pk", "person_id").first()
        if earlier is None:
            raise
        if earlier[1] != person_id:
            raise NotSendable(f"“{key}”名下已经通知过另一个人。") from None
        return earlier[0]
    channels = queue_messages(row, short, at=at) if short else []
    journal.record(
        NOTICE_SENT,
        by=None,
        about=title,
        about_id=str(row.pk),
        person_id=person_id,
        details={"kind": kind, "channels": [channel.value for channel in channels]},
        division=division,
        at=at,
    )
    return row.pk


@transaction.atomic
def tell_staff(
    *,
    account_ids: Collection[int] = (),
    role: Role | None = None,
    division: str = "",
    kind: str,
    title: str,
    text: str,
    about: str = "",
    about_id: str = "",
    key: str,
    at: datetime,
) -> int:
    """Tell members of staff something, inside only: these accounts, and everybody in a post over a division.

    Returns how many were told now; who was told under this `key` before is not told again. Raises `NotSendable`.
    """
    kind_of(kind)
    title, text = read_title(title), read_text(text)
    _check_names(about, about_id, key)
    told = set(account_ids)
    if role is not None:
        told |= access.accounts_over(role, division=division)
    rows = [
        StaffNotice(
            account_id=account_id,
            kind=kind,
            title=title,
            text=text,
            about=about,
            about_id=about_id,
            key=key,
            sent_at=at,
        )
        for account_id in sorted(told)
    ]
    StaffNotice.objects.bulk_create(rows, ignore_conflicts=True)
    count = StaffNotice.objects.filter(pk__in=[row.pk for row in rows]).count()
    if count:
        journal.record(
            STAFF_TOLD,
            by=None,
            about=title,
            about_id=about_id,
            details={"count": count, "kind": kind},
            division=division,
            at=at,
        )
    return count


def queue_message(
    *,
    notice: Notice | None = None,
    code_id: UUID | None = None,
    channel: Channel,
    number: int = 1,
    to: str,
    text: str,
    expires_at: datetime | None = None,
    at: datetime,
) -> UUID:
    """Put one message in the outbox, and the work of sending it in the queue."""
    ring, message_id = keyring(), uuid7()
    Message.objects.create(
        pk=message_id,
        notice=notice,
        code_id=code_id,
        channel=channel,
        round=number,
        content_sealed=keys.sealed_content(to, text, message_id=message_id, keys=ring),
        key_version=ring.current,
        queued_at=at,
        due_at=at,
        expires_at=expires_at,
    )
    jobs.enqueue(SEND, {"message": str(message_id), "try": 0}, key=f"{message_id}:0", at=at)
    return message_id


def queue_messages(notice: Notice, text: str, *, number: int = 1, at: datetime) -> list[Channel]:
    """Queue the notice on every channel that its person agreed to now, as the round of this number."""
    ring, channels = keyring(), []
    for row in Contact.objects.filter(person_id=notice.person_id, until_at=None, consented=True):
        to = keys.unsealed_address(bytes(row.address_sealed), table="contact", row_id=row.pk, keys=ring)
        channels.append(Channel(row.channel))
        queue_message(notice=notice, channel=channels[-1], number=number, to=to, text=text, at=at)
    if channels:
        notice.delivery = Delivery.UNDER_WAY
        notice.save(update_fields=["delivery"])
    return channels


def _check_names(about: str, about_id: str, key: str) -> None:
    if not key or len(key) > _LONGEST_KEY or len(about) > _LONGEST_ABOUT or len(about_id) > _LONGEST_ABOUT:
        raise NotSendable("通知关于的事项或编号过长，或没有编号。")
