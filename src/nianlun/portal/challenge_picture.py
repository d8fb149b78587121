"""Digits drawn so that a person reads them and a simple program does not: turned, waved, struck through."""

import io
import math
import random

from PIL import Image, ImageDraw, ImageFont

WIDTH, HEIGHT = 240, 80
_PAPER, _INKS = (255, 253, 249), ((28, 39, 51), (35, 79, 125), (29, 107, 90), (74, 87, 100))


def drawn(digits: str, *, seed: int) -> bytes:
    """The digits as a PNG picture; the same seed draws the same picture, so that asking again shows no more."""
    chance = random.Random(seed)  # noqa: S311  a crooked line is no secret
    picture = Image.new("RGB", (WIDTH, HEIGHT), _PAPER)
    step = WIDTH // (len(digits) + 1)
    for number, digit in enumerate(digits):
        glyph = _glyph(digit, chance)
        left = step // 2 + number * step + chance.randint(-4, 4)
        picture.paste(glyph, (left, chance.randint(2, HEIGHT - glyph.height - 2)), glyph)
    pen = ImageDraw.Draw(picture)
    for _ in range(5):
        ends = [(chance.randint(0, WIDTH), chance.randint(0, HEIGHT)) for _ in range(2)]
        pen.line(ends, fill=chance.choice(_INKS), width=2)
    for _ in range(220):
        pen.point((chance.randint(0, WIDTH), chance.randint(0, HEIGHT)), fill=chance.choice(_INKS))
    written = io.BytesIO()
    _waved(picture, chance).save(written, "PNG")
    return written.getvalue()


def _glyph(digit: str, chance: random.Random) -> Image.Image:
    glyph = Image.new("RGBA", (52, 64), (0, 0, 0, 0))
    font = ImageFont.load_default(chance.randint(44, 52))
    ImageDraw.Draw(glyph).text((10, 2), digit, font=font, fill=chance.choice(_INKS))
    return glyph.rotate(chance.uniform(-24, 24), resample=Image.Resampling.BICUBIC, expand=False)


def _waved(picture: Image.Image, chance: random.Random) -> Image.Image:
    """Columns moved up and down along a wave."""
    height, length, start = chance.uniform(2, 4), chance.uniform(40, 70), chance.uniform(0, 6)
    waved = Image.new("RGB", picture.size, _PAPER)
    for x in range(WIDTH):
        column = picture.crop((x, 0, x + 1, HEIGHT))
        waved.paste(column, (x, round(height * math.sin(x / length * 2 * math.pi + start))))
    return waved
