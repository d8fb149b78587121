"""Files from outside: what they are, and pictures of their pages. Nothing here looks inside a file; children do."""

import os
import stat
from pathlib import Path
from types import TracebackType
from typing import Self

from nianlun.digitization.reading import wire
from nianlun.digitization.reading.formats import check_name
from nianlun.digitization.reading.refusals import MAX_FILE_BYTES, MAX_PAGES, refusal
from nianlun.digitization.reading.sandbox import Child
from nianlun.digitization.reading.values import Examined, PageImage

_TASKS = "nianlun.digitization.reading.pages"


class OpenedFile:
    """A file held open for one child process, which examines it and makes the pictures of its pages.

    A context manager. Each call has limits of its own; a call that breaks one is refused and the next gets a new
    process. Opening raises `Refused` ("not_found", "not_readable").
    """

    def __init__(self, path: Path | str) -> None:
        place = Path(path)
        try:
            self._descriptor = os.open(place, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
        except FileNotFoundError:
            raise refusal("not_found", name=place.name) from None
        except OSError as reason:
            raise refusal("not_readable", name=place.name, why=os.strerror(reason.errno or 0)) from None
        self._child = Child(modules=[_TASKS], file=self._descriptor, calls=1 + MAX_PAGES)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, reason: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._child.stop()
        os.close(self._descriptor)

    def examine(self, *, name: str) -> Examined:
        """What the file is, when it may be taken in under the display name `name`.

        Checks name, size, content against extension, decodes raster pages whole, opens PDF without repair and looks
        for encryption and active content (security S4.1 to S4.4). Raises `Refused`.
        """
        check_name(name)
        about = os.fstat(self._descriptor)
        if not stat.S_ISREG(about.st_mode):
            raise refusal("not_readable", name=name, why="不是普通文件")
        if about.st_size == 0:
            raise refusal("empty")
        if about.st_size > MAX_FILE_BYTES:
            raise refusal("too_large", megabytes=about.st_size / 1024 / 1024)
        answer, _ = self._call("examine", {"name": name})
        return Examined.from_json(answer)

    def page_image(self, number: int) -> PageImage:
        """Page `number` (from 1) of an examined file as an upright picture. Raises `Refused`."""
        answer, blobs = self._call("page_image", {"number": number})
        if len(blobs) != 1:
            raise refusal("not_decodable", why="解析中断")
        return PageImage.from_json(answer, content=blobs[0])

    def _call(self, task: str, arguments: dict[str, object]) -> wire.Message:
        return self._child.call(f"{_TASKS}:{task}", arguments)


def examine(path: Path | str, *, name: str) -> Examined:
    """`OpenedFile.examine` for a single look. Raises `Refused`."""
    with OpenedFile(path) as file:
        return file.examine(name=name)


def page_image(path: Path | str, number: int) -> PageImage:
    """`OpenedFile.page_image` for a single page. Raises `Refused`."""
    with OpenedFile(path) as file:
        return file.page_image(number)
