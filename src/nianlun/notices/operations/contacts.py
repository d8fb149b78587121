"""Where people are reached: set at the counter or by themselves, agreed to or not, shown in full on request."""

from datetime import datetime
from uuid import UUID

from django.db import connection, transaction

from nianlun.access import queries as access
from nianlun.access.domain import NotVisible, Refused, Right, Role, Viewer, authorize
from nianlun.journal import operations as journal
from nianlun.journal.domain import declare
from nianlun.kernel import cipher
from nianlun.kernel.hotline import HOTLINE
from nianlun.kernel.identifiers import uuid7
from nianlun.notices import keys
from nianlun.notices.domain import (
    Channel,
    ConfirmedBy,
    NotAContact,
    declare_kind,
    masked,
    read_address,
    read_proof,
)
from nianlun.notices.models import Contact
from nianlun.notices.operations.sending import send
from nianlun.registry import queries as registry
from nianlun.registry.keys import keyring

CONTACT_SET = declare("notices.contact_set", "登记{channel}地址（{confirmed}）")
CONSENT_CHANGED = declare("notices.consent_changed", "{what}用{channel}接收通知")
ADDRESS_REVEALED = declare("notices.address_revealed", "显示完整的{channel}地址")
CONTACT_CHANGED = declare_kind(
    "notices.contact_changed",
    "联系方式变更",
    sms="您在养老保险登记的{title}。不是您本人办的，请拨打" + HOTLINE + "。",
)


@transaction.atomic
def set_at_counter(
    viewer: Viewer,
    person_id: UUID,
    *,
    channel: str,
    address: str,
    consented: bool,
    proof: str,
    at: datetime,
) -> None:
    """Register an address for a person who is at the counter and has shown who they are.

    The address that was registered before is told of it: whoever quietly redirects a pensioner's messages is found
    out. Raises `NotAContact`, `NotVisible`, and `Refused` without a stated purpose or for the own contact.
    """
    way = read_channel(channel)
    _authorize_at_counter(viewer, person_id, at=at)
    set_contact(
        person_id,
        channel=way,
        address=read_address(way, address),
        consented=consented,
        confirmed_by=ConfirmedBy.COUNTER,
        proof=read_proof(proof),
        by=viewer,
        at=at,
    )


@transaction.atomic
def set_consent(viewer: Viewer, person_id: UUID, *, channel: str, consented: bool, at: datetime) -> bool:
    """Note whether the person wants to be told this way; false where nothing changes. Raises as `set_at_counter`."""
    way = read_channel(channel)
    if viewer.role is Role.INSURED:
        if registry.own_person_id(viewer) != person_id:
            raise NotVisible
    else:
        _authorize_at_counter(viewer, person_id, at=at)
    found = Contact.objects.filter(person_id=person_id, channel=way, until_at=None)
    if not found.exclude(consented=consented).update(consented=consented):
        return False
    journal.record(
        CONSENT_CHANGED,
        by=viewer,
        about_id=str(person_id),
        person_id=person_id,
        details={"channel": way.label, "what": "同意" if consented else "不再"},
        at=at,
    )
    return True


@transaction.atomic
def reveal_address(viewer: Viewer, person_id: UUID, *, channel: str, at: datetime) -> str:
    """The full address, journaled on its own (S2.3). Raises `NotVisible`, `Refused`."""
    way = read_channel(channel)
    authorize(viewer, Right.PERSON_REVEAL_IDENTITY)
    registry.person(viewer, person_id)
    purpose = access.current_purpose(viewer, person_id=person_id, at=at)
    if purpose is None:
        raise Refused("显示完整的联系方式要有业务事由。请重新打开此人并填写事由。")
    row = Contact.objects.filter(person_id=person_id, channel=way, until_at=None).first()
    if row is None:
        raise NotVisible
    journal.record(
        ADDRESS_REVEALED,
        by=viewer,
        about_id=str(person_id),
        person_id=person_id,
        purpose=purpose,
        rows=1,
        details={"channel": way.label},
        at=at,
    )
    return keys.unsealed_address(bytes(row.address_sealed), table="contact", row_id=row.pk, keys=keyring())


def read_channel(text: str) -> Channel:
    """The channel of a form. Raises `NotAContact`."""
    try:
        return Channel(text)
    except ValueError:
        raise NotAContact("请选择手机号或电子邮箱。") from None


def set_contact(
    person_id: UUID,
    *,
    channel: Channel,
    address: str,
    consented: bool,
    confirmed_by: ConfirmedBy,
    proof: str = "",
    by: Viewer | None,
    at: datetime,
) -> None:
    """Put an address in the place of the one before, and tell the earlier one; `by` is None for the sample.

    In the caller's transaction, by a caller who has made sure that the address is this person's.
    """
    one_at_a_time(person_id)
    ring, contact_id = keyring(), uuid7()
    before = Contact.objects.filter(person_id=person_id, channel=channel, until_at=None).first()
    if before is not None:
        send(
            person_id=person_id,
            kind=CONTACT_CHANGED,
            title=f"{channel.address_label}已改为{masked(channel, address)}",
            text=f"您登记的{channel.address_label}已改为 {masked(channel, address)}，"
            f"方式：{confirmed_by.label}。不是您本人办的，请拨打 {HOTLINE}。",
            about="notices.contact",
            about_id=str(contact_id),
            division=registry.system_person(person_id).division,
            urgent=True,
            key=f"notices.contact:{contact_id}",
            at=at,
        )
        before.until_at = at
        before.save(update_fields=["until_at"])
    Contact.objects.create(
        pk=contact_id,
        person_id=person_id,
        channel=channel,
        address_sealed=keys.sealed_address(address, table="contact", row_id=contact_id, keys=ring),
        address_index=cipher.blind_index(address, keys=ring),
        key_version=ring.current,
        consented=consented,
        confirmed_by=confirmed_by,
        proof=proof,
        account_id=by.account_id if by else None,
        since_at=at,
    )
    journal.record(
        CONTACT_SET,
        by=by,
        about_id=str(person_id),
        person_id=person_id,
        details={"channel": channel.label, "confirmed": confirmed_by.label, "consented": consented},
        at=at,
    )


def one_at_a_time(person_id: UUID) -> None:
    """Let one change of a person's contact happen at a time, until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(%s)", [int.from_bytes(person_id.bytes[8:], signed=True)]
        )


def _authorize_at_counter(viewer: Viewer, person_id: UUID, *, at: datetime) -> None:
    authorize(viewer, Right.CASE_ACCEPT, scope_of=registry.person(viewer, person_id).division)
    if person_id in registry.persons_close_to(viewer.account_id):
        raise Refused("不能办理本人或登记亲属的联系方式。请由别的同事办理。")
    if access.current_purpose(viewer, person_id=person_id, at=at) is None:
        raise Refused("登记联系方式要有业务事由。请重新打开此人并填写事由。")
