"""What the reading child does with one page image: lines, seals, kind of document and fields."""

import io
from typing import Any, BinaryIO

import numpy as np
from PIL import Image

from nianlun.digitization.reading import fields, labels, ocr, rasters, seals, tables
from nianlun.digitization.reading.formats import Format, identify
from nianlun.digitization.reading.refusals import refusal
from nianlun.digitization.reading.values import Line, PageReading, Seal
from nianlun.digitization.reading.wire import Message


def read(arguments: dict[str, Any], blobs: list[bytes], source: BinaryIO | None) -> Message:
    """Task: read the page image in the first blob. `lines` and `engine` hold a text layer, where there is one."""
    page = _pixels(blobs[0])
    layer = tuple(Line.from_json(line) for line in arguments["lines"])
    return read_page(page, layer=layer, layer_engine=str(arguments["engine"])).to_json(), []


def _pixels(content: bytes) -> ocr.Pixels:
    stream = io.BytesIO(content)
    found = identify(stream)
    if found not in (Format.JPEG, Format.PNG):
        raise refusal("wrong_type", found=found.label)
    image, _ = rasters.page(stream, found, number=1)
    return np.ascontiguousarray(np.asarray(_rgb(image))[:, :, ::-1])


def _rgb(image: Image.Image) -> Image.Image:
    return image if image.mode == "RGB" else image.convert("RGB")


def read_page(page: ocr.Pixels, *, layer: tuple[Line, ...] = (), layer_engine: str = "") -> PageReading:
    """What the page (BGR) says. A text layer, when given, stands in for OCR."""
    height, width = page.shape[:2]
    lines, engine = layer, layer_engine
    if not layer:
        lines, engine = ocr.lines(ocr.freshen(page) if ocr.is_faded(page) else page), ocr.engine_name()
    found = seals.find_seals(page)
    outside = tuple(line for line in lines if not _in_a_seal(line, found))
    kind, claims = fields.fields_of(
        outside, width=width, height=height, cells=tables.find_cells(page), seals=found
    )
    shown = "blank" if not lines and not found else kind.value
    return PageReading(
        width=width, height=height, kind=shown, engine=engine, lines=lines, fields=claims, seals=found
    )


def _in_a_seal(line: Line, found: tuple[Seal, ...]) -> bool:
    """Whether a line lies wholly inside a seal and repeats its words: bits of a seal are no entries."""
    for seal in found:
        left, top, right, bottom = *seal.box[0], *seal.box[2]
        inside = all(left - 4 <= x <= right + 4 and top - 4 <= y <= bottom + 4 for x, y in line.box)
        if inside and (words := labels.plain(line.text)) and not any(char.isdigit() for char in words):
            return words in seal.text or len(words) <= 3
    return False
