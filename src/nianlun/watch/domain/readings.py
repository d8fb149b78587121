"""One reading of personal data as the rules see it, whoever wrote the entry."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

GLASS_BROKEN = "access.glass_broken"
NO_READING = frozenset({"access.purpose_stated", "access.page_refused"})
"""Entries about a person by which nothing was seen."""
_REVEALS = "revealed"
_GIVES_LISTS = ("list_seen", "searched", "cases_listed")


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """One entry of an account that names a person or gives out rows."""

    entry_id: int
    at: datetime
    account_id: int
    scope: str
    action: str
    person_id: UUID | None
    purpose: str
    rows: int
    done: bool
    details: Mapping[str, object]

    @property
    def sees_person(self) -> bool:
        """Whether somebody's data were given out by it."""
        return self.done and self.person_id is not None and self.action not in NO_READING

    @property
    def reveals(self) -> bool:
        """Whether full numbers were shown by it: such actions end in `revealed`."""
        return self.done and self.action.endswith(_REVEALS)

    @property
    def gives_list(self) -> bool:
        """Whether it gave out rows about several persons: as the ends of such actions tell."""
        return self.done and self.action.endswith(_GIVES_LISTS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What the rules need to know of a person who was looked at."""

    name: str
    division: str
    personal_number: str
    well_known: bool = False
    deceased: bool = False
    close: bool = False  # the reader's own, spouse or kin
