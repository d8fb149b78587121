"""What a journal entry says, how it is digested, and whose address counts. No database, no clock."""

import contextlib
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from ipaddress import IPv4Network, IPv6Network, ip_address
from string import Formatter
from typing import Protocol
from uuid import UUID

DONE = "done"
REFUSED = "refused"
FAILED = "failed"
EMERGENCY = "emergency"
"""Done, but only by an emergency's right."""
OUTCOMES: Mapping[str, str] = {DONE: "完成", REFUSED: "被拒", FAILED: "失败", EMERGENCY: "应急"}


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
    """Whoever did it. `access.domain.Viewer` is one; the two components stand on one rung.

    `account_id` is None for somebody who did not sign in; role and scope then say by which door and about whom.
    """

    @property
    def account_id(self) -> int | None: ...
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


_IDENTITY_NUMBER = re.compile(
    r"(?<![0-9A-Za-z])[0-9a-f]{32,}(?![0-9A-Za-z])|(?<!\d)(\d{4})\d{10}(\d{3}[\dXx])(?!\d)"
)
"""The first half passes over digests: eighteen digits in a row inside one are no identity number."""
Json = None | bool | int | str | list["Json"] | dict[str, "Json"]


def clean(text: str) -> str:
    """Text fit for the journal: no full identity number (S5.5), no character PostgreSQL cannot hold."""
    return _IDENTITY_NUMBER.sub(_masked, text.replace("\x00", "\ufffd"))


def _masked(found: re.Match[str]) -> str:
    return f"{found[1]}••••••••••{found[2]}" if found[1] else found[0]


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

    def said(self) -> str:
        """The content in one fixed spelling: what the digest covers and a receipt shows."""
        said = [
            spelled_time(self.at),
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
        return spelled(said)


def spelled_time(at: datetime) -> str:
    """An instant in the one spelling that digests are taken of."""
    return at.astimezone(UTC).isoformat(timespec="microseconds")


def spelled(said: Json) -> str:
    """JSON in the one spelling that digests are taken of: sorted keys, no blanks, characters as they are."""
    return _SPELLING.encode(said)


_SPELLING = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"))

SALT_BYTES = 16
"""An entry's salt keeps anybody who has only its digest from guessing what it said."""


CONTENTS_DESTROYED = declare(
    "journal.contents_destroyed",
    "依法销毁操作日志 {count} 条的内容，依据：{authority}，批准人：{approved_by}",
)
"""Names which entries were emptied, on whose authority and by which two persons."""
EMPTIED = declare("journal.emptied", "（内容已依法销毁）")
"""What an entry's action becomes when its content is destroyed; its digest and its place in the log stay."""


_CHECKPOINT_TIME = "time "
"""Begins the line of a checkpoint that says when it was signed."""


def time_line(at: datetime) -> str:
    """The line by which a checkpoint says when it was signed."""
    return _CHECKPOINT_TIME + spelled_time(at)


def signed_at(lines: Iterable[str]) -> datetime:
    """When a checkpoint with these further lines was signed; the beginning of time where none says so."""
    for line in lines:
        if line.startswith(_CHECKPOINT_TIME):
            with contextlib.suppress(ValueError):
                return datetime.fromisoformat(line.removeprefix(_CHECKPOINT_TIME)).astimezone(UTC)
    return datetime.min.replace(tzinfo=UTC)


class InsideTransaction(RuntimeError):
    """What writes outside the database was called in a transaction that may yet be undone."""


class Refusal(Exception):
    """The log must not be signed as it is; the sentence says why, and it is for a person to look into."""


class NotInLog(LookupError):
    """The entry does not exist, or does not stand in the log yet."""


class ContentDestroyed(LookupError):
    """What the entry said was destroyed by law; only its digest is left."""


def emptied_content(*, at: datetime) -> Content:
    """All that an entry still says after its content was destroyed: when it was written."""
    return Content(
        at=at, account_id=None, role="", role_label="", name="", agency_name="", scope="", action=EMPTIED,
        about="", about_id="", person_id=None, purpose="", rows=0, outcome=DONE, address="", details={},
    )  # fmt: skip


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
