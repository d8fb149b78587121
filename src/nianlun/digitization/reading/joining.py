"""PDF files made one file for reading, in the sandbox: pages only, nothing that acts, nothing attached.

The first part is one of ours, and its frame is the frame of the whole. Pages keep their text and lines; form fields
and notes are drawn onto them. Where every part is ours the whole stays the PDF/A it began as; with a page from
elsewhere it no longer says so, since nobody has proved it of that page.
"""

import io
import math
from collections.abc import Sequence
from typing import Any, BinaryIO

import pikepdf
import pypdfium2

from nianlun.digitization.reading import pdfs
from nianlun.digitization.reading.rasters import DOTS_PER_INCH, LONG_SIDE
from nianlun.digitization.reading.refusals import Refused, refusal
from nianlun.digitization.reading.wire import Message

_OF_A_PAGE = ("/Annots", "/AA", "/StructParents", "/Thumb", "/PieceInfo", "/B", "/Metadata")
_OF_THE_WHOLE = (
    "/StructTreeRoot",
    "/MarkInfo",
    "/Outlines",
    "/PageLabels",
    "/AcroForm",
    "/Names",
    "/OpenAction",
)


def join(arguments: dict[str, Any], blobs: list[bytes], source: BinaryIO | None) -> Message:
    """Task: the parts, one after the other in `source`, as one PDF, with the size of each page's picture.

    A part from elsewhere that cannot be opened is named under `broken`, with a sentence, and nothing is joined.
    """
    if source is None:
        raise ValueError("a file is needed")
    parts = [(_Part(source, one["start"], one["size"]), bool(one["ours"])) for one in arguments["parts"]]
    opened, broken = _opened(parts)
    if broken:
        return {"broken": broken}, []
    counts = [len(each.pages) for each in opened]
    whole, *others = opened
    for name in _OF_THE_WHOLE:
        if name in whole.Root:
            del whole.Root[name]
    for document in others:
        whole.pages.extend(document.pages)
    for page in whole.pages:
        for name in _OF_A_PAGE:
            if name in page.obj:
                del page.obj[name]
    _say(whole, title=str(arguments["title"]), proved=all(ours for _, ours in parts))
    made = io.BytesIO()
    whole.save(made, deterministic_id=True, object_stream_mode=pikepdf.ObjectStreamMode.generate)
    content = made.getvalue()
    return {"sizes": _sizes(content), "counts": counts}, [content]


class _Part(io.RawIOBase):
    """A stretch of the source as a file of its own, read where it lies."""

    def __init__(self, source: BinaryIO, start: int, size: int) -> None:
        super().__init__()
        self._source, self._start, self._size, self._at = source, int(start), int(size), 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._size}[whence]
        self._at = max(0, base + offset)
        return self._at

    def tell(self) -> int:
        return self._at

    def readinto(self, buffer: Any) -> int:
        wanted = min(len(buffer), max(0, self._size - self._at))
        self._source.seek(self._start + self._at)
        found = self._source.read(wanted)
        buffer[: len(found)] = found
        self._at += len(found)
        return len(found)


def _opened(parts: Sequence[tuple[_Part, bool]]) -> tuple[list[pikepdf.Pdf], list[dict[str, object]]]:
    opened, broken = [], []
    for place, (part, ours) in enumerate(parts):
        stream = io.BufferedReader(part)
        try:
            document = pikepdf.open(stream) if ours else pdfs.open_strictly(stream)
            if not ours:
                document.flatten_annotations("all")
            opened.append(document)
        except Refused as reason:
            broken.append({"part": place, "sentence": reason.sentence})
        except (pikepdf.PdfError, RuntimeError, ValueError):
            damaged = refusal("not_decodable", why="PDF 的结构有损坏")
            broken.append({"part": place, "sentence": damaged.sentence})
    return opened, broken


def _say(whole: pikepdf.Pdf, *, title: str, proved: bool) -> None:
    with whole.open_metadata(set_pikepdf_as_editor=False, update_docinfo=False) as about:
        about["dc:title"] = title
        if not proved:
            for name in ("pdfaid:part", "pdfaid:conformance"):
                if name in about:
                    del about[name]
    whole.docinfo["/Title"] = title


def _sizes(content: bytes) -> list[list[int]]:
    """Width and height in pixels of each page's picture, as `pdfs.page` will draw it."""
    sizes = []
    with pypdfium2.PdfDocument(content) as document:
        for place in range(len(document)):
            width, height = document.get_page_size(place)
            if not (0 < width < 1e6 and 0 < height < 1e6):
                raise refusal("not_decodable", why=f"第 {place + 1} 页没有正常的宽和高")
            scale = min(DOTS_PER_INCH / 72, LONG_SIDE / max(width, height))
            sizes.append([math.ceil(width * scale), math.ceil(height * scale)])
    return sizes
