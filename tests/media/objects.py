"""Three small objects, packed and sealed: what every test of a medium begins with."""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha512
from pathlib import Path

from nianlun.media.imaging import leaflet, sealing, writing
from nianlun.media.imaging.leaflet import CATALOGUE_CSV, Cover, Listed
from nianlun.media.imaging.packing import Packed
from nianlun.media.imaging.reading import Expected
from nianlun.media.imaging.sealing import Recipient

AT = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
PAGES = {"urn:a": b"\x01" * 70_000, "urn:b": "退休审批表".encode() * 9_000, "urn:c": b""}


def packed(path: str, data: bytes, *, object_id: str = "", digest: str = "") -> Packed:
    return Packed(
        path=path, size=len(data), opens=lambda: io.BytesIO(data), object_id=object_id, sha512=digest
    )


def keepers(method: str = "age", count: int = 2) -> tuple[list[Recipient], list[str]]:
    """Keepers and their private keys."""
    pairs = [sealing.new_identity(method) for _ in range(count)]
    names = ["石磊", "赵敏", "周正"]
    return (
        [Recipient(name=name, key=public) for name, (_, public) in zip(names, pairs, strict=False)],
        [private for private, _ in pairs],
    )


def cover(recipients: Sequence[Recipient], *, letter: str = "A") -> Cover:
    return Cover(
        number="J001-2026-001",
        letter=letter,
        secrecy="工作秘密",
        holder="保定市莲池区养老保险经办处",
        objects=len(PAGES),
        payload_bytes=sum(map(len, PAGES.values())),
        written_on="2026-11-23",
        recipients=tuple(recipients),
    )


@dataclass
class Made:
    image: Path
    expected: Expected
    identities: list[str]
    written: writing.Written
    package: writing.Package


def made(folder: Path, *, method: str = "age") -> Made:
    """An image of the three objects and what is on record about it."""
    recipients, identities = keepers(method)
    files = [packed(f"ocfl/{i[-1]}/内容.bin", data, object_id=i) for i, data in PAGES.items()]
    listed = [
        Listed(
            object_id=i,
            version=1,
            path="原件.bin",
            size=len(data),
            sha512=sha512(data).hexdigest(),
            sm3="",
            folder=i[-1],
            content="内容.bin",
        )
        for i, data in PAGES.items()
    ]
    files.insert(0, packed(CATALOGUE_CSV, leaflet.catalogue_csv(listed)))
    told = cover(recipients)
    package = writing.seal_package(
        files,
        folder / "draft",
        name=told.number,
        info=leaflet.bag_info(told, at=AT),
        recipients=recipients,
        at=AT,
    )
    image = folder / "介质A.iso"
    written = writing.image_of(package, folder / "draft", image, cover=told, volume="J0012026001A")
    expected = Expected(
        image_sha512=written.sha512,
        files={file.name: file.sha512 for file in written.files},
        spans=package.spans,
        plain_bytes=package.plain_bytes,
        sealed_bytes=package.size,
    )
    return Made(image=image, expected=expected, identities=identities, written=written, package=package)
