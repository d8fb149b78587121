"""PDF files: opened strictly, searched for active content, drawn at 200 dpi. Runs in the sandbox.

qpdf repairs damaged files without a word unless told not to; a repaired file is not the file that was handed in
(security S4.4: opened so that it "不许自行修补").
"""

from collections.abc import Iterator
from typing import Any, BinaryIO

import pikepdf
import pypdfium2
import pypdfium2.raw as pdfium
from PIL import Image

from nianlun.digitization.reading.rasters import DOTS_PER_INCH, LONG_SIDE, check_pixels
from nianlun.digitization.reading.refusals import MAX_PAGES, Refused, refusal
from nianlun.digitization.reading.values import Line, rectangle

_TAIL_BYTES = 2048
_NESTING = 40
_LAYER_CHARACTERS = 20  # fewer on a page are a page number or a stamp, not a text layer
_LAYER_PAGES = 20
_SCAN_SHARE = 0.5  # a picture over half of the page is a scan; its text layer is somebody's OCR
_ACTIONS = {
    "/JavaScript": "脚本",
    "/Launch": "启动外部程序的动作",
    "/ImportData": "导入数据的动作",
    "/SubmitForm": "提交表单的动作",
    "/GoToE": "打开附件的动作",
    "/Rendition": "播放媒体的动作",
    "/Movie": "播放媒体的动作",
    "/Sound": "播放媒体的动作",
}
_ANNOTATIONS = {
    "/FileAttachment": "附件",
    "/RichMedia": "内嵌媒体",
    "/Movie": "内嵌媒体",
    "/Screen": "内嵌媒体",
    "/3D": "三维内容",
}


def examine(source: BinaryIO) -> tuple[int, bool]:
    """The number of pages and whether there is a text layer. Raises `Refused`."""
    with open_strictly(source) as document:
        pages = len(document.pages)
        if pages > MAX_PAGES:
            raise refusal("too_many_pages", pages=f"{pages:,}")
        if pages < 1:
            raise refusal("not_decodable", why="里面没有页")
        active = sorted(set(_active_content(document)))
        if active:
            raise refusal("has_script", what="、".join(active))
        for thing in document.objects:
            if isinstance(thing, pikepdf.Stream) and thing.get("/Subtype") == "/Image":
                check_pixels(
                    (_whole(thing, "/Width"), _whole(thing, "/Height")), number=_page_of(document, thing)
                )
    return pages, _has_text_layer(source, pages)


def open_strictly(source: BinaryIO) -> pikepdf.Pdf:
    """The document as it is, never repaired. Raises `Refused`."""
    source.seek(0)
    try:
        document = pikepdf.open(source, attempt_recovery=False, suppress_warnings=True)
    except pikepdf.PasswordError:
        raise refusal("encrypted") from None
    except (pikepdf.PdfError, RuntimeError, ValueError, OverflowError):
        raise _why_closed(source) from None
    if document.is_encrypted:  # opened with the empty password: still not what may be archived
        document.close()
        raise refusal("encrypted")
    return document


def _why_closed(source: BinaryIO) -> Refused:
    source.seek(0, 2)
    source.seek(max(0, source.tell() - _TAIL_BYTES))
    tail = source.read()
    if b"/Encrypt" in tail:
        return refusal("encrypted")
    if b"%%EOF" not in tail:
        return refusal("truncated")
    return refusal("not_decodable", why="PDF 的结构有损坏，系统不代为修补")


def _whole(thing: pikepdf.Object, key: str) -> int:
    try:
        return int(thing.get(key, 1))
    except (TypeError, ValueError):
        return 1


def _page_of(document: pikepdf.Pdf, image: pikepdf.Object) -> int:
    for number, page in enumerate(document.pages, start=1):
        if any(found.objgen == image.objgen for found in page.images.values()):
            return number
    return 1


def _active_content(document: pikepdf.Pdf) -> Iterator[str]:
    """What in the file would act by itself or carries other files, in words."""
    for name in ("/AA",):
        if name in document.Root:
            yield "自动动作"
    form = document.Root.get("/AcroForm")
    if isinstance(form, pikepdf.Dictionary) and "/XFA" in form:
        yield "动态表单"
    for thing in document.objects:
        yield from _active_in(thing, 0)


def _active_in(thing: Any, depth: int) -> Iterator[str]:
    if depth > _NESTING:
        return
    if isinstance(thing, pikepdf.Array):
        children: list[Any] = list(thing)
    elif isinstance(thing, pikepdf.Dictionary | pikepdf.Stream):
        yield from _active_dictionary(thing)
        children = [thing.get(key) for key in thing.keys()]  # noqa: SIM118 - pikepdf's, not a mapping's
    else:
        return
    for part in children:
        # What is indirect comes by in `document.objects` anyway; following it here would run in circles.
        if isinstance(part, pikepdf.Object) and not part.is_indirect:
            yield from _active_in(part, depth + 1)


