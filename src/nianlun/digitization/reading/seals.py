"""Red seals on a page: where they are, of which shape, and the words set round them. Runs in the sandbox."""

import math

import cv2
import numpy as np
from numpy.typing import NDArray

from nianlun.digitization.reading import ocr
from nianlun.digitization.reading.labels import plain
from nianlun.digitization.reading.values import Line, Seal, rectangle

_REDS = (((0, 45, 70), (11, 255, 255)), ((165, 45, 70), (180, 255, 255)))
_SIDE = (0.05, 0.32)  # of the width of an A4 page: 10 to 67 mm; seals measure 12 to 58
_PAGE = 1000  # pixels; a narrower picture is a part of a page and may be filled by a seal
_RING_INK = (0.06, 0.75)  # share of the box that is red: more is a printed area, less a stray line
_MOST = 6
_RIM = 0.7  # share of the outline that must carry ink
_REDDER = 26  # levels of red above blue and green, beyond what the paper has

Mask = NDArray[np.uint8]


def find_seals(page: Mask) -> tuple[Seal, ...]:
    """The red seals of a page (BGR), largest first."""
    mask = _red(page)
    width = mask.shape[1]
    if float(mask.mean()) < 0.01:  # no red on the page worth a look
        return ()
    reach = max(5, width // 150)
    whole = cv2.morphologyEx(
        mask, cv2.MORPH_CLOSE, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (reach, reach))
    )
    found = []
    _, _, stats, _ = cv2.connectedComponentsWithStats(whole, connectivity=8)
    groups = _merged([tuple(int(v) for v in row[:4]) for row in stats[1:] if row[4] > 60], reach)
    for left, top, across, down in groups:
        most = _SIDE[1] * width if width > _PAGE else width
        if not (_SIDE[0] * width < max(across, down) <= most and min(across, down) > 0.02 * width):
            continue
        crop = mask[top : top + down, left : left + across]
        share = float(crop.mean()) / 255
        shape = _shape(crop)
        if not _RING_INK[0] < share < _RING_INK[1] or shape is None:
            continue
        found.append(_seal(crop, (left, top, across, down), shape))
    found.sort(key=lambda seal: -(seal.box[2][0] - seal.box[0][0]) * (seal.box[2][1] - seal.box[0][1]))
    return tuple(found[:_MOST])


def _red(page: Mask) -> Mask:
    hue = cv2.cvtColor(page, cv2.COLOR_BGR2HSV)
    masks = [cv2.inRange(hue, np.array(low), np.array(high)) for low, high in _REDS]
    # Old paper is itself warm: red ink must be redder than the paper, not only red.
    redness = page[:, :, 2].astype(np.int16) - page[:, :, :2].max(axis=2).astype(np.int16)
    strong = redness > _REDDER + max(0, int(np.median(redness[::7, ::7])))
    return np.asarray((cv2.bitwise_or(masks[0], masks[1]) > 0) & strong, dtype=np.uint8) * 255


def _merged(boxes: list[tuple[int, ...]], reach: int) -> list[tuple[int, int, int, int]]:
    """Parts of one seal (ring, star, characters) brought together: boxes that overlap, or nearly touch."""
    groups = [(b[0], b[1], b[0] + b[2], b[1] + b[3]) for b in sorted(boxes, key=lambda b: -b[2] * b[3])][
        :400
    ]
    changed = True
    while changed:
        changed = False
        merged: list[tuple[int, int, int, int]] = []
        for box in groups:
            for place, other in enumerate(merged):
                if (
                    box[0] < other[2] + reach
                    and other[0] < box[2] + reach
                    and box[1] < other[3] + reach
                    and other[1] < box[3] + reach
                ):
                    merged[place] = (
                        min(box[0], other[0]),
                        min(box[1], other[1]),
                        max(box[2], other[2]),
                        max(box[3], other[3]),
                    )
                    changed = True
                    break
            else:
                merged.append(box)
        groups = merged
    return [(left, top, right - left, bottom - top) for left, top, right, bottom in groups]


def _shape(crop: Mask) -> str | None:
    """ "round", "oval" or "square" by where the outermost ink lies; None for red that is no closed shape."""
    down, across = crop.shape
    radii = _outline(crop)
    if radii is None:
        return None
    ratio = across / down
    # An ellipse's outline, scaled to a circle, keeps one distance; a rectangle's runs out into its corners. Most of
    # the outline must be there: a printed red character has no rim.
    as_square = radii / _square_radii(len(radii))
    if float((radii > 0.86).mean()) > _RIM and float((radii > 1.12).mean()) < 0.1:
        return "round" if 0.85 < ratio < 1.18 else "oval"
    if float((as_square > 0.88).mean()) > _RIM and 0.2 < ratio < 6 and _has_frame(crop):
        return "square"
    return None


