"""A bag as one tar stream, made while it is read: neither a second copy nor the whole of it is ever anywhere."""

import tarfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import BinaryIO, Protocol

from nianlun.media.imaging import manifests
from nianlun.media.imaging.bag import PAYLOAD
from nianlun.media.imaging.faults import NotPortable, SourceDamaged
from nianlun.media.imaging.manifests import DECLARATION, INFO
from nianlun.media.imaging.names import MOST_FILES, collisions, objection
from nianlun.media.imaging.sums import CHUNK, OURS, Sums

_BLOCK = 512
_END = b"\0" * (2 * _BLOCK)


class Opens(Protocol):
    """Opens the bytes of a file for reading; the packing closes it."""

    def __call__(self) -> BinaryIO: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Packed:
    """A file to be packed: its path below `data/`, its bytes, and the object it belongs to.

    Where `sha512` is told, other bytes than these are refused.
    """

    path: str
    size: int
    opens: Opens
    object_id: str = ""
    sha512: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """From which byte of the tar stream to before which one an object lies."""

    object_id: str
    since: int
    until: int


@dataclass(slots=True)
class Packing:
    """One bag being packed. `chunks` may be read once; the rest is told when it has been."""

    name: str
    files: Sequence[Packed]
    info: Sequence[tuple[str, str]]
    at: datetime
    position: int = 0
    payload_bytes: int = 0
    spans: list[Span] = field(default_factory=list)
    _sums: dict[str, dict[str, str]] = field(default_factory=dict)

    def chunks(self) -> Iterator[bytes]:
        """The tar stream in pieces of at most a mebibyte.

        Raises `NotPortable` before the first one, `SourceDamaged` where a file is not as told.
        """
        self._check_names()
        for object_id, files in _by_object(self.files):
            since = self.position
            for file in files:
                yield from self._file(file)
            self.spans.append(Span(object_id=object_id, since=since, until=self.position))
        for path, content in self._tag_files():
            yield from self._whole(path, content)
        yield self._count(_END)

    def _check_names(self) -> None:
        paths = [PAYLOAD + file.path for file in self.files]
        if len(paths) > MOST_FILES:
            raise NotPortable(f"一套最多装 {MOST_FILES} 个文件，这一套有 {len(paths)} 个。请分成几套。")
        for path in [*(file.path for file in self.files), *paths]:
            if why := objection(path):
                raise NotPortable(f"不能写上介质：{why}。请先改名再归档。")
        for one, other in collisions(paths):
            raise NotPortable(f"不能写上介质：“{one}”和“{other}”在有的计算机上是同一个文件。")

    def _file(self, file: Packed) -> Iterator[bytes]:
        path, sums, left = PAYLOAD + file.path, Sums(), file.size
        yield self._count(self._header(path, file.size))
        with file.opens() as stream:
            while left and (data := stream.read(min(CHUNK, left))):
                sums.update(data)
                left -= len(data)
                yield self._count(data)
            longer = stream.read(1)
        digests = sums.digests()
        if left or longer or (file.sha512 and digests["sha512"] != file.sha512):
            raise SourceDamaged(
                f"对象 {file.object_id} 的文件“{file.path}”与库里登记的摘要不符，没有写上介质。"
                "请先在“档案库”恢复这个对象。",
                object_id=file.object_id,
            )
        self._sums[path] = digests
        self.payload_bytes += file.size
        yield self._count(b"\0" * (-file.size % _BLOCK))

    def _tag_files(self) -> Iterator[tuple[str, bytes]]:
        """The manifests come last: only then are the digests known, and a tar may hold files in any order."""
        oxum = ("Payload-Oxum", f"{self.payload_bytes}.{len(self.files)}")
        tags = {DECLARATION: manifests.declaration(), INFO: manifests.info([*self.info, oxum])}
        for algorithm in OURS:
            told = {path: digests[algorithm] for path, digests in self._sums.items()}
            tags[f"manifest-{algorithm}.txt"] = manifests.manifest(told)
        summed = {path: Sums() for path in tags}
        for path, sums in summed.items():
            sums.update(tags[path])
        for algorithm in OURS:
            told = {path: sums.digests()[algorithm] for path, sums in summed.items()}
            tags[f"tagmanifest-{algorithm}.txt"] = manifests.manifest(told)
        yield from tags.items()

    def _whole(self, path: str, content: bytes) -> Iterator[bytes]:
        yield self._count(self._header(path, len(content)))
        yield self._count(content + b"\0" * (-len(content) % _BLOCK))

    def _header(self, path: str, size: int) -> bytes:
        entry = tarfile.TarInfo(f"{self.name}/{path}")
        entry.size, entry.mtime, entry.mode = size, int(self.at.timestamp()), 0o444
        return entry.tobuf(tarfile.PAX_FORMAT, encoding="utf-8")

    def _count(self, data: bytes) -> bytes:
        self.position += len(data)
        return data


def _by_object(files: Iterable[Packed]) -> Iterator[tuple[str, list[Packed]]]:
    together: dict[str, list[Packed]] = {}
    for file in files:
        together.setdefault(file.object_id, []).append(file)
    yield from together.items()
