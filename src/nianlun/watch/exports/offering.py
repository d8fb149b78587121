"""Which lists can be taken out as a file. Higher components offer theirs when they start."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from nianlun.access.domain import NotVisible, Right, Viewer

Rows = Callable[[Viewer, Mapping[str, str], int], Sequence[Sequence[object]]]


class NoSuchList(NotVisible):
    """Nobody offers a list of this name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Offered:
    """One list: what it is called, the right to see it, its headings, and what gives its rows to a viewer."""

    name: str
    label: str
    right: Right
    headings: tuple[str, ...]
    rows: Rows


_offered: dict[str, Offered] = {}


def offer(name: str, *, label: str, right: Right, headings: Sequence[str], rows: Rows) -> Offered:
    """Let the list be exported by those who hold its right and `EXPORT_ASK`. Raises ValueError for a name taken."""
    made = Offered(name=name, label=label, right=right, headings=tuple(headings), rows=rows)
    if _offered.setdefault(name, made) != made:
        raise ValueError(f"{name} is offered twice")
    return made


def offered(name: str) -> Offered:
    """The list of this name. Raises `NoSuchList`."""
    try:
        return _offered[name]
    except KeyError:
        raise NoSuchList from None
