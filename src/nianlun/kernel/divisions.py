"""Division codes (GB/T 2260) with their history: a code means something only on a day.

Shipped are the provinces, the prefecture level of Hebei and all of Baoding. A full list of the same form is read
with `read_divisions`.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

_SHIPPED = Path(__file__).with_name("divisions.txt")


class DivisionsBroken(Exception):
    """A list of divisions does not follow the form; the message names the line."""


@dataclass(frozen=True, slots=True)
class Division:
    """A code and its name from `since` up to, not including, `until` (None: still in force)."""

    code: str
    name: str
    since: date
    until: date | None
    document: str

    def covers(self, day: date) -> bool:
        """Whether the code bore this name on the day."""
        return self.since <= day and (self.until is None or day < self.until)


class Divisions:
    """A list of divisions; look up by code and day."""

    def __init__(self, divisions: Iterable[Division]) -> None:
        self._by_code: dict[str, list[Division]] = {}
        for division in sorted(divisions, key=lambda d: (d.code, d.since)):
            earlier = self._by_code.setdefault(division.code, [])
            if earlier and (earlier[-1].until is None or earlier[-1].until > division.since):
                raise DivisionsBroken(f"{division.code} has two names on {division.since}")
            earlier.append(division)

    def name_on(self, code: str, *, on: date) -> str | None:
        """The name a code bore on a day, or None: in an identity number that is a hint, not an error."""
        return next((d.name for d in self._by_code.get(code, ()) if d.covers(on)), None)

    def full_name_on(self, code: str, *, on: date) -> str | None:
        """With province and prefecture: "河北省保定市莲池区". None when the code itself meant nothing that day."""
        levels = dict.fromkeys((f"{code[:2]}0000", f"{code[:4]}00", code))
        names = [self.name_on(level, on=on) for level in levels]
        return "".join(name for name in names if name) if names[-1] else None

    def history(self, code: str) -> tuple[Division, ...]:
        """All names of a code, oldest first: what an identity number of unknown day may mean."""
        return tuple(self._by_code.get(code, ()))

    def within(self, prefix: str, *, on: date) -> list[Division]:
        """The divisions in force on a day whose code begins with `prefix`, by code."""
        return [
            d for code, ds in self._by_code.items() if code.startswith(prefix) for d in ds if d.covers(on)
        ]


def read_divisions(path: Path) -> Divisions:
    """Read a list: tab-separated code, name, first day, day after the last, document. Raises `DivisionsBroken`."""
    lines = path.read_text(encoding="utf-8").splitlines()
    numbered = ((number, line) for number, line in enumerate(lines, 1) if line and not line.startswith("#"))
    return Divisions(_division(number, line) for number, line in numbered)


def _division(number: int, line: str) -> Division:
    code, name, since, until, document, *rest = [*line.split("\t"), "", "", ""]
    try:
        division = Division(
            code, name, date.fromisoformat(since), date.fromisoformat(until) if until else None, document
        )
    except ValueError:
        raise DivisionsBroken(f"line {number}: no day in {since!r} or {until!r}") from None
    ordered = division.until is None or division.since < division.until
    if len(code) != 6 or not (code.isascii() and code.isdigit()) or not name or any(rest) or not ordered:
        raise DivisionsBroken(f"line {number}: not code, name, since, until, document")
    return division


@cache
def shipped() -> Divisions:
    """The list that comes with the system."""
    return read_divisions(_SHIPPED)


def name_on(code: str, *, on: date) -> str | None:
    """The name a code bore on a day, by the shipped list; None when the list does not know."""
    return shipped().name_on(code, on=on)


def full_name_on(code: str, *, on: date) -> str | None:
    """The same with province and prefecture: "河北省保定市莲池区"."""
    return shipped().full_name_on(code, on=on)
