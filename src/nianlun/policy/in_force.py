"""What stands in the tables on a day in a region, row by row, and what is missing there with its reason."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from nianlun.policy.lawbook import LawBook
from nianlun.policy.tables import Absence, NotInForce, Span, Table, Value, regions


@dataclass(frozen=True, slots=True, kw_only=True)
class RowInForce:
    """One table and group on a day: the span in force, or None with the Chinese sentence that says why none is."""

    table: Table
    group: str
    span: Span | None
    reason: str = ""

    def to_json(self) -> dict[str, Any]:
        """As a JSON object; numbers as texts, days as ISO 8601, `absent` null where there is a value."""
        head = {
            "table": self.table.name,
            "title": self.table.title,
            "topic": self.table.topic,
            "unit": self.table.unit,
            "keyed_by": self.table.keyed_by,
            "group": self.group,
        }
        if self.span is None:
            return head | {"absent": self.reason}
        return head | span_json(self.span) | {"absent": None}


def in_force(
    book: LawBook, on: date, *, region: str = "", topic: str = "", table: str = ""
) -> Iterator[RowInForce]:
    """Every table and group that has something for the region, by topic and name; `topic`, `table` narrow it.

    `region` is six digits, or empty for the nation.
    """
    wanted = regions(region)
    for one in sorted(book.tables.values(), key=lambda t: (t.topic, t.name)):
        if topic not in ("", one.topic) or table not in ("", one.name):
            continue
        everything: tuple[Span | Absence, ...] = (*one.spans, *one.absences)
        here = [each for each in everything if each.region in wanted]
        for group in dict.fromkeys(each.group for each in here):
            try:
                span = one.on(on, region=region, group=group, law=book.law, known=book.known)
            except NotInForce as reason:
                yield RowInForce(table=one, group=group, span=None, reason=str(reason))
            else:
                yield RowInForce(table=one, group=group, span=span)


def span_json(span: Span) -> dict[str, Any]:
    """A span as a JSON object, without the name of its table; numbers as texts."""
    return {
        "group": span.group,
        "region": span.region,
        "value": plain_json(span.value),
        "since": span.since.isoformat(),
        "until": span.until.isoformat() if span.until else None,
        "law_since": span.law_since.isoformat(),
        "published_on": span.published_on.isoformat() if span.published_on else None,
        "source": span.source,
        "confidence": span.confidence,
        "note": span.note,
    }


def absence_json(absence: Absence) -> dict[str, Any]:
    """An absence as a JSON object."""
    return {
        "group": absence.group,
        "region": absence.region,
        "since": absence.since.isoformat(),
        "until": absence.until.isoformat() if absence.until else None,
        "reason": absence.reason,
    }


def plain_json(value: Value) -> Any:
    """A table value for JSON: every number a text, so that no reader makes a binary fraction of it."""
    if isinstance(value, Mapping):
        return {name: plain_json(inner) for name, inner in value.items()}
    if isinstance(value, tuple):
        return [plain_json(inner) for inner in value]
    return str(value)
