"""Writes entries: by hand with a pen, on a typewriter, or by a printer. Every glyph is drawn once and kept."""

from dataclasses import dataclass
from functools import lru_cache
from random import Random
from zlib import crc32

import cv2
import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw, ImageFont

from nianlun.sample.typesetting import font_file, song

Gray = npt.NDArray[np.uint8]
Page = npt.NDArray[np.uint8]  # height x width x 3, BGR; 255 = light passes
Box = tuple[int, int, int, int]  # left, top, right, bottom in pixels

_EM, _PAD = 64, 13
_BASELINE = _PAD + round(_EM * 0.88)
_CANVAS = _EM + 2 * _PAD
_SIMPLIFIED = 2  # index of Noto Sans CJK SC in the collection
_VARIANTS = 3
WRITERS = 4  # ordinary hands; the offices have two more
_BANK = 96  # smooth fields kept, from which every bend and every stroke is drawn

BLUE_BLACK = (92, 52, 38)
BALLPOINT = (150, 60, 30)
CARBON = (48, 46, 44)
PRINTER = (38, 36, 36)


@dataclass(frozen=True, slots=True, kw_only=True)
class Style:
    """How somebody writes. `writer` tells hands apart; the rest follows from it."""

    kind: str  # hand | typed | print | title
    writer: int = 0
    colour: tuple[int, int, int] = BLUE_BLACK
    weight: float = 1.0  # how opaque the ink is


@lru_cache(maxsize=1)
def _font() -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(font_file(), _EM, index=_SIMPLIFIED)


@lru_cache(maxsize=20000)
def advance(char: str) -> float:
    """Width of a character in ems."""
    return float(_font().getlength(char)) / _EM


@lru_cache(maxsize=20000)
def _outline(char: str) -> Gray:
    canvas = Image.new("L", (_CANVAS, _CANVAS), 0)
    ImageDraw.Draw(canvas).text((_PAD, _BASELINE), char, fill=255, font=_font(), anchor="ls")
    return np.asarray(canvas, np.uint8)


@lru_cache(maxsize=1)
def _fields() -> npt.NDArray[np.float32]:
    """Smooth random fields over a glyph, of variance about one."""
    rng = np.random.default_rng(1984)
    grids = rng.normal(0.0, 1.0, (_BANK, 4, 4)).astype(np.float32)
    return np.stack([cv2.resize(g, (_CANVAS, _CANVAS), interpolation=cv2.INTER_CUBIC) for g in grids])


@lru_cache(maxsize=32)
def _posture(writer: int) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.float32], float]:
    """How a writer leans and squeezes characters: where each point comes from, and how firm the pen is."""
    own = np.random.default_rng([writer, 977])
    lean, rise = own.uniform(0.02, 0.16), own.uniform(0.05, 0.13)
    squeeze, firm = own.uniform(0.86, 0.98), own.uniform(-16, 12)
    ys, xs = np.mgrid[0:_CANVAS, 0:_CANVAS].astype(np.float32)
    dx, dy = xs - _CANVAS / 2, ys - _CANVAS / 2
    from_x, from_y = _CANVAS / 2 + dx / squeeze + lean * dy, _CANVAS / 2 + dy + rise * dx
    return from_x.astype(np.float32), from_y.astype(np.float32), float(firm)


def _by_hand(char: str, *, writer: int, variant: int) -> Gray:
    """A printed glyph turned into handwriting: sheared, bent, and drawn with a stroke of changing width."""
    rng = Random(crc32(char.encode()) * 64 + writer * 8 + variant)  # noqa: S311 - a picture, not a secret
    fields = _fields()
    from_x, from_y, firm = _posture(writer)
    bend_x, bend_y, press = (fields[rng.randrange(_BANK)] for _ in range(3))
    bent = cv2.remap(_outline(char), from_x + 2.6 * bend_x, from_y + 2.4 * bend_y, cv2.INTER_LINEAR)
    soft = cv2.GaussianBlur(bent, (0, 0), 1.4).astype(np.float32)
    # Where the field is high the pen was light; low, and strokes run together.
    soft -= (104 + firm) + 17.0 * press
    return np.asarray(cv2.convertScaleAbs(np.maximum(soft + 30, 0), alpha=4.2), np.uint8)


def _typed(char: str, *, variant: int) -> Gray:
    """A type-bar's impression: Song-like, edges eaten, one side heavier."""
    press = _fields()[(crc32(char.encode()) + variant) % _BANK]
    thin = 255 - song(255 - _outline(char), unit=1.0)
    soft = cv2.GaussianBlur(thin, (0, 0), 1.0).astype(np.float32)
    return np.asarray(np.clip((soft - 112 - 20 * press) * 3.4 + 120, 0, 255), np.uint8)


@lru_cache(maxsize=60000)
def _glyph(char: str, kind: str, writer: int, variant: int, size: int) -> Gray:
    """The glyph's coverage at a size in pixels per em; canvas padded like the outline."""
    if kind == "hand":
        full = _by_hand(char, writer=writer, variant=variant)
    elif kind == "typed":
        full = _typed(char, variant=variant)
    else:
        full = 255 - song(255 - _outline(char), unit=1.0)
    if kind == "title":
        full = np.asarray(cv2.dilate(full, np.ones((2, 3), np.uint8)), np.uint8)
    side = max(2, round(_CANVAS * size / _EM))
    way = cv2.INTER_AREA if side < _CANVAS else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(full, (side, side), interpolation=way), np.uint8)


