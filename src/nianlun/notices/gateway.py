"""Speaking to the message gateway (docs/reference/gateway.md). Whatever it answers is checked before it is believed.

Both sides sign what they send with a shared secret; one address is spoken to, the configured one, and no redirect
is followed (S7.4).
"""

import hashlib
import hmac
import json
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from urllib.parse import quote, urlsplit
from uuid import UUID

from django.conf import settings

from nianlun.journal.outside import Unreachable, get, post
from nianlun.notices.domain import NO_GATEWAY, Channel, Said

STEP_SECONDS = 5.0
AT_MOST_SECONDS = 10.0
SIGNATURE_LASTS = 300
"""Seconds that clocks may differ and a request may be under way."""
_JSON = "application/json; charset=utf-8"
_NAME = re.compile(r"[\x21-\x7e]{1,100}")
_DIGITS = re.compile(r"\d{4,}")
_LONGEST_REASON = 100
_REFUSALS = {HTTPStatus.BAD_REQUEST, HTTPStatus.CONFLICT, HTTPStatus.UNPROCESSABLE_ENTITY}


@dataclass(frozen=True, slots=True, kw_only=True)
class Outgoing:
    """One message as it goes to the gateway."""

    id: UUID
    channel: Channel
    to: str
    text: str


@dataclass(frozen=True, slots=True)
class Accepted:
    """The gateway has the message, under this id of its own."""

    gateway_id: str


@dataclass(frozen=True, slots=True)
class Rejected:
    """The gateway will not take this message, however often it is offered."""

    reason: str


@dataclass(frozen=True, slots=True)
class Hindered:
    """Nobody knows whether the gateway has the message; offering it again is safe."""

    reason: str
    configured: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What the gateway says became of a message."""

    receipt: str
    key: str
    gateway_id: str
    said: Said
    reason: str


class NotAReport(ValueError):
    """What came is no report in the agreed form."""


def is_configured() -> bool:
    """Whether there is a gateway to speak to."""
    return bool(settings.GATEWAY_URL and settings.GATEWAY_SECRET)


def hand_over(message: Outgoing) -> Accepted | Rejected | Hindered:
    """Offer a message. Its id is the key under which the gateway takes it once, however often it is offered."""
    if not is_configured():
        return Hindered(NO_GATEWAY, configured=False)
    content = {
        "key": str(message.id),
        "channel": message.channel.value,
        "to": message.to,
        "text": message.text,
    }
    body = json.dumps(content, ensure_ascii=False).encode()
    try:
        url = _url("/messages")
        status, answer = post(
            url,
            body,
            kind=_JSON,
            headers=_signed("POST", url, body),
            seconds=STEP_SECONDS,
            at_most=AT_MOST_SECONDS,
        )
    except Unreachable as reason:
        return Hindered(f"没有连上短信网关：{reason}")
    if status in _REFUSALS:
        return Rejected(f"网关拒收：{_reason(answer) or '没有说明'}")
    if status == HTTPStatus.UNAUTHORIZED:
        return Hindered("网关不认签名。请核对两边的密钥和时钟。")
    if status != HTTPStatus.OK:
        return Hindered(f"网关没有收下，它答 {status}。")
    try:
        report = read_report(answer)
    except NotAReport:
        return Hindered("网关的答复不是约定的格式。")
    if report.key != str(message.id):
        return Hindered("网关答的不是这条消息。")
    return Accepted(report.gateway_id)


def ask(gateway_id: str) -> Report | None:
    """What the gateway says of a message it took; nothing where it is away or says nothing that can be read."""
    if not is_configured():
        return None
    try:
        url = _url(f"/messages/{quote(gateway_id, safe='')}")
        status, answer = get(
            url, headers=_signed("GET", url, b""), seconds=STEP_SECONDS, at_most=AT_MOST_SECONDS
        )
        report = read_report(answer) if status == HTTPStatus.OK else None
    except (Unreachable, NotAReport):
        return None
    return report if report and report.gateway_id == gateway_id else None


def read_report(body: bytes) -> Report:
    """A report as the gateway writes it. Raises `NotAReport`."""
    try:
        content = json.loads(body)
        report = Report(
            receipt=content.get("receipt") or "",
            key=content["key"],
            gateway_id=content["id"],
            said=Said(content["state"]),
            reason=_plain(content.get("reason") or ""),
        )
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        raise NotAReport from None
    named = (report.key, report.gateway_id, *([report.receipt] if report.receipt else []))
    if not all(isinstance(name, str) and _NAME.fullmatch(name) for name in named):
        raise NotAReport
    return report


def signature_of(headers: Mapping[str, str], *, path: str, body: bytes, now: float) -> bytes | None:
    """The signature of a call from the gateway to `path` where it holds and is fresh; else nothing."""
    stamp, given = headers.get("Gateway-Time", ""), headers.get("Gateway-Signature", "")
    if not is_configured() or not re.fullmatch(r"\d{1,12}", stamp, re.ASCII):
        return None
    if not re.fullmatch(r"[0-9a-f]{64}", given) or abs(now - int(stamp)) > SIGNATURE_LASTS:
        return None
    made = _mac(stamp, "POST", path, body)
    return made if hmac.compare_digest(made, bytes.fromhex(given)) else None


def _url(path: str) -> str:
    return f"{settings.GATEWAY_URL.rstrip('/')}{path}"


def _signed(method: str, url: str, body: bytes) -> dict[str, str]:
    stamp = str(int(time.time()))  # the protocol's, not the business's time
    path = urlsplit(url).path
    return {"Gateway-Time": stamp, "Gateway-Signature": _mac(stamp, method, path, body).hex()}


def _mac(stamp: str, method: str, path: str, body: bytes) -> bytes:
    said = f"{stamp}\n{method} {path}\n".encode() + body
    return hmac.new(settings.GATEWAY_SECRET.encode(), said, hashlib.sha256).digest()


def _reason(answer: bytes) -> str:
    try:
        return _plain(json.loads(answer)["reason"])
    except (ValueError, TypeError, KeyError, RecursionError):
        return ""


def _plain(text: object) -> str:
    """What the gateway gives as reason, without the address that it may repeat in it."""
    tidy = " ".join("".join(c for c in str(text) if c.isprintable()).split())[:_LONGEST_REASON]
    return _DIGITS.sub("••••", re.sub(r"\S+@\S+", "•••", tidy))
