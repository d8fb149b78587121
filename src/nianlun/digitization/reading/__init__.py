"""Reading pages: what a file is, what its pages look like and what they say. No Django, no database.

Three calls, all safe on hostile files, all raising `Refused` (a code for programs, one Chinese sentence for people):

- `examine(path, *, name) -> Examined`: name, size, content against extension, full decoding, encryption, active
  content; says format, media type, usual extension, number of pages, whether there is a text layer.
- `page_image(path, number) -> PageImage`: page `number` (from 1) as an upright JPEG or PNG of at most 2,339 pixels a
  side, with the text layer's lines where the file has one that can be trusted.
  `OpenedFile(path)` is a context manager with both, for many pages of one file: one process serves them all.
- `Reader().read(page) -> PageReading`: kind of document, lines, fields and seals of one `PageImage` (or of the bytes
  of one). Keep the reader: it holds a process with its models loaded. Close it, or use it as a context manager.

Boxes are four points in pixels of the upright page image, clockwise from the top left. Confidence is the engine's own
and a hint only. The caller's process never decodes anything: `sandbox` starts children, and `fences` keeps them from
the network, the disk and other processes, within 1.5 GB, 60 s of processor and 120 s by the clock (security S4.3).
"""

from nianlun.digitization.reading.files import OpenedFile, examine, page_image
from nianlun.digitization.reading.reader import Reader
from nianlun.digitization.reading.refusals import Refused
from nianlun.digitization.reading.values import Box, Examined, Field, Line, PageImage, PageReading, Seal

__all__ = [
    "Box",
    "Examined",
    "Field",
    "Line",
    "OpenedFile",
    "PageImage",
    "PageReading",
    "Reader",
    "Refused",
    "Seal",
    "examine",
    "page_image",
]