def _active_dictionary(thing: Any) -> Iterator[str]:
    if "/JS" in thing:
        yield "脚本"
    action, subtype = str(thing.get("/S", "")), str(thing.get("/Subtype", ""))
    if action in _ACTIONS and "/K" not in thing:  # a structure element may be called anything
        yield _ACTIONS[action]
    if subtype in _ANNOTATIONS:
        yield _ANNOTATIONS[subtype]
    if "/EmbeddedFiles" in thing or (str(thing.get("/Type", "")) in ("/Filespec", "/F") and "/EF" in thing):
        yield "附件"


def _has_text_layer(source: BinaryIO, pages: int) -> bool:
    document = _open_for_drawing(source)
    try:
        for place in range(min(pages, _LAYER_PAGES)):
            text = document[place].get_textpage().get_text_bounded()
            if len("".join(text.split())) >= _LAYER_CHARACTERS:
                return True
    except pypdfium2.PdfiumError:
        raise refusal("not_decodable", why="PDF 的页有损坏") from None
    finally:
        document.close()
    return False


def _open_for_drawing(source: BinaryIO) -> Any:
    source.seek(0)
    try:
        return pypdfium2.PdfDocument(source)
    except pypdfium2.PdfiumError as reason:
        if "password" in str(reason).lower():
            raise refusal("encrypted") from None
        raise refusal("not_decodable", why="PDF 的结构有损坏") from None


def page(source: BinaryIO, *, number: int) -> tuple[Image.Image, tuple[Line, ...]]:
    """Page `number` (from 1) drawn, and the lines of its text layer where that can be trusted."""
    document = _open_for_drawing(source)
    try:
        if not 1 <= number <= len(document):
            raise refusal("no_such_page", pages=len(document), number=number)
        try:
            sheet = document[number - 1]
            width, height = sheet.get_size()
            if not (0 < width < 1e6 and 0 < height < 1e6):
                raise refusal("not_decodable", why=f"第 {number} 页没有正常的宽和高")
            scale = min(DOTS_PER_INCH / 72, LONG_SIDE / max(width, height))
            image = sheet.render(scale=scale, may_draw_forms=False).to_pil().convert("RGB")
            lines = _text_lines(sheet, scale=scale, height=image.height)
        except pypdfium2.PdfiumError:
            raise refusal("not_decodable", why=f"第 {number} 页有损坏") from None
        return _grey_if_grey(image), lines
    finally:
        document.close()


def _grey_if_grey(image: Image.Image) -> Image.Image:
    """A third of the bytes for pages without colour."""
    thumb = image.resize((64, 64))
    red, green, blue = thumb.split()
    spread = max(
        abs(r - g) + abs(g - b)
        for r, g, b in zip(red.tobytes(), green.tobytes(), blue.tobytes(), strict=True)
    )
    return image.convert("L") if spread < 6 and image.getcolors(maxcolors=256) else image


def _text_lines(sheet: Any, *, scale: float, height: int) -> tuple[Line, ...]:
    """Lines of a text layer that was drawn with the page; () for a scan with OCR behind it or unmapped fonts."""
    if not _layer_is_genuine(sheet):
        return ()
    layer = sheet.get_textpage()
    matrix = _device(sheet, scale)
    lines = []
    for place in range(layer.count_rects()):
        left, bottom, right, top = layer.get_rect(place)
        text = layer.get_text_bounded(left, bottom, right, top).replace("\r", "").replace("\n", "").strip()
        if not text:
            continue
        (x0, y0), (x1, y1) = matrix(left, top), matrix(right, bottom)
        box = rectangle(min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1))
        lines.append(Line(text=text, box=box, confidence=1.0))
    joined = "".join(line.text for line in lines)
    if len(joined) < max(
        _LAYER_CHARACTERS, 2 * len(lines)
    ):  # letters one by one: the layer has lost its words
        return ()
    if any(_unmapped(char) for char in joined):
        return ()
    return tuple(sorted(lines, key=lambda line: (round(line.box[0][1] / 12), line.box[0][0])))


def _unmapped(char: str) -> bool:
    return char == "\ufffd" or "\ue000" <= char <= "\uf8ff" or (char < " " and char != "\t")


def _device(sheet: Any, scale: float) -> Any:
    """Points of the page to pixels of its picture, whatever /Rotate and crop box say."""
    width, height = sheet.get_size()
    across, down = round(width * scale), round(height * scale)

    def convert(x: float, y: float) -> tuple[float, float]:
        px, py = pdfium.c_int(), pdfium.c_int()
        pdfium.FPDF_PageToDevice(sheet, 0, 0, across, down, 0, x, y, px, py)
        return float(px.value), float(py.value)

    return convert


def _layer_is_genuine(sheet: Any) -> bool:
    width, height = sheet.get_size()
    for thing in sheet.get_objects(max_depth=3):
        if thing.type == pdfium.FPDF_PAGEOBJ_IMAGE:
            left, bottom, right, top = thing.get_bounds()
            if (right - left) * (top - bottom) > _SCAN_SHARE * width * height:
                return False
        elif thing.type == pdfium.FPDF_PAGEOBJ_TEXT and _is_invisible(thing):
            return False
    return True


def _is_invisible(thing: Any) -> bool:
    return bool(pdfium.FPDFTextObj_GetTextRenderMode(thing) == pdfium.FPDF_TEXTRENDERMODE_INVISIBLE)
