"""Red seals on a page: where they are, of which shape, and the words set round them. Runs in the sandbox."""

import math

import cv2
import numpy as np
from numpy.typing import NDArray

from nianlun.digitization.reading import ocr
from nianlun.digitization.reading.labels import plain
from nianlun.digitization.reading.values import Box, Line, Seal, rectangle

_REDS = (((0, 45, 70), (11, 255, 255)), ((165, 45, 70), (180, 255, 255)))
_SIDE = (0.05, 0.32)  # of the width of an A4 page: 10 to 67 mm; seals measure 12 to 58
_PAGE = 1000  # pixels; a narrower picture is a part of a page and may be filled by a seal
_INK_SHARE = (0.06, 0.75)  # share of the box that is red: more is a printed area, less a stray line
_MOST = 6
_RIM = 0.7  # share of the outline that must carry ink
_REDDER = 26  # levels of red above blue and green, beyond what the paper has

Mask = NDArray[np.uint8]


def find_seals(page: Mask) -> tuple[Seal, ...]:
    """The red seals of a page (BGR), largest first."""
    mask, ink = _red(page)
    width = mask.shape[1]
    if float(mask.mean()) < 0.01:  # no red on the page worth a look
        return ()
    reach = max(5, width // 150)
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (reach, reach))
    whole = cv2.morphologyEx(mask, cv2.MORPH_CLOSE, kernel)
    found = []
    _, _, stats, _ = cv2.connectedComponentsWithStats(whole, connectivity=8)
    groups = _merged([tuple(int(v) for v in row[:4]) for row in stats[1:] if row[4] > 60], reach)
    most = _SIDE[1] * width if width > _PAGE else width
    for left, top, across, down in groups:
        if not (_SIDE[0] * width < max(across, down) <= most and min(across, down) > 0.02 * width):
            continue
        part = slice(top, top + down), slice(left, left + across)
        if _INK_SHARE[0] < float(mask[part].mean()) / 255 < _INK_SHARE[1]:
            seal = _seal(mask[part], ink[part], box=rectangle(left, top, left + across, top + down))
            found += [seal] if seal is not None else []
    found.sort(key=lambda seal: -(seal.box[2][0] - seal.box[0][0]) * (seal.box[2][1] - seal.box[0][1]))
    return tuple(found[:_MOST])


def _red(page: Mask) -> tuple[Mask, Mask]:
    """Where the page is red, and how red: 255 for full ink."""
    hue = cv2.cvtColor(page, cv2.COLOR_BGR2HSV)
    masks = [cv2.inRange(hue, np.array(low), np.array(high)) for low, high in _REDS]
    # Old paper is itself warm: red ink must be redder than the paper, not only red.
    redness = page[:, :, 2].astype(np.int16) - page[:, :, :2].max(axis=2).astype(np.int16)
    paper = max(0, int(np.median(redness[::7, ::7])))
    strong = redness > _REDDER + paper
    mask = np.asarray((cv2.bitwise_or(masks[0], masks[1]) > 0) & strong, dtype=np.uint8) * 255
    return mask, np.asarray(np.clip((redness - paper) * 3, 0, 255), dtype=np.uint8)


def _seal(mask: Mask, ink: Mask, *, box: Box) -> Seal | None:
    """The seal that fills this part of the page, if it is one."""
    shape = _round_shape(mask)
    if shape is None:
        straight = _straightened(mask, ink)
        if straight is None or not _has_frame(straight[0]):
            return None
        shape, ink = "square", straight[1]
    picture = np.asarray(cv2.cvtColor(255 - ink, cv2.COLOR_GRAY2BGR), dtype=np.uint8)  # the ink alone
    read = _flat_lines(picture) if shape == "square" else _ring_lines(picture)
    words = [line for line in read if line.confidence > 0.6 and len(plain(line.text)) >= 2]
    text = "".join(plain(line.text) for line in words)
    confidence = min((line.confidence for line in words), default=0.5)
    return Seal(shape=shape, box=box, text=text[:60], confidence=confidence)


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


def _round_shape(mask: Mask) -> str | None:
    """ "round" or "oval" when the outermost ink lies on an ellipse, and most of its rim is there."""
    radii = _outline(mask)
    if radii is None or float((radii > 0.86).mean()) < _RIM or float((radii > 1.12).mean()) > 0.1:
        return None
    down, across = mask.shape
    return "round" if 0.85 < across / down < 1.18 else "oval"


def _straightened(mask: Mask, ink: Mask) -> tuple[Mask, Mask] | None:
    """A rectangular seal turned level: nobody stamps straight."""
    points = cv2.findNonZero(mask)
    if points is None or len(points) < 100:
        return None
    (x, y), (across, down), angle = cv2.minAreaRect(points)
    if angle > 45:
        across, down, angle = down, across, angle - 90
    if not (0.2 < across / max(down, 1) < 6) or min(across, down) < 20:
        return None
    turn = cv2.getRotationMatrix2D((x, y), angle, 1.0)
    turn[0, 2] += across / 2 - x
    turn[1, 2] += down / 2 - y
    size = (round(across), round(down))
    return (
        np.asarray(cv2.warpAffine(mask, turn, size), dtype=np.uint8),
        np.asarray(cv2.warpAffine(ink, turn, size), dtype=np.uint8),
    )


def _has_frame(mask: Mask) -> bool:
    """Whether ink runs along all four edges, as a frame's does; characters only touch them here and there."""
    down, across = mask.shape
    depth = max(4, round(0.08 * min(across, down)))
    edges = (
        mask[:depth].max(axis=0),
        mask[-depth:].max(axis=0),
        mask[:, :depth].max(axis=1),
        mask[:, -depth:].max(axis=1),
    )
    return all(float((edge > 0).mean()) > 0.6 for edge in edges)


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


def _flat_lines(picture: Mask) -> list[Line]:
    down, across = picture.shape[:2]
    edge = max(4, round(0.05 * min(across, down)))
    words = picture[edge:-edge, edge:-edge]  # without the frame, which reads as a character
    scale = max(1.0, 160 / down)
    larger = cv2.resize(words, None, fx=scale, fy=scale, interpolation=cv2.INTER_CUBIC)
    framed = cv2.copyMakeBorder(larger, 20, 20, 20, 20, cv2.BORDER_CONSTANT, value=(255, 255, 255))
    return sorted(
        ocr.lines(np.asarray(framed, dtype=np.uint8)), key=lambda line: line.box[0][1] + line.box[2][1]
    )


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
