"""Reading policy tables from their files: what does not follow the form never loads, so no result rests on it."""

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from itertools import pairwise
from types import MappingProxyType
from typing import Any

from nianlun.policy.derivation import CONFIDENCES
from nianlun.policy.tables import NATION, Absence, Span, Table, TableBroken, Value

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
