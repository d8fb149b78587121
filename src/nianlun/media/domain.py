"""Sets of offline media: their kinds and terms, their states, and what may be put on them. No database, no clock."""

import calendar
import re
import tomllib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from functools import cache
from importlib.resources import files

LETTERS = ("A", "B")
"""The two media of a set; they hold the same package and lie in different places."""
OVERHEAD = 64 * 1024
"""Bytes that an object takes on a medium beside its files: inventories, sums, headers."""
MOST_OBJECTS = 50_000
"""Of one set, so that its files stay within what one package may hold."""
FIXED = 4 << 20
"""Bytes of a medium that every set needs for itself."""
SOON = timedelta(days=30)
STATE_SECRETS = {"secret": "秘密", "classified": "机密", "top_secret": "绝密"}
CLASSIFIED_REFUSED = (
    "{label}级国家秘密不能在本系统规划或写入介质。《保守国家秘密法》规定，国家秘密不得在非涉密信息系统存储、处理。"
    "请在涉密计算机上登记，按国家秘密载体管理。这次尝试已记入操作日志。"
)
_FONDS = re.compile(r"[A-Z0-9]{1,7}")


class NotNow(Exception):
    """The set or medium is not in a state, or not before a person, in which this may be done; the text says why."""


class StateSecret(Exception):
    """A state secret was to be put on a medium; the text cites the law."""


class NoTerm(LookupError):
    """No term of this kind of medium is known for the day."""


class SetState(StrEnum):
    PLANNED = "planned"
    WRITING = "writing"
    WRITTEN = "written"
    VERIFIED = "verified"
    SHELVED = "shelved"
    CLOSED = "closed"

    @property
    def label(self) -> str:
        """What people call the state."""
        return {
            "planned": "已规划",
            "writing": "写入中",
            "written": "待回读",
            "verified": "待上架",
            "shelved": "已上架",
            "closed": "已报废",
        }[self.value]


class MediumState(StrEnum):
    PLANNED = "planned"
    WRITTEN = "written"
    VERIFIED = "verified"
    SHELVED = "shelved"
    LENT = "lent"
    RETIRED = "retired"

    @property
    def label(self) -> str:
        """What people call the state."""
        return {
            "planned": "未写入",
            "written": "待回读",
            "verified": "待上架",
            "shelved": "在库",
            "lent": "借出",
            "retired": "已报废",
        }[self.value]


class Action(StrEnum):
    WRITTEN = "written"
    VERIFIED = "verified"
    SHELVED = "shelved"
    INSPECTED = "inspected"
    LENT = "lent"
    RETURNED = "returned"
    RENEWED = "renewed"
    RETIRED = "retired"
    RESTORED = "restored"

    @property
    def label(self) -> str:
        """What stands in the register of the medium."""
        return {
            "written": "写入",
            "verified": "回读",
            "shelved": "上架",
            "inspected": "巡检",
            "lent": "借出",
            "returned": "归还",
            "renewed": "更新",
            "retired": "报废",
            "restored": "恢复",
        }[self.value]


class Outcome(StrEnum):
    RUNNING = "running"
    SOUND = "sound"
    DAMAGED = "damaged"

    @property
    def label(self) -> str:
        """How a reading ended."""
        return {"running": "进行中", "sound": "完好", "damaged": "有问题"}[self.value]


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """How often a kind of medium is inspected and when it is replaced, from the day `since`."""

    since: date
    check_months: int
    renew_months: int
    source: str
    confidence: str

    @property
    def confidence_label(self) -> str:
        """How sure the numbers are."""
        return {"seen": "原文", "told": "转引，待核原文", "chosen": "本系统所定"}[self.confidence]


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """A kind of medium; `capacity` in bytes."""

    code: str
    name: str
    standard: str
    capacity: int
    advice: str
    terms: tuple[Term, ...]

    def term(self, on: date) -> Term:
        """The term that holds for a medium written on the day. Raises `NoTerm`."""
        found = [term for term in self.terms if term.since <= on]
        if not found:
            raise NoTerm(f"{self.name}在 {on} 没有登记巡检和更新年限。")
        return max(found, key=lambda term: term.since)


@cache
def kinds() -> dict[str, Kind]:
    """Every kind of medium by its code, in the order of preference."""
    text = files("nianlun.media").joinpath("carriers.toml").read_text(encoding="utf-8")
    found = {}
    for told in tomllib.loads(text)["carrier"]:
        terms = tuple(Term(**term) for term in told.pop("term"))
        found[told["code"]] = Kind(**told, terms=terms)
    return found


def months_after(day: date, months: int) -> date:
    """The same day of a later month, its last where it has none."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def next_check_on(term: Term, *, checked_on: date, renew_by: date) -> date:
    """When a medium is to be read again: a period after the last reading, but never after it must be renewed."""
    return min(months_after(checked_on, term.check_months), renew_by)


def number_of(fonds: str, *, year: int, sequence: int) -> str:
    """A set's number, 全宗号-介质年度-序号."""
    return f"{fonds}-{year}-{sequence:03d}"


def volume_of(number: str, letter: str) -> str:
    """The label of a medium's file system: the number without dashes, and the letter."""
    return f"{number.replace('-', '')}{letter}"[-15:]


def tidy_fonds(text: str) -> str:
    """A fonds number as it stands in a set's number. Raises `NotNow` with a sentence."""
    tidy = text.strip().upper()
    if not _FONDS.fullmatch(tidy):
        raise NotNow("全宗号写 1 到 7 位大写字母或数字，例如 J001。")
    return tidy


def check_secrecy(secrecy: str) -> None:
    """Raises `StateSecret` for a level of state secrecy; whether other words are levels is for the caller to see."""
    found = STATE_SECRETS.get(secrecy) or (secrecy if secrecy in STATE_SECRETS.values() else "")
    if found:
        raise StateSecret(CLASSIFIED_REFUSED.format(label=found))


def fill(waiting: Iterable[tuple[str, int]], *, capacity: int) -> list[str]:
    """Which of the objects, given with their bytes in the order of their age, go onto a medium of this capacity.

    The oldest first; an object that no longer fits is passed over for smaller ones behind it.
    """
    left = capacity - FIXED
    chosen: list[str] = []
    for object_id, size in waiting:
        if len(chosen) == MOST_OBJECTS:
            break
        if size + OVERHEAD <= left:
            chosen.append(object_id)
            left -= size + OVERHEAD
    return chosen


def set_state(states: Sequence[tuple[str, MediumState]], *, writing: bool) -> SetState:
    """The state of a set from its media in use, told by letter; it is as far as the letter furthest behind.

    Where a medium and the one that is to renew it stand under one letter, the one further on counts.
    """
    if not states:
        return SetState.CLOSED
    order = [MediumState.PLANNED, MediumState.WRITTEN, MediumState.VERIFIED, MediumState.SHELVED]
    furthest: dict[str, int] = {}
    for letter, state in states:
        rank = order.index(MediumState.SHELVED if state is MediumState.LENT else state)
        furthest[letter] = max(rank, furthest.get(letter, 0))
    behind = min(furthest.values())
    if behind == 0:
        return SetState.WRITING if writing else SetState.PLANNED
    return SetState(order[behind].value)
