"""Case files: a case with what was published for it, and the comparison of the two.

The form is that of the reference `docs/reference/cases.md`. `[published]` holds what a form or a notice prints;
`[differs]` says where and why our answer is another one. A difference that nobody explained is a finding, and so
is an explanation that no longer holds.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

from nianlun.policy.assess import assess_case
from nianlun.policy.assessment import Assessment, CannotAssess
from nianlun.policy.cases import BadCase, Case, read_case
from nianlun.policy.lawbook import LawBook
from nianlun.policy.rounding import NoSuchRounding
from nianlun.policy.tables import NotInForce, TableBroken

EXAMPLES = Path(__file__).parent / "examples"
LARGEST = 1_000_000  # bytes; a case is a page of text


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """What we answer instead of what was published, and why, in a Chinese sentence."""

    ours: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseFile:
    """A case, what was published for it, and under the law and the knowledge of which days it is asked."""

    case: Case
    published: Mapping[str, Any]
    differs: Mapping[str, Difference]
    source: Mapping[str, Any] = field(default_factory=dict)
    law: date | None = None
    known: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One published component beside ours. `difference` is ours less published, empty where equal or no number.

    `finding` says in Chinese what is wrong, and is empty where the line is equal or its difference explained.
    """

    component: str
    label: str
    published: str
    ours: str
    difference: str = ""
    reason: str = ""
    finding: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """A case file worked out. `refused` is the sentence where there is no answer to compare."""

    name: str
    kind: str = ""
    title: str = ""
    lines: tuple[Line, ...] = ()
    refused: str = ""
    found: Assessment | None = field(default=None, compare=False)

    @property
    def kept(self) -> bool:
        """Whether it was answered as published, or as its explained differences say."""
        return not self.refused and not any(line.finding for line in self.lines)


def read_case_file(text: str) -> CaseFile:
    """Read a case with what was published for it. Raises `BadCase`."""
    case, content = read_case(text)
    days = _group(content, "as_of")
    if set(days) - {"law", "known"}:
        raise BadCase("[as_of] 里只能有 law（按哪一天的法律）和 known（按哪一天已公布的数值）。")
    return CaseFile(
        case=case,
        published=_group(content, "published"),
        differs={name: _difference(name, one) for name, one in _group(content, "differs").items()},
        source=_group(content, "source"),
        law=_day(days, "law"),
        known=_day(days, "known"),
    )


def read_text(path: Path) -> str:
    """The text of a case file. Raises `BadCase` for a file that is not there, too long or not UTF-8."""
    if not path.is_file():
        raise BadCase(f"没有文件“{path}”。请核对路径。")
    if path.stat().st_size > LARGEST:
        raise BadCase(f"文件“{path.name}”超过 1 MB，不是案例。")
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        raise BadCase(f"文件“{path.name}”不是 UTF-8 文字。请另存为 UTF-8。") from None


def case_files(folder: Path) -> Iterator[Path]:
    """Every case file in a folder and below it, in the order of the paths."""
    return iter(sorted(folder.rglob("*.toml")))


def work_out(text: str, *, name: str, book: LawBook | None = None) -> Outcome:
    """Assess a case file and compare it with what was published.

    A refusal is an outcome, never an exception, and so is a table of `book` that holds something else than the
    formula takes.
    """
    try:
        file = read_case_file(text)
    except BadCase as reason:
        return Outcome(name=name, refused=str(reason))
    case = file.case
    try:
        found = assess_case(case, book=book, law=file.law, known=file.known)
    except (BadCase, CannotAssess, NotInForce, NoSuchRounding, TableBroken) as reason:
        return Outcome(name=name, kind=case.kind, title=case.title, refused=str(reason))
    lines = compare(file, found)
    return Outcome(name=name, kind=case.kind, title=case.title, lines=lines, found=found)


def compare(file: CaseFile, found: Assessment) -> tuple[Line, ...]:
    """Each published component beside ours, in the order of the file, then differences of what nobody published."""
    lines = [_line(name, value, file.differs.get(name), found) for name, value in file.published.items()]
    for name, difference in file.differs.items():
        if name not in file.published:
            lines.append(
                Line(
                    component=name,
                    label=found.labels.get(name, name),
                    published="",
                    ours=_ours(found, name) or "",
                    reason=difference.reason,
                    finding="[differs] 写了，[published] 里却没有这一项。请补上或删去。",
                )
            )
    return tuple(lines)


def _line(name: str, value: Any, difference: Difference | None, found: Assessment) -> Line:
    published, ours = show(value), _ours(found, name)
    if ours is None and name in found.labels and _number(published) == 0:
        ours = "0"  # a component that is not paid is printed as 0 by some forms and left out by others
    equal = ours is not None and _equal(published, ours)
    finding = ""
    if ours is None:
        finding = "我们的结果里没有这一项。"
    elif difference is None:
        finding = "" if equal else "与公布的不同，[differs] 里没有说明。"
    elif equal:
        finding = "与公布的已经相同，[differs] 的说明应当删去。"
    elif not _equal(difference.ours, ours):
        finding = f"[differs] 写的是 {difference.ours}，现在算得 {ours}。"
    return Line(
        component=name,
        label=found.labels.get(name, "合计" if name == "total" else name),
        published=published,
        ours=ours or "",
        difference="" if equal or ours is None else _less(ours, published),
        reason=difference.reason if difference else "",
        finding=finding,
    )


def _ours(found: Assessment, name: str) -> str | None:
    if name in found.amounts:
        return str(found.amounts[name])
    if name == "total" and found.total is not None:
        return str(found.total)
    return found.figures.get(name)


def show(value: Any) -> str:
    """A published value on one line; lists as figures of an assessment write them: parts by 、, pairs by a space."""
    if isinstance(value, list):
        inner = [" ".join(map(str, one)) if isinstance(one, list) else str(one) for one in value]
        return "、".join(inner)
    return str(value)


def _equal(one: str, other: str) -> bool:
    if one == other:
        return True
    ours, theirs = one.split("、"), other.split("、")
    if len(ours) != len(theirs):
        return False
    pairs = [(_number(a), _number(b)) for a, b in zip(ours, theirs, strict=True)]
    return all(a is not None and a == b for a, b in pairs)


def _less(ours: str, published: str) -> str:
    one, other = _number(ours), _number(published)
    return "" if one is None or other is None else f"{one - other:+f}"


def _number(text: str) -> Decimal | None:
    try:
        number = Decimal(text)
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


def _difference(name: str, content: Any) -> Difference:
    if not isinstance(content, Mapping) or set(content) != {"ours", "reason"}:
        raise BadCase(f'[differs] 的 {name} 应写成 {{ ours = "我们的数", reason = "为什么不同" }}。')
    return Difference(ours=show(content["ours"]), reason=str(content["reason"]))


def _group(content: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    group = content.get(name, {})
    if not isinstance(group, Mapping):
        raise BadCase(f"{name} 应写成一组 [{name}]。")
    return group


def _day(days: Mapping[str, Any], name: str) -> date | None:
    day = days.get(name)
    if day is not None and (not isinstance(day, date) or isinstance(day, datetime)):
        raise BadCase(f"[as_of] 的 {name} 应写成 2025-03-10 的形式，不加引号。")
    return day
