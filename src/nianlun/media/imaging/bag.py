"""Whether a bag is whole (RFC 8493): every file named, every name harmless, every digest right."""

import os
import stat
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from nianlun.media.imaging import manifests
from nianlun.media.imaging.faults import Fault
from nianlun.media.imaging.manifests import DECLARATION, FETCH, INFO
from nianlun.media.imaging.names import collisions, objection
from nianlun.media.imaging.sums import KNOWN, sum_stream

PAYLOAD = "data/"
LARGEST_TAG_FILE = 256 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """A file of a bag as it was met: its size, its digests by algorithm and, for a tag file, its content."""

    size: int
    sums: Mapping[str, str]
    content: bytes | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class BagReport:
    """What came of checking a bag. Sizes in bytes of the payload."""

    files: int = 0
    size: int = 0
    faults: tuple[Fault, ...] = ()
    info: tuple[tuple[str, str], ...] = ()

    @property
    def sound(self) -> bool:
        """Whether nothing but notices was found."""
        return all(fault.notice for fault in self.faults)


def check_folder(folder: Path) -> BagReport:
    """Check an unpacked bag, every byte of it. Links are refused and never followed."""
    paths, strange = _walk(folder)
    wanted = {found[0] for path in paths if (found := manifests.manifest_name(path))} & KNOWN
    seen: dict[str, Seen] = {}
    for path in paths:
        try:
            with (folder / path).open("rb") as stream:
                sums = sum_stream(stream, wanted)
                content = None
                if "/" not in path and sums.size <= LARGEST_TAG_FILE:
                    stream.seek(0)
                    content = stream.read()
        except OSError as fault:
            strange.append(Fault(name=path, sentence=f"“{path}”读不出：{fault.strerror}"))
            continue
        seen[path] = Seen(size=sums.size, sums=sums.digests(), content=content)
    report = judge(seen)
    return BagReport(
        files=report.files, size=report.size, faults=(*strange, *report.faults), info=report.info
    )


def _walk(folder: Path) -> tuple[list[str], list[Fault]]:
    paths: list[str] = []
    strange: list[Fault] = []
    waiting = [folder]
    while waiting:
        with os.scandir(waiting.pop()) as entries:
            for entry in entries:
                path = Path(entry.path).relative_to(folder).as_posix()
                mode = entry.stat(follow_symlinks=False).st_mode
                if stat.S_ISDIR(mode):
                    waiting.append(Path(entry.path))
                elif stat.S_ISREG(mode):
                    paths.append(path)
                else:
                    what = "链接" if stat.S_ISLNK(mode) else "特殊文件"
                    strange.append(Fault(name=path, sentence=f"“{path}”是{what}，包里只许有普通文件"))
    return sorted(paths), strange


def judge(seen: Mapping[str, Seen]) -> BagReport:
    """Check what was met, wherever it was met: in a folder or while a package passed."""
    judging = _Judging(seen)
    judging.run()
    payload = [one for path, one in seen.items() if path.startswith(PAYLOAD)]
    raw = seen[INFO].content if INFO in seen else None
    return BagReport(
        files=len(payload),
        size=sum(one.size for one in payload),
        faults=tuple(judging.faults),
        info=tuple(manifests.read_info(raw or b"", encoding=judging.encoding or "utf-8")),
    )


