"""What the sandboxed child does with a file: examine it, or make the picture of one page."""

from typing import Any, BinaryIO

from PIL import Image

from nianlun.digitization.reading import formats, ofds, orientation, pdfs, rasters
from nianlun.digitization.reading.formats import Format
from nianlun.digitization.reading.values import Examined, Line, PageImage
from nianlun.digitization.reading.wire import Message


def examine(arguments: dict[str, Any], blobs: list[bytes], source: BinaryIO | None) -> Message:
    """Task: what the file is and how many pages it has; `name` is checked against the content."""
    if source is None:
        raise ValueError("a file is needed")
    found = formats.identify(source)
    formats.check_extension(str(arguments["name"]), found)
    source.seek(0)
    has_text_layer = False
    if found is Format.PDF:
        pages, has_text_layer = pdfs.examine(source)
    elif found is Format.OFD:
        pages, has_text_layer = ofds.examine(source)
    else:
        pages = rasters.examine(source, found)
    examined = Examined(
        format=found.value,
        media_type=found.media_type,
        extension=found.extensions[0],
        pages=pages,
        has_text_layer=has_text_layer,
    )
    return examined.to_json(), []


def page_image(arguments: dict[str, Any], blobs: list[bytes], source: BinaryIO | None) -> Message:
    """Task: the picture of page `number`, upright, with its text layer where that can be trusted."""
    if source is None:
        raise ValueError("a file is needed")
    number = int(arguments["number"])
    found = formats.identify(source)
    source.seek(0)
    lines: tuple[Line, ...] = ()
    turned = 0
    if found is Format.PDF:
        image, lines = pdfs.page(source, number=number)
    elif found is Format.OFD:
        image, lines = ofds.page(source, number=number)
    else:
        image, turned = rasters.page(source, found, number=number)
    if not lines:
        further = orientation.turn_needed(image)
        if further:
            image = image.transpose(_TRANSPOSE[further])
            turned = (turned + further) % 360
    content, media_type = rasters.encode(image)
    made = PageImage(
        content=content,
        media_type=media_type,
        width=image.width,
        height=image.height,
        rotation=turned,
        lines=lines,
        engine=f"{found.value}-text" if lines else "",
    )
    return made.to_json(), [content]


_TRANSPOSE = {
    90: Image.Transpose.ROTATE_270,  # Pillow turns counter-clockwise
    180: Image.Transpose.ROTATE_180,
    270: Image.Transpose.ROTATE_90,
}
