"""Dated policy tables: every value with its first day and its source. A day before the first span is an error."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from nianlun.policy.derivation import TableRow

NATION = "national"

Plain = int | Decimal | str
Value = Plain | tuple["Value", ...] | Mapping[str, "Value"]


class NotInForce(Exception):
    """No rule covers the day; the message is a Chinese sentence."""


class TableBroken(Exception):
    """A table does not follow the form; found at load, so no result ever rests on it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """A value from `since` to before `until`, or until the next span of the same group and region.

    `law_since` is the day from which the law orders it, where that lies before the span: the steps of 2030 to
    2039 were ordered on 2025-01-01, so the law of 2024 does not know them. `published_on` is the day it became
    known, where that lies after the span: the pension base of a year is published late in that year.
    """

    table: str
    since: date
    until: date | None
    law_since: date
    published_on: date | None
    value: Value
    source: str
    confidence: str
    region: str
    group: str
    note: str

    @property
    def id(self) -> str:
        """The same for ever: table, region, group, first day, and the day of the law where it differs."""
        law = f"@{self.law_since}" if self.law_since != self.since else ""
        return f"{self.table}/{self.region or NATION}/{self.group or '-'}/{self.since}{law}"

    def number(self, part: str = "") -> int:
        """The whole number the span holds, or its named part. Raises `TableBroken`."""
        value = self.part(part) if part else self.value
        if not isinstance(value, int):
            raise TableBroken(f"{self.table} {self.since}: {part or 'value'} is not a whole number")
        return value

    def decimal(self, part: str = "") -> Decimal:
        """The number the span holds, or its named part, exactly. Raises `TableBroken`."""
        value = self.part(part) if part else self.value
        if not isinstance(value, int | Decimal):
            raise TableBroken(f"{self.table} {self.since}: {part or 'value'} is not a number")
        return Decimal(value)

    def text(self, part: str = "") -> str:
        """The text the span holds, or its named part. Raises `TableBroken`."""
        value = self.part(part) if part else self.value
        if not isinstance(value, str):
            raise TableBroken(f"{self.table} {self.since}: {part or 'value'} is not a text")
        return value

    def part(self, name: str) -> Value:
        """A named part of the value. Raises `TableBroken`."""
        if not isinstance(self.value, Mapping) or name not in self.value:
            raise TableBroken(f"{self.table} {self.since}: no part {name}")
        return self.value[name]

    def has(self, name: str) -> bool:
        """Whether the value has that part."""
        return isinstance(self.value, Mapping) and name in self.value

    def row(self, part: str = "") -> TableRow:
        """The span as a derivation quotes it, or only the named part of it."""
        shown = f"{part}={show_value(self.part(part))}" if part else show_value(self.value)
        return TableRow(
            self.table, self.since, shown, self.source, self.confidence, self.region, self.group
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Absence:
    """A time for which no value is known, named with its reason; it also bars the way to a wider region."""

    since: date
    until: date | None
    region: str
    group: str
    reason: str

    def covers(self, day: date) -> bool:
        """Whether the day lies in it."""
        return self.since <= day and (self.until is None or day < self.until)


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A policy table: spans of one or more groups and regions, sorted by their first day.

    `lasts` is "until_next", or "year" for values that are published anew each year and never carried on.
    """

    name: str
    title: str
    unit: str
    keyed_by: str
    topic: str
    lasts: str
    spans: tuple[Span, ...]
    absences: tuple[Absence, ...] = ()

    def on(
        self,
        day: date,
        *,
        region: str | None = None,
        group: str = "",
        law: date | None = None,
        known: date | None = None,
    ) -> Span:
        """The span in force on a day, under the law as it stood on `law` and as published by `known` (None: all).

        The narrowest region that has a span decides: its own code, then its city, then its province, then the
        nation. Raises `NotInForce` where none covers the day; never the nearest value.
        """
        seen = [
            s
            for s in self.spans
            if s.group == group
            and (law is None or s.law_since <= law)
            and (known is None or s.published_on is None or s.published_on <= known)
        ]
        for code in regions(region):
            found = next((s for s in reversed(seen) if s.region == code and s.since <= day), None)
            if found and (found.until is None or day < found.until):
                return found
            absent = next(
                (a for a in self.absences if a.region == code and a.group == group and a.covers(day)), None
            )
            if absent:
                raise NotInForce(f"《{self.title}》没有 {day} 的数值：{absent.reason}")
        raise NotInForce(self._why_not(day, [s for s in seen if s.region in regions(region)], law))

    def _why_not(self, day: date, seen: Sequence[Span], law: date | None) -> str:
        if not seen:
            return f"《{self.title}》没有 {law or day} 有效的规定。"
        first, last = min(s.since for s in seen), max(seen, key=lambda s: s.since)
        if day < first:
            return f"《{self.title}》最早的规定自 {first} 起，不能用于 {day}。"
        return f"《{self.title}》的规定到 {last.until} 以前为止，{day} 的尚未公布。"

    def series(self) -> dict[tuple[str, str], tuple[Span, ...]]:
        """The spans by (group, region)."""
        keys = dict.fromkeys((s.group, s.region) for s in self.spans)
        return {key: tuple(s for s in self.spans if (s.group, s.region) == key) for key in keys}


def show_value(value: Value) -> str:
    """A value on one line: parts as `name=value`, lists in brackets."""
    if isinstance(value, Mapping):
        return ", ".join(f"{name}={_nested(inner)}" for name, inner in value.items())
    return _nested(value)


def _nested(value: Value) -> str:
    if isinstance(value, Mapping):
        return "{" + show_value(value) + "}"
    return f"[{', '.join(_nested(inner) for inner in value)}]" if isinstance(value, tuple) else str(value)


def regions(region: str | None) -> list[str]:
    """The region itself, its city, its province, the nation: narrowest first, once each."""
    if not region:
        return [""]
    return list(dict.fromkeys([region, f"{region[:4]}00", f"{region[:2]}0000", ""]))