@dataclass(slots=True)
class _Judging:
    seen: Mapping[str, Seen]
    faults: list[Fault] = field(default_factory=list)
    version: str = ""
    encoding: str = ""

    def say(self, name: str, sentence: str, *, notice: bool = False) -> None:
        self.faults.append(Fault(name=name, sentence=sentence, notice=notice))

    def run(self) -> None:
        for path in self.seen:
            if why := objection(path):
                self.say(path, why)
        for one, other in collisions(self.seen):
            self.say(other, f"“{one}”和“{other}”在有的计算机上是同一个文件")
        if DECLARATION not in self.seen:
            self.say(DECLARATION, "没有 bagit.txt，不是 BagIt 包")
            return
        self.version, self.encoding, why = manifests.read_declaration(self.seen[DECLARATION].content or b"")
        if why:
            self.say(DECLARATION, why)
            return
        payload = self._manifests(of_tags=False)
        if not payload:
            self.say("manifest", "没有能核对的摘要清单（manifest-*.txt）")
        for name, entries in payload.items():
            self._compare(name, entries)
        self._check_listed(payload)
        for name, entries in self._manifests(of_tags=True).items():
            self._compare(name, entries)
        self._check_fetch()
        self._check_oxum()

    def _manifests(self, *, of_tags: bool) -> dict[str, dict[str, str]]:
        """name -> path -> digest for the manifests that can be held against digests, with faults told."""
        found: dict[str, dict[str, str]] = {}
        for name, one in self.seen.items():
            named = manifests.manifest_name(name)
            if named is None or named[1] is not of_tags:
                continue
            if named[0] not in KNOWN:
                self.say(name, f"{name} 用的摘要算法不认识，没有据它核对", notice=True)
                continue
            if one.content is None:
                self.say(name, f"{name} 太大，读不了")
                continue
            lines, faults = manifests.read_manifest(
                one.content, name=name, encoding=self.encoding, version=self.version
            )
            self.faults += faults
            found[name] = self._entries(name, lines, of_tags=of_tags)
        return found

    def _entries(self, name: str, lines: list[tuple[str, str]], *, of_tags: bool) -> dict[str, str]:
        told: dict[str, set[str]] = defaultdict(set)
        entries = {}
        for path, digest in lines:
            told[path].add(digest)
            if why := objection(path):
                self.say(path, f"{name} 里的{why}")
            elif path.startswith(PAYLOAD) is of_tags:
                self.say(path, f"{name} 里的“{path}”不该列在这份清单里")
            else:
                entries[path] = digest
        listed = [path for path, _ in lines]
        for one, other in collisions(listed):
            self.say(other, f"{name} 里“{one}”和“{other}”重复，或在有的计算机上是同一个文件")
        return entries

    def _compare(self, name: str, entries: Mapping[str, str]) -> None:
        algorithm = (manifests.manifest_name(name) or ("", False))[0]
        for path, digest in entries.items():
            if path not in self.seen:
                self.say(path, f"{name} 列了“{path}”，包里没有这个文件")
            elif self.seen[path].sums.get(algorithm) != digest:
                self.say(path, f"“{path}”的 {algorithm.upper()} 摘要与 {name} 不符，内容变了")

    def _check_listed(self, payload: Mapping[str, Mapping[str, str]]) -> None:
        """Since 1.0 every manifest lists the whole payload; before, one of them had to name each file."""
        whole = set[str]().union(*payload.values())
        for path in sorted(path for path in self.seen if path.startswith(PAYLOAD)):
            lacking = [name for name, entries in payload.items() if path not in entries]
            if lacking and (self.version == "1.0" or path not in whole):
                self.say(path, f"“{path}”没有列在 {'、'.join(lacking)} 里，是多出来的")

    def _check_fetch(self) -> None:
        if FETCH not in self.seen:
            return
        paths, faults = manifests.read_fetch(
            self.seen[FETCH].content or b"", encoding=self.encoding, version=self.version
        )
        self.faults += faults
        for path in paths:
            if why := objection(path):
                self.say(path, f"fetch.txt 里的{why}")
            elif not path.startswith(PAYLOAD):
                self.say(path, f"fetch.txt 里的“{path}”不在 data 文件夹里")
            elif path not in self.seen:
                self.say(path, f"“{path}”要从网络取回。离线介质上的包必须完整，本系统不从网络取文件")
        self.say(FETCH, "包里有 fetch.txt，没有理会它写的网址", notice=True)

    def _check_oxum(self) -> None:
        raw = self.seen[INFO].content if INFO in self.seen else None
        told = dict(manifests.read_info(raw or b"", encoding=self.encoding)).get("Payload-Oxum", "")
        if not told:
            return
        payload = [one.size for path, one in self.seen.items() if path.startswith(PAYLOAD)]
        if told != f"{sum(payload)}.{len(payload)}":
            self.say(INFO, f"bag-info.txt 写的字节数和件数是 {told}，实有 {sum(payload)}.{len(payload)}")
