"""Putting a value into the text of a table: a small writer that leaves everything else as it stands, comments too."""

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from nianlun.lawbook.domain import NotATable
from nianlun.policy.tables import Table, Value

_HEADING = re.compile(r"^\[\[(span|absent)\]\][ \t]*(?:#.*)?$", re.MULTILINE)
_NOTHING = re.compile(r"\s*(#.*)?")
_BARE = re.compile(r"[A-Za-z0-9_-]+")
_CONFIDENCES = ("S-P", "S-G", "S-C", "I", "M")


@dataclass(frozen=True, slots=True, kw_only=True)
class NewValue:
    """A value as its form gives it. `until` and `published_on` may stay open; `region` narrows within the folder."""

    since: date
    value: Value
    source: str
    confidence: str
    group: str = ""
    region: str = ""
    until: date | None = None
    published_on: date | None = None
    note: str = ""


@dataclass(slots=True)
class _Block:
    """One `[[span]]` or `[[absent]]`: the comment right above it, its lines, what follows them, and what it says."""

    kind: str
    body: str
    content: dict[str, Any]
    lead: str = ""
    tail: str = ""

    def key(self, home: str) -> tuple[str, str]:
        """Group and region; a line that names no region has that of its folder."""
        return self.content.get("group", ""), self.content.get("region", home)


def put_value(text: str, new: NewValue, *, home: str, yearly: bool) -> str:
    """The text with the value put where it belongs.

    A value of the same group, region and first day is replaced; an absence that the value ends is cut back. `home`
    is the region of the folder, `yearly` says that the table's values last a year. Raises `NotATable`.
    """
    head, blocks = _split(text)
    key = (new.group, new.region or home)
    replaced = next(
        (b for b in blocks if b.kind == "span" and b.key(home) == key and b.content["since"] == new.since),
        None,
    )
    block = _made("span", _fields(new, home=home, before=replaced))
    if replaced is not None:
        block.lead, block.tail = replaced.lead, replaced.tail
        blocks[blocks.index(replaced)] = block
    else:
        blocks.insert(_place(blocks, key, new.since, home), block)
    end = _end(blocks, new, key, home=home, yearly=yearly)
    return _joined(head, _cut_absences(blocks, key, new.since, end, home))


def merge(before: str, mine: str, theirs: str, *, home: str) -> str | None:
    """The text `theirs` with what `mine` changed of `before`; None where both changed the same thing.

    Lines are told apart by group, region and first day. Raises `NotATable` where a text cannot be taken apart.
    """
    (head, old), (my_head, my_blocks), (their_head, kept) = (
        _split(text) for text in (before, mine, theirs)
    )
    if my_head != head and their_head not in (head, my_head):
        return None
    was, now, there = (
        {_identity(block, home): block for block in blocks} for blocks in (old, my_blocks, kept)
    )
    for identity in {**was, **now}:
        contents = [found[identity].content if identity in found else None for found in (was, now, there)]
        if contents[0] == contents[1] or contents[1] == contents[2]:
            continue
        if contents[2] != contents[0]:
            return None
        if identity in there:
            kept.remove(there[identity])
        if identity in now:
            block = now[identity]
            kept.insert(_place(kept, block.key(home), block.content["since"], home), block)
    return _joined(my_head if my_head != head else their_head, kept)


def _identity(block: _Block, home: str) -> tuple[str, ...]:
    law = block.content.get("law_since", "")
    return (block.kind, *block.key(home), str(block.content["since"]), str(law))


def new_file(table: Table, new: NewValue, *, home: str) -> str:
    """A file of a table in a folder that has none yet, with its first value; the head is that of the other files."""
    head = {"title": table.title, "unit": table.unit, "keyed_by": table.keyed_by, "topic": table.topic}
    if table.lasts != "until_next":
        head["lasts"] = table.lasts
    lines = [f"{name} = {_literal(value)}" for name, value in head.items()]
    return "\n".join(lines) + "\n\n" + _made("span", _fields(new, home=home, before=None)).body


