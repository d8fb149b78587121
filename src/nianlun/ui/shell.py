"""What the frame of a staff page is filled with."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class NavigationLink:
    """One entry of the side navigation; `count` is the work waiting there, shown when above zero."""

    label: str
    url: str
    active: bool = False
    count: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class NavigationGroup:
    """Entries under one heading; the first group usually has none."""

    label: str
    links: Sequence[NavigationLink]


@dataclass(frozen=True, slots=True, kw_only=True)
class Duty:
    """A counter in the top bar: 待办 12."""

    label: str
    count: int
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Crumb:
    """One step of the way to this page; the page itself has no `url`."""

    label: str
    url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tab:
    """One entry of the bottom bar of the phone shell; `icon` names a drawing of `ui/icons.html`.

    `count` is what is new there, shown when above zero.
    """

    label: str
    url: str
    icon: str
    active: bool = False
    count: int = 0
