"""What a draft may do when, whose folder is whose, and how two editions differ. No database, no clock."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from nianlun.policy.lawbook import LawBook
from nianlun.policy.table_files import read_tables
from nianlun.policy.tables import NATION, Absence, Span, Table, TableBroken
from nianlun.policy.value_words import value_words

SHORTEST_REASON, LONGEST_REASON = 6, 1000
LONGEST_TITLE = 80
LARGEST_TEXT = 512 * 1024  # bytes of one file; the largest shipped has 60 KB
_FOLDER = re.compile(r"national|[0-9]{6}")
_PATH = re.compile(r"(national|[0-9]{6})/([a-z][a-z0-9_]{0,79})\.toml")
_MOST, _FINEST = Decimal(10) ** 15, -12  # no value of a policy table is larger or finer


class NotAllowedNow(Exception):
    """The step does not fit the state the draft is in; the message says why and what to do, in Chinese."""


class NotATable(ValueError):
    """A file is not one that the library could take; the message says what is wrong, in Chinese."""


class State(StrEnum):
    """How far a draft has come."""

    OPEN = "open"
    SUBMITTED = "submitted"
    APPROVED = "approved"
    RETURNED = "returned"
    WITHDRAWN = "withdrawn"

    @property
    def label(self) -> str:
        """What people call it."""
        return _STATES[self]

    @property
    def editable(self) -> bool:
        """Whether its proposer may still change it."""
        return self in (State.OPEN, State.RETURNED)


_STATES: Mapping[State, str] = {
    State.OPEN: "起草中",
    State.SUBMITTED: "待批准",
    State.APPROVED: "已批准",
    State.RETURNED: "已退回",
    State.WITHDRAWN: "已撤回",
}


class Source(StrEnum):
    """Where an edition comes from."""

    PROGRAM = "program"
    DRAFT = "draft"

    @property
    def label(self) -> str:
        """What people call it."""
        return "随程序" if self is Source.PROGRAM else "本地修订"


class Kind(StrEnum):
    """What became of a line of a table."""

    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"

    @property
    def label(self) -> str:
        """What people call it."""
        return {"added": "新增", "removed": "删去", "changed": "改动"}[self.value]


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One line in which two editions differ. `alters` is False where only the source, mark or note changed."""

    kind: Kind
    table: str
    title: str
    unit: str
    region: str
    group: str
    since: date | None  # None: the head of the table
    old: str
    new: str
    source: str
    confidence: str
    alters: bool = True


def may_amend(scope: str, *, region: str) -> bool:
    """Whether an officer of the scope may change the folder.

    A province's officer keeps all folders, as the nation's and other provinces' values are taken over once for
    everybody; others keep only folders within their own division.
    """
    return len(scope) == 2 or (scope != "" and region != NATION and region.startswith(scope))


def folder(text: str) -> str:
    """The name of a folder, "national" or six digits. Raises `NotATable`."""
    if not _FOLDER.fullmatch(text):
        raise NotATable(f"地区应是 national（全国）或六位行政区划代码，现在是“{text[:12]}”。")
    return text


def path_of(*, region: str, table: str) -> str:
    """Where the table of a folder lies. Raises `NotATable` for a name that no table can have."""
    path = f"{region}/{table}.toml"
    if not _PATH.fullmatch(path):
        raise NotATable(f"表名只能用小写英文字母、数字和下划线，现在是“{table[:40]}”。")
    return path


def title_text(text: str) -> str:
    """The title of a draft, tidied. Raises `NotAllowedNow`."""
    tidy = " ".join(text.split())
    if not 4 <= len(tidy) <= LONGEST_TITLE:
        raise NotAllowedNow(f"题名写 4 到 {LONGEST_TITLE} 个字，现在是 {len(tidy)} 个字。")
    return tidy


def reason_text(text: str, *, what: str = "理由") -> str:
    """A reason, tidied. Raises `NotAllowedNow` with what is missing."""
    tidy = " ".join(text.split())
    if not SHORTEST_REASON <= len(tidy) <= LONGEST_REASON:
        raise NotAllowedNow(
            f"{what}写 {SHORTEST_REASON} 到 {LONGEST_REASON} 个字，说清依据哪份文件、为什么，现在是 {len(tidy)} 个字。"
        )
    return tidy