def parse_value(text: str) -> Value:
    """A value as people type it: a number, a word, a list, or `part = value` line by line. Raises `NotATable`."""
    tidy = text.strip()
    if not tidy:
        raise NotATable("请填数值。")
    for form in (f"value = {tidy}", tidy):
        try:
            content: dict[str, Any] = tomllib.loads(form, parse_float=Decimal)
        except (ValueError, RecursionError, InvalidOperation):
            continue
        if form == tidy:
            return _checked(content)
        if set(content) == {"value"}:
            return _checked(content["value"])
    if "\n" in tidy or "=" in tidy:
        raise NotATable("数值的写法不对。有几个部分的，一行写一个，例如 lower = 4076；文字加英文双引号。")
    return tidy


def check_shape(value: Value, *, table: Table, group: str) -> None:
    """Refuse a value of another kind than the group's last one, or one with a part missing. Raises `NotATable`."""
    before = [span for span in table.spans if span.group == group] or list(table.spans)
    if not before:
        return
    last = max(before, key=lambda span: span.since).value
    if isinstance(last, Mapping):
        missing = [name for name in last if not isinstance(value, Mapping) or name not in value]
        if missing:
            raise NotATable(
                f"这张表的数值有几个部分，缺 {'、'.join(missing)}。一行写一个，例如 {missing[0]} = 1。"
            )
    kinds = ((Mapping, "几个部分"), (tuple, "列表"), (str, "文字"), (int | Decimal, "数字"))
    was = next((word for kind, word in kinds if isinstance(last, kind)), "")
    now = next((word for kind, word in kinds if isinstance(value, kind)), "")
    if was != now:
        raise NotATable(f"这张表的数值是{was}，现在写的是{now}。请核对。")


def value_text(value: Value) -> str:
    """A value as the form shows it for editing; `parse_value` reads it back."""
    if isinstance(value, Mapping):
        return "\n".join(f"{_key(name)} = {_literal(inner)}" for name, inner in value.items())
    return value if isinstance(value, str) and not _looks_like_toml(value) else _literal(value)


def _looks_like_toml(text: str) -> bool:
    try:
        return parse_value(text) != text
    except NotATable:
        return True


