"""From objects to an image: the package of a set once, then an image of each of its media.

Each step leaves its outcome whole under its final name or not at all, so that whoever was killed goes on with the
step that is missing.
"""

import json
import os
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO, cast

from nianlun.media.imaging import leaflet
from nianlun.media.imaging.leaflet import BLOCK, Cover
from nianlun.media.imaging.packing import Packed, Packing, Span
from nianlun.media.imaging.sealing import SUFFIXES, Recipient, method_of, seal
from nianlun.media.imaging.sums import Counted, Sums, sum_stream
from nianlun.media.imaging.udf import Progress, room, sync_folder, write_image

_STATE, _IMAGE = "package.json", "image.json"


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
    """Pack and seal into `folder`, or return what an earlier attempt finished there for the same recipients.

    Raises `NotPortable`, `SourceDamaged`, `NoRoom`; then nothing finished is left.
    """
    if (done := sealed_package(folder, recipients=recipients)) is not None:
        return done
    with room():
        folder.mkdir(parents=True, exist_ok=True)
        (folder / _STATE).unlink(missing_ok=True)  # it tells of what is about to be replaced
        target = f"package{SUFFIXES[method_of(recipients)]}"
        draft = folder / f"{target}.part"
        packing = Packing(name=name, files=files, info=info, at=at)
        try:
            with draft.open("wb") as stream:
                counted = Counted(stream, block=BLOCK)
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
            state = asdict(package) | {"recipients": _keys(recipients)}
            _place(folder / _STATE, json.dumps(state, ensure_ascii=False).encode())
        except BaseException:  # whatever ends the writing, no half package must stay
            with suppress(OSError):
                draft.unlink(missing_ok=True)
            raise
    return package


def sealed_package(folder: Path, *, recipients: Sequence[Recipient]) -> Package | None:
    """The package an earlier attempt has finished in this folder, if exactly these recipients can open it."""
    try:
        told = json.loads((folder / _STATE).read_bytes())
    except FileNotFoundError:
        return None
    if told.pop("recipients") != _keys(recipients):
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
    """The image of one medium at `target`, from the package that lies in `folder`. Raises `NoRoom`.

    A file that lies there already counts as the image only if an earlier attempt in `folder` made it of the same files.
    """
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
    files = tuple(ImageFile(name=name, size=size, **sums) for name, (size, sums) in known.items())
    if (done := _finished(target, beside, files=files)) is not None:
        return done
    write_image(sources, target, volume=volume, progress=progress)
    written = Written(**_whole(target), files=files)
    _place(beside / _IMAGE, json.dumps(asdict(written), ensure_ascii=False).encode())
    return written


def _finished(target: Path, beside: Path, *, files: Sequence[ImageFile]) -> Written | None:
    """The image at `target`, if it is the one that an earlier attempt noted in `beside`, byte for byte."""
    try:
        told = json.loads((beside / _IMAGE).read_bytes())
        whole = _whole(target)
    except FileNotFoundError:
        return None
    written = Written(**whole, files=tuple(files))
    return written if json.loads(json.dumps(asdict(written))) == told else None


def _whole(target: Path) -> dict[str, Any]:
    with target.open("rb") as stream:
        sums = sum_stream(stream)
    return {"size": sums.size, **sums.digests()}


def _keys(recipients: Sequence[Recipient]) -> list[str]:
    return sorted(one.key for one in recipients)


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
