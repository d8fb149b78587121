"""Dated policy tables: every value with its first day and its source. A day before the first span is an error."""

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from itertools import pairwise
from types import MappingProxyType
from typing import Any

from nianlun.policy.derivation import CONFIDENCES, TableRow

NATION = "national"
_TABLE_KEYS = {"title", "unit", "keyed_by", "topic"}
_OPTIONAL_TABLE_KEYS = {"lasts", "span", "absent"}
_SPAN_KEYS = {
    "since",
    "until",
    "value",
    "source",
    "confidence",
    "region",
    "group",
    "law_since",
    "published_on",
    "note",
}
_NEEDED_SPAN_KEYS = {"since", "value", "source", "confidence"}
_ABSENT_KEYS = {"since", "until", "region", "group", "reason"}
_NEEDED_ABSENT_KEYS = {"since", "reason"}
_LASTS = ("until_next", "year")
_FILE = re.compile(r"(national|\d{6})/([a-z][a-z0-9_]*)\.toml")

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


def read_table(text: str, *, name: str, region: str = "") -> Table:
    """Read and check one file of a table: sorted, no gap or overlap that is not named, sources given.

    `region` is the six digits that its spans have when they name none. Raises `TableBroken`.
    """
    try:
        content = tomllib.loads(text, parse_float=Decimal)
    except tomllib.TOMLDecodeError as error:
        raise TableBroken(f"{name}: {error}") from error
    missing, unknown = _TABLE_KEYS - set(content), set(content) - _TABLE_KEYS - _OPTIONAL_TABLE_KEYS
    if missing or unknown:
        raise TableBroken(f"{name}: keys {sorted(missing | unknown)} unknown or missing")
    spans, absences = content.get("span", []), content.get("absent", [])
    if not isinstance(spans, list) or not isinstance(absences, list) or not (spans or absences):
        raise TableBroken(f"{name}: no spans")
    lasts = content.get("lasts", _LASTS[0])
    if lasts not in _LASTS:
        raise TableBroken(f"{name}: lasts must be one of {_LASTS}")
    table = Table(
        name=name,
        title=_text(content, "title", name),
        unit=_text(content, "unit", name),
        keyed_by=_text(content, "keyed_by", name),
        topic=_text(content, "topic", name),
        lasts=lasts,
        spans=tuple(_span(span, name, region=region, yearly=lasts == "year") for span in spans),
        absences=tuple(_absence(one, name, region=region) for one in absences),
    )
    _check(table)
    return table


def read_tables(files: Mapping[str, str]) -> dict[str, Table]:
    """Read files by path, "national/retirement_age.toml" or "130000/pension_base.toml", and join them by name."""
    parts: dict[str, list[Table]] = {}
    for path in sorted(files, key=lambda p: (not p.startswith(NATION), p)):
        found = _FILE.fullmatch(path)
        if not found:
            raise TableBroken(f"{path}: a table lies at national/NAME.toml or 130000/NAME.toml")
        region = "" if found[1] == NATION else found[1]
        table = read_table(files[path], name=found[2], region=region)
        _check_home(table, region, path)
        parts.setdefault(found[2], []).append(table)
    return {name: _joined(tables) for name, tables in sorted(parts.items())}


def regions(region: str | None) -> list[str]:
    """The region itself, its city, its province, the nation: narrowest first, once each."""
    if not region:
        return [""]
    return list(dict.fromkeys([region, f"{region[:4]}00", f"{region[:2]}0000", ""]))


def _joined(tables: Sequence[Table]) -> Table:
    first = tables[0]
    for other in tables[1:]:
        if (other.title, other.unit, other.keyed_by, other.topic, other.lasts) != (
            first.title,
            first.unit,
            first.keyed_by,
            first.topic,
            first.lasts,
        ):
            raise TableBroken(f"{first.name}: the heads of its files differ")
    return replace(
        first,
        spans=tuple(span for table in tables for span in table.spans),
        absences=tuple(absence for table in tables for absence in table.absences),
    )


def _check_home(table: Table, region: str, path: str) -> None:
    home = region.rstrip("0") if region else ""
    named = [span.region for span in table.spans] + [absence.region for absence in table.absences]
    if any(not one.startswith(home) for one in named):
        raise TableBroken(f"{path}: a span of another region")