def _checked(value: object) -> Value:
    if isinstance(value, bool):
        raise NotATable("数值是数字、文字、列表或几个部分，不是 true 或 false。")
    if isinstance(value, dict):
        if not value:
            raise NotATable("请填数值。")
        return {str(name): _checked(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return tuple(_checked(inner) for inner in value)
    if isinstance(value, Decimal):
        exponent = value.as_tuple().exponent
        if not isinstance(exponent, int) or not -12 <= exponent <= 12 or abs(value) >= Decimal(10) ** 15:
            raise NotATable("数字太大或小数位太多。请核对。")
        return value
    if isinstance(value, int) and abs(value) < 10**15:
        return value
    if isinstance(value, str) and value:
        return value
    raise NotATable("数值是数字、文字、列表或几个部分；日期请写成文字，加英文双引号。")


def _split(text: str) -> tuple[str, list[_Block]]:
    places = [*_HEADING.finditer(text)]
    ends = [*(place.start() for place in places), len(text)][1:]
    head = text[: places[0].start()] if places else text
    blocks: list[_Block] = []
    lead = ""
    for place, end in zip(places, ends, strict=True):
        lines = text[place.start() : end].splitlines(keepends=True)
        kept = len(lines)
        while kept > 1 and _NOTHING.fullmatch(lines[kept - 1].strip()):
            kept -= 1
        above = len(lines)
        while end < len(text) and above > kept and lines[above - 1].startswith("#"):
            above -= 1
        body = "".join(lines[:kept])
        blocks.append(
            _Block(place[1], body, _content(place[1], body), lead=lead, tail="".join(lines[kept:above]))
        )
        lead = "".join(lines[above:])
    whole = tomllib.loads(text, parse_float=Decimal)
    for kind in ("span", "absent"):
        if whole.get(kind, []) != [b.content for b in blocks if b.kind == kind]:
            raise NotATable("这个文件的写法不能自动加入数值。请用“改整个文件”。")
    return head, blocks


def _content(kind: str, body: str) -> dict[str, Any]:
    try:
        found = tomllib.loads(body, parse_float=Decimal)[kind]
    except (tomllib.TOMLDecodeError, KeyError):
        found = []
    if len(found) != 1:
        raise NotATable("这个文件的写法不能自动加入数值。请用“改整个文件”。")
    return dict(found[0])


def _fields(new: NewValue, *, home: str, before: _Block | None) -> dict[str, object]:
    if new.confidence not in _CONFIDENCES:
        raise NotATable("请选可信度。")
    if not new.source.strip():
        raise NotATable("请写出处：哪份文件、哪一条。")
    old = before.content if before else {}
    fields: dict[str, object] = {"since": new.since, "until": new.until}
    if old.get("law_since") and old["law_since"] != new.since:
        fields["law_since"] = old["law_since"]
    fields |= {
        "published_on": new.published_on,
        "region": new.region if new.region != home else "",
        "group": new.group,
        "value": new.value,
        "source": new.source.strip(),
        "confidence": new.confidence,
        "note": new.note.strip(),
    }
    return {name: value for name, value in fields.items() if value is not None and value != ""}


def _made(kind: str, fields: Mapping[str, object]) -> _Block:
    lines = [f"[[{kind}]]", *(f"{name} = {_literal(value)}" for name, value in fields.items())]
    body = "\n".join(lines) + "\n"
    return _Block(kind, body, _content(kind, body))


def _place(blocks: Sequence[_Block], key: tuple[str, str], since: date, home: str) -> int:
    """Where a line belongs: after the earlier values of its group and region, before the later ones."""
    same = [(place, block) for place, block in enumerate(blocks) if block.key(home) == key]
    days = [(place, block.content["since"], block.kind) for place, block in same]
    low = max((place + 1 for place, day, kind in days if kind == "span" and day < since), default=0)
    high = min((place for place, day, kind in days if kind == "span" and day > since), default=len(blocks))
    near = [place + 1 for place, day, _ in days if day < since and low <= place < high]
    return max(near, default=low if low else high)


def _end(
    blocks: Sequence[_Block], new: NewValue, key: tuple[str, str], *, home: str, yearly: bool
) -> date | None:
    """The first day the value no longer counts, or None where it runs on."""
    if new.until is not None:
        return new.until
    if yearly:
        try:
            return new.since.replace(year=new.since.year + 1)
        except ValueError:
            raise NotATable("按年的数值不能从 2 月 29 日起用。") from None
    same = [b.content["since"] for b in blocks if b.kind == "span" and b.key(home) == key]
    return min((day for day in same if day > new.since), default=None)


def _cut_absences(
    blocks: Sequence[_Block], key: tuple[str, str], since: date, end: date | None, home: str
) -> list[_Block]:
    kept: list[_Block] = []
    after: list[_Block] = []
    for block in blocks:
        first, last = block.content["since"], block.content.get("until")
        outside = (last is not None and last <= since) or (end is not None and end <= first)
        if block.kind == "span" or block.key(home) != key or outside:
            kept.append(block)
            continue
        if first < since:
            kept.append(_shortened(block, first, since))
        if end is not None and (last is None or end < last):
            after.append(_shortened(block, end, last))
            after[-1].lead = "" if first < since else block.lead
    for block in after:
        kept.insert(_place(kept, key, block.content["since"], home), block)
    return kept


def _shortened(block: _Block, since: date, until: date | None) -> _Block:
    fields = {**block.content, "since": since, "until": until}
    order = ("since", "until", "region", "group", "reason")
    made = _made("absent", {name: fields[name] for name in order if fields.get(name) is not None})
    made.lead, made.tail = block.lead, block.tail
    return made


def _joined(head: str, blocks: Sequence[_Block]) -> str:
    text = head
    for block in blocks:
        if text and not text.endswith("\n\n"):
            text = text.rstrip("\n") + "\n\n"
        text += block.lead + block.body.rstrip("\n") + "\n" + block.tail
    return text.rstrip("\n") + "\n"


def _key(name: str) -> str:
    return name if _BARE.fullmatch(name) else _literal(name)


def _literal(value: object) -> str:
    if isinstance(value, Mapping):
        return (
            "{ "
            + ", ".join(f"{_key(str(name))} = {_literal(inner)}" for name, inner in value.items())
            + " }"
        )
    if isinstance(value, tuple | list):
        return "[" + ", ".join(_literal(inner) for inner in value) + "]"
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        shown = f"{value:f}"
        return shown if "." in shown else f"{shown}.0"
    if isinstance(value, int):
        return str(value)
    return '"' + "".join(_escaped(character) for character in str(value)) + '"'


def _escaped(character: str) -> str:
    if character in '"\\':
        return f"\\{character}"
    return character if character.isprintable() else f"\\U{ord(character):08x}"
