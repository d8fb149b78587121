"""How a figure came about: a tree that names value, unit, rule, article, table rows and evidence of each step."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

# Marks of how well the text of a rule is known, best first: seen in the primary text, on a government page or form,
# in a secondary source, inferred from cases, from memory.
CONFIDENCES = ("S-P", "S-G", "S-C", "I", "M")


def weakest(confidences: Sequence[str]) -> str:
    """The weakest of the marks; what a result deserves that rests on all of them."""
    return max(confidences, key=CONFIDENCES.index)


@dataclass(frozen=True, slots=True)
class TableRow:
    """A row of a policy table as it was used."""

    table: str
    since: date
    value: str
    source: str
    confidence: str
    region: str = ""  # six digits; empty for the whole nation
    group: str = ""

    def to_json(self) -> dict[str, str]:
        """As a JSON object; the day as ISO 8601."""
        return {
            "table": self.table,
            "since": self.since.isoformat(),
            "value": self.value,
            "source": self.source,
            "confidence": self.confidence,
            "region": self.region,
            "group": self.group,
        }

    @classmethod
    def from_json(cls, content: Mapping[str, str]) -> "TableRow":
        """The reverse of `to_json`."""
        return cls(**{**content, "since": date.fromisoformat(content["since"])})  # type: ignore[arg-type]


@dataclass(frozen=True, slots=True)
class EvidenceRef:
    """What an input rests on: kind "claim", "fact", "posting" or "ruling", its identifier, and words for people."""

    kind: str
    id: str
    label: str

    def to_json(self) -> dict[str, str]:
        """As a JSON object."""
        return {"kind": self.kind, "id": self.id, "label": self.label}


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """One figure: its value in `unit`, the rule and article that order it, and the figures it was made from.

    `formula` says the way in words, `working` with the numbers put in, `rounding` how the last digit came about.
    """

    id: str
    title: str
    value: str
    unit: str
    rule: str = ""
    article: str = ""
    formula: str = ""
    working: str = ""
    rounding: str = ""
    rows: tuple[TableRow, ...] = ()
    inputs: tuple["Node", ...] = ()
    evidence: tuple[EvidenceRef, ...] = ()

    def walk(self) -> Iterator["Node"]:
        """This node and all below it, each once and before its inputs.

        A figure that many others were made from is one node; visiting it once for each of them would take time
        that doubles with every year of an account.
        """
        seen: set[int] = set()
        waiting = [self]
        while waiting:
            node = waiting.pop()
            if id(node) not in seen:
                seen.add(id(node))
                yield node
                waiting.extend(reversed(node.inputs))

    def written_size(self) -> int:
        """How many nodes `to_json` writes: a figure is written out under each figure made from it."""
        sizes: dict[int, int] = {}
        for node in reversed(self._inputs_last()):
            sizes[id(node)] = 1 + sum(sizes[id(one)] for one in node.inputs)
        return sizes[id(self)]

    def _inputs_last(self) -> "list[Node]":
        """Every node once, each before all of its inputs."""
        makers: dict[int, int] = {}
        for node in self.walk():
            for one in node.inputs:
                makers[id(one)] = makers.get(id(one), 0) + 1
        ready, found = [self], []
        while ready:
            node = ready.pop()
            found.append(node)
            for one in node.inputs:
                makers[id(one)] -= 1
                if not makers[id(one)]:
                    ready.append(one)
        return found

    def find(self, node_id: str) -> "Node":
        """The first node of that id; raises `KeyError`."""
        for node in self.walk():
            if node.id == node_id:
                return node
        raise KeyError(node_id)

    def used_rows(self) -> tuple[TableRow, ...]:
        """Every table row below, once each, in the order of use."""
        return tuple(dict.fromkeys(row for node in self.walk() for row in node.rows))

    def to_json(self) -> dict[str, Any]:
        """As a JSON object, inputs nested."""
        return {
            "id": self.id,
            "title": self.title,
            "value": self.value,
            "unit": self.unit,
            "rule": self.rule,
            "article": self.article,
            "formula": self.formula,
            "working": self.working,
            "rounding": self.rounding,
            "rows": [row.to_json() for row in self.rows],
            "inputs": [node.to_json() for node in self.inputs],
            "evidence": [reference.to_json() for reference in self.evidence],
        }

    @classmethod
    def from_json(cls, content: Mapping[str, Any]) -> "Node":
        """The reverse of `to_json`; `KeyError` or `TypeError` for anything else."""
        plain = ("id", "title", "value", "unit", "rule", "article", "formula", "working", "rounding")
        return cls(
            **{name: content[name] for name in plain},
            rows=tuple(TableRow.from_json(row) for row in content["rows"]),
            inputs=tuple(cls.from_json(node) for node in content["inputs"]),
            evidence=tuple(EvidenceRef(**reference) for reference in content["evidence"]),
        )
