"""How much room words take, so that labels can be cut before they collide. Estimates, on the generous side."""

import unicodedata
from collections.abc import Iterator

ELLIPSIS = "…"


def text_width(text: str, *, size: float) -> float:
    """Width in pixels of a line set in the page's sans face at `size` pixels."""
    return sum(_share(character) for character in text) * size


def shorten(text: str, *, size: float, width: float, fewest: int = 2) -> str:
    """The text, or its beginning with an ellipsis, in at most `width` pixels; "" when `fewest` letters do not fit."""
    if text_width(text, size=size) <= width:
        return text
    room = width - text_width(ELLIPSIS, size=size)
    kept = "".join(_fitting(text, size=size, room=room)).rstrip(" ·，、")
    return kept + ELLIPSIS if len(kept) >= fewest else ""


def _fitting(text: str, *, size: float, room: float) -> Iterator[str]:
    for character in text:
        room -= _share(character) * size
        if room < 0:
            return
        yield character


def _share(character: str) -> float:
    if unicodedata.combining(character):
        return 0
    if unicodedata.east_asian_width(character) in "WFA":
        return 1
    if character in " .,:;'|!·":
        return 0.34
    return 0.74 if character.isupper() else 0.6
