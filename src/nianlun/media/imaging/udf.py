"""An image that any computer mounts: UDF 2.60 beside ISO 9660 and Joliet, the same files seen by each.

Discs are burned from it; onto a disk, a stick or a tape it is written as it is. Nothing larger than a few mebibytes
is ever in memory.
"""

import os
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO, cast

from pycdlib import PyCdlib

from nianlun.kernel.disk import is_full
from nianlun.media.imaging.faults import NoRoom, Unreadable

_BLOCK = 1 << 20
Progress = Callable[[int, int], None]


@contextmanager
def room() -> Iterator[None]:
    """Turn “disk full” and “quota used up” into `NoRoom`."""
    try:
        yield
    except OSError as fault:
        if is_full(fault):
            raise NoRoom(
                "写镜像的磁盘空间不够，这次没有留下任何看似完成的文件。请腾出空间后重试。"
            ) from fault
        raise


def write_image(
    files: Mapping[str, Path], target: Path, *, volume: str, progress: Progress = lambda done, total: None
) -> None:
    """Write an image of these files, by the names they get at its top, to `target`, whole or not at all.

    `volume` is its label, up to 15 letters, digits and underscores. Raises `NoRoom`.
    """
    if not re.fullmatch(r"[A-Z0-9_]{1,15}", volume):
        raise ValueError(f"{volume!r} is no volume label")
    draft = target.with_name(f".{target.name}.part")
    image = PyCdlib()
    image.new(interchange_level=3, joliet=3, udf="2.60", vol_ident=volume)
    try:
        for number, (name, path) in enumerate(files.items(), start=1):
            image.add_file(str(path), f"/F{number:03d}.DAT;1", joliet_path=f"/{name}", udf_path=f"/{name}")
        with room():
            with draft.open("wb") as stream:
                image.write_fp(
                    stream, blocksize=_BLOCK, progress_cb=lambda done, total, _: progress(done, total)
                )
                stream.flush()
                os.fsync(stream.fileno())
            draft.replace(target)
    except BaseException:  # whatever ends the writing, nothing must look like an image
        with suppress(OSError):
            draft.unlink(missing_ok=True)
        raise
    finally:
        image.close()
    sync_folder(target.parent)


def sync_folder(folder: Path) -> None:
    """Force a folder's entries to the disk."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


class Image:
    """An image file, or a device that holds one, opened for reading through its UDF side."""

    def __init__(self, path: Path) -> None:
        """Raises `Unreadable` where no image can be made out."""
        self._image = PyCdlib()
        with _understood():
            self._image.open(str(path))
            if not self._image.has_udf():
                raise Unreadable("镜像里没有 UDF 卷，不是本系统写的介质，或开头已经损坏。")

    def close(self) -> None:
        with suppress(Exception):  # what cannot be closed was damaged; that has been said already
            self._image.close()

    def names(self) -> dict[str, int]:
        """The files at the top by name, with their sizes in bytes."""
        found = {}
        with _understood():
            for child in self._image.list_children(udf_path="/"):
                if child is None:
                    continue
                name = child.file_ident.fi.decode(child.file_ident.encoding)
                found[name] = int(child.get_data_length())
        return found

    @contextmanager
    def open(self, name: str) -> Iterator[BinaryIO]:
        """One file as a stream. Raises `Unreadable`."""
        with _understood():
            stream = self._image.open_file_from_iso(udf_path=f"/{name}")
            stream.__enter__()  # type: ignore[no-untyped-call]  # pycdlib has no types
        try:
            yield cast(BinaryIO, stream)
        finally:
            stream.close()


@contextmanager
def _understood() -> Iterator[None]:
    """pycdlib meets damage with whatever the nonsense leads it to; here every such end is one sentence."""
    try:
        yield
    except Unreadable:
        raise
    except Exception as error:  # whatever a parser throws at hostile bytes is an answer, not an end
        raise Unreadable("镜像的目录读不出，已经损坏，或不是介质镜像。请用同一套的另一份介质。") from error