def _has_frame(crop: Mask) -> bool:
    """Whether ink runs along all four edges, as a frame's does; characters touch them here and there."""
    down, across = crop.shape
    depth = max(3, round(0.1 * min(across, down)))
    edges = (
        crop[:depth].max(axis=0),
        crop[-depth:].max(axis=0),
        crop[:, :depth].max(axis=1),
        crop[:, -depth:].max(axis=1),
    )
    return all(float((edge > 0).mean()) > 0.7 for edge in edges)


def _outline(crop: Mask) -> NDArray[np.float64] | None:
    """Distance of the outermost ink from the centre in 72 directions, the box scaled to a square of half-side 1."""
    rows, columns = np.nonzero(crop)
    down, across = crop.shape
    x, y = (columns - (across - 1) / 2) / (across / 2), (rows - (down - 1) / 2) / (down / 2)
    sector = ((np.arctan2(y, x) + math.pi) / (2 * math.pi) * 72).astype(int) % 72
    radii = np.zeros(72)
    np.maximum.at(radii, sector, np.hypot(x, y))
    if float((radii > 0.5).mean()) < 0.7:  # a closed shape shows ink all round
        return None
    return radii


def _square_radii(count: int) -> NDArray[np.float64]:
    angles = (np.arange(count) + 0.5) / count * 2 * math.pi - math.pi
    return np.asarray(1 / np.maximum(np.abs(np.cos(angles)), np.abs(np.sin(angles))), dtype=np.float64)


def _seal(crop: Mask, where: tuple[int, int, int, int], shape: str) -> Seal:
    left, top, across, down = where
    box = rectangle(float(left), float(top), float(left + across), float(top + down))
    picture = np.asarray(
        cv2.cvtColor(255 - crop, cv2.COLOR_GRAY2BGR), dtype=np.uint8
    )  # the red ink alone, black on white
    read = _flat_lines(picture, down) if shape == "square" else _ring_lines(picture)
    words = [line for line in read if line.confidence > 0.6 and len(plain(line.text)) >= 2]
    text = "".join(plain(line.text) for line in words)
    confidence = min((line.confidence for line in words), default=0.5)
    return Seal(shape=shape, box=box, text=text[:60], confidence=confidence)


def _flat_lines(picture: Mask, down: int) -> list[Line]:
    scale = max(1.0, 160 / down)
    larger = cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_CUBIC)
    return list(ocr.lines(np.asarray(larger, dtype=np.uint8)))


def _ring_lines(picture: Mask) -> list[Line]:
    """The words of the ring laid out straight, then the line below the star.

    The ring's text starts somewhere at the lower left and runs clockwise to the lower right, so the circle is cut
    open at the bottom. The band is read as one line: no detection, 30 ms.
    """
    side = 320
    square = np.asarray(cv2.resize(picture, (side, side), interpolation=cv2.INTER_AREA), dtype=np.uint8)
    band = _unrolled(square)
    ring = ocr.one_line(band)
    lower = square[int(side * 0.60) : int(side * 0.86), int(side * 0.2) : int(side * 0.8)]
    under = ocr.lines(np.ascontiguousarray(cv2.resize(lower, None, fx=1.5, fy=1.5)))
    return [*([ring] if ring is not None else []), *under[:2]]


def _unrolled(square: Mask) -> Mask:
    side = square.shape[0]
    centre = side / 2
    length, depth = 1100, 64
    outer, inner = 0.465 * side, 0.27 * side  # inside the rim, outside the star
    angles = (np.arange(length) / length) * 2 * math.pi * 0.86 + (math.pi / 2 + 0.07 * 2 * math.pi)
    radii = np.linspace(outer, inner, depth)
    across = (centre + radii[:, None] * np.cos(angles)[None, :]).astype(np.float32)
    down = (centre + radii[:, None] * np.sin(angles)[None, :]).astype(np.float32)
    return np.asarray(
        cv2.remap(square, across, down, cv2.INTER_LINEAR, borderValue=(255, 255, 255)), dtype=np.uint8
    )
