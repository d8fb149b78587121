"""From objects to an image: the package of a set once, then an image of each of its media.

Each step leaves its outcome whole under its final name or not at all, so that whoever was killed goes on with the
step that is missing.
"""

import json
import os
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import BinaryIO, cast

from nianlun.media.imaging import leaflet
from nianlun.media.imaging.leaflet import BLOCK, Cover
from nianlun.media.imaging.packing import Packed, Packing, Span
from nianlun.media.imaging.sealing import SUFFIXES, Recipient, method_of, seal
from nianlun.media.imaging.sums import CHUNK, Sums, sum_stream
from nianlun.media.imaging.udf import Progress, room, sync_folder, write_image

_STATE = "package.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Package:
    """A sealed package that lies whole on the disk. `plain_bytes` is the length of the tar stream in it."""

    name: str
    size: int
    sha512: str
    sm3: str
    plain_bytes: int
    payload_bytes: int
    spans: tuple[Span, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageFile:
    """A file of an image, as it was written."""

    name: str
    size: int
    sha512: str
    sm3: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """A finished image: its own size and digests, and those of the files in it."""

    size: int
    sha512: str
    sm3: str
    files: tuple[ImageFile, ...]


def seal_package(
    files: Sequence[Packed],
    folder: Path,
    *,
    name: str,
    info: Sequence[tuple[str, str]],
    recipients: Sequence[Recipient],
    at: datetime,
) -> Package:
    """Pack and seal into `folder`, or return what an earlier attempt finished there.

    Raises `NotPortable`, `SourceDamaged`, `NoRoom`; then nothing finished is left.
    """
    if (done := sealed_package(folder)) is not None:
        return done
    with room():
        folder.mkdir(parents=True, exist_ok=True)
        target = f"package{SUFFIXES[method_of(recipients)]}"
        draft = folder / f"{target}.part"
        packing = Packing(name=name, files=files, info=info, at=at)
        try:
            with draft.open("wb") as stream:
                counted = _Counted(stream)
                seal(packing.chunks(), cast(BinaryIO, counted), recipients=recipients)
                stream.flush()
                os.fsync(stream.fileno())
            (folder / leaflet.BLOCKS).write_bytes(leaflet.blocks_file(counted.blocks()))
            digests = counted.sums.digests()
            package = Package(
                name=target,
                size=counted.sums.size,
                sha512=digests["sha512"],
                sm3=digests["sm3"],
                plain_bytes=packing.position,
                payload_bytes=packing.payload_bytes,
                spans=tuple(packing.spans),
            )
            draft.replace(folder / target)
            _place(folder / _STATE, json.dumps(asdict(package), ensure_ascii=False).encode())
        except BaseException:
            with suppress(OSError):
                draft.unlink(missing_ok=True)
            raise
    return package


def sealed_package(folder: Path) -> Package | None:
    """The package an earlier attempt has finished in this folder."""
    try:
        told = json.loads((folder / _STATE).read_bytes())
    except FileNotFoundError:
        return None
    spans = tuple(Span(**span) for span in told.pop("spans"))
    return Package(**told, spans=spans)


def sealed_so_far(folder: Path) -> int:
    """Bytes of the package that lie in the folder, finished or not."""
    return sum(path.stat().st_size for path in folder.glob("package.tar.*"))


def image_of(
    package: Package,
    folder: Path,
    target: Path,
    *,
    cover: Cover,
    volume: str,
    label: bytes = b"",
    progress: Progress = lambda done, total: None,
) -> Written:
    """The image of one medium at `target`, from the package that lies in `folder`. Raises `NoRoom`."""
    beside = folder / cover.letter
    with room():
        beside.mkdir(exist_ok=True)
        digests = {"sha512": package.sha512, "sm3": package.sm3}
        texts = {
            leaflet.ABOUT: leaflet.about(cover, package=package.name, sums=digests).encode("utf-8-sig")
        }
        texts |= {leaflet.LABEL: label} if label else {}
        texts[leaflet.BLOCKS] = (folder / leaflet.BLOCKS).read_bytes()
        known = {package.name: (package.size, digests)} | {
            name: _summed(raw) for name, raw in texts.items()
        }
        for name, algorithm in ((leaflet.SHA512, "sha512"), (leaflet.SM3, "sm3")):
            texts[name] = leaflet.sums_file({path: sums[algorithm] for path, (_, sums) in known.items()})
        known |= {name: _summed(texts[name]) for name in (leaflet.SHA512, leaflet.SM3)}
        for name, raw in texts.items():
            (beside / name).write_bytes(raw)
    sources = {name: beside / name for name in texts} | {package.name: folder / package.name}
    if not target.exists():
        write_image(sources, target, volume=volume, progress=progress)
    with target.open("rb") as stream:
        whole = sum_stream(stream)
    return Written(
        size=whole.size,
        **whole.digests(),
        files=tuple(ImageFile(name=name, size=size, **sums) for name, (size, sums) in known.items()),
    )


def _summed(raw: bytes) -> tuple[int, Mapping[str, str]]:
    sums = Sums()
    sums.update(raw)
    return sums.size, sums.digests()


def _place(path: Path, raw: bytes) -> None:
    draft = path.with_name(f".{path.name}.part")
    with draft.open("wb") as stream:
        stream.write(raw)
        stream.flush()
        os.fsync(stream.fileno())
    draft.replace(path)
    sync_folder(path.parent)


class _Counted:
    """A stream being written whose digests, as a whole and by block, are known at the end."""

    def __init__(self, stream: BinaryIO) -> None:
        self._write: Callable[[bytes], int] = stream.write
        self.sums = Sums()
        self._block, self._left = Sums(["sha512"]), BLOCK
        self._done: list[str] = []

    def write(self, data: bytes) -> int:
        for start in range(0, len(data), CHUNK):
            self._take(data[start : start + CHUNK])
        return len(data)

    def flush(self) -> None:
        """Nothing waits here."""

    def blocks(self) -> list[str]:
        if self._block.size:
            self._done.append(self._block.digests()["sha512"])
            self._block = Sums(["sha512"])
        return self._done

    def _take(self, data: bytes) -> None:
        self._write(data)
        self.sums.update(data)
        while data:
            piece, data = data[: self._left], data[self._left :]
            self._block.update(piece)
            self._left -= len(piece)
            if not self._left:
                self._done.append(self._block.digests()["sha512"])
                self._block, self._left = Sums(["sha512"]), BLOCK
