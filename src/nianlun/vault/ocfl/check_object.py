"""Whether an OCFL object is whole: its folders, its inventories and every byte (OCFL 1.0 and 1.1)."""

import hashlib
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from nianlun.vault.ocfl.check_content import Wanted, check_content, expected_sm3, shown
from nianlun.vault.ocfl.check_inventory import SPECIFICATIONS, Checked, check_inventory
from nianlun.vault.ocfl.findings import Finding, Findings
from nianlun.vault.ocfl.folder_tree import FolderPlace
from nianlun.vault.ocfl.inventory import FILE
from nianlun.vault.ocfl.names import SM3_MANIFEST
from nianlun.vault.ocfl.tree import REGISTERED_EXTENSIONS, Kind, Place

PLAIN_MANIFEST, SEALED = "manifest-plain.json", b"NLS1"
"""A sealed object carries this file, and its bytes begin so; docs/reference/formats.md."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """How an object is checked. `destroyed` says that its content was lawfully taken away and may be missing."""

    content: bool = True  # False looks at folders and inventories alone
    sm3: bool = False  # SHA-512 covers the SM3 manifests; recomputing SM3 takes twice the time of all else
    destroyed: bool = False
    threads: int = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What a check came to. `object_id` is empty where the object cannot vouch for its own.

    `in_clear` is a content file that anybody can read; looked for in what was destroyed only.
    """

    object_id: str = ""
    specification: str = ""
    sealed: bool = False
    in_clear: str = ""
    findings: list[Finding]


def verify_object(where: Path | Place, *, sm3: bool = False) -> list[Finding]:
    """Everything wrong with the object at a place; empty means whole. Reads only, and all of it."""
    place = FolderPlace(where) if isinstance(where, Path) else where
    return examine_object(place, Options(sm3=sm3)).findings


def examine_object(place: Place, options: Options, *, object_id: str = "") -> Verdict:
    """Check one object. A writer may put a new version in place while we look; then we look again.

    Until the object tells its own id it is called `object_id`, or by its place.
    """
    for _ in range(3):
        verdict = _Check(place, options, Findings(object_id or place.name)).run()
        if not verdict.findings or not place.changed():
            break
    return verdict


