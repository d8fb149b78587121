"""From decoded pixels of any sort to an upright grey or colour page. Runs in the sandbox.

Decoding is always whole: `Image.verify()` passes half a JPEG.
"""

import io
import struct
import time
from collections.abc import Iterator
from typing import BinaryIO

from PIL import Image, ImageCms, ImageOps, TiffImagePlugin, UnidentifiedImageError

from nianlun.digitization.reading.formats import Format
from nianlun.digitization.reading.refusals import MAX_PAGE_PIXELS, MAX_PAGES, Refused, refusal

DOTS_PER_INCH = 200
LONG_SIDE = 2339  # A4 at 200 dpi: characters of a form stay 25 pixels high, and OCR gains nothing from more
_JPEG_QUALITY = 88
_EXAMINE_SECONDS = 35.0  # of the 60 a task has; pages beyond are decoded whole when their image is made
_ORIENTATION_TAG = 274
_TURNS = {
    3: 180,
    6: 90,
    8: 270,
    5: 90,
    7: 270,
}  # EXIF orientation -> degrees clockwise (mirrors not counted)

Image.MAX_IMAGE_PIXELS = None  # our own limit is checked before decoding, by page


def open_image(source: BinaryIO, found: Format) -> Image.Image:
    """Open one raster file, headers only. Raises `Refused`."""
    names = {Format.JPEG: "JPEG", Format.PNG: "PNG", Format.TIFF: "TIFF"}
    try:
        return Image.open(source, formats=[names[found]])
    except UnidentifiedImageError:
        raise refusal("not_decodable", why="文件头之后的内容有损坏") from None
    except _DAMAGE as reason:
        raise _damage(reason) from None


# What Pillow is known to raise on broken files, besides its own classes.
_DAMAGE: tuple[type[Exception], ...] = (
    *(
        OSError,
        ValueError,
        SyntaxError,
        EOFError,
        struct.error,
        KeyError,
        TypeError,
        IndexError,
        OverflowError,
    ),
    *(ZeroDivisionError, AttributeError, RuntimeError, AssertionError, NotImplementedError),
)


def _damage(reason: BaseException) -> Refused:
    text = str(reason).lower()
    if any(
        word in text for word in ("truncat", "not enough data", "buffer overrun", "unexpected end", "eof")
    ):
        return refusal("truncated")
    return refusal("not_decodable", why="图像数据有损坏")


def examine(source: BinaryIO, found: Format) -> int:
    """Decode the pages of a raster file and count them. Raises `Refused`."""
    started = time.process_time()
    pages = 0
    for image in _frames(open_image(source, found), found):
        pages += 1
        if pages > MAX_PAGES:
            raise refusal("too_many_pages", pages=f"多于 {MAX_PAGES:,}")
        check_pixels(image.size, number=pages)
        if time.process_time() - started < _EXAMINE_SECONDS:
            _load(image)
    if not pages:
        raise refusal("not_decodable", why="里面没有页")
    return pages


def page(source: BinaryIO, found: Format, *, number: int) -> tuple[Image.Image, int]:
    """Page `number` (from 1), upright as its file says, and the degrees clockwise it was turned."""
    seen = 0
    for image in _frames(open_image(source, found), found):
        seen += 1
        if seen == number:
            check_pixels(image.size, number=number)
            return normalise(image)
    raise refusal("no_such_page", pages=seen, number=number)


def _frames(image: Image.Image, found: Format) -> Iterator[Image.Image]:
    """The pages of the file. A JPEG or PNG is one page, whatever previews or animation follow it."""
    if found is not Format.TIFF:
        yield image
        return
    place = 0
    offsets: set[int] = set()
    while True:
        try:
            image.seek(place)
            here = image._frame_pos[place] if isinstance(image, TiffImagePlugin.TiffImageFile) else place
        except EOFError:
            return
        except _DAMAGE as reason:
            raise _damage(reason) from None
        if here in offsets:  # directories that point back at each other have no end
            return
        offsets.add(here)
        yield image
        place += 1


def check_pixels(size: tuple[int, int], *, number: int) -> None:
    """Refuse a page that is too large to decode, or has no area."""
    width, height = size
    if width < 1 or height < 1:
        raise refusal("not_decodable", why="图像没有宽或高")
    if width * height > MAX_PAGE_PIXELS:
        raise refusal("too_many_pixels", number=number, pixels=width * height)


def _load(image: Image.Image) -> None:
    try:
        image.load()
    except MemoryError:
        raise
    except _DAMAGE as reason:
        raise _damage(reason) from None


def normalise(image: Image.Image) -> tuple[Image.Image, int]:
    """Decode, flatten onto white, turn upright by the file's own word and shrink to `LONG_SIDE`."""
    orientation = _orientation(image)
    density = image.info.get("dpi")
    _load(image)
    flat = _square(shrink(flatten(image)), density)
    turned = _turn(flat, orientation)
    return turned, _TURNS.get(orientation, 0)


