"""Marks on what leaves: an unseen number that leads to the journal, and a name burned into pictures (S2.6, S3.6)."""

import io
import re
import struct
import zlib
from functools import cache
from importlib.resources import as_file

from noto_cjk_sans_otc import FONT_PATH
from PIL import Image, ImageDraw, ImageFont

_MARK = b"nianlun-entry:"
_FOUND = re.compile(rb"nianlun-entry:(\d{1,19});")
_JPEG, _PNG = b"\xff\xd8", b"\x89PNG\r\n\x1a\n"
_PNG_HEAD = len(_PNG) + 25  # the signature and the chunk IHDR, which must come first
_BETWEEN = 5  # a name to the fifth part of the picture's width: no useful piece is without one
_PALE = 70  # of 255: read with effort, and the writing below it without


def numbered(content: bytes, *, entry_id: int) -> bytes:
    """The picture with the number of its entry in the journal where programs keep remarks; the pixels stay.

    A file that is neither JPEG nor PNG comes back as it is.
    """
    said = mark(entry_id)
    if content.startswith(_JPEG):
        return content[:2] + b"\xff\xfe" + struct.pack(">H", len(said) + 2) + said + content[2:]
    if content.startswith(_PNG):
        body = b"tEXtComment\x00" + said
        chunk = struct.pack(">I", len(body) - 4) + body + struct.pack(">I", zlib.crc32(body))
        return content[:_PNG_HEAD] + chunk + content[_PNG_HEAD:]
    return content


def mark(entry_id: int) -> bytes:
    """How the number stands in a file."""
    return _MARK + str(entry_id).encode() + b";"  # else what follows might be digits too


def entry_of(content: bytes) -> int | None:
    """The entry that tells who was given this file; None for a file without the number."""
    found = _FOUND.search(content)
    return int(found[1]) if found else None


def burned(content: bytes, *, text: str) -> bytes:
    """The picture, one of our own making, with the text in its pixels; JPEG stays JPEG, all else becomes PNG."""
    with Image.open(io.BytesIO(content)) as picture:
        kind = "JPEG" if picture.format == "JPEG" else "PNG"
        page = picture.convert("RGBA")
    side = max(page.size)
    font = _font(max(14, page.width // 45))
    layer = Image.new("RGBA", (2 * side, 2 * side), (0, 0, 0, 0))
    drawing = ImageDraw.Draw(layer)
    step = max(40, page.width // _BETWEEN)
    wide = int(drawing.textlength(text, font=font)) + step // 2
    for row, y in enumerate(range(0, 2 * side, step)):
        for x in range(-(row % 2) * wide // 2, 2 * side, wide):
            drawing.text((x, y), text, font=font, fill=(120, 20, 20, _PALE))
    turned = layer.rotate(22, resample=Image.Resampling.BILINEAR)
    left, top = (2 * side - page.width) // 2, (2 * side - page.height) // 2
    page.alpha_composite(turned.crop((left, top, left + page.width, top + page.height)))
    written = io.BytesIO()
    page.convert("RGB").save(written, kind, **({"quality": 85} if kind == "JPEG" else {}))
    return written.getvalue()


@cache
def _font(size: int) -> ImageFont.FreeTypeFont:
    with as_file(FONT_PATH) as font:
        return ImageFont.truetype(str(font), size)
