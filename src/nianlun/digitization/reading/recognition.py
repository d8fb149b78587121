"""What the reading child does with one page image: lines, seals, kind of document and fields."""

import io
from typing import Any, BinaryIO

import numpy as np
from PIL import Image

from nianlun.digitization.reading import ocr, rasters
from nianlun.digitization.reading.formats import Format, identify
from nianlun.digitization.reading.refusals import refusal
from nianlun.digitization.reading.values import Line, PageReading
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
    return PageReading(width=width, height=height, kind="other", engine=engine, lines=lines)
