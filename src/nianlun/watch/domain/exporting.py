"""What a file of rows may hold: harmless cells, a visible mark, an unseen number."""

from collections.abc import Iterable, Sequence

_COMMANDS = ("=", "+", "-", "@", "\t", "\r", "\n")
_ZERO, _ONE, _EDGE = "\u200b", "\u200c", "\u2060"
_BITS = 64


def harmless(text: str) -> str:
    """The text of a cell that no spreadsheet takes for a formula (S3.5)."""
    return f"'{text}" if text.startswith(_COMMANDS) else text


def harmless_rows(rows: Iterable[Sequence[object]]) -> list[list[str]]:
    """Every cell as harmless text."""
    return [[harmless(str(cell)) for cell in row] for row in rows]


def unseen(number: int) -> str:
    """A number as characters without width, between two edges: it is copied with the text around it."""
    bits = f"{number:0{_BITS}b}"
    return _EDGE + bits.replace("0", _ZERO).replace("1", _ONE) + _EDGE


def seen(text: str) -> int | None:
    """The number that stands unseen in a text; None for a text without one."""
    _, edge, after = text.partition(_EDGE)
    bits, closed, _ = after.partition(_EDGE)
    if not edge or not closed or len(bits) != _BITS or set(bits) - {_ZERO, _ONE}:
        return None
    return int(bits.replace(_ZERO, "0").replace(_ONE, "1"), 2)


def needs_approval(rows: int, *, lately: int, allowed: int) -> bool:
    """Whether somebody else must agree: what was taken lately counts, or a long list would leave in short pieces."""
    return rows + lately > allowed
