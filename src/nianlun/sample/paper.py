"""A paper as it lies in a file: what is printed or written on it, where it was sealed, and what it means."""

from dataclasses import dataclass, field, replace
from datetime import date

from nianlun.archives.domain import DocumentKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One filled-in place of a form. `value` is the normalised reading when `name` is a claim's field name."""

    text: str
    name: str | None = None
    value: str = ""
    altered_from: str = ""  # the text that was struck out, "" where nothing was changed


@dataclass(frozen=True, slots=True, kw_only=True)
class Seal:
    """An impression in red. `shape`: round (star and ring text), box (lines in a frame), name (a private seal)."""

    slot: str  # where on the form, by label
    shape: str
    text: str
    under: str = ""  # the straight line below the star, e.g. 劳动工资专用章


@dataclass(frozen=True, slots=True, kw_only=True)
class Paper:
    """One document of one person. `made_on` is the date as printed, `made` the day it was really made."""

    id: str
    person: int
    kind: DocumentKind
    title: str
    layout: str  # the form's template; the kind's value unless an era had its own
    made: date
    made_on: str
    unit: str
    entries: dict[str, Entry] = field(default_factory=dict)
    seals: tuple[Seal, ...] = ()
    hand: str = "hand"  # hand | typed | print
    altered: bool = False
    copy: bool = False
    pages: int = 1
    damage: int = 1  # 0 (as new) to 3

    def changed(self, **changes: object) -> "Paper":
        return replace(self, **changes)  # type: ignore[arg-type]


def plain(text: str) -> Entry:
    """A filled-in place that carries no claim."""
    return Entry(text=text)
