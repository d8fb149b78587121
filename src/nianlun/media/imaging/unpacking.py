"""Taking a medium apart: its files one by one, what is sealed in it, and one object out again."""

import hashlib
import os
import shutil
import stat
import tarfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO, cast

from nianlun.media.imaging import leaflet
from nianlun.media.imaging.bag import PAYLOAD
from nianlun.media.imaging.faults import MediumError, PackageDamaged, Unreadable
from nianlun.media.imaging.names import MOST_FILES, objection
from nianlun.media.imaging.sealing import SUFFIXES, opened
from nianlun.media.imaging.sums import CHUNK, Counted, sum_stream
from nianlun.media.imaging.udf import Image, room

_LARGEST_HEADER, _LARGEST_CATALOGUE = 1 << 20, 256 << 20
_NO_PACKAGE = "介质上没有加密包，取不出档案。"


class MountedFolder:
    """A folder where a medium is mounted, or to which its files were copied."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def close(self) -> None:
        """Nothing was opened."""

    def names(self) -> dict[str, int]:
        """The regular files at the top by name, with their sizes; a link leads to who knows what and is none."""
        try:
            with os.scandir(self._path) as entries:
                return {
                    entry.name: entry.stat(follow_symlinks=False).st_size
                    for entry in entries
                    if entry.is_file(follow_symlinks=False)
                }
        except OSError as fault:
            raise Unreadable(f"介质读不出：{fault.strerror}。请检查读写设备，再换一台试。") from fault

    @contextmanager
    def open(self, name: str) -> Iterator[BinaryIO]:
        """One regular file as a stream. Raises `Unreadable` for a link and whatever else is none."""
        try:
            # Without waiting: opening a pipe would wait for somebody who writes into it.
            handle = os.open(self._path / name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
        except OSError as fault:
            raise Unreadable(f"“{name}”读不出：{fault.strerror}。") from fault
        with os.fdopen(handle, "rb") as stream:
            if not stat.S_ISREG(os.fstat(handle).st_mode):
                raise Unreadable(f"“{name}”不是普通文件，没有读它。")
            yield stream


@contextmanager
def carrier(path: Path) -> Iterator[MountedFolder | Image]:
    """What lies at the path: a folder, else an image. Raises `Unreadable`."""
    found = MountedFolder(path) if path.is_dir() else Image(path)
    try:
        yield found
    finally:
        found.close()


def entries(package: BinaryIO, *, identity: str) -> Iterator[tuple[str, BinaryIO]]:
    """The files inside a sealed package, one after the other, by their path in the bag.

    Each stream is to be read before the next. Raises `WrongIdentity` and `PackageDamaged`.
    """
    with opened(package, identity=identity) as stream:
        try:
            # "r|": in one passing, no byte looked at twice.
            with tarfile.open(fileobj=stream, mode="r|", encoding="utf-8", tarinfo=_Member) as archive:
                count = 0
                while (member := archive.next()) is not None:
                    archive.members = []  # type: ignore[attr-defined]  # else it remembers each one that passed
                    count += 1
                    if count > MOST_FILES:
                        raise PackageDamaged(f"加密包里的文件多于 {MOST_FILES} 个。这不是本系统封装的包。")
                    path = member.name.partition("/")[2]
                    if not member.isreg() or member.issparse() or not path:
                        raise PackageDamaged(
                            f"加密包里的“{member.name}”不是普通文件。这不是本系统封装的包。"
                        )
                    content = archive.extractfile(member)
                    if content is None:
                        raise PackageDamaged(f"加密包里的“{member.name}”读不出。")
                    yield path, cast(BinaryIO, content)
        except (tarfile.TarError, ValueError, OverflowError) as error:
            raise PackageDamaged("加密包里不是完整的 tar，已被截断或不是本系统封装的。") from error
        while stream.read(CHUNK):  # to the end, where age proves that nothing was cut off
            pass


class _Member(tarfile.TarInfo):
    """An entry whose own description, which the library reads into memory whole, is of a size we would write."""

    def _proc_member(self, archive: tarfile.TarFile) -> tarfile.TarInfo:
        if self.type not in tarfile.REGULAR_TYPES and self.size > _LARGEST_HEADER:
            raise tarfile.ReadError("too large a header")
        return super()._proc_member(archive)  # type: ignore[misc,no-any-return]  # the hook for subclasses


def extract_object(
    path: Path, object_id: str, into: Path, *, identity: str, sha512: str = ""
) -> tuple[Path, bytes]:
    """Take one object off a medium into `into`; returns its folder, an OCFL object, and its data key or b"".

    A package with another digest than `sha512`, where that is told, is not opened. Raises `MediumError` where the
    object is not on it, `PackageDamaged`, `WrongIdentity`. What was written before that is removed.
    """
    target = into / "object"
    prefix, key, found = "", b"", False
    try:
        with carrier(path) as medium:
            name = package_name(medium.names())
            if not name:
                raise Unreadable(_NO_PACKAGE)
            with medium.open(name) as package:
                if sha512 and sum_stream(package, ["sha512"]).digests()["sha512"] != sha512:
                    raise PackageDamaged("介质上的加密包与登记的摘要不符，没有打开。请用同一套的另一份。")
                package.seek(0)
                for inside, content in entries(package, identity=identity):
                    if inside == f"{PAYLOAD}{leaflet.CATALOGUE_CSV}":
                        folders = leaflet.read_catalogue(_catalogue(content))
                        if object_id not in folders:
                            raise MediumError(f"这份介质上没有对象 {object_id}。请看台账上它在哪一套。")
                        prefix = f"{PAYLOAD}{leaflet.OBJECTS}/{folders[object_id]}/"
                    elif inside == key_path(object_id):
                        key = bytes.fromhex(content.read(1024).decode("ascii", errors="replace").strip())
                    elif prefix and inside.startswith(prefix):
                        _write(content, target, inside.removeprefix(prefix))
                        found = True
        if not found:
            raise MediumError(f"这份介质的目录里有对象 {object_id}，包里没有它的文件。")
    except ValueError as error:
        shutil.rmtree(target, ignore_errors=True)
        raise PackageDamaged(f"介质上对象 {object_id} 的数据密钥读不出。") from error
    except BaseException:  # whatever ends the taking, half an object must not stay
        shutil.rmtree(target, ignore_errors=True)
        raise
    return target, key


def take_package(path: Path, folder: Path, *, name: str, sha512: str) -> None:
    """Copy the sealed package of a medium, still sealed, into `folder`, and make its sums by block anew beside it.

    Raises `PackageDamaged` where it is not the one with this digest, `Unreadable`, `NoRoom`; then nothing is left.
    """
    with room(), carrier(path) as medium:
        folder.mkdir(parents=True, exist_ok=True)
        if name not in medium.names():
            raise Unreadable(_NO_PACKAGE)
        try:
            with medium.open(name) as source, (folder / name).open("wb") as target:
                counted = Counted(target, block=leaflet.BLOCK)
                while data := source.read(CHUNK):
                    counted.write(data)
            if counted.sums.digests()["sha512"] != sha512:
                raise PackageDamaged(
                    "这份介质上的加密包与登记的摘要不符，不能用它更新。请用同一套的另一份。"
                )
            (folder / leaflet.BLOCKS).write_bytes(leaflet.blocks_file(counted.blocks()))
        except BaseException:  # whatever ends the copying, half a package must not stay
            with suppress(OSError):
                (folder / name).unlink()
            raise


def package_name(names: Iterable[str]) -> str:
    """Which of a medium's files is the sealed package; "" if none is."""
    return next((name for name in sorted(names) if name.endswith(tuple(SUFFIXES.values()))), "")


def key_path(object_id: str) -> str:
    """Where in the bag the data key of a sealed object lies, in hexadecimal."""
    return f"{PAYLOAD}{leaflet.KEYS}/{hashlib.sha256(object_id.encode()).hexdigest()}.txt"


def _catalogue(content: BinaryIO) -> bytes:
    raw = content.read(_LARGEST_CATALOGUE + 1)
    if len(raw) > _LARGEST_CATALOGUE:
        raise PackageDamaged("加密包里的目录太大。这不是本系统封装的包。")
    return raw


def _write(content: BinaryIO, target: Path, path: str) -> None:
    if why := objection(path):
        raise PackageDamaged(f"不能取出：{why}。")
    file = target / path
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("xb") as stream:
        while data := content.read(CHUNK):
            stream.write(data)
