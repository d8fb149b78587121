"""Files from outside: what they are, and pictures of their pages. Nothing here looks inside a file; children do."""

import os
import stat
from pathlib import Path

from nianlun.digitization.reading import sandbox, wire
from nianlun.digitization.reading.formats import check_name
from nianlun.digitization.reading.refusals import MAX_FILE_BYTES, refusal
from nianlun.digitization.reading.values import Examined, PageImage


def examine(path: Path | str, *, name: str) -> Examined:
    """What the file at `path` is, when it may be taken in under the display name `name`.

    Checks name, size, content against extension, decodes raster pages whole, opens PDF without repair and looks for
    encryption and active content (security S4.1 to S4.4). Raises `Refused`.
    """
    check_name(name)
    place = Path(path)
    try:
        about = place.stat()
    except FileNotFoundError:
        raise refusal("not_found", name=name) from None
    except OSError as reason:
        raise refusal("not_readable", name=name, why=os.strerror(reason.errno or 0)) from None
    if not stat.S_ISREG(about.st_mode):
        raise refusal("not_readable", name=name, why="不是普通文件")
    if about.st_size == 0:
        raise refusal("empty")
    if about.st_size > MAX_FILE_BYTES:
        raise refusal("too_large", megabytes=about.st_size / 1024 / 1024)
    answer, _ = _run("examine", {"name": name}, place)
    return Examined.from_json(answer)


def page_image(path: Path | str, number: int) -> PageImage:
    """Page `number` (from 1) of an examined file as an upright picture. Raises `Refused`."""
    answer, blobs = _run("page_image", {"number": number}, Path(path))
    if len(blobs) != 1:
        raise refusal("not_decodable", why="解析中断")
    return PageImage.from_json(answer, content=blobs[0])


def _run(task: str, arguments: dict[str, object], path: Path) -> wire.Message:
    try:
        return sandbox.run(f"nianlun.digitization.reading.pages:{task}", arguments, path=path)
    except OSError as reason:
        raise refusal("not_readable", name=path.name, why=os.strerror(reason.errno or 0)) from None
