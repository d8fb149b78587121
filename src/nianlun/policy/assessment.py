"""What an assessment answers, and how it refuses."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from nianlun.policy.derivation import Node, weakest

GIVEN_ONLY = "S-P"  # nothing but what the case states was used, so no table weakens it


class CannotAssess(Exception):
    """No figure can be given; the message is a Chinese sentence.

    `missing` names what is needed, each with what to do about it. `between` is the range of monthly yuan that the
    known part allows, where there is one; it is never a result.
    """

    def __init__(
        self,
        sentence: str,
        *,
        missing: tuple[str, ...] = (),
        between: tuple[Decimal, Decimal] | None = None,
    ) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.missing = missing
        self.between = between

    def to_json(self) -> dict[str, Any]:
        """As a JSON object; the range as two texts or null."""
        between = [str(amount) for amount in self.between] if self.between else None
        return {"refused": self.sentence, "missing": list(self.missing), "between": between}


@dataclass(frozen=True, slots=True, kw_only=True)
class Assessment:
    """The answer to one case.

    `amounts` are yuan by the name of the component, `total` their sum where the kind has one. `figures` are the
    other results a reader looks for (divisor months, grant months), as they read. `provisional` says that it is to
    be computed anew when a value is published (预发). `sentence` is the answer in one Chinese sentence.
    """

    kind: str
    title: str
    sentence: str
    amounts: Mapping[str, Decimal]
    total: Decimal | None
    derivation: Node
    figures: Mapping[str, str] = field(default_factory=dict)
    labels: Mapping[str, str] = field(default_factory=dict)  # Chinese names of amounts and figures
    provisional: bool = False
    notes: tuple[str, ...] = ()

    @property
    def confidence(self) -> str:
        """The weakest mark among the table rows it rests on."""
        marks = [row.confidence for row in self.derivation.used_rows()]
        return weakest(marks) if marks else GIVEN_ONLY

    @property
    def sources(self) -> tuple[str, ...]:
        """The articles it rests on, in the order of use."""
        nodes = self.derivation.walk()
        articles = [node.article for node in nodes if node.article]
        return tuple(dict.fromkeys([*articles, *(row.source for row in self.derivation.used_rows())]))

    def to_json(self, *, explain: bool = False) -> dict[str, Any]:
        """As a JSON object; amounts are texts in yuan."""
        content: dict[str, Any] = {
            "kind": self.kind,
            "title": self.title,
            "sentence": self.sentence,
            "amounts": {name: str(amount) for name, amount in self.amounts.items()},
            "total": None if self.total is None else str(self.total),
            "figures": dict(self.figures),
            "labels": dict(self.labels),
            "provisional": self.provisional,
            "confidence": self.confidence,
            "notes": list(self.notes),
            "sources": list(self.sources),
        }
        if explain:
            content["derivation"] = self.derivation.to_json()
        return content