def _orientation(image: Image.Image) -> int:
    """The orientation 1..8 of the file's tag; 1 when it has none or a broken one.

    Pillow turns a TIFF by its tag while loading, so the tag only tells how far; for JPEG and PNG we turn.
    """
    try:
        value = image.getexif().get(_ORIENTATION_TAG, 1)
    except _DAMAGE:
        return 1
    return value if isinstance(value, int) and 1 <= value <= 8 else 1


def _turn(image: Image.Image, orientation: int) -> Image.Image:
    # `flatten` made a new image, without the tag; a TIFF came turned from `load`.
    if image.info.get("turned") or orientation == 1:
        return image
    flips = {
        2: Image.Transpose.FLIP_LEFT_RIGHT,
        3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_270,
        7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_90,
    }
    return image.transpose(flips[orientation])


def flatten(image: Image.Image) -> Image.Image:
    """Grey ("L") or colour ("RGB") pixels on white paper, 8 bits, whatever the file held."""
    turned = isinstance(image, TiffImagePlugin.TiffImageFile)
    try:
        flat = _flat(image)
    except MemoryError:
        raise
    except _DAMAGE as reason:
        raise _damage(reason) from None
    flat.info = {"turned": turned}
    return flat


def _flat(image: Image.Image) -> Image.Image:
    mode = image.mode
    if mode in ("L", "RGB"):
        return image.copy() if "transparency" not in image.info else _on_white(image.convert("RGBA"))
    if mode == "1":
        return image.convert("L")
    if mode.startswith(("I", "F")):
        return _from_deep(image)
    if mode == "LAB":
        lab, rgb = ImageCms.createProfile("LAB"), ImageCms.createProfile("sRGB")
        made = ImageCms.profileToProfile(image, lab, rgb, outputMode="RGB")
        if made is None:
            raise ValueError("no colour transform")
        return made
    if mode == "P" and "transparency" not in image.info:
        return image.convert("RGB")
    if mode in ("P", "PA", "LA", "La", "RGBA", "RGBa"):
        return _on_white(image.convert("RGBA"))
    return image.convert("RGB")  # CMYK, YCbCr, HSV, RGBX


def _from_deep(image: Image.Image) -> Image.Image:
    """16 and 32 bits a sample. Sixteen bits keep their scale; wider ones are stretched over what they use."""
    if image.mode.startswith("I;16"):
        return image.convert("I").point(lambda value: value * (1 / 256)).convert("L")
    wide = image.convert("F")
    low, high = wide.getextrema()
    if not isinstance(low, float) or not isinstance(high, float):
        raise ValueError("no range")
    if image.mode == "I" and low >= 0 and 255 < high <= 65535:
        low, high = 0.0, 65535.0
    scale = 255.0 / (high - low) if high > low else 1.0
    return wide.point(lambda value: value * scale - low * scale).convert("L")


def _on_white(image: Image.Image) -> Image.Image:
    """Lay a transparent picture on paper; white ink on nothing would vanish, so it gets dark paper, then inverted."""
    alpha = image.getchannel("A")
    white = Image.new("RGB", image.size, "white")
    white.paste(image.convert("RGB"), mask=alpha)
    low, _ = white.convert("L").getextrema()
    if isinstance(low, int | float) and low > 200 and alpha.getextrema()[1]:
        black = Image.new("RGB", image.size, "black")
        black.paste(image.convert("RGB"), mask=alpha)
        return ImageOps.invert(black)
    return white


def shrink(image: Image.Image) -> Image.Image:
    """Bring the long side down to `LONG_SIDE`; smaller pictures stay as they are."""
    longest = max(image.size)
    if longest <= LONG_SIDE:
        return image
    scale = LONG_SIDE / longest
    size = (max(1, round(image.width * scale)), max(1, round(image.height * scale)))
    made = image.resize(size, Image.Resampling.LANCZOS, reducing_gap=2.0)
    made.info = dict(image.info)
    return made


def _square(image: Image.Image, density: object) -> Image.Image:
    """Undo the oblong dots of a fax (204 by 98 dpi)."""
    if not isinstance(density, tuple) or len(density) != 2:
        return image
    try:
        across, down = float(density[0]), float(density[1])
    except (TypeError, ValueError, ZeroDivisionError):
        return image
    if not (across > 10 and down > 10 and 1.2 < max(across, down) / min(across, down) < 5):
        return image
    size = (
        (image.width, round(image.height * across / down))
        if across > down
        else (
            round(image.width * down / across),
            image.height,
        )
    )
    made = shrink(image.resize(size, Image.Resampling.BICUBIC))
    made.info = dict(image.info)
    return made


def encode(image: Image.Image) -> tuple[bytes, str]:
    """The bytes of a finished page and their media type: PNG for two tones, JPEG for the rest."""
    stream = io.BytesIO()
    if image.mode == "L" and {tone for _, tone in image.getcolors(maxcolors=256) or ()} <= {0, 255}:
        image.convert("1").save(stream, "PNG", optimize=True)
        return stream.getvalue(), "image/png"
    image.save(stream, "JPEG", quality=_JPEG_QUALITY)
    return stream.getvalue(), "image/jpeg"
