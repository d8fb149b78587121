"""Whether an OCFL object on the disk is whole: its folders, its inventories and every byte (OCFL 1.0 and 1.1)."""

import hashlib
import json
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from nianlun.vault.ocfl.check_inventory import SPECIFICATIONS, Checked, check_inventory
from nianlun.vault.ocfl.findings import SM3_DIFFERS, UNREADABLE, Finding, Findings
from nianlun.vault.ocfl.inventory import FILE, read_sm3_manifest
from nianlun.vault.ocfl.names import SM3_MANIFEST
from nianlun.vault.ocfl.streams import digest_file

REGISTERED_EXTENSIONS = {
    "0001-digest-algorithms",
    "0002-flat-direct-storage-layout",
    "0003-hash-and-id-n-tuple-storage-layout",
    "0004-hashed-n-tuple-storage-layout",
    "0005-mutable-head",
    "0006-flat-omit-prefix-storage-layout",
    "0007-n-tuple-omit-prefix-storage-layout",
    "0008-schema-registry",
    "0009-digest-algorithms",
    "0010-differential-n-tuple-omit-prefix-storage-layout",
    "0011-direct-clean-path-layout",
    "initial",
}


def verify_object(path: Path) -> list[Finding]:
    """Everything wrong with the object in a folder; empty means whole. Reads only, and takes the time to read it all.

    A writer may put a new version in place while we look; then we look again.
    """
    for _ in range(3):
        before = _identity(path)
        found = _Check(path, Findings(str(path))).run()
        if not found or before == _identity(path):
            break
    return found


def _identity(path: Path) -> tuple[int, int]:
    try:
        status = path.stat()
    except OSError:
        return (0, 0)
    return (status.st_ino, status.st_mtime_ns)


