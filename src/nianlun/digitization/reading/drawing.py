"""Draw the text, paths and pictures of an OFD page, and tell where its text stands. Runs in the sandbox.

Not a type-setter: embedded fonts are not used (their glyph tables would be one more parser of hostile bytes), every
text is set in one Chinese font at the positions the file gives.
"""

import functools
import io
import math
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from xml.etree.ElementTree import Element

import noto_cjk_sans_otc
from PIL import Image, ImageDraw, ImageFont

from nianlun.digitization.reading import curves
from nianlun.digitization.reading.curves import Affine, compose
from nianlun.digitization.reading.rasters import DOTS_PER_INCH, LONG_SIDE, check_pixels, flatten
from nianlun.digitization.reading.refusals import Refused
from nianlun.digitization.reading.runs import Run, box_of, breadth, merge
from nianlun.digitization.reading.values import Line

_MM = 25.4
_NESTING = 16
_IDENTITY: Affine = (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)
_LINE_WIDTH = 0.353  # millimetres, the standard's default
_FONT = Path(noto_cjk_sans_otc.__file__).with_name("NotoSansCJK-Regular.ttc")
_SIMPLIFIED = 2  # face of the collection: Japanese, Korean, simplified Chinese, …
Color = tuple[int, int, int]


@dataclass(slots=True)
class Resources:
    """What pages refer to by id."""

    pictures: dict[str, str] = field(default_factory=dict)  # path in the package
    parameters: dict[str, Element] = field(default_factory=dict)
    units: dict[str, Element] = field(default_factory=dict)
    seals: list[tuple[str, tuple[float, ...], bytes]] = field(
        default_factory=list
    )  # page id, box in mm, picture


