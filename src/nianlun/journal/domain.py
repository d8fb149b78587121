"""What a journal entry says, how it is digested and chained, and whose address counts. No database, no clock."""

import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from ipaddress import IPv4Network, IPv6Network, ip_address
from string import Formatter
from typing import Protocol
from uuid import UUID

GENESIS = hashlib.sha256("年轮操作日志".encode()).digest()
"""What the first link of the chain names as its predecessor."""

DONE = "done"
REFUSED = "refused"
FAILED = "failed"
OUTCOMES: Mapping[str, str] = {DONE: "完成", REFUSED: "被拒", FAILED: "失败"}


class UndeclaredAction(LookupError):
    """An action was recorded for which no sentence had been declared."""


class OutsideTransaction(RuntimeError):
    """An entry was to be written outside the transaction of what it tells of."""


class RoleName(Protocol):
    """A role as the journal needs it: a code and what people call it."""

    @property
    def value(self) -> str: ...
    @property
    def label(self) -> str: ...


class Actor(Protocol):
    """Whoever did it. `access.domain.Viewer` is one; the two components stand on one rung."""

    @property
    def account_id(self) -> int: ...
    @property
    def role(self) -> RoleName: ...
    @property
    def name(self) -> str: ...
    @property
    def agency_name(self) -> str: ...
    @property
    def scope(self) -> str: ...


_sentences: dict[str, str] = {}
ACTIONS: Mapping[str, str] = _sentences
"""Every declared action and the Chinese sentence that tells of it."""


def declare(action: str, sentence: str) -> str:
    """Make `action` recordable and return it, so that it can be kept as a constant.

    `sentence` completes 谁 … in Chinese and may name `{about}`, `{rows}` and any key of the entry's details.
    Raises ValueError where the action is already declared with another sentence.
    """
    if _sentences.setdefault(action, sentence) != sentence:
        raise ValueError(f"{action} is already declared as {_sentences[action]!r}")
    return action


class _Told(Formatter):
    """Fills a sentence; a value the entry does not have is shown as a dash, never as an error."""

    def get_value(self, key: int | str, args: object, kwargs: Mapping[str, object]) -> object:
        value = kwargs.get(str(key))
        return "—" if value is None or value == "" else str(value)


def tell(action: str, *, about: str, rows: int, details: Mapping[str, object]) -> str:
    """What was done, as a person reads it. An action of a component since removed is told by its code."""
    sentence = ACTIONS.get(action, f"{action}：{{about}}")
    return _Told().vformat(sentence, (), {**details, "about": about, "rows": rows})


_IDENTITY_NUMBER = re.compile(r"(?<!\d)(\d{4})\d{10}(\d{3}[\dXx])(?!\d)")
Json = None | bool | int | str | list["Json"] | dict[str, "Json"]


def clean(text: str) -> str:
    """Text fit for the journal: no full identity number (S5.5), no character PostgreSQL cannot hold."""
    return _IDENTITY_NUMBER.sub(r"\1••••••••••\2", text.replace("\x00", "\ufffd"))


def plain(value: object) -> Json:
    """The value as JSON that comes back from the database exactly as it went in.

    Numbers with a fraction become text, because jsonb may rewrite them and the digest must not notice.
    """
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, Mapping):
        return {clean(str(key)): plain(each) for key, each in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [
            plain(each)
            for each in (sorted(value, key=str) if isinstance(value, set | frozenset) else value)
        ]
    return clean(str(value))


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """Everything an entry says, and so everything its digest covers."""

    at: datetime
    account_id: int | None
    role: str
    role_label: str
    name: str
    agency_name: str
    scope: str
    action: str
    about: str
    about_id: str
    person_id: UUID | None
    purpose: str
    rows: int
    outcome: str
    address: str
    details: Json

    def digest(self) -> bytes:
        """SHA-256 of the content in one fixed spelling."""
        said = [
            self.at.astimezone(UTC).isoformat(timespec="microseconds"),
            self.account_id,
            self.role,
            self.role_label,
            self.name,
            self.agency_name,
            self.scope,
            self.action,
            self.about,
            self.about_id,
            str(self.person_id) if self.person_id else None,
            self.purpose,
            self.rows,
            self.outcome,
            self.address,
            self.details,
        ]
        spelled = json.dumps(said, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(spelled.encode()).digest()


def link_digest(*, previous: bytes, position: int, entry_id: int, content: bytes) -> bytes:
    """The digest of one link: it holds the one before it, so nothing can be changed, dropped or moved (S6.1)."""
    return hashlib.sha256(previous + position.to_bytes(8) + entry_id.to_bytes(8) + content).digest()


def source_address(remote: str, *, forwarded: str, trusted: Iterable[IPv4Network | IPv6Network]) -> str:
    """Where a request comes from: the peer, or the last untrusted hop named by trusted proxies (S1.4).

    An X-Forwarded-For from anybody else counts for nothing. Returns "" where no address is known.
    """
    networks = tuple(trusted)
    here = _address(remote)
    for hop in reversed([part.strip() for part in forwarded.split(",") if part.strip()]):
        if not here or not any(ip_address(here) in network for network in networks):
            break
        before = _address(hop)
        if not before:
            break
        here = before
    return here


def _address(text: str) -> str:
    try:
        return str(ip_address(text))
    except ValueError:
        return ""