def file_text(text: str, *, path: str) -> Table:
    """Read one file as it would be kept. Raises `NotATable` for whatever is wrong with it, in Chinese."""
    found = _PATH.fullmatch(path)
    if not found:
        raise NotATable(f"“{path[:60]}”不是政策表的路径，应如 130000/pension_base.toml。")
    if len(text.encode()) > LARGEST_TEXT:
        raise NotATable(f"{path} 超过 {LARGEST_TEXT // 1024} KB，没有收下。")
    if "\x00" in text:
        raise NotATable(f"{path} 里有不可见的零字符，没有收下。请另存为纯文本。")
    try:
        table = read_tables({path: text})[found[2]]
        _check_bounds(table)
    except TableBroken as error:
        raise NotATable(broken_sentence(error)) from error
    # A file from outside may nest, number or name things as no table does; each reader's complaint is of its own type.
    except (ValueError, TypeError, AttributeError, KeyError, RecursionError, ArithmeticError) as error:
        raise NotATable(f"{path} 不是合格的政策表，有日期、数字或写法不合常规。请照别的表核对。") from error
    return table


def _check_bounds(table: Table) -> None:
    for one in entries(table):
        if not isinstance(one.group, str) or (isinstance(one, Span) and not isinstance(one.note, str)):
            raise TableBroken(f"{table.name}: group and note are texts")
        if not one.region.isascii():
            raise TableBroken(f"{table.name}: region must be six digits")
        if not 1900 <= one.since.year <= 2200:
            raise TableBroken(f"{table.name}: since {one.since} is out of bounds")
        if isinstance(one, Span):
            _check_value(one.value, f"{table.name} {one.since}")


def _check_value(value: object, where: str) -> None:
    if isinstance(value, Mapping):
        for part, inner in value.items():
            _check_value(inner, f"{where} {part}")
    elif isinstance(value, tuple):
        for inner in value:
            _check_value(inner, where)
    elif isinstance(value, int | Decimal):
        number = Decimal(value)
        exponent = number.as_tuple().exponent
        if not isinstance(exponent, int) or abs(number) >= _MOST or exponent < _FINEST:
            raise TableBroken(f"{where}: number out of bounds")


_PHRASES = (
    (
        r"(.+): the heads of its files differ",
        r"\1：同一张表在各地区文件里的表头（题名、单位、主题等）不一致",
    ),
    (r"(.+): keys (.+) of an absence unknown or missing", r"\1：缺漏段的键 \2 多了或少了"),
    (r"(.+): keys (.+) unknown or missing", r"\1：键 \2 多了或少了"),
    (r"(.+): no spans", r"\1：没有任何数值"),
    (r"(.+): spans of (.+) are out of order", r"\1：“\2”各行没有按起用日排好，或同一天有两行"),
    (r"(.+): spans of (.+) overlap on (.+)", r"\1：“\2”的前一行还没有止，\3 又起用了新的一行"),
    (r"(.+): spans of (.+) overlap the absence from (.+)", r"\1：“\2”的数值与 \3 起的缺漏说明重叠"),
    (
        r"(.+): spans of (.+) leave a gap from (.+) to (.+) that is not named",
        r"\1：“\2”在 \3 到 \4 之间没有数值，也没有写明缺漏的原因",
    ),
    (r"(.+): group and note are texts", r"\1：group 和 note 应是文字"),
    (r"(.+): a span of another region", r"\1：里面有别的地区的行"),
    (r"(.+): region must be six digits", r"\1：地区应是六位行政区划代码"),
    (r"(.+): until must come after since", r"\1：止日应在起用日之后"),
    (r"(.+): confidence (.+) is none of (.+)", r"\1：可信度 \2 不在 S-P、S-G、S-C、I、M 之内"),
    (r"(.+): (\w+) is empty", r"\1：\2 是空的"),
    (r"(.+): since (.+) is out of bounds", r"\1：起用日 \2 不合情理，应在 1900 到 2200 年之间"),
    (r"(.+): number out of bounds", r"\1：数字太大或小数位太多"),
    (r"no policy table (.+)", r"没有表 \1"),
    (r"(.+): no part (.+)", r"\1：数值里缺少 \2"),
    (r"(.+): (.+) is not a (?:whole )?number", r"\1：\2 应是数字"),
    (r"(.+): (.+) is not a text", r"\1：\2 应是文字"),
)


