"""Reading what a reviewer sent: one decision on one claim."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class DecisionKind(StrEnum):
    """What a reviewer does with a claim; the value of the buttons named `decision`."""

    ACCEPT = "accept"
    REWRITE = "rewrite"
    UNREADABLE = "unreadable"


class NotADecision(ValueError):
    """The form cannot be understood; the message is a Chinese sentence for the reviewer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """One decision. `value` is what the claim shall say; `polygon` is None where the region was left as it is."""

    kind: DecisionKind
    value: str
    polygon: tuple[tuple[float, float], ...] | None


def read_decision(sent: Mapping[str, Any], *, current: str) -> Decision:
    """The decision in the fields decision, value, candidate, polygon of a claim whose value is `current`.

    Another candidate or a redrawn region makes an acceptance a rewriting: both are the reviewer's own word.
    Raises `NotADecision`.
    """
    try:
        kind = DecisionKind(str(sent.get("decision", "")))
    except ValueError:
        raise NotADecision("请选择认可、改写或看不清。") from None
    polygon = _polygon(str(sent.get("polygon", "")))
    if kind is DecisionKind.UNREADABLE:
        return Decision(kind=kind, value="", polygon=polygon)
    written = str(sent.get("value", "")).strip()
    candidate = str(sent.get("candidate", "")).strip()
    if kind is DecisionKind.ACCEPT:
        value = candidate or current
        if value == current and polygon is None:
            return Decision(kind=kind, value=current, polygon=None)
    else:
        value = written if written != current or not candidate else candidate
    if not value:
        raise NotADecision("改写的内容是空的。请照原件写；认不出时选“看不清”。")
    return Decision(kind=DecisionKind.REWRITE, value=value, polygon=polygon)


def _polygon(text: str) -> tuple[tuple[float, float], ...] | None:
    if not text:
        return None
    try:
        corners = tuple((float(x), float(y)) for x, y in json.loads(text))
    except (ValueError, TypeError, RecursionError):  # the last for brackets nested by the thousand
        raise NotADecision("框的位置没有读懂，请重新画一次。") from None
    inside = all(0 <= x <= 1 and 0 <= y <= 1 for x, y in corners)
    if not 3 <= len(corners) <= 12 or not inside:
        raise NotADecision("框画到了页外，请在页内重新画一次。")
    return corners
