"""Bringing addresses and messages to the current key (S5.2), in rounds that may be broken off and resumed."""

from datetime import datetime

from django.db import transaction

from nianlun.journal import operations as journal
from nianlun.journal.domain import declare
from nianlun.kernel import cipher
from nianlun.kernel.cipher import Keyring
from nianlun.notices import keys
from nianlun.notices.models import Contact, Message
from nianlun.registry.keys import keyring
from nianlun.registry.operations import Resealed, Resealer

RESEALED = declare("notices.resealed", "用新密钥重新加密{what} {rows} 条")


@transaction.atomic
def reseal_contacts(*, at: datetime, limit: int = 500) -> Resealed:
    """Bring up to `limit` addresses to the current key. Call again while any are `left`."""
    ring = keyring()
    old = Contact.objects.exclude(key_version=ring.current)
    rows = list(old.select_for_update(skip_locked=True).order_by("pk")[:limit])
    for row in rows:
        plain = keys.unsealed_address(bytes(row.address_sealed), table="contact", row_id=row.pk, keys=ring)
        row.address_sealed = keys.sealed_address(plain, table="contact", row_id=row.pk, keys=ring)
        row.address_index = cipher.blind_index(plain, keys=ring)
        row.key_version = ring.current
    Contact.objects.bulk_update(rows, ["address_sealed", "address_index", "key_version"])
    return _resealed(len(rows), left=old.count(), what="联系方式", ring=ring, at=at)


@transaction.atomic
def reseal_messages(*, at: datetime, limit: int = 500) -> Resealed:
    """The same for messages in the outbox. Codes live five minutes and are left to end."""
    ring = keyring()
    old = Message.objects.exclude(key_version=ring.current)
    rows = list(old.select_for_update(skip_locked=True).order_by("pk")[:limit])
    for row in rows:
        if row.content_sealed:
            to, text = keys.unsealed_content(bytes(row.content_sealed), message_id=row.pk, keys=ring)
            row.content_sealed = keys.sealed_content(to, text, message_id=row.pk, keys=ring)
        row.key_version = ring.current
    Message.objects.bulk_update(rows, ["content_sealed", "key_version"])
    return _resealed(len(rows), left=old.count(), what="消息", ring=ring, at=at)


RESEALERS: tuple[tuple[str, Resealer], ...] = (("联系方式", reseal_contacts), ("消息", reseal_messages))


def _resealed(done: int, *, left: int, what: str, ring: Keyring, at: datetime) -> Resealed:
    if done:
        details = {"what": what, "version": ring.current}
        journal.record(RESEALED, by=None, rows=done, details=details, at=at)
    return Resealed(done=done, left=left)
