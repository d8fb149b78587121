"""Red seals: round ones with a star and the office's name along the ring, boxes with lines, private seals."""

import math
from functools import lru_cache
from random import Random

import cv2
import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw, ImageFont

from nianlun.sample.ageing import noise
from nianlun.sample.ink import Box, Page, blend
from nianlun.sample.typesetting import font_file

Gray = npt.NDArray[np.uint8]
_SIMPLIFIED = 2
RED = (44, 36, 196)  # BGR


@lru_cache(maxsize=64)
def _font(size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(font_file(), size, index=_SIMPLIFIED)


def _star(middle: float, radius: float) -> list[tuple[float, float]]:
    points = []
    for corner in range(10):
        reach = radius if corner % 2 == 0 else radius * 0.382
        angle = math.radians(-90 + 36 * corner)
        points.append((middle + reach * math.cos(angle), middle + reach * math.sin(angle)))
    return points


@lru_cache(maxsize=512)
def _round(text: str, under: str, side: int) -> Gray:
    """Ring, star, text along the ring, and the straight line below the star."""
    big = side * 2
    canvas = Image.new("L", (big, big), 0)
    draw = ImageDraw.Draw(canvas)
    edge = max(3, round(big * 0.026))
    draw.ellipse((edge, edge, big - edge, big - edge), outline=255, width=edge)
    draw.polygon(_star(big / 2, big * 0.145), fill=255)
    span = math.radians(min(236.0 if under else 268.0, 26.0 * len(text)))  # leave room for the line below
    radius = big * 0.365
    size = round(min(big * 0.15, span * radius / max(len(text) - 1, 1) * 0.92))
    for place, char in enumerate(text):
        angle = -math.pi / 2 - span / 2 + span * (place / (len(text) - 1) if len(text) > 1 else 0.5)
        glyph = Image.new("L", (size * 2, size * 2), 0)
        ImageDraw.Draw(glyph).text((size, size), char, fill=255, font=_font(size), anchor="mm")
        # Seal characters are taller than wide.
        tall = glyph.resize((round(size * 1.7), round(size * 2.3)))
        turned = tall.rotate(-math.degrees(angle) - 90, expand=True, resample=Image.Resampling.BILINEAR)
        x, y = big / 2 + radius * math.cos(angle), big / 2 + radius * math.sin(angle)
        canvas.paste(255, (round(x - turned.width / 2), round(y - turned.height / 2)), turned)
    if under:
        small = round(min(big * 0.1, big * 0.46 / len(under)))
        draw.text((big / 2, big * 0.775), under, fill=255, font=_font(small), anchor="mm")
    return np.asarray(
        cv2.resize(np.asarray(canvas, np.uint8), (side, side), interpolation=cv2.INTER_AREA), np.uint8
    )


@lru_cache(maxsize=512)
def _frame(text: str, width: int, height: int) -> Gray:
    """A rectangular seal with its lines of text."""
    canvas = Image.new("L", (width * 2, height * 2), 0)
    draw = ImageDraw.Draw(canvas)
    edge = max(3, round(height * 0.05))
    draw.rectangle((edge, edge, width * 2 - edge, height * 2 - edge), outline=255, width=edge)
    rows = text.split("\n")
    for place, row in enumerate(rows):
        size = round(min(height * 2 * 0.74 / len(rows), width * 2 * 0.88 / max(len(row), 1)))
        middle = height * 2 * (0.5 + (place - (len(rows) - 1) / 2) * 0.8 / len(rows))
        draw.text((width, middle), row, fill=255, font=_font(size), anchor="mm")
    small = cv2.resize(np.asarray(canvas, np.uint8), (width, height), interpolation=cv2.INTER_AREA)
    return np.asarray(small, np.uint8)


def stamp(
    page: Page, *, shape: str, text: str, under: str, box: tuple[float, float, float, float], rng: Random
) -> Box | None:
    """Press a seal into its box (x, y, width, height in pixels): a little askew, the ink uneven."""
    x, y, width, height = box
    if shape == "round":
        side = round(min(width, height))
        mark = _round(text, under, side)
        lean = rng.gauss(0, 9)
    else:
        mark = _frame(text, round(width), round(height))
        lean = rng.gauss(2, 3.5)
    margin = round(max(mark.shape) * 0.16)
    padded = cv2.copyMakeBorder(mark, margin, margin, margin, margin, cv2.BORDER_CONSTANT, value=0)
    middle = (padded.shape[1] / 2, padded.shape[0] / 2)
    turn = cv2.getRotationMatrix2D(middle, lean, 1.0)
    turned = cv2.warpAffine(padded, turn, (padded.shape[1], padded.shape[0]), flags=cv2.INTER_LINEAR)
    grain = noise(turned.shape[0], turned.shape[1], rng, fine=True)
    cloud = noise(turned.shape[0], turned.shape[1], rng, fine=False)
    press = rng.uniform(0.82, 1.1)
    # Dry spots where the pad was poor, specks where the paper was rough.
    ink = np.clip((1.15 * cloud.astype(np.float32) + 0.8 * grain - 128) * press / 112, 0.1, 1.0)
    uneven = np.asarray(turned * ink, np.uint8)
    shift = width * 0.06
    left = round(x + (width - turned.shape[1]) / 2 + rng.uniform(-shift, shift))
    top = round(y + (height - turned.shape[0]) / 2 + rng.uniform(-shift, shift))
    return blend(page, uneven, left=left, top=top, colour=RED, weight=0.86)
