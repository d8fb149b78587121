"""The reader: a sandboxed process that keeps its models loaded and reads page after page."""

from types import TracebackType
from typing import Self

from nianlun.digitization.reading.fences import Limits
from nianlun.digitization.reading.refusals import refusal
from nianlun.digitization.reading.sandbox import Child
from nianlun.digitization.reading.values import PageImage, PageReading

_PAGES_A_PROCESS = 200  # then a fresh one, against leaks; 2 s in 15 minutes
_TASK = "nianlun.digitization.reading.recognition"


class Reader:
    """Reads pages in one child process, with fresh limits for each page. A context manager; not for two threads.

    A page that breaks a limit is refused and its process ended; the next page gets a new one.
    """

    def __init__(self, *, limits: Limits | None = None) -> None:
        self._child = Child(modules=[_TASK], limits=limits, calls=_PAGES_A_PROCESS)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, reason: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """End the process. The reader may still be used; it then starts another."""
        self._child.stop()

    @property
    def fences(self) -> tuple[str, ...]:
        """What fences the running process in; () before the first page."""
        return self._child.fences

    def read(self, page: PageImage | bytes) -> PageReading:
        """What a page says: kind of document, lines, fields, seals. Raises `Refused`.

        Give the whole `PageImage` where there is one: its text layer is then used instead of OCR. Bytes are those of
        an upright JPEG or PNG as `page_image` makes them.
        """
        content = page if isinstance(page, bytes) else page.content
        layer = () if isinstance(page, bytes) else page.lines
        arguments = {
            "lines": [line.to_json() for line in layer],
            "engine": "" if isinstance(page, bytes) else page.engine,
        }
        answer, _ = self._child.call(f"{_TASK}:read", arguments, blobs=[content])
        try:
            return PageReading.from_json(answer)
        except (KeyError, TypeError, ValueError):
            self.close()
            raise refusal("not_decodable", why="解析中断") from None