def _check(table: Table) -> None:
    for (group, region), spans in table.series().items():
        where = f"{table.name}: spans of {group or region or 'the nation'}"
        keys = [(s.since, s.law_since, s.published_on or date.min) for s in spans]
        if any(later <= earlier for earlier, later in pairwise(keys)):
            raise TableBroken(f"{where} are out of order")
        absences = [a for a in table.absences if (a.group, a.region) == (group, region)]
        for earlier, later in pairwise(spans):
            if earlier.until is None or later.since == earlier.since:
                continue
            if earlier.until > later.since:
                raise TableBroken(f"{where} overlap on {later.since}")
            if not _bridged(earlier.until, later.since, absences):
                raise TableBroken(
                    f"{where} leave a gap from {earlier.until} to {later.since} that is not named"
                )
        for absence in absences:
            inside = [s for s in spans if absence.covers(s.since) or _running(s, absence, spans)]
            if inside:
                raise TableBroken(f"{where} overlap the absence from {absence.since}")


def _running(span: Span, absence: Absence, spans: Sequence[Span]) -> bool:
    """Whether the span is in force on the first day of the absence."""
    later = [s for s in spans if span.since < s.since <= absence.since]
    ends = span.until is not None and span.until <= absence.since
    return span.since <= absence.since and not later and not ends


def _bridged(since: date, until: date, absences: Sequence[Absence]) -> bool:
    while since < until:
        step = next((a.until for a in absences if a.since == since and a.until), None)
        if step is None:
            return False
        since = step
    return True


def _span(content: Mapping[str, Any], name: str, *, region: str, yearly: bool) -> Span:
    unknown, missing = set(content) - _SPAN_KEYS, _NEEDED_SPAN_KEYS - set(content)
    if unknown or missing:
        raise TableBroken(f"{name}: keys {sorted(unknown | missing)} unknown or missing")
    since, law_since = content["since"], content.get("law_since", content["since"])
    # `type is`: TOML also has date-times, which are dates to isinstance
    if type(since) is not date or type(law_since) is not date or law_since > since:
        raise TableBroken(
            f"{name}: since {since} and law_since {law_since} must be days, in this order or equal"
        )
    until = content.get("until", since.replace(year=since.year + 1) if yearly else None)
    published_on = content.get("published_on")
    if any(day is not None and type(day) is not date for day in (until, published_on)):
        raise TableBroken(f"{name} {since}: until and published_on must be days")
    if until is not None and until <= since:
        raise TableBroken(f"{name} {since}: until must come after since")
    confidence = content["confidence"]
    if confidence not in CONFIDENCES:
        raise TableBroken(f"{name} {since}: confidence {confidence} is none of {CONFIDENCES}")
    return Span(
        table=name,
        since=since,
        until=until,
        law_since=law_since,
        published_on=published_on,
        value=_value(content["value"], f"{name} {since}"),
        source=_text(content, "source", name),
        confidence=confidence,
        region=_region(content, f"{name} {since}", otherwise=region),
        group=content.get("group", ""),
        note=content.get("note", ""),
    )


def _absence(content: Mapping[str, Any], name: str, *, region: str) -> Absence:
    unknown, missing = set(content) - _ABSENT_KEYS, _NEEDED_ABSENT_KEYS - set(content)
    if unknown or missing:
        raise TableBroken(f"{name}: keys {sorted(unknown | missing)} of an absence unknown or missing")
    since, until = content["since"], content.get("until")
    if type(since) is not date or (until is not None and (type(until) is not date or until <= since)):
        raise TableBroken(f"{name}: an absence runs from since to a later until")
    return Absence(
        since=since,
        until=until,
        region=_region(content, f"{name} {since}", otherwise=region),
        group=content.get("group", ""),
        reason=_text(content, "reason", name),
    )


def _region(content: Mapping[str, Any], where: str, *, otherwise: str) -> str:
    region = content.get("region", otherwise)
    if not isinstance(region, str) or not re.fullmatch(r"|\d{6}", region):
        raise TableBroken(f"{where}: region must be six digits")
    return region


def _value(value: object, where: str) -> Value:
    if isinstance(value, dict) and value:
        return MappingProxyType({part: _value(inner, f"{where} {part}") for part, inner in value.items()})
    if isinstance(value, list):
        return tuple(_items(value, where))
    if isinstance(value, int | Decimal | str) and not isinstance(value, bool) and value != "":
        return value
    raise TableBroken(f"{where}: {value!r} is neither a number nor a text")


def _items(values: Sequence[object], where: str) -> Iterator[Value]:
    for value in values:
        yield _value(value, where)


def _text(content: Mapping[str, Any], key: str, name: str) -> str:
    text = content[key]
    if not isinstance(text, str) or not text.strip():
        raise TableBroken(f"{name}: {key} is empty")
    return text
