"""Reading a medium: are its files whole, what do they hold, and one object taken out again.

Whether the bytes are what was written needs no key. What is inside needs a keeper's private key.
"""

import os
import shutil
import tarfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, cast

from nianlun.media.imaging import leaflet
from nianlun.media.imaging.bag import LARGEST_TAG_FILE, PAYLOAD, BagReport, Seen, judge
from nianlun.media.imaging.faults import Fault, MediumError, PackageDamaged, Unreadable
from nianlun.media.imaging.names import objection
from nianlun.media.imaging.packing import Span
from nianlun.media.imaging.sealing import SUFFIXES, opened
from nianlun.media.imaging.sums import CHUNK, Sums, sum_stream
from nianlun.media.imaging.udf import Image

_AGE_CHUNK, _AGE_TAG = 65536, 16
_SM4_CHUNK, _SM4_TAG = 1 << 20, 16


class MountedFolder:
    """A folder where a medium is mounted, or to which its files were copied."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def close(self) -> None:
        """Nothing was opened."""

    def names(self) -> dict[str, int]:
        """The files at the top by name, with their sizes."""
        try:
            return {entry.name: entry.stat().st_size for entry in os.scandir(self._path) if entry.is_file()}
        except OSError as fault:
            raise Unreadable(f"介质读不出：{fault.strerror}。请检查读写设备，再换一台试。") from fault

    @contextmanager
    def open(self, name: str) -> Iterator[BinaryIO]:
        """One file as a stream."""
        with (self._path / name).open("rb") as stream:
            yield stream


@contextmanager
def carrier(path: Path) -> Iterator[MountedFolder | Image]:
    """What lies at the path: a folder, else an image. Raises `Unreadable`."""
    found = MountedFolder(path) if path.is_dir() else Image(path)
    try:
        yield found
    finally:
        found.close()


@dataclass(frozen=True, slots=True, kw_only=True)
class FileReport:
    """One file of a medium and whether it is as written."""

    name: str
    size: int
    sound: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class MediumReport:
    """What was found on a medium. `damaged` names objects; it is complete only where `located` is true.

    `image` are the digests of the whole image by algorithm, empty for a folder; `bag` is told where it was opened.
    """

    files: tuple[FileReport, ...]
    faults: tuple[Fault, ...]
    damaged: tuple[str, ...] = ()
    located: bool = True
    image: Mapping[str, str]
    bag: BagReport | None = None

    @property
    def sound(self) -> bool:
        """Whether everything is as written, as far as was looked."""
        return all(fault.notice for fault in self.faults)


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """What is on record about a medium; everything may be unknown, then the medium vouches for itself."""

    image_sha512: str = ""
    files: Mapping[str, str] | None = None
    """SHA-512 by name of each file."""
    spans: Sequence[Span] = ()
    plain_bytes: int = 0
    sealed_bytes: int = 0
    """Length of the tar stream before and after sealing."""


def inspect(path: Path, *, expected: Expected | None = None, identity: str = "") -> MediumReport:
    """Read a medium wholly, and with an identity what is sealed in it; whatever is found is in the report.

    Raises `WrongIdentity` where the identity does not fit; nothing else for damage of whatever kind.
    """
    known = expected or Expected()
    faults: list[Fault] = []
    image: dict[str, str] = {}
    if not path.is_dir():
        try:
            with path.open("rb") as stream:
                image = sum_stream(stream).digests()
        except OSError as fault:
            sentence = f"读到一半读不出：{fault.strerror}。请换一台读写设备再试。"
            return MediumReport(
                files=(), faults=(Fault(name=path.name, sentence=sentence),), located=False, image={}
            )
        if known.image_sha512 and image["sha512"] != known.image_sha512:
            faults.append(Fault(name=path.name, sentence="整个镜像的 SHA-512 与登记的不符，内容变了"))
    files: list[FileReport] = []
    damaged: list[str] = []
    located, bag = True, None
    try:
        with carrier(path) as medium:
            reading = _Reading(medium, known, faults)
            files = reading.files()
            damaged, located = reading.damaged_objects()
            if identity:
                bag = reading.bag(identity)
    except Unreadable as error:
        faults.append(Fault(name=path.name, sentence=str(error)))
        located = False
    return MediumReport(
        files=tuple(files),
        faults=tuple(faults),
        damaged=tuple(damaged),
        located=located,
        image=image,
        bag=bag,
    )


class _Reading:
    def __init__(self, medium: MountedFolder | Image, known: Expected, faults: list[Fault]) -> None:
        self.medium, self.known, self.faults = medium, known, faults
        self.present = medium.names()
        self.package = next(
            (name for name in sorted(self.present) if name.endswith(tuple(SUFFIXES.values()))), ""
        )
        self._told: list[str] = []
        self._package_changed = False

    def files(self) -> list[FileReport]:
        """Each file's digests held against the record and against what the medium itself says."""
        of_medium = {
            algorithm: leaflet.read_sums(self._content(name))
            for name, algorithm in ((leaflet.SHA512, "sha512"), (leaflet.SM3, "sm3"))
        }
        found = []
        recorded = dict(self.known.files or {})
        unlisted = {leaflet.SHA512, leaflet.SM3}
        for name, size in sorted(self.present.items()):
            digests = self._digests(name)
            wrong = [
                algorithm
                for algorithm, told in of_medium.items()
                if told.get(name, "") != digests[algorithm]
            ]
            sound = name in unlisted or not wrong
            if recorded:
                sound = sound and recorded.get(name) == digests["sha512"]
            if not sound:
                self.faults.append(
                    Fault(name=name, sentence=self._why(name, recorded, of_medium["sha512"]))
                )
                self._package_changed |= name == self.package
            found.append(FileReport(name=name, size=size, sound=sound))
        wanted = set(recorded) | set(of_medium["sha512"]) | {leaflet.ABOUT, *unlisted}
        for name in sorted(wanted - set(self.present)):
            self.faults.append(Fault(name=name, sentence=f"介质上没有“{name}”"))
            found.append(FileReport(name=name, size=0, sound=False))
        if not self.package:
            self.faults.append(
                Fault(name="package", sentence="介质上没有加密包（package.tar.age 或 .sm4）")
            )
        return found

    def _why(self, name: str, recorded: Mapping[str, str], of_medium: Mapping[str, str]) -> str:
        if name not in recorded and name not in of_medium:
            return f"“{name}”是多出来的，写入时没有这个文件"
        return f"“{name}”的摘要与写入时不符，内容变了"

    def _digests(self, name: str) -> dict[str, str]:
        try:
            with self.medium.open(name) as stream:
                return sum_stream(stream).digests()
        except (OSError, Unreadable):
            return {"sha512": "", "sm3": ""}

    def _content(self, name: str) -> bytes:
        if self.present.get(name, LARGEST_TAG_FILE) >= LARGEST_TAG_FILE:
            return b""
        try:
            with self.medium.open(name) as stream:
                return stream.read()
        except (OSError, Unreadable):
            return b""

    def damaged_objects(self) -> tuple[list[str], bool]:
        """The objects that lie where the package was changed, and whether that could be told; needs no key."""
        if not self._package_changed:
            return [], True
        told = leaflet.read_blocks(self._content(leaflet.BLOCKS))
        if not told or not self.known.spans or not self.known.sealed_bytes:
            return [], False
        found: list[str] = []
        for start, digest in sorted(told.items()):
            if self._block(start) == digest:
                continue
            since, until = self._plain(start), self._plain(start + leaflet.BLOCK)
            hit = [one.object_id for one in self.known.spans if one.since < until and one.until > since]
            found += [object_id for object_id in hit if object_id and object_id not in found]
            self.faults.append(
                Fault(name=self.package, sentence=f"“{self.package}”第 {start} 字节起的一块变了")
            )
        return found, True

    def _block(self, start: int) -> str:
        sums = Sums(["sha512"])
        try:
            with self.medium.open(self.package) as stream:
                stream.seek(start)
                left = leaflet.BLOCK
                while left and (data := stream.read(min(CHUNK, left))):
                    sums.update(data)
                    left -= len(data)
        except (OSError, Unreadable):
            return ""
        return sums.digests()["sha512"]

    def _plain(self, sealed: int) -> int:
        """About which byte of the tar stream a byte of the sealed package holds; the head counts as the first."""
        chunk, tag = (_AGE_CHUNK, _AGE_TAG) if self.package.endswith(".age") else (_SM4_CHUNK, _SM4_TAG)
        whole = self.known.plain_bytes
        head = self.known.sealed_bytes - whole - tag * max(1, -(-whole // chunk))
        return max(0, (sealed - head) // (chunk + tag) * chunk)

    def bag(self, identity: str) -> BagReport | None:
        """What lies inside, every byte; damage is among the faults."""
        if not self.package:
            return None
        met: dict[str, Seen] = {}
        try:
            with self.medium.open(self.package) as stream:
                for path, entry in entries(stream, identity=identity):
                    met[path] = _seen(entry, keep="/" not in path)
        except PackageDamaged as error:
            last = next(reversed(met), "")
            where = f"读到“{last}”为止。" if last else ""
            self.faults.append(Fault(name=self.package, sentence=f"{where}{error}"))
            return None
        report = judge(met)
        self.faults += [fault for fault in report.faults if not fault.notice]
        return report


def _seen(entry: BinaryIO, *, keep: bool) -> Seen:
    sums, kept = Sums(), bytearray()
    while data := entry.read(CHUNK):
        sums.update(data)
        if keep and len(kept) <= LARGEST_TAG_FILE:
            kept += data
    return Seen(size=sums.size, sums=sums.digests(), content=bytes(kept) if keep else None)


def entries(package: BinaryIO, *, identity: str) -> Iterator[tuple[str, BinaryIO]]:
    """The files inside a sealed package, one after the other, by their path in the bag.

    Each stream is to be read before the next. Raises `WrongIdentity` and `PackageDamaged`.
    """
    with opened(package, identity=identity) as stream:
        try:
            # "r|": in one passing, no byte looked at twice.
            with tarfile.open(fileobj=stream, mode="r|", encoding="utf-8") as archive:
                for member in archive:
                    path = member.name.partition("/")[2]
                    if not member.isreg() or not path:
                        raise PackageDamaged(
                            f"加密包里的“{member.name}”不是普通文件。这不是本系统封装的包。"
                        )
                    content = archive.extractfile(member)
                    if content is None:
                        raise PackageDamaged(f"加密包里的“{member.name}”读不出。")
                    yield path, cast(BinaryIO, content)
        except tarfile.TarError as error:
            raise PackageDamaged("加密包里不是完整的 tar，已被截断或不是本系统封装的。") from error
        while stream.read(CHUNK):  # to the end, where age proves that nothing was cut off
            pass


def extract_object(path: Path, object_id: str, into: Path, *, identity: str) -> tuple[Path, bytes]:
    """Take one object off a medium into `into`; returns its folder, an OCFL object, and its data key or b"".

    Raises `MediumError` where the object is not on it, `PackageDamaged`, `WrongIdentity`. What was written before
    that is removed.
    """
    target = into / "object"
    prefix, key, found = "", b"", False
    try:
        with carrier(path) as medium:
            name = next((n for n in sorted(medium.names()) if n.endswith(tuple(SUFFIXES.values()))), "")
            if not name:
                raise Unreadable("介质上没有加密包，取不出档案。")
            with medium.open(name) as package:
                for inside, content in entries(package, identity=identity):
                    if inside == f"{PAYLOAD}{leaflet.CATALOGUE_CSV}":
                        folders = leaflet.read_catalogue(content.read())
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
    except BaseException:
        shutil.rmtree(target, ignore_errors=True)
        raise
    return target, key


def key_path(object_id: str) -> str:
    """Where in the bag the data key of a sealed object lies, in hexadecimal."""
    sums = Sums(["sha256"])
    sums.update(object_id.encode())
    return f"{PAYLOAD}{leaflet.KEYS}/{sums.digests()['sha256']}.txt"


def _write(content: BinaryIO, target: Path, path: str) -> None:
    if why := objection(path):
        raise PackageDamaged(f"不能取出：{why}。")
    file = target / path
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("xb") as stream:
        while data := content.read(CHUNK):
            stream.write(data)