@dataclass(slots=True)
class _Check:
    path: Path
    findings: Findings
    root: Checked = field(default_factory=Checked)
    specification: str = ""
    sidecars: dict[str, str] = field(default_factory=dict)  # version -> file name of its sidecar
    expected: dict[str, dict[str, set[str]]] = field(
        default_factory=dict
    )  # content path -> algorithm -> digests

    def run(self) -> list[Finding]:
        try:
            self._run()
        except OSError as fault:
            shown = Path(fault.filename).name if fault.filename else self.path.name
            self.findings.add(UNREADABLE, f"{shown} 读不出：{fault.strerror}")
        return self.findings.found

    def _run(self) -> None:
        if not self.path.is_dir():
            self.findings.add("E003", "对象文件夹不存在")
            return
        self._check_declaration()
        if not (self.path / FILE).is_file():
            self.findings.add("E063", f"对象文件夹里没有 {FILE}")
            return
        raw = (self.path / FILE).read_bytes()
        self.root = self._parse(raw, where=FILE)
        if self.root.id:
            self._rename(self.root.id)
        if self.specification and self.root.specification != self.specification:
            self.findings.add(
                "E038", f"{FILE} 按 {self.root.specification} 写成，对象声明是 {self.specification}"
            )
        self._check_sidecar(raw, self.path, self.root.algorithm, where=FILE)
        whole = not self.findings.damaged
        self._check_top()
        self._check_prior_inventories(raw)
        present = self._check_version_folders()
        if whole or self.root.manifest:
            self._check_content(present)

    def _rename(self, name: str) -> None:
        self.findings.object = name
        self.findings.found = [Finding(name, f.code, f.message) for f in self.findings.found]

    def _check_declaration(self) -> None:
        declarations = sorted(entry.name for entry in self.path.iterdir() if entry.name.startswith("0="))
        if len(declarations) != 1:
            self.findings.add("E003", f"应有一个版本声明文件，实有 {len(declarations)} 个")
        for name in declarations:
            number = name.removeprefix("0=ocfl_object_")
            if number not in SPECIFICATIONS:
                self.findings.add("E006", f"版本声明 {name} 不是 OCFL 1.0 或 1.1 的对象")
                continue
            self.specification = max(self.specification, number)
            if (self.path / name).read_bytes() != name.removeprefix("0=").encode() + b"\n":
                self.findings.add("E007", f"版本声明 {name} 的内容不符")

    def _parse(self, raw: bytes, *, where: str) -> Checked:
        try:
            data = json.loads(raw)
        except (ValueError, RecursionError):
            self.findings.add("E033", f"{where} 不是有效的 JSON")
            return Checked(id="", algorithm="")
        return check_inventory(data, where=where, findings=self.findings)

    def _check_sidecar(self, raw: bytes, folder: Path, algorithm: str, *, where: str) -> None:
        names = sorted(entry.name for entry in folder.glob(f"{FILE}.*"))
        algorithm = algorithm or (names[0].removeprefix(f"{FILE}.") if names else "")
        sidecar = folder / f"{FILE}.{algorithm}"
        if not sidecar.is_file() or algorithm not in {"sha512", "sha256"}:
            self.findings.add("E058", f"{where} 没有摘要文件")
            return
        # Digits of mixed case are no digest anybody writes: a bit of it has changed.
        stated = re.fullmatch(rb"([0-9a-f]+|[0-9A-F]+)[ \t]+inventory\.json\n?", sidecar.read_bytes())
        if stated is None:
            self.findings.add("E061", f"{where}.{algorithm} 的格式不符")
        elif stated[1].decode().lower() != hashlib.new(algorithm, raw).hexdigest():
            self.findings.add("E060", f"{where} 与它的摘要不符，目录被改动过")

    def _check_top(self) -> None:
        for entry in sorted(os.scandir(self.path), key=lambda entry: entry.name):
            name = entry.name
            if entry.is_symlink():
                self.findings.add("E090", f"{name} 是链接，库里不许有链接")
            elif entry.is_dir():
                if name == "extensions":
                    self._check_extensions()
                elif name.startswith("v") and name[1:].isdigit():
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
            if not (self.path / name).is_dir():
                self.findings.add("E046", f"版本文件夹 {name} 不见了")
                self.findings.add("E010", f"版本文件夹 {name} 不见了")

    def _check_extensions(self) -> None:
        for entry in sorted((self.path / "extensions").iterdir()):
            if not entry.is_dir():
                self.findings.add("E067", f"extensions 里多出文件 {entry.name}")
            elif entry.name not in REGISTERED_EXTENSIONS:
                self.findings.add("W013", f"extensions 里的 {entry.name} 不是登记过的扩展")

    def _check_prior_inventories(self, raw: bytes) -> None:
        self._expect(self.root)
        highest = SPECIFICATIONS[0]
        for name in self.root.versions:
            file = self.path / name / FILE
            where = f"{name}/{FILE}"
            if not file.is_file():
                if file.parent.is_dir():
                    self.findings.add("W010", f"{name} 没有自己的 {FILE}")
                continue
            theirs = file.read_bytes()
            if name == self.root.versions[-1]:
                checked = self.root
                if theirs != raw:
                    self.findings.add("E064", f"{where} 与对象的 {FILE} 不同")
            else:
                checked = self._parse(theirs, where=where)
                self._compare(checked, name=name, where=where)
                self._expect(checked)
            self._check_sidecar(theirs, file.parent, checked.algorithm, where=where)
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
            folder = self.path / name
            if not folder.is_dir():
                continue
            for entry in sorted(os.scandir(folder), key=lambda entry: entry.name):
                if entry.is_symlink():
                    self.findings.add("E090", f"{name}/{entry.name} 是链接，库里不许有链接")
                elif entry.name == self.root.content_directory and entry.is_dir():
                    before = len(present)
                    present.update(self._files_below(Path(entry.path), top=True))
                    if len(present) == before:
                        self.findings.add("W003", f"{name} 的内容文件夹是空的")
                elif entry.is_dir():
                    self.findings.add("W002", f"{name} 里多出文件夹 {entry.name}")
                elif entry.name not in {FILE, self.sidecars.get(name, "")}:
                    self.findings.add("E015", f"{name} 里多出文件 {entry.name}")
        return present

    def _files_below(self, folder: Path, *, top: bool = False) -> Iterator[str]:
        entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
        if not entries and not top:
            self.findings.add("E024", f"{folder.relative_to(self.path).as_posix()} 是空文件夹")
        for entry in entries:
            shown = Path(entry.path).relative_to(self.path).as_posix()
            if entry.is_symlink():
                self.findings.add("E090", f"{shown} 是链接，库里不许有链接")
            elif entry.is_dir():
                yield from self._files_below(Path(entry.path))
            else:
                yield shown

    def _check_content(self, present: set[str]) -> None:
        sm3 = self._expected_sm3(present)
        for path in sorted(set(self.expected) - present):
            self.findings.add("E092", f"文件 {self._shown(path)} 不见了")
        for path in sorted(present - set(self.root.manifest)):
            self.findings.add("E023", f"多出文件 {path}，目录里没有登记")
        for path in sorted(present & set(self.expected)):
            wanted = self.expected[path] | ({"sm3": sm3[path]} if path in sm3 else {})
            names = [algorithm.removeprefix("fixity ") for algorithm in wanted]
            try:
                actual = digest_file(self.path / path, names)
            except OSError as fault:
                self.findings.add(UNREADABLE, f"文件 {self._shown(path)} 读不出：{fault.strerror}")
                continue
            self._compare_digests(path, wanted, actual)

    def _compare_digests(self, path: str, wanted: dict[str, set[str]], actual: dict[str, str]) -> None:
        for algorithm, digests in wanted.items():
            name = algorithm.removeprefix("fixity ")
            if digests == {actual[name]}:
                continue
            code = SM3_DIFFERS if name == "sm3" else "E093" if name != algorithm else "E092"
            if code == SM3_DIFFERS and any(
                f.code == "E092" and path in f.message for f in self.findings.found
            ):
                continue  # the bytes differ: said already
            self.findings.add(code, f"文件 {self._shown(path)} 的内容与登记的 {name} 摘要不符")

    def _expected_sm3(self, present: set[str]) -> dict[str, set[str]]:
        """Content path to SM3, from the manifests that our own objects carry."""
        found: dict[str, set[str]] = {}
        for version, state in self.root.states.items():
            if SM3_MANIFEST not in state:
                continue
            for file in self.root.content_of(version, SM3_MANIFEST) & present:
                for logical_path, digest in read_sm3_manifest((self.path / file).read_bytes()).items():
                    for content in (
                        self.root.content_of(version, logical_path) if logical_path in state else ()
                    ):
                        found.setdefault(content, set()).add(digest)
        return found

    def _shown(self, path: str) -> str:
        """A content path with the name that people gave it."""
        digest = self.root.manifest.get(path)
        names = {
            name for state in self.root.states.values() for name, other in state.items() if other == digest
        }
        return f"{path}（{sorted(names)[0]}）" if names else path
