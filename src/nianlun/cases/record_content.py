"""What stands on the sheets a case's reading file has of its own: how it was handled, what was applied for.

No database, no clock. Numbers of identity cards and accounts come masked.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from nianlun.cases.domain.facts import How
from nianlun.cases.domain.flow import Move, Outcome, State
from nianlun.cases.domain.forms import answered
from nianlun.cases.domain.payee import payees
from nianlun.cases.domain.types import CaseType, Origin
from nianlun.cases.slip_content import Subject

LEFT_OUT = frozenset({Move.TAKE, Move.HAND_OVER, Move.DELIVER, Move.FILE})
"""Moves of the office, not of the decision: the machine-readable record beside has them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TakenMove:
    """One move as the sheet tells it."""

    move: Move
    state: State | None
    actor: str
    post: str
    text: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptMaterial:
    """One paper of the list: how it was shown and how many pages of it are kept."""

    name: str
    how: How
    pages: int
    note: str
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordFacts:
    """A case that has ended, as its sheets tell it."""

    type: CaseType
    number: str
    title: str
    agency: str
    subject: Subject
    origin: Origin
    outcome: Outcome
    result: str
    received_on: date
    accepted_on: date | None
    due_on: date | None
    concluded_on: date
    details: Mapping[str, str]
    moves: Sequence[TakenMove]
    materials: Sequence[KeptMaterial]
    pauses: Sequence[tuple[date, date | None, str]]
    slips: Sequence[tuple[str, str, date]]


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetList:
    """A table of a sheet; `widths` are shares of the line, 0 for as wide as its text."""

    heading: str
    columns: tuple[str, ...]
    widths: tuple[int, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordContent:
    """The sheets as the template sets them."""

    title: str
    number: str
    agency: str
    on: date
    facts: tuple[tuple[str, str], ...]
    lists: tuple[SheetList, ...]
    application: tuple[tuple[str, str], ...]


def content(facts: RecordFacts) -> RecordContent:
    """The sheets of a case that has ended."""
    return RecordContent(
        title=facts.title,
        number=facts.number,
        agency=facts.agency,
        on=facts.concluded_on,
        facts=_facts(facts),
        lists=(_moves(facts), _slips(facts), _materials(facts), _pauses(facts)),
        application=tuple(
            (field.label, answered(field, facts.details[field.code]))
            for field in facts.type.fields
            if facts.details.get(field.code)
        )
        + tuple(("新的收款账户", account) for account in payees(facts.details)),
    )


def _facts(facts: RecordFacts) -> tuple[tuple[str, str], ...]:
    subject = f"{facts.subject.name}　{facts.subject.number}".strip()
    rows = [
        ("业务", f"{facts.type.name}（{facts.type.risk.label}）"),
        (facts.type.about.label, subject),
        ("来源", facts.origin.label),
        ("收件日期", facts.received_on.isoformat()),
        ("受理日期", facts.accepted_on.isoformat() if facts.accepted_on else "没有受理"),
        ("办理期限", _term(facts)),
        ("办结日期", facts.concluded_on.isoformat()),
        ("结果", facts.outcome.label),
        ("办理结果", facts.result),
        ("办理依据", facts.type.legal_basis),
    ]
    return tuple((name, text) for name, text in rows if text)


def _term(facts: RecordFacts) -> str:
    if facts.type.limit is None:
        return facts.type.no_limit
    last = f"，{facts.due_on} 到期" if facts.due_on else ""
    return f"{facts.type.limit.days} 个工作日（{facts.type.limit.source}）{last}"


def _moves(facts: RecordFacts) -> SheetList:
    rows = tuple(
        (
            f"{one.at:%Y-%m-%d %H:%M}",
            one.state.label if one.state else "",
            one.move.label,
            f"{one.post} {one.actor}" if one.post != one.actor else one.actor,
            one.text,
        )
        for one in facts.moves
        if one.move not in LEFT_OUT
    )
    return SheetList(
        heading="办理过程",
        columns=("时间", "环节", "动作", "经手人", "意见"),
        widths=(0, 0, 0, 3, 6),
        rows=rows,
    )


def _slips(facts: RecordFacts) -> SheetList:
    rows = tuple((label, number, on.isoformat()) for label, number, on in facts.slips)
    return SheetList(heading="出具的文书", columns=("文书", "文号", "日期"), widths=(2, 3, 2), rows=rows)


def _materials(facts: RecordFacts) -> SheetList:
    rows = tuple(
        (one.name, one.how.label, str(one.pages) if one.pages else "不留", one.note, one.by)
        for one in facts.materials
    )
    return SheetList(
        heading="材料",
        columns=("材料", "方式", "页数", "说明", "经手人"),
        widths=(5, 3, 0, 5, 0),
        rows=rows,
    )


def _pauses(facts: RecordFacts) -> SheetList:
    rows = tuple(
        (since.isoformat(), until.isoformat() if until else "—", reason)
        for since, until, reason in facts.pauses
    )
    return SheetList(heading="不计时的时间", columns=("起", "止", "原因"), widths=(0, 0, 1), rows=rows)
