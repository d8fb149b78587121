"""Dated policy tables: every value with its first day and its source. A day before the first span is an error."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache
from itertools import pairwise
from pathlib import Path
from types import MappingProxyType
from typing import Any

from nianlun.policy.derivation import CONFIDENCES, TableRow

_FOLDER = Path(__file__).parent / "tables"
_TABLE_KEYS = {"title", "unit", "keyed_by", "span"}
_SPAN_KEYS = {"since", "value", "source", "confidence", "region", "group", "law_since", "note"}
_NEEDED_SPAN_KEYS = {"since", "value", "source", "confidence"}

Plain = int | Decimal | str
Value = Plain | Mapping[str, Plain]


class NotInForce(Exception):
    """No rule covers the day; the message is a Chinese sentence."""


class TableBroken(Exception):
    """A table does not follow the form; found at load, so no result ever rests on it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """A value from `since` until the next span of the same group and region.

    `law_since` is the day from which the law orders it, where that lies before the span: the steps of 2030 to
    2039 were ordered on 2025-01-01, so the law of 2024 does not know them.
    """

    table: str
    since: date
    law_since: date
    value: Value
    source: str
    confidence: str
    region: str
    group: str
    note: str

    def number(self, part: str = "") -> int:
        """The whole number the span holds, or its named part. Raises `TableBroken`."""
        value = self.part(part) if part else self.value
        if not isinstance(value, int):
            raise TableBroken(f"{self.table} {self.since}: {part or 'value'} is not a whole number")
        return value

    def part(self, name: str) -> Plain:
        """A named part of the value. Raises `TableBroken`."""
        if not isinstance(self.value, Mapping) or name not in self.value:
            raise TableBroken(f"{self.table} {self.since}: no part {name}")
        return self.value[name]

    def has(self, name: str) -> bool:
        """Whether the value has that part."""
        return isinstance(self.value, Mapping) and name in self.value

    def row(self) -> TableRow:
        """The span as a derivation quotes it."""
        shown = (
            ", ".join(f"{name}={value}" for name, value in self.value.items())
            if isinstance(self.value, Mapping)
            else str(self.value)
        )
        return TableRow(self.table, self.since, shown, self.source, self.confidence)


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A policy table: spans of one or more groups and regions, sorted by their first day."""

    name: str
    title: str
    unit: str
    keyed_by: str
    spans: tuple[Span, ...]

    def on(self, day: date, *, region: str | None = None, group: str = "", law: date | None = None) -> Span:
        """The span in force on a day, under the law as it stood on `law` (None: as the table knows it today).

        The narrowest region that has a span decides: its own code, then its city, then its province, then the
        nation. Raises `NotInForce` before the first span; never the nearest value.
        """
        known = [s for s in self.spans if s.group == group and (law is None or s.law_since <= law)]
        for code in _regions(region):
            found = [s for s in known if s.region == code and s.since <= day]
            if found:
                return found[-1]
        first = min((s.since for s in known if s.region in _regions(region)), default=None)
        if first is None:
            raise NotInForce(f"《{self.title}》没有 {law or day} 有效的规定。")
        raise NotInForce(f"《{self.title}》最早的规定自 {first} 起，不能用于 {day}。")

    def series(self) -> dict[tuple[str, str], tuple[Span, ...]]:
        """The spans by (group, region)."""
        keys = dict.fromkeys((s.group, s.region) for s in self.spans)
        return {key: tuple(s for s in self.spans if (s.group, s.region) == key) for key in keys}


def table_names() -> list[str]:
    """Every table shipped, as `load_table` takes it: "national/retirement_age"."""
    return sorted(path.relative_to(_FOLDER).with_suffix("").as_posix() for path in _FOLDER.rglob("*.toml"))


@cache
def load_table(name: str) -> Table:
    """Read and check a shipped table. Raises `TableBroken`, also for a name that is none of `table_names`."""
    if name not in table_names():
        raise TableBroken(f"no policy table {name}")
    return read_table((_FOLDER / f"{name}.toml").read_text(encoding="utf-8"), name=name)


def read_table(text: str, *, name: str) -> Table:
    """Read and check a table: sorted, no two spans of one day, sources given, unknown keys refused."""
    try:
        content = tomllib.loads(text, parse_float=Decimal)
    except tomllib.TOMLDecodeError as error:
        raise TableBroken(f"{name}: {error}") from error
    if set(content) != _TABLE_KEYS:
        raise TableBroken(f"{name}: keys {sorted(set(content) ^ _TABLE_KEYS)} unknown or missing")
    if not isinstance(content["span"], list) or not content["span"]:
        raise TableBroken(f"{name}: no spans")
    table = Table(
        name=name,
        title=_text(content, "title", name),
        unit=_text(content, "unit", name),
        keyed_by=_text(content, "keyed_by", name),
        spans=tuple(_span(span, name) for span in content["span"]),
    )
    for (group, region), spans in table.series().items():
        keys = [(span.since, span.law_since) for span in spans]
        if any(later <= earlier for earlier, later in pairwise(keys)):
            raise TableBroken(f"{name}: spans of {group or region or 'the nation'} are out of order")
    return table


def _span(content: Mapping[str, Any], name: str) -> Span:
    unknown, missing = set(content) - _SPAN_KEYS, _NEEDED_SPAN_KEYS - set(content)
    if unknown or missing:
        raise TableBroken(f"{name}: keys {sorted(unknown | missing)} unknown or missing")
    since, law_since = content["since"], content.get("law_since", content["since"])
    # `type is`: TOML also has date-times, which are dates to isinstance
    if type(since) is not date or type(law_since) is not date or law_since > since:
        raise TableBroken(
            f"{name}: since {since} and law_since {law_since} must be days, in this order or equal"
        )
    confidence = content["confidence"]
    if confidence not in CONFIDENCES:
        raise TableBroken(f"{name} {since}: confidence {confidence} is none of {CONFIDENCES}")
    region = content.get("region", "")
    if not isinstance(region, str) or not re.fullmatch(r"|\d{6}", region):
        raise TableBroken(f"{name} {since}: region must be six digits")
    return Span(
        table=name,
        since=since,
        law_since=law_since,
        value=_value(content["value"], f"{name} {since}"),
        source=_text(content, "source", name),
        confidence=confidence,
        region=region,
        group=content.get("group", ""),
        note=content.get("note", ""),
    )


def _value(value: object, where: str) -> Value:
    if isinstance(value, dict) and value:
        return MappingProxyType({part: _plain(inner, f"{where} {part}") for part, inner in value.items()})
    return _plain(value, where)


def _plain(value: object, where: str) -> Plain:
    if isinstance(value, int | Decimal | str) and not isinstance(value, bool) and value != "":
        return value
    raise TableBroken(f"{where}: {value!r} is neither a number nor a text")


def _text(content: Mapping[str, Any], key: str, name: str) -> str:
    text = content[key]
    if not isinstance(text, str) or not text.strip():
        raise TableBroken(f"{name}: {key} is empty")
    return text


def _regions(region: str | None) -> list[str]:
    """The region itself, its city, its province, the nation: narrowest first, once each."""
    if not region:
        return [""]
    return list(dict.fromkeys([region, f"{region[:4]}00", f"{region[:2]}0000", ""]))
