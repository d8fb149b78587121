"""Where words stand on a page: parts of lines, and lines made level. Pure geometry on `Line` values."""

import itertools
import math
import statistics
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from nianlun.digitization.reading.values import Box, Line, rectangle


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """A line or part of one, with its upright rectangle on the levelled page; `box` is on the page as read."""

    text: str
    box: Box
    confidence: float
    left: float
    top: float
    right: float
    bottom: float

    @property
    def height(self) -> float:
        return self.bottom - self.top

    @property
    def middle(self) -> tuple[float, float]:
        return (self.left + self.right) / 2, (self.top + self.bottom) / 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """One cell of a ruled table, on the page as read; `right` is the place of its right neighbour in the list."""

    left: float
    top: float
    right_edge: float
    bottom: float
    right: int | None = None

    def holds(self, x: float, y: float) -> bool:
        return self.left <= x <= self.right_edge and self.top <= y <= self.bottom


def breadth(char: str) -> float:
    """The width of a character in ems: a Chinese character is one, a digit or Latin letter about half."""
    return 1.0 if unicodedata.east_asian_width(char) in ("W", "F", "A") else 0.55


def skew(lines: Sequence[Line]) -> float:
    """The slope of the page's longer lines in radians, positive when they fall to the right; 0 when unknown."""
    slopes = []
    for line in lines:
        (x0, y0), (x1, y1) = line.box[0], line.box[1]
        if x1 - x0 > 4 * abs(line.box[3][1] - y0):
            slopes.append(math.atan2(y1 - y0, x1 - x0))
    return statistics.median(slopes) if len(slopes) >= 3 else 0.0


def pieces(lines: Sequence[Line]) -> list[Piece]:
    """The lines levelled, top to bottom and left to right."""
    angle = skew(lines)
    return sorted((_piece(line, angle) for line in lines), key=lambda piece: (piece.top, piece.left))


def _piece(line: Line, angle: float) -> Piece:
    cos, sin = math.cos(-angle), math.sin(-angle)
    points = [(x * cos - y * sin, x * sin + y * cos) for x, y in line.box]
    return Piece(
        text=line.text,
        box=line.box,
        confidence=line.confidence,
        left=(points[0][0] + points[3][0]) / 2,
        top=(points[0][1] + points[1][1]) / 2,
        right=(points[1][0] + points[2][0]) / 2,
        bottom=(points[2][1] + points[3][1]) / 2,
    )


def part(piece: Piece, start: int, end: int) -> Piece:
    """Characters start..end of a piece, its rectangle cut in proportion to the width of the characters."""
    widths = [breadth(char) for char in piece.text]
    total = sum(widths) or 1.0
    since, until = sum(widths[:start]) / total, sum(widths[:end]) / total
    across = piece.right - piece.left
    a, b, c, d = piece.box
    return Piece(
        text=piece.text[start:end],
        box=(_between(a, b, since), _between(a, b, until), _between(d, c, until), _between(d, c, since)),
        confidence=piece.confidence,
        left=piece.left + across * since,
        top=piece.top,
        right=piece.left + across * until,
        bottom=piece.bottom,
    )


def _between(start: tuple[float, float], end: tuple[float, float], share: float) -> tuple[float, float]:
    return start[0] + (end[0] - start[0]) * share, start[1] + (end[1] - start[1]) * share


def joined(found: Sequence[Piece]) -> Piece:
    """Several pieces as one: texts in the order given, the box round all."""
    if len(found) == 1:
        return found[0]
    corners = [corner for piece in found for corner in piece.box]
    xs, ys = [x for x, _ in corners], [y for _, y in corners]
    return Piece(
        text="".join(piece.text for piece in found),
        box=rectangle(min(xs), min(ys), max(xs), max(ys)),
        confidence=min(piece.confidence for piece in found),
        left=min(piece.left for piece in found),
        top=min(piece.top for piece in found),
        right=max(piece.right for piece in found),
        bottom=max(piece.bottom for piece in found),
    )


def cut_at_borders(piece: Piece, cells: Sequence[Cell]) -> list[Piece]:
    """A piece that runs over several cells as one piece a cell: detectors join neighbours across a thin rule."""
    (x0, y0), (x1, y1) = _ends(piece.box)
    if x1 - x0 < 2 * piece.height:
        return [piece]
    middle = (y0 + y1) / 2
    borders = sorted(
        {
            cell.left
            for cell in cells
            if cell.top < middle < cell.bottom
            and x0 + 0.6 * piece.height < cell.left < x1 - 0.6 * piece.height
        }
    )
    cuts = [0]
    for border in borders:
        place = _character_at(piece.text, (border - x0) / (x1 - x0))
        if cuts[-1] < place < len(piece.text):
            cuts.append(place)
    cuts.append(len(piece.text))
    return [part(piece, since, until) for since, until in itertools.pairwise(cuts)]


def _ends(box: Box) -> tuple[tuple[float, float], tuple[float, float]]:
    a, b, c, d = box
    return ((a[0] + d[0]) / 2, (a[1] + d[1]) / 2), ((b[0] + c[0]) / 2, (b[1] + c[1]) / 2)


def _character_at(text: str, share: float) -> int:
    total = sum(breadth(char) for char in text) or 1.0
    passed = 0.0
    for place, char in enumerate(text):
        if (passed + breadth(char) / 2) / total >= share:
            return place
        passed += breadth(char)
    return len(text)