def broken_sentence(error: TableBroken) -> str:
    """What is wrong with a table, for people: policy speaks to developers."""
    text = str(error)
    for english, chinese in _PHRASES:
        if re.fullmatch(english, text):
            return re.sub(english, chinese, text).replace("the nation", "全国") + "。"
    return f"这份文件不是合格的政策表：{text}。"


def entries(table: Table) -> list[Span | Absence]:
    """The values of a table and its absences."""
    return [*table.spans, *table.absences]


def differences(old: LawBook, new: LawBook) -> list[Change]:
    """The lines in which two editions differ, by table, region, group and first day."""
    touched = {path for path in {*old.files, *new.files} if old.files.get(path) != new.files.get(path)}
    names = sorted({path.rpartition("/")[2].removesuffix(".toml") for path in touched})
    found: list[Change] = []
    for name in names:
        before, after = old.tables.get(name), new.tables.get(name)
        found += _head_change(before, after)
        shown = after or before
        if shown is not None:
            found += _line_changes(shown, _lines(before), _lines(after))
    return found


def is_retroactive(changes: Iterable[Change], *, today: date) -> bool:
    """Whether what counted on a day before today would count otherwise."""
    return any(change.alters and change.since is not None and change.since < today for change in changes)


_Key = tuple[str, str, date, str]


def _lines(table: Table | None) -> dict[_Key, Span | Absence]:
    if table is None:
        return {}
    spans = {(s.region, s.group, s.since, f"{s.law_since}{s.published_on}"): s for s in table.spans}
    absences = {(a.region, a.group, a.since, "absent"): a for a in table.absences}
    return {**spans, **absences}


def _line_changes(
    table: Table, before: Mapping[_Key, Span | Absence], after: Mapping[_Key, Span | Absence]
) -> list[Change]:
    found = []
    for key in sorted({*before, *after}, key=lambda k: (k[0], k[1], k[2], k[3])):
        old, new = before.get(key), after.get(key)
        if old == new:
            continue
        kind = Kind.ADDED if old is None else Kind.REMOVED if new is None else Kind.CHANGED
        shown = new or old
        words = [_shown(line, yearly=table.lasts == "year") for line in (old, new)]
        found.append(
            Change(
                kind=kind,
                table=table.name,
                title=table.title,
                unit=table.unit,
                region=key[0],
                group=key[1],
                since=key[2],
                old=words[0],
                new=words[1],
                source=shown.source if isinstance(shown, Span) else "",
                confidence=shown.confidence if isinstance(shown, Span) else "",
                alters=_counts(old) != _counts(new),
            )
        )
    return found


def _shown(line: Span | Absence | None, *, yearly: bool) -> str:
    if line is None:
        return ""
    full_year = yearly and isinstance(line, Span) and line.until == _year_after(line.since)
    until = f"（至 {line.until} 前）" if line.until and not full_year else ""
    return (
        f"{value_words(line.value)}{until}" if isinstance(line, Span) else f"没有数值{until}：{line.reason}"
    )


def _counts(line: Span | Absence | None) -> tuple[object, ...]:
    """What of a line changes an answer: its value and how long it holds."""
    return () if line is None else (line.value if isinstance(line, Span) else None, line.until)


def _year_after(day: date) -> date | None:
    return None if (day.month, day.day) == (2, 29) else day.replace(year=day.year + 1)


def _head_change(before: Table | None, after: Table | None) -> list[Change]:
    old, new = (_head(table) if table else "" for table in (before, after))
    if old == new or before is None or after is None:
        return []
    return [
        Change(
            kind=Kind.CHANGED,
            table=after.name,
            title=after.title,
            unit=after.unit,
            region="",
            group="",
            since=None,
            old=old,
            new=new,
            source="",
            confidence="",
            alters=False,
        )
    ]


def _head(table: Table) -> str:
    return f"题名 {table.title}，单位 {table.unit}，按 {table.keyed_by}，主题 {table.topic}，{table.lasts}"
