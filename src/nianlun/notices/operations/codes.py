"""Confirming an own address: a number goes there, and comes back typed in."""

import hmac
import secrets
from datetime import datetime, timedelta

from django.db import transaction

from nianlun.access.domain import NotVisible, Right, Viewer, authorize
from nianlun.journal import operations as journal
from nianlun.journal.domain import declare
from nianlun.kernel import cipher
from nianlun.kernel.identifiers import uuid7
from nianlun.notices import gateway, keys
from nianlun.notices.domain import (
    CODE_LASTS,
    CODE_PAUSE,
    CODES_A_DAY,
    TRIES_OF_A_CODE,
    ConfirmedBy,
    NotConfirmed,
    read_address,
)
from nianlun.notices.models import Code
from nianlun.notices.operations.contacts import one_at_a_time, read_channel, set_contact
from nianlun.notices.operations.sending import queue_message
from nianlun.registry import queries as registry
from nianlun.registry.keys import keyring

CODE_REQUESTED = declare("notices.code_requested", "索取{channel}验证码")
CODE_WRONG = declare("notices.code_wrong", "{channel}验证码不对")
_DAY = timedelta(days=1)


@transaction.atomic
def request_code(viewer: Viewer, *, channel: str, address: str, at: datetime) -> None:
    """Have a code sent to an address that an insured person says is the own one; an earlier code is void.

    Raises `NotAContact`, and `NotConfirmed` where there is no gateway or too many were asked for.
    """
    authorize(viewer, Right.OWN_READ)
    person_id = registry.own_person_id(viewer)
    if person_id is None:
        raise NotVisible
    way = read_channel(channel)
    plain = read_address(way, address)
    if not gateway.is_configured():
        raise NotConfirmed("现在发不出验证码。请带身份证到窗口登记。")
    one_at_a_time(person_id)
    ring, code_id = keyring(), uuid7()
    indexes = cipher.blind_indexes(plain, keys=ring)
    today = Code.objects.filter(requested_at__gt=at - _DAY)
    _limit(today.filter(person_id=person_id).count())
    _limit(today.filter(address_index__in=indexes).count())
    if Code.objects.filter(person_id=person_id, requested_at__gt=at - CODE_PAUSE).exists():
        raise NotConfirmed("刚发过验证码。请一分钟后再要。")
    Code.objects.filter(person_id=person_id, channel=way, ended_at=None).update(ended_at=at)
    number = f"{secrets.randbelow(1_000_000):06d}"
    Code.objects.create(
        pk=code_id,
        person_id=person_id,
        channel=way,
        address_sealed=keys.sealed_address(plain, table="code", row_id=code_id, keys=ring),
        address_index=cipher.blind_index(plain, keys=ring),
        digest=keys.code_digest(number, code_id=code_id, keys=ring),
        requested_at=at,
        expires_at=at + CODE_LASTS,
    )
    queue_message(
        code_id=code_id,
        channel=way,
        to=plain,
        text=f"验证码 {number}，5 分钟内有效，用于在养老保险登记{way.address_label}。不要告诉别人。",
        expires_at=at + CODE_LASTS,
        at=at,
    )
    journal.record(
        CODE_REQUESTED,
        by=viewer,
        about_id=str(person_id),
        person_id=person_id,
        details={"channel": way.label},
        at=at,
    )


@transaction.atomic
def confirm_code(viewer: Viewer, *, channel: str, number: str, at: datetime) -> str:
    """Register the address if this is the number that went there; empty, or a sentence why not.

    A sentence and no exception, for a wrong try has to stay counted.
    """
    authorize(viewer, Right.OWN_READ)
    person_id = registry.own_person_id(viewer)
    if person_id is None:
        raise NotVisible
    way = read_channel(channel)
    one_at_a_time(person_id)
    row = Code.objects.select_for_update().filter(person_id=person_id, channel=way, ended_at=None).first()
    if row is None:
        return "没有等着确认的验证码，或它已经作废。请重新要一个。"
    if at >= row.expires_at:
        return _ended(row, at=at, why="验证码已过 5 分钟，失效了。请重新要一个。")
    row.tries += 1
    row.save(update_fields=["tries"])
    given = "".join(number.split())
    right = any(
        hmac.compare_digest(bytes(row.digest), digest)
        for digest in keys.code_digests(given, code_id=row.pk, keys=keyring())
    )
    if not right:
        journal.record(
            CODE_WRONG,
            by=viewer,
            about_id=str(person_id),
            person_id=person_id,
            details={"channel": way.label},
            outcome="refused",
            at=at,
        )
        if row.tries >= TRIES_OF_A_CODE:
            return _ended(row, at=at, why="验证码错了 5 次，作废了。请重新要一个。")
        return f"验证码不对，还可以试 {TRIES_OF_A_CODE - row.tries} 次。"
    _ended(row, at=at, why="")
    set_contact(
        person_id,
        channel=way,
        address=keys.unsealed_address(
            bytes(row.address_sealed), table="code", row_id=row.pk, keys=keyring()
        ),
        consented=True,
        confirmed_by=ConfirmedBy.CODE,
        by=viewer,
        at=at,
    )
    return ""


def _limit(count: int) -> None:
    if count >= CODES_A_DAY:
        raise NotConfirmed(f"一天最多发 {CODES_A_DAY} 次验证码。请明天再试，或带身份证到窗口登记。")


def _ended(row: Code, *, at: datetime, why: str) -> str:
    row.ended_at = at
    row.save(update_fields=["ended_at"])
    return why
