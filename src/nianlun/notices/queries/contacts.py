"""Where somebody is reached, masked."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from nianlun.access import queries as access
from nianlun.access.domain import NotVisible, Right, Role, Viewer, authorize
from nianlun.notices import keys
from nianlun.notices.domain import Channel, ConfirmedBy, masked
from nianlun.notices.models import Code, Contact
from nianlun.registry import queries as registry
from nianlun.registry.keys import keyring


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactLine:
    """One address of a person, as pages show it."""

    channel: Channel
    masked: str
    consented: bool
    confirmed_by: ConfirmedBy
    proof: str
    by_name: str
    since_at: datetime
    until_at: datetime | None
    shared_with: int
    """How many other people are reached at the same address; for staff."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PendingCode:
    """A code that is still to be typed in."""

    channel: Channel
    masked: str
    expires_at: datetime


def contacts(viewer: Viewer, person_id: UUID, *, earlier: bool = False) -> list[ContactLine]:
    """Where a person is reached, by channel; with `earlier` also where before. Raises `NotVisible`, `Refused`."""
    authorize_contact(viewer, person_id)
    rows = Contact.objects.filter(person_id=person_id)
    if not earlier:
        rows = rows.filter(until_at=None)
    found = list(rows.order_by("-channel", "-since_at")[:50])
    names = access.names(row.account_id for row in found if row.account_id)
    others = (
        Contact.objects.filter(until_at=None, address_index__in=[row.address_index for row in found])
        .exclude(person_id=person_id)
        .values_list("address_index", "person_id")
    )
    shared = {(bytes(index), other) for index, other in others}
    ring = keyring()
    return [
        ContactLine(
            channel=Channel(row.channel),
            masked=masked(
                Channel(row.channel),
                keys.unsealed_address(bytes(row.address_sealed), table="contact", row_id=row.pk, keys=ring),
            ),
            consented=row.consented,
            confirmed_by=ConfirmedBy(row.confirmed_by),
            proof=row.proof,
            by_name=names.get(row.account_id or 0, ""),
            since_at=row.since_at,
            until_at=row.until_at,
            shared_with=sum(index == bytes(row.address_index) for index, _ in shared),
        )
        for row in found
    ]


def pending_code(viewer: Viewer, *, at: datetime) -> PendingCode | None:
    """The code that this insured person was sent last and may still type in."""
    own = registry.own_person_id(viewer)
    if own is None:
        return None
    found = Code.objects.filter(person_id=own, ended_at=None, expires_at__gt=at)
    row = found.order_by("-requested_at").first()
    if row is None:
        return None
    channel = Channel(row.channel)
    address = keys.unsealed_address(bytes(row.address_sealed), table="code", row_id=row.pk, keys=keyring())
    return PendingCode(channel=channel, masked=masked(channel, address), expires_at=row.expires_at)


def authorize_contact(viewer: Viewer, person_id: UUID) -> None:
    """Let the person see the own contact, and staff those in sight. Raises `NotVisible`, `Refused`."""
    if viewer.role is Role.INSURED:
        if registry.own_person_id(viewer) != person_id:
            raise NotVisible
        return
    authorize(viewer, Right.NOTICE_READ)
    registry.person(viewer, person_id)
