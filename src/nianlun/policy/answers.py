"""Small turns of phrase that answers share: fen, lists on one line, a root for several results."""

from collections.abc import Iterable, Sequence
from decimal import Decimal

from nianlun.policy.derivation import Node
from nianlun.policy.explained import Figure

_FEN = Decimal("0.01")


def yuan(figure: Figure) -> Decimal:
    """The figure as yuan with two digits. Raises `ValueError` where it has finer parts."""
    value = figure.decimal()
    if value != value.quantize(_FEN):
        raise ValueError(f"{figure.words} is not in fen")
    return value.quantize(_FEN)


def listed(parts: Iterable[object]) -> str:
    """Several results as one figure of an assessment: "3、6、9"."""
    return "、".join(str(part) for part in parts)


def gathered(
    node_id: str, title: str, figures: Sequence[Figure | Node], *, value: str, unit: str = ""
) -> Node:
    """The root of a derivation that answers several questions at once."""
    nodes = tuple(one if isinstance(one, Node) else one.node for one in figures)
    return Node(id=node_id, title=title, value=value, unit=unit, formula="各项分别得出", inputs=nodes)
