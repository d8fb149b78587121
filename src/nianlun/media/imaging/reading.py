"""Reading a medium: are its files whole, and what is inside them.

Whether the bytes are what was written needs no key. What is inside needs a keeper's private key.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from nianlun.media.imaging import leaflet
from nianlun.media.imaging.bag import LARGEST_TAG_FILE, BagReport, Seen, judge
from nianlun.media.imaging.faults import Fault, PackageDamaged, Unreadable, written_out
from nianlun.media.imaging.packing import Span
from nianlun.media.imaging.sums import CHUNK, Sums, sum_stream
from nianlun.media.imaging.udf import Image
from nianlun.media.imaging.unpacking import MountedFolder, carrier, entries, package_name

_LARGEST_SUMS = 1 << 20
_LARGEST_TAGS = 512 << 20  # of all tag files together
_AGE_CHUNK, _AGE_TAG = 65536, 16
_SM4_CHUNK, _SM4_TAG = 1 << 20, 16


@dataclass(frozen=True, slots=True, kw_only=True)
class FileReport:
    """One file of a medium and whether it is as written."""

    name: str
    size: int
    sound: bool

    def __post_init__(self) -> None:
        """As with a fault, the name may be anything."""
        object.__setattr__(self, "name", written_out(self.name))


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
    keys: Mapping[str, str] | None = None
    """SHA-512 by path in the bag of the data keys that must be in it."""


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
        self.package = package_name(self.present)
        self._told: list[str] = []
        self._package_changed = False

    def files(self) -> list[FileReport]:
        """Each file's digests held against the record and against what the medium itself says."""
        of_medium = {
            algorithm: leaflet.read_sums(self._content(name, limit=_LARGEST_SUMS))
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

    def _content(self, name: str, *, limit: int = LARGEST_TAG_FILE) -> bytes:
        if self.present.get(name, limit) >= limit:
            return b""
        try:
            with self.medium.open(name) as stream:
                return stream.read(limit)
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
        if not self.package or self._package_changed:  # whoever changed it also chose what reading it costs
            return None
        met: dict[str, Seen] = {}
        try:
            with self.medium.open(self.package) as stream:
                room = _LARGEST_TAGS
                for path, entry in entries(stream, identity=identity):
                    met[path] = _seen(entry, keep=min(LARGEST_TAG_FILE, room) if "/" not in path else 0)
                    room -= len(met[path].content or b"")
        except PackageDamaged as error:
            last = next(reversed(met), "")
            where = f"读到“{last}”为止。" if last else ""
            self.faults.append(Fault(name=self.package, sentence=f"{where}{error}"))
            return None
        report = judge(met)
        self.faults += [fault for fault in report.faults if not fault.notice]
        for path, sha512 in (self.known.keys or {}).items():
            if path not in met or met[path].sums["sha512"] != sha512:
                self.faults.append(
                    Fault(name=path, sentence=f"数据密钥“{path}”缺失或与库里的不符，打不开它的对象")
                )
        return report


def _seen(entry: BinaryIO, *, keep: int) -> Seen:
    """The digests of an entry, and its content where that is at most `keep` bytes."""
    sums, kept = Sums(), bytearray()
    while data := entry.read(CHUNK):
        sums.update(data)
        if sums.size <= keep:
            kept += data
    whole = keep > 0 and sums.size <= keep
    return Seen(size=sums.size, sums=sums.digests(), content=bytes(kept) if whole else None)