@dataclass(slots=True)
class _Check:
    place: Place
    options: Options
    findings: Findings
    there: dict[str, Kind] = field(default_factory=dict)
    children: dict[str, list[str]] = field(default_factory=dict)  # folder -> paths directly in it
    root: Checked = field(default_factory=Checked)
    specification: str = ""
    vouched: bool = False
    sealed: bool = False
    in_clear: str = ""
    sidecars: dict[str, str] = field(default_factory=dict)  # version -> file name of its sidecar
    expected: dict[str, Wanted] = field(default_factory=dict)  # content path -> algorithm -> digests

    def run(self) -> Verdict:
        with self.findings.telling():
            self._run()
        return Verdict(
            object_id=self.root.id if self.vouched else "",
            specification=self.specification,
            sealed=self.sealed,
            in_clear=self.in_clear,
            findings=self.findings.found,
        )

    def _run(self) -> None:
        self.there = self.place.listing()
        if not self.there:
            self.findings.add("E003", "对象不在这里，或文件夹是空的")
            self.findings.add("E063", f"对象文件夹里没有 {FILE}")
            return
        for path in self.there:
            self.children.setdefault(path.rpartition("/")[0], []).append(path)
        self._check_declaration()
        if self.there.get(FILE) is not Kind.FILE:
            self.findings.add("E063", f"对象文件夹里没有 {FILE}")
            return
        raw = self.place.read(FILE)
        self.root = self._parse(raw, where=FILE)
        if self.root.id:
            self.findings.rename(self.root.id)
        if self.specification and self.root.specification != self.specification:
            self.findings.add(
                "E038", f"{FILE} 按 {self.root.specification} 写成，对象声明是 {self.specification}"
            )
        digest = hashlib.sha512(raw).hexdigest()
        self.vouched = self._check_sidecar(raw, "", self.root.algorithm, digest=digest)
        whole = not self.findings.damaged
        self._check_top()
        self._check_prior_inventories(raw, digest=digest)
        present = self._check_version_folders()
        if whole or self.root.manifest:
            self._check_content(present)
        self.sealed = self._is_sealed(present)
        if self.options.destroyed:
            self.in_clear = next((path for path in sorted(present) if self._is_in_clear(path)), "")

    def _check_declaration(self) -> None:
        declarations = [
            name for name in self.children[""] if name.startswith("0=") and self.there[name] is Kind.FILE
        ]
        if len(declarations) != 1:
            self.findings.add("E003", f"应有一个版本声明文件，实有 {len(declarations)} 个")
        for name in declarations:
            number = name.removeprefix("0=ocfl_object_")
            if number not in SPECIFICATIONS:
                self.findings.add("E006", f"版本声明 {name} 不是 OCFL 1.0 或 1.1 的对象")
                continue
            self.specification = max(self.specification, number)
            if self.place.read(name) != name.removeprefix("0=").encode() + b"\n":
                self.findings.add("E007", f"版本声明 {name} 的内容不符")

    def _parse(self, raw: bytes, *, where: str) -> Checked:
        try:
            data = json.loads(raw)
        except (ValueError, RecursionError):
            self.findings.add("E033", f"{where} 不是有效的 JSON")
            return Checked(id="", algorithm="")
        return check_inventory(data, where=where, findings=self.findings)

    def _check_sidecar(self, raw: bytes, folder: str, algorithm: str, *, digest: str = "") -> bool:
        """Whether the inventory's sidecar vouches for it; `digest` is its sha512 where it is known already."""
        prefix = f"{folder}/" if folder else ""
        where = f"{prefix}{FILE}"
        if not algorithm:
            named = [path for path in self.children[folder] if path.startswith(f"{where}.")]
            algorithm = named[0].removeprefix(f"{where}.") if named else ""
        if self.there.get(f"{where}.{algorithm}") is not Kind.FILE or algorithm not in {"sha512", "sha256"}:
            self.findings.add("E058", f"{where} 没有摘要文件")
            return False
        # Digits of mixed case are no digest anybody writes: a bit of it has changed.
        sidecar = self.place.read(f"{where}.{algorithm}")
        stated = re.fullmatch(rb"([0-9a-f]+|[0-9A-F]+)[ \t]+inventory\.json\n?", sidecar)
        if not digest or algorithm != "sha512":
            digest = hashlib.new(algorithm, raw).hexdigest()
        if stated is None:
            self.findings.add("E061", f"{where}.{algorithm} 的格式不符")
        elif stated[1].decode().lower() != digest:
            self.findings.add("E060", f"{where} 与它的摘要不符，目录被改动过")
        else:
            return True
        return False

    def _check_top(self) -> None:
        for name in self.children[""]:
            kind = self.there[name]
            if kind is Kind.OTHER:
                self._not_ours(name)
            elif kind is Kind.FOLDER:
                if name == "extensions":
                    self._check_extensions()
                elif re.fullmatch(r"v[0-9]+", name):
                    if name not in self.root.versions:
                        self.findings.add("E046", f"版本文件夹 {name} 没有登记在 {FILE} 里")
                elif name != "logs":
                    self.findings.add("E001", f"多出文件夹 {name}")
            elif not name.startswith("0=") and name not in {
                FILE,
                f"{FILE}.{self.root.algorithm or 'sha512'}",
            }:
                self.findings.add("E001", f"多出文件 {name}")
        for name in self.root.versions:
            if self.there.get(name) is not Kind.FOLDER:
                self.findings.add("E046", f"版本文件夹 {name} 不见了")
                self.findings.add("E010", f"版本文件夹 {name} 不见了")

    def _not_ours(self, path: str) -> None:
        self.findings.add("E090", f"{path} 是链接或特殊文件，库里不许有")

    def _check_extensions(self) -> None:
        for path in self.children.get("extensions", []):
            name = path.rpartition("/")[2]
            if self.there[path] is not Kind.FOLDER:
                self.findings.add("E067", f"extensions 里多出文件 {name}")
            elif name not in REGISTERED_EXTENSIONS:
                self.findings.add("W013", f"extensions 里的 {name} 不是登记过的扩展")

    def _check_prior_inventories(self, raw: bytes, *, digest: str) -> None:
        self._expect(self.root)
        highest = SPECIFICATIONS[0]
        for name in self.root.versions:
            where = f"{name}/{FILE}"
            if self.there.get(where) is not Kind.FILE:
                if self.there.get(name) is Kind.FOLDER:
                    self.findings.add("W010", f"{name} 没有自己的 {FILE}")
                continue
            theirs = self.place.read(where)
            if name == self.root.versions[-1]:
                checked = self.root
                if theirs != raw:
                    self.findings.add("E064", f"{where} 与对象的 {FILE} 不同")
            else:
                checked = self._parse(theirs, where=where)
                self._compare(checked, name=name, where=where)
                self._expect(checked)
            self._check_sidecar(theirs, name, checked.algorithm, digest=digest if theirs == raw else "")
            self.sidecars[name] = f"{FILE}.{checked.algorithm}"
            if checked.specification < highest:
                self.findings.add("E103", f"{where} 的规格早于前一版本")
            highest = max(highest, checked.specification)

    def _compare(self, prior: Checked, *, name: str, where: str) -> None:
        """A version's own inventory must tell the same past as the current one (E066)."""
        if prior.id != self.root.id:
            self.findings.add("E037", f"{where} 的编号是 {prior.id}，与对象不同")
        if (prior.content_directory, prior.content_directory_set) != (
            self.root.content_directory,
            self.root.content_directory_set,
        ):  # E019 and E020 are the two halves of one sentence
            self.findings.add("E019", f"{where} 的 contentDirectory 与后来的版本不同")
            self.findings.add("E020", f"{where} 的 contentDirectory 与后来的版本不同")
        if prior.versions != self.root.versions[: self.root.versions.index(name) + 1]:
            self.findings.add("E066", f"{where} 记载的版本与它的位置不符")
            return
        for version in prior.versions:
            ours, theirs = self.root.states.get(version, {}), prior.states.get(version, {})
            if set(ours) != set(theirs):
                self.findings.add("E066", f"{where} 记载的 {version} 与现在的目录不同")
                continue
            for path in ours:
                if not prior.content_of(version, path) <= self.root.content_of(version, path) or (
                    prior.algorithm == self.root.algorithm and ours[path] != theirs[path]
                ):
                    self.findings.add("E066", f"{where} 记载的 {version} 里 {path} 与现在的目录不同")
            if prior.about.get(version) != self.root.about.get(version):
                self.findings.add("W011", f"{where} 记载的 {version} 的时间、说明或作者与现在的目录不同")

    def _expect(self, checked: Checked) -> None:
        for path, digest in checked.manifest.items():
            algorithms = self.expected.setdefault(path, {})
            algorithms.setdefault(checked.algorithm, set()).add(digest)
            for algorithm, digests in checked.fixity.get(path, {}).items():
                algorithms.setdefault(f"fixity {algorithm}", set()).update(digests)

    def _check_version_folders(self) -> set[str]:
        """Content paths that are there; faults of the folders around them go to the findings."""
        present: set[str] = set()
        for name in self.root.versions:
            for path in self.children.get(name, []) if self.there.get(name) is Kind.FOLDER else []:
                kind, shown_name = self.there[path], path.rpartition("/")[2]
                if kind is Kind.OTHER:
                    self._not_ours(path)
                elif shown_name == self.root.content_directory and kind is Kind.FOLDER:
                    before = len(present)
                    present.update(self._files_below(path))
                    if len(present) == before and not self.options.destroyed:
                        self.findings.add("W003", f"{name} 的内容文件夹是空的")
                elif kind is Kind.FOLDER:
                    self.findings.add("W002", f"{name} 里多出文件夹 {shown_name}")
                elif shown_name not in {FILE, self.sidecars.get(name, "")}:
                    self.findings.add("E015", f"{name} 里多出文件 {shown_name}")
        return present

    def _files_below(self, folder: str) -> Iterator[str]:
        waiting = [folder]
        while waiting:
            below = waiting.pop()
            inside = self.children.get(below, [])
            if not inside and below != folder and not self.options.destroyed:
                self.findings.add("E024", f"{below} 是空文件夹")
            for path in inside:
                kind = self.there[path]
                if kind is Kind.OTHER:
                    self._not_ours(path)
                elif kind is Kind.FOLDER:
                    waiting.append(path)
                else:
                    yield path

    def _check_content(self, present: set[str]) -> None:
        for path in sorted(set(self.expected) - present) if not self.options.destroyed else []:
            if self._can_be_read(path):  # the listing of a bucket may be older than what lies there
                present.add(path)
            else:
                self.findings.add("E092", f"文件 {shown(path, self.root)} 不见了")
        for path in sorted(present - set(self.root.manifest)):
            self.findings.add("E023", f"多出文件 {path}，目录里没有登记")
        if not self.options.content:
            return
        wanted = {path: digests for path, digests in self.expected.items() if path in present}
        if self.options.sm3:
            for path, sums in expected_sm3(self.place, self.root, present=present).items():
                if path in wanted:
                    wanted[path] = wanted[path] | {"sm3": sums}
        check_content(
            self.place, wanted, root=self.root, findings=self.findings, threads=self.options.threads
        )

    def _can_be_read(self, path: str) -> bool:
        if path in self.there:
            return False  # a folder or a link
        try:
            next(self.place.chunks(path), b"")
        except OSError:
            return False
        return True

    def _is_sealed(self, present: set[str]) -> bool:
        head = self.root.states.get(self.root.versions[-1], {}) if self.root.versions else {}
        if PLAIN_MANIFEST not in head:
            return False
        files = sorted(self.root.content_of(self.root.versions[-1], PLAIN_MANIFEST) & present)
        return bool(files) and self._begins(files[0]).startswith(SEALED)

    def _is_in_clear(self, path: str) -> bool:
        """Whether a file shows what was archived: not our own list of digests, and not sealed."""
        digest = self.root.manifest.get(path)
        is_list = any(state.get(SM3_MANIFEST) == digest for state in self.root.states.values())
        return not is_list and not self._begins(path).startswith(SEALED)

    def _begins(self, path: str) -> bytes:
        return next(self.place.chunks(path), b"")
