"""Text of an OFD page as runs on one baseline, joined into lines. Pure."""

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

from nianlun.digitization.reading.values import Box

_ASCENT, _DESCENT = 0.86, 0.14  # of the type size; where a Chinese character's box lies round its baseline


@dataclass(frozen=True, slots=True)
class Run:
    """Characters set on one baseline; places in pixels of the page."""

    text: str
    left: float
    right: float
    baseline: float
    size: float


def merge(runs: Iterable[Run]) -> list[Run]:
    """Join runs that stand on one baseline without a gap; drop text set twice for boldness."""
    merged: list[Run] = []
    seen: set[tuple[str, int, int]] = set()
    for run in sorted(runs, key=lambda run: (round(run.baseline / max(run.size * 0.4, 1)), run.left)):
        key = (run.text, round(run.left / 3), round(run.baseline / 3))
        if key in seen:
            continue
        seen.add(key)
        last = merged[-1] if merged else None
        if (
            last is not None
            and abs(last.baseline - run.baseline) < 0.3 * run.size
            and -0.3 * run.size < run.left - last.right < 0.6 * run.size
            and 0.7 < last.size / max(run.size, 0.1) < 1.4
        ):
            merged[-1] = Run(
                last.text + run.text, last.left, run.right, last.baseline, max(last.size, run.size)
            )
        else:
            merged.append(run)
    return merged


def box_of(run: Run) -> Box:
    """The rectangle its characters fill, in pixels."""
    top, bottom = run.baseline - _ASCENT * run.size, run.baseline + _DESCENT * run.size
    return ((run.left, top), (run.right, top), (run.right, bottom), (run.left, bottom))


def breadth(char: str) -> float:
    """The usual advance of a character in ems."""
    return 1.0 if unicodedata.east_asian_width(char) in ("W", "F") else 0.5