@functools.lru_cache(maxsize=64)
def _font(pixels: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(str(_FONT), max(1, min(pixels, 1000)), index=_SIMPLIFIED)


def _name(element: Element) -> str:
    return element.tag.rsplit("}", 1)[-1] if isinstance(element.tag, str) else ""


def _child(element: Element | None, tag: str) -> Element | None:
    return next((part for part in element if _name(part) == tag), None) if element is not None else None


def _number(text: str | None, default: float) -> float:
    try:
        value = float(text) if text is not None else default
    except ValueError:
        return default
    return value if abs(value) < 1e7 else default


class Sheet:
    """One page being drawn; coordinates come in millimetres and are kept in pixels."""

    def __init__(self, *, box: Sequence[float], resources: Resources, read: Callable[[str], bytes]) -> None:
        self._scale = min(DOTS_PER_INCH / _MM, LONG_SIDE / max(box[2], box[3]))
        self._origin: Affine = (
            self._scale,
            0.0,
            0.0,
            self._scale,
            -box[0] * self._scale,
            -box[1] * self._scale,
        )
        self._resources, self._read = resources, read
        size = (max(1, round(box[2] * self._scale)), max(1, round(box[3] * self._scale)))
        self.image = Image.new("RGB", size, "white")
        self._pen = ImageDraw.Draw(self.image)
        self._runs: list[Run] = []
        self._readable = True
        self.drawn = 0

    def draw(self, elements: Iterable[Element], *, parameter: str | None = None) -> None:
        """Draw the objects of a layer in their order."""
        self._draw(elements, self._origin, parameter, 0)

    def draw_appearance(self, look: Element, *, readable: bool) -> None:
        """Draw an annotation; a watermark's words are not the document's."""
        box = curves.numbers(look.get("Boundary"), 4) or (0.0, 0.0, 0.0, 0.0)
        self._readable, before = readable, self._readable
        self._draw(look, compose(self._origin, (1, 0, 0, 1, box[0], box[1])), None, 0)
        self._readable = before

    def draw_seal(self, box: Sequence[float], picture: bytes) -> None:
        """Lay an electronic seal's picture over the page."""
        self._picture(picture, compose(self._origin, (box[2], 0, 0, box[3], box[0], box[1])), fades=True)

    def _draw(self, elements: Iterable[Element], outer: Affine, parameter: str | None, depth: int) -> None:
        if depth > _NESTING:
            return
        for element in elements:
            self.drawn += 1
            kind = _name(element)
            if kind == "PageBlock":
                self._draw(element, outer, parameter, depth + 1)
                continue
            if kind not in ("TextObject", "PathObject", "ImageObject", "CompositeObject"):
                continue
            if element.get("Visible", "true").lower() == "false":
                continue
            box = curves.numbers(element.get("Boundary"), 4) or (0.0, 0.0, 0.0, 0.0)
            a, b, c, d, e, f = curves.numbers(element.get("CTM"), 6) or _IDENTITY
            inner = compose(outer, (a, b, c, d, e + box[0], f + box[1]))
            chosen = element.get("DrawParam") or parameter
            if kind == "TextObject":
                self._text(element, inner, chosen)
            elif kind == "PathObject":
                self._path(element, inner, chosen)
            elif kind == "ImageObject":
                place = self._resources.pictures.get(element.get("ResourceID", ""))
                if place is not None:
                    self._picture(self._read(place), inner)
            else:
                content = _child(self._resources.units.get(element.get("ResourceID", "")), "Content")
                if content is not None:
                    self._draw(content, inner, chosen, depth + 1)

    def _setting(self, element: Element, tag: str, parameter: str | None) -> Element | None:
        """A colour of the object itself, or of the drawing parameters it goes by."""
        found = _child(element, tag)
        for _ in range(_NESTING):
            holder = self._resources.parameters.get(parameter or "")
            if found is not None or holder is None:
                break
            found, parameter = _child(holder, tag), holder.get("Relative")
        return found

    def _width(self, element: Element, parameter: str | None, matrix: Affine) -> int:
        width = element.get("LineWidth")
        for _ in range(_NESTING):
            holder = self._resources.parameters.get(parameter or "")
            if width is not None or holder is None:
                break
            width, parameter = holder.get("LineWidth"), holder.get("Relative")
        return max(1, round(_number(width, _LINE_WIDTH) * _growth(matrix)))

    def _path(self, element: Element, matrix: Affine, parameter: str | None) -> None:
        data = _child(element, "AbbreviatedData")
        strokes = curves.trace((data.text or "") if data is not None else "", matrix)
        alpha = _number(element.get("Alpha"), 255.0)
        if alpha < 16:
            return
        if element.get("Fill", "false").lower() == "true":
            fill = _color(self._setting(element, "FillColor", parameter), alpha)
            for points in strokes:
                if len(points) > 2:
                    self._pen.polygon(points, fill=fill)
        if element.get("Stroke", "true").lower() != "false":
            ink = _color(self._setting(element, "StrokeColor", parameter), alpha)
            width = self._width(element, parameter, matrix)
            for points in strokes:
                if len(points) > 1:
                    self._pen.line(points, fill=ink, width=width, joint="curve")

    def _text(self, element: Element, matrix: Affine, parameter: str | None) -> None:
        size = _number(element.get("Size"), 0.0)
        alpha = _number(element.get("Alpha"), 255.0)
        color = _color(self._setting(element, "FillColor", parameter), alpha)
        squeeze = _number(element.get("HScale"), 1.0) or 1.0
        pixels = size * _growth(matrix)
        angle = math.degrees(math.atan2(matrix[1], matrix[0]))
        x = y = 0.0
        for code in (part for part in element if _name(part) == "TextCode"):
            x, y = _number(code.get("X"), x), _number(code.get("Y"), y)
            text = "".join(char for char in (code.text or "") if unicodedata.category(char) != "Cc")
            places = _places(text, x, y, size, code, squeeze)
            if 2 <= pixels <= 2000 and alpha >= 16:
                for char, (u, v) in zip(text, places, strict=True):
                    self._glyph(char, _apply(matrix, u, v), pixels, squeeze, angle, color)
            if self._readable and abs(angle) < 3 and 2 <= pixels <= 2000:
                self._note_runs(text, places, matrix, size * squeeze, pixels)

    def _glyph(
        self,
        char: str,
        place: tuple[float, float],
        pixels: float,
        squeeze: float,
        angle: float,
        color: Color,
    ) -> None:
        if char.isspace() or not (-3000 < place[0] < 6000 and -3000 < place[1] < 6000):
            return
        font = _font(round(pixels))
        if abs(angle) < 3 and 0.95 < squeeze < 1.05:
            self._pen.text(place, char, font=font, fill=color, anchor="ls")
            return
        side = 4 * round(pixels) + 4
        mask = Image.new("L", (side, side))
        ImageDraw.Draw(mask).text((side / 2, side / 2), char, font=font, fill=255, anchor="ls")
        turn = math.radians(angle)
        cos, sin, half = math.cos(turn), math.sin(turn), side / 2
        back = (
            cos / squeeze,
            sin / squeeze,
            half - (cos + sin) * half / squeeze,
            -sin,
            cos,
            half - (cos - sin) * half,
        )
        mask = mask.transform(mask.size, Image.Transform.AFFINE, back, Image.Resampling.BILINEAR)
        self.image.paste(color, (round(place[0] - half), round(place[1] - half)), mask)

    def _note_runs(
        self,
        text: str,
        places: Sequence[tuple[float, float]],
        matrix: Affine,
        advance: float,
        pixels: float,
    ) -> None:
        """Keep what was set as runs of one line each: one TextCode may hold a whole wrapped paragraph."""
        start = 0
        for index in range(1, len(text) + 1):
            if index < len(text):
                across = places[index][0] - places[index - 1][0]
                down = places[index][1] - places[index - 1][1]
                if abs(down) < 0.5 * advance and -0.2 * advance < across < 2.2 * advance:
                    continue
            part = text[start:index].strip()
            if part:
                left, baseline = _apply(matrix, *places[start])
                right, _ = _apply(
                    matrix, places[index - 1][0] + advance * breadth(text[index - 1]), places[start][1]
                )
                self._runs.append(Run(part, left, right, baseline, pixels))
            start = index

    def _picture(self, data: bytes, matrix: Affine, *, fades: bool = False) -> None:
        """Place a picture whose unit square `matrix` maps onto the page; one that cannot be decoded is left out."""
        try:
            opened = Image.open(io.BytesIO(data), formats=["PNG", "JPEG", "BMP", "GIF", "TIFF"])
            check_pixels(opened.size, number=1)
            picture = (
                opened.convert("RGBA")
                if "A" in opened.getbands() or "transparency" in opened.info
                else None
            )
            picture = picture or flatten(opened).convert("RGBA")
        except (OSError, ValueError, SyntaxError, Refused):
            return
        a, b, c, d, e, f = matrix
        determinant = a * d - b * c
        corners = [_apply(matrix, u, v) for u in (0, 1) for v in (0, 1)]
        left, top = math.floor(min(x for x, _ in corners)), math.floor(min(y for _, y in corners))
        right, bottom = math.ceil(max(x for x, _ in corners)), math.ceil(max(y for _, y in corners))
        if not (1 <= right - left <= 5000 and 1 <= bottom - top <= 5000) or abs(determinant) < 1e-9:
            return
        across, down = picture.size
        e, f = e - left, f - top
        back = (
            d / determinant * across,
            -c / determinant * across,
            (c * f - d * e) / determinant * across,
            -b / determinant * down,
            a / determinant * down,
            (b * e - a * f) / determinant * down,
        )
        size = (right - left, bottom - top)
        placed = picture.transform(size, Image.Transform.AFFINE, back, Image.Resampling.BILINEAR)
        alpha = placed.getchannel("A")
        self.image.paste(
            placed.convert("RGB"), (left, top), alpha.point(lambda v: v * 0.8) if fades else alpha
        )

    def lines(self) -> tuple[Line, ...]:
        """The lines of text in reading order; () when the file's characters are private codes nobody can read."""
        merged = merge(self._runs)
        if any("\ue000" <= char <= "\uf8ff" or char == "\ufffd" for run in merged for char in run.text):
            return ()
        return tuple(Line(text=run.text, box=box_of(run), confidence=1.0) for run in merged)


def _places(
    text: str, x: float, y: float, size: float, code: Element, squeeze: float
) -> list[tuple[float, float]]:
    """Where each character of a TextCode starts, by its deltas or by the width of the character."""
    across = curves.deltas(code.get("DeltaX"), len(text) - 1)
    down = curves.deltas(code.get("DeltaY"), len(text) - 1)
    places = []
    for index, char in enumerate(text):
        places.append((x, y))
        x += across[index] if index < len(across) else (0.0 if down else breadth(char) * size * squeeze)
        y += down[index] if index < len(down) else 0.0
    return places


def _apply(matrix: Affine, x: float, y: float) -> tuple[float, float]:
    a, b, c, d, e, f = matrix
    return a * x + c * y + e, b * x + d * y + f


def _growth(matrix: Affine) -> float:
    a, b, c, d, _, _ = matrix
    return math.sqrt(abs(a * d - b * c))


def _color(element: Element | None, alpha: float) -> Color:
    """A colour over white paper; black where the file names none."""
    ink: tuple[float, ...] = (0.0, 0.0, 0.0)
    if element is not None:
        parts = []
        for part in (element.get("Value") or "").split():
            parts.append(
                float(int(part[1:], 16))
                if part.startswith("#") and _is_hex(part[1:])
                else _number(part, 0.0)
            )
        if len(parts) == 1:
            ink = (parts[0],) * 3
        elif len(parts) == 3:
            ink = tuple(parts)
        elif len(parts) == 4:
            ink = tuple((255 - part) * (255 - parts[3]) / 255 for part in parts[:3])
        alpha = min(alpha, _number(element.get("Alpha"), 255.0))
    share = max(0.0, min(alpha, 255.0)) / 255
    red, green, blue = (round(max(0.0, min(part, 255.0)) * share + 255 * (1 - share)) for part in ink)
    return red, green, blue


def _is_hex(text: str) -> bool:
    return 0 < len(text) <= 2 and all(char in "0123456789abcdefABCDEF" for char in text)
