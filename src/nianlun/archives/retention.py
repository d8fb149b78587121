"""The retention schedule of business archives: which class, how long, and how sure we are of the term. No database."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType

SEEN = frozenset({"S", "ST", "SL"})
"""Marks of a term that was read in a text; any other has to be confirmed by the agency's own approved schedule."""


class NoSuchClass(LookupError):
    """The schedule has no class of that code; the message is a Chinese sentence."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RetentionItem:
    """One class of the schedule. `retention` is applied, as a code of DA/T 13-2022; `regulation_term` is what the
    text says, empty where it was not seen. Terms are minima: a longer one is lawful, a shorter one never."""

    code: str
    name: str
    retention: str
    regulation_term: str
    confidence: str
    source: str

    @property
    def needs_confirmation(self) -> bool:
        """Whether an archivist has to confirm the term before anything of this class is destroyed."""
        return self.confidence not in SEEN


@cache
def retention_items() -> Mapping[str, RetentionItem]:
    """Every class by its code, in the order of the schedule (社会保险业务档案管理规定（试行）附录)."""
    text = files("nianlun.archives").joinpath("retention_schedule.toml").read_text(encoding="utf-8")
    rows = (RetentionItem(**row) for row in tomllib.loads(text)["item"])
    return MappingProxyType({row.code: row for row in rows})


def retention_item(code: str) -> RetentionItem:
    """One class. Raises `NoSuchClass`."""
    found = retention_items().get(code)
    if found is None:
        raise NoSuchClass(f"保管期限表里没有 {code}。请从 SB01-01 等现有条目里选一项。")
    return found
