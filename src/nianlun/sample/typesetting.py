"""Typesets the blank forms with Typst and tells where each entry and seal of a form belongs."""

import json
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import as_file, files
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt
import pypdfium2
import typst
from noto_cjk_sans_otc import FONT_PATH

Gray = npt.NDArray[np.uint8]
_POINTS_PER_INCH = 72
_SUPERSAMPLING = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Slot:
    """A place on a blank form, in points from the top left of its page."""

    name: str
    page: int  # from 0
    x: float
    y: float
    width: float
    height: float
    size: float  # of the type, in points
    align: str  # left, center, right
    kind: str  # entry, title, seal


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """A blank form: one gray picture a page (255 = bare paper) and its slots by name."""

    pages: tuple[Gray, ...]
    slots: dict[str, Slot]


@lru_cache(maxsize=1)
def _fonts() -> typst.Fonts:
    with as_file(FONT_PATH) as font:
        return typst.Fonts(
            include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(Path(font).parent)]
        )


def font_file() -> str:
    """Path of the one font collection that every entry and label is drawn with."""
    with as_file(FONT_PATH) as font:
        return str(font)


@lru_cache(maxsize=128)
def form(layout: str, *, dpi: int) -> Form:
    """The blank form of a layout; raises `FileNotFoundError` where no such template ships with the sample."""
    with as_file(files("nianlun.sample").joinpath("forms")) as folder:
        source = Path(folder) / f"{layout}.typ"
        if not source.is_file():
            raise FileNotFoundError(f"no form {layout}")
        compiler = typst.Compiler(str(source), root=str(folder), font_paths=_fonts())
        made = compiler.compile(format="pdf")
        marks = json.loads(compiler.query("<slot>", field="value"))
    if not isinstance(made, bytes):
        raise TypeError("Typst gave no PDF")
    scale = dpi * _SUPERSAMPLING / _POINTS_PER_INCH
    # Through PDFium in gray: thirteen times faster than Typst's own PNG and its decoding (15 ms against 190 ms).
    with pypdfium2.PdfDocument(made) as document:
        pictures = [np.array(page.render(scale=scale, grayscale=True).to_numpy()) for page in document]
    slots = [
        Slot(name=m["name"], page=m["page"] - 1, x=m["x"], y=m["y"], width=m["w"], height=m["h"],
             size=m["size"], align=m["align"], kind=m["kind"])
        for m in marks
    ]  # fmt: skip
    return Form(
        pages=tuple(_printed(picture, dpi=dpi) for picture in pictures),
        slots={slot.name: slot for slot in slots},
    )


def _printed(picture: Gray, *, dpi: int) -> Gray:
    """From clean type to letterpress: Song-like thin horizontals, then down to the wanted resolution."""
    gray = picture.reshape(picture.shape[0], -1)
    thinned = song(gray, unit=dpi * _SUPERSAMPLING / 300)
    height, width = round(gray.shape[0] / _SUPERSAMPLING), gray.shape[1] // _SUPERSAMPLING
    small = cv2.resize(thinned, (width, height), interpolation=cv2.INTER_AREA)
    return np.asarray(small, np.uint8)


def song(gray: Gray, *, unit: float) -> Gray:
    """Make a sans face look like the Song face of old forms: horizontals thinner, verticals as they were.

    Only strokes of text are thinned: rules longer than a character are put back. `unit` is pixels at 300 dpi.
    """
    step = max(1, round(unit))
    thin = cv2.dilate(
        gray, np.ones((1 + step, 1), np.uint8)
    )  # lighter wins: horizontals lose a pixel or so
    thin = cv2.erode(thin, np.ones((1, 1 + step // 2), np.uint8))
    reach = round(60 * unit)
    rules = cv2.dilate(gray, np.ones((1, reach), np.uint8))
    rules = cv2.erode(rules, np.ones((1, reach), np.uint8))
    return np.minimum(thin, rules).astype(np.uint8)


def pixels(slot: Slot, *, dpi: int) -> tuple[float, float, float, float]:
    """The slot as (x, y, width, height) in pixels of a page at that resolution."""
    scale = dpi / _POINTS_PER_INCH
    return slot.x * scale, slot.y * scale, slot.width * scale, slot.height * scale