def measure(text: str, *, size: float, tracking: float = 0.0) -> float:
    """Length of a line in pixels; `tracking` in ems between characters."""
    return sum(advance(c) for c in text) * size + tracking * size * max(len(text) - 1, 0)


def write(
    page: Page, text: str, *, box: tuple[float, float, float, float], size: float, align: str, style: Style,
    rng: Random, tracking: float = 0.0,
) -> Box | None:  # fmt: skip
    """Write into a box (x, y, width, height in pixels), smaller or on two lines where it must; ink's bounds."""
    x, y, width, height = box
    if style.kind == "hand":
        tracking = max(tracking, 0.045)
    room = width - size * 0.5
    fitted = size * min(1.0, max(room / max(measure(text, size=size, tracking=tracking), 1.0), 0.62))
    if measure(text, size=fitted, tracking=tracking) > room and height > fitted * 2.1 and len(text) > 3:
        half = next((i for i in range(len(text)) if measure(text[: i + 1], size=fitted) > room), len(text))
        upper = write(
            page, text[:half], box=(x, y, width, height / 2), size=fitted, align=align, style=style, rng=rng
        )
        lower = write(
            page, text[half:], box=(x, y + height / 2, width, height / 2), size=fitted, align=align, style=style,
            rng=rng,
        )  # fmt: skip
        return union(upper, lower)
    if measure(text, size=fitted, tracking=tracking) > room:
        fitted *= max(room / measure(text, size=fitted, tracking=tracking), 0.45)
    length = measure(text, size=fitted, tracking=tracking)
    start = x + {"left": size * 0.25, "right": width - length - size * 0.25}.get(
        align, (width - length) / 2
    )
    if style.kind == "hand" and align == "center":
        start += rng.uniform(-0.3, 0.3) * min(size, max(room - length, 0))
    return _line(
        page, text, start=start, middle=y + height / 2, size=fitted, style=style, rng=rng, tracking=tracking
    )


def _line(
    page: Page,
    text: str,
    *,
    start: float,
    middle: float,
    size: float,
    style: Style,
    rng: Random,
    tracking: float,
) -> Box | None:
    """One line: glyphs gathered in a strip of coverage, then laid on the page in one go."""
    length = measure(text, size=size, tracking=tracking)
    margin = round(size * 0.6)
    strip = np.zeros((round(size * 1.6) + 2 * margin, round(length) + 4 * margin), np.uint8)
    hand, typed = style.kind == "hand", style.kind == "typed"
    top = strip.shape[0] / 2 - size / 2  # top of the em
    slope = rng.uniform(-0.02, 0.008) if hand else 0.0
    at = 2.0 * margin
    for char in text:
        if not char.isspace():
            variant = rng.randrange(_VARIANTS) if hand or typed else 0
            glyph = _glyph(char, style.kind, style.writer, variant, round(size))
            drift = slope * (at - 2 * margin) + (rng.gauss(0, 0.035) * size if hand else 0)
            drift += rng.choice((0, 0, 0, -1, 1)) * size * 0.03 if typed else 0
            pad = _PAD * size / _EM
            _lay(strip, glyph, left=round(at - pad), top=round(top - pad + drift))
        at += (advance(char) + tracking) * size * (rng.uniform(0.95, 1.04) if hand else 1.0)
    left, above = round(start) - 2 * margin, round(middle) - strip.shape[0] // 2
    return blend(page, strip, left=left, top=above, colour=style.colour, weight=style.weight)


def _lay(strip: Gray, glyph: Gray, *, left: int, top: int) -> None:
    """Put a glyph's coverage onto the strip, the darker winning."""
    height, width = glyph.shape
    x0, y0 = max(left, 0), max(top, 0)
    x1, y1 = min(left + width, strip.shape[1]), min(top + height, strip.shape[0])
    if x1 > x0 and y1 > y0:
        part = strip[y0:y1, x0:x1]
        np.maximum(part, glyph[y0 - top : y1 - top, x0 - left : x1 - left], out=part)


def blend(
    page: Page, coverage: Gray, *, left: int, top: int, colour: tuple[int, int, int], weight: float
) -> Box | None:
    """Lay ink of a colour on the page where `coverage` says; returns the bounds of what became dark."""
    x0, y0 = max(left, 0), max(top, 0)
    x1 = min(left + coverage.shape[1], page.shape[1])
    y1 = min(top + coverage.shape[0], page.shape[0])
    if x1 <= x0 or y1 <= y0:
        return None
    part = coverage[y0 - top : y1 - top, x0 - left : x1 - left]
    bounds = cv2.boundingRect(cv2.threshold(part, 90, 255, cv2.THRESH_BINARY)[1])
    if bounds[2] == 0:
        return None
    light = np.empty((256, 3), np.uint8)
    levels = np.arange(256, dtype=np.float32) / 255 * weight
    for channel in range(3):
        light[:, channel] = np.rint(255 - levels * (255 - colour[channel]))
    region = page[y0:y1, x0:x1]
    region[:] = cv2.multiply(region, light[part], scale=1 / 255)
    return x0 + bounds[0], y0 + bounds[1], x0 + bounds[0] + bounds[2], y0 + bounds[1] + bounds[3]


def union(one: Box | None, other: Box | None) -> Box | None:
    """The bounds of both."""
    if one is None or other is None:
        return one or other
    return min(one[0], other[0]), min(one[1], other[1]), max(one[2], other[2]), max(one[3], other[3])
