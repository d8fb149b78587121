"""Whether an inventory, whoever wrote it, follows OCFL 1.0 or 1.1. Looks at nothing but the parsed JSON."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from nianlun.vault.ocfl.faults import BadName
from nianlun.vault.ocfl.findings import BAD_NAME, Findings
from nianlun.vault.ocfl.names import check_object_id
from nianlun.vault.ocfl.streams import DIGEST_LENGTHS

SPECIFICATIONS = ("1.0", "1.1")
_KEYS = {"id", "type", "digestAlgorithm", "head", "contentDirectory", "manifest", "versions", "fixity"}
_VERSION_KEYS = {"created", "state", "message", "user"}
_RFC3339 = re.compile(r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)", re.ASCII)
_LONGEST_PATH = 4096  # characters; no filesystem takes more
_UNFIT = re.compile("[\0\ud800-\udfff]")  # a zero byte and halves of characters, which JSON can make up


@dataclass(slots=True)
class Checked:
    """What could be understood of an inventory; digests in lower case."""

    id: str = ""
    specification: str = "1.1"
    algorithm: str = "sha512"
    content_directory: str = "content"
    content_directory_set: bool = False
    versions: list[str] = field(default_factory=list)  # in order, without what is out of sequence
    manifest: dict[str, str] = field(default_factory=dict)  # content path -> digest
    states: dict[str, dict[str, str]] = field(default_factory=dict)  # version -> logical path -> digest
    about: dict[str, dict[str, Any]] = field(default_factory=dict)  # version -> created, message, user
    fixity: dict[str, dict[str, set[str]]] = field(
        default_factory=dict
    )  # content path -> algorithm -> digests

    _paths: dict[str, set[str]] = field(default_factory=dict)  # digest -> content paths

    def content_of(self, version: str, logical_path: str) -> set[str]:
        if not self._paths:
            for path, digest in self.manifest.items():
                self._paths.setdefault(digest, set()).add(path)
        return self._paths.get(self.states[version][logical_path], set())


def check_inventory(data: object, *, where: str, findings: Findings) -> Checked:
    """Add every fault of the inventory to the findings and return what it says."""
    add, checked = findings.add, Checked()
    if not isinstance(data, dict):
        add("E033", f"{where} 不是 JSON 对象")
        return checked
    for key in sorted(set(data) - _KEYS):
        add("E102", f"{where} 有规格之外的键 {key}")
    _check_head_matter(data, where=where, add=add, checked=checked)
    if checked.algorithm not in {"sha512", "sha256"}:
        return checked
    spelled = _check_manifest(data, where=where, add=add, checked=checked)
    _check_versions(data, where=where, add=add, checked=checked, spelled=spelled)
    if "head" in data and checked.versions and data["head"] != checked.versions[-1]:
        add("E040", f"{where} 的 head 是 {data['head']}，应为 {checked.versions[-1]}")
    for path in checked.manifest:
        if checked.versions and path.split("/")[0] not in checked.versions:
            add("E042", f"{where} 的清单指向不存在的版本：{path}")
    used = {digest for state in checked.states.values() for digest in state.values()}
    if checked.versions:
        for digest in sorted(set(checked.manifest.values()) - used):
            add("E107", f"{where} 的清单里有任何版本都没用到的摘要 {digest[:16]}…")
    if "fixity" in data:
        _check_fixity(data["fixity"], where=where, add=add, checked=checked)
    return checked


def _check_head_matter(data: Mapping[str, Any], *, where: str, add: Any, checked: Checked) -> None:
    for key in ("id", "type", "digestAlgorithm", "head"):
        if key not in data:
            add("E036", f"{where} 缺少 {key}")
    if "id" in data:
        if not isinstance(data["id"], str) or not data["id"]:
            add("E037", f"{where} 的 id 不是文字或为空")
        else:
            try:
                checked.id = check_object_id(data["id"])
            except BadName as fault:
                add(BAD_NAME, f"{where}：{fault}")
            if checked.id and not re.match(r"[A-Za-z][A-Za-z0-9+.-]*:.", checked.id):
                add("W005", f"{where} 的 id 不是 URI：{checked.id}")
    if "type" in data:
        named = re.fullmatch(r"https://ocfl\.io/(\d+\.\d+)/spec/#inventory", str(data["type"]))
        if named and named[1] in SPECIFICATIONS:
            checked.specification = named[1]
        else:
            add("E038", f"{where} 的 type 不是 OCFL 1.0 或 1.1 的目录：{data['type']}")
    checked.algorithm = str(data.get("digestAlgorithm", "sha512"))
    if checked.algorithm == "sha256":
        add("W004", f"{where} 用 sha256，宜用 sha512")
    elif checked.algorithm != "sha512":
        add("E025", f"{where} 的摘要算法 {checked.algorithm} 不许用于定位内容")
    if "contentDirectory" in data:
        name = data["contentDirectory"]
        if not isinstance(name, str) or "/" in name or not name:
            add("E017", f"{where} 的 contentDirectory 不是单个文件夹名")
        elif name in {".", ".."}:
            add("E018", f"{where} 的 contentDirectory 不能是 {name}")
        else:
            checked.content_directory, checked.content_directory_set = name, True


def _check_manifest(data: Mapping[str, Any], *, where: str, add: Any, checked: Checked) -> set[str]:
    """Returns the digests as spelled, which the states must repeat letter by letter."""
    if "manifest" not in data:
        add("E041", f"{where} 缺少 manifest")
        return set()
    manifest = data["manifest"]
    if not isinstance(manifest, dict):
        add("E041" if checked.specification == "1.0" else "E106", f"{where} 的 manifest 不是 JSON 对象")
        return set()
    seen: set[str] = set()
    for digest, paths in manifest.items():
        if not _is_digest(digest, checked.algorithm):
            add("E025", f"{where} 的清单里 {digest[:40]} 不是 {checked.algorithm} 摘要")
            continue
        if not isinstance(paths, list) or not all(isinstance(path, str) for path in paths):
            add("E092", f"{where} 的清单里 {digest[:16]}… 没有列出路径")
            continue
        if digest.lower() in seen:
            add("E096", f"{where} 的清单里同一摘要出现两次：{digest[:16]}…")
        seen.add(digest.lower())
        for path in paths:
            if path in checked.manifest:
                add("E101", f"{where} 的清单里同一路径出现两次：{path}")
            if _is_unfit(path):
                add(BAD_NAME, f"{where} 的清单里有不能用的路径：{path[:80]}")
            elif fault := _content_path_fault(path, checked.content_directory):
                add(fault, f"{where} 的清单里路径不合规：{path}")
            else:
                checked.manifest[path] = digest.lower()
    for path in _conflicts(checked.manifest):
        add("E101", f"{where} 的清单里 {path} 既是文件又是文件夹")
    return set(manifest)


def _content_path_fault(path: str, content_directory: str) -> str:
    elements = path.split("/")
    if not path or path.startswith("/") or path.endswith("/"):
        return "E100"
    if any(element in {"", ".", ".."} for element in elements):
        return "E099"
    if len(elements) < 3 or not re.fullmatch(r"v[0-9]+", elements[0]) or elements[1] != content_directory:
        return "E042"
    return ""


def _check_versions(
    data: Mapping[str, Any], *, where: str, add: Any, checked: Checked, spelled: set[str]
) -> None:
    if "versions" not in data:
        add("E041", f"{where} 缺少 versions")
        add("E043", f"{where} 缺少 versions")
        return
    versions = data["versions"]
    if not isinstance(versions, dict):
        add("E044", f"{where} 的 versions 不是 JSON 对象")
        return
    checked.versions = _sequence(versions, where=where, add=add)
    for name in checked.versions:
        block, here = versions[name], f"{where} 的 {name}"
        if not isinstance(block, dict):
            add("E047", f"{here} 不是 JSON 对象")
            continue
        for key in sorted(set(block) - _VERSION_KEYS):
            add("E102", f"{here} 有规格之外的键 {key}")
        checked.about[name] = {key: block.get(key) for key in ("created", "message", "user")}
        _check_created(block, here=here, add=add)
        _check_about(block, here=here, add=add)
        if "state" not in block:
            add("E048", f"{here} 缺少 state")
        else:
            checked.states[name] = _check_state(
                block["state"], here=here, add=add, algorithm=checked.algorithm, spelled=spelled
            )


def _sequence(versions: Mapping[str, Any], *, where: str, add: Any) -> list[str]:
    """The version names that follow on each other from 1, all padded alike."""
    if not versions:
        add("E008", f"{where} 没有任何版本")
        return []
    first = next((name for name in versions if re.fullmatch(r"v0*1", name)), None)
    for name in versions:
        if not re.fullmatch(r"v0*[1-9][0-9]*", name):
            add("E104" if not name.startswith("v") else "E105", f"{where} 的版本名不合规：{name}")
            add("E046", f"{where} 的版本名不合规：{name}")
    if first is None:
        add("E009", f"{where} 的版本不从 1 开始")
        return []
    width = len(first) - 1 if first != "v1" else 0
    if width:
        add("W001", f"{where} 的版本名补了零，宜写 v1、v2")
    names = [f"v{number:0{width}d}" for number in range(1, len(versions) + 1)]
    good = [name for name in names if name in versions]
    if len(good) < len(versions):
        numbers = {str(number) for number in range(1, len(versions) + 1)}
        padded_otherwise = any(n[1:].lstrip("0") in numbers for n in set(versions) - set(good))
        add(
            "E012" if padded_otherwise else "E010",
            f"{where} 的版本号不连续或写法不一：{'、'.join(versions)}",
        )
    elif width and len(versions) >= 10 ** (width - 1):
        add("E011", f"{where} 的版本号超出补零的位数")
    return good


def _check_created(block: Mapping[str, Any], *, here: str, add: Any) -> None:
    if "created" not in block:
        add("E048", f"{here} 缺少 created")
        return
    created = block["created"]
    if not isinstance(created, str) or not _RFC3339.fullmatch(created):
        add("E049", f"{here} 的 created 不是带时区、精确到秒的时刻：{created}")
        return
    try:
        datetime.fromisoformat(created.upper())
    except ValueError:
        add("E049", f"{here} 的 created 不是真实的时刻：{created}")


def _check_about(block: Mapping[str, Any], *, here: str, add: Any) -> None:
    for key in ("message", "user"):
        if key not in block:
            add("W007", f"{here} 没有写 {key}")
    if "message" in block and not isinstance(block["message"], str):
        add("E094", f"{here} 的 message 不是文字")
    user = block.get("user", {"name": "", "address": "urn:"})
    if not isinstance(user, dict) or not isinstance(user.get("name"), str):
        add("E054", f"{here} 的 user 没有姓名")
        return
    for key in sorted(set(user) - {"name", "address"}):
        add("E102", f"{here} 的 user 有规格之外的键 {key}")
    address = user.get("address")
    if "address" not in user:
        add("W008", f"{here} 的 user 没有 address")
    elif not isinstance(address, str):
        add("E054", f"{here} 的 user 的 address 不是文字")
    elif not re.match(r"[A-Za-z][A-Za-z0-9+.-]*:", address):
        add("W009", f"{here} 的 user 的 address 不是 URI：{address}")


def _check_state(
    state: object, *, here: str, add: Any, algorithm: str, spelled: set[str]
) -> dict[str, str]:
    found: dict[str, str] = {}
    if not isinstance(state, dict):
        add("E050", f"{here} 的 state 不是 JSON 对象")
        return found
    for digest, paths in state.items():
        if digest not in spelled or not _is_digest(digest, algorithm):
            add("E050", f"{here} 引用了清单里没有的摘要 {digest[:16]}…")
        if not isinstance(paths, list) or not all(isinstance(path, str) for path in paths):
            add("E050", f"{here} 的摘要 {digest[:16]}… 没有列出路径")
            continue
        for path in paths:
            if path in found:
                add("E095", f"{here} 里同一文件名出现两次：{path}")
            elif _is_unfit(path):
                add(BAD_NAME, f"{here} 里有不能用的文件名：{path[:80]}")
            elif path.startswith("/") or path.endswith("/"):
                add("E053", f"{here} 的文件名以“/”开头或结尾：{path}")
            elif any(element in {"", ".", ".."} for element in path.split("/")):
                add("E052", f"{here} 的文件名含空段、“.”或“..”：{path}")
            else:
                found[path] = digest.lower()
    for path in _conflicts(found):
        add("E095", f"{here} 里 {path} 既是文件又是文件夹")
    return found


def _check_fixity(fixity: object, *, where: str, add: Any, checked: Checked) -> None:
    if not isinstance(fixity, dict):
        code = "E056" if checked.specification == "1.0" else "E111"
        add(code, f"{where} 的 fixity 不是 JSON 对象")
        return
    for algorithm, block in fixity.items():
        if algorithm not in DIGEST_LENGTHS or algorithm == "sm3":
            add("E056", f"{where} 的 fixity 用了规格之外的算法 {algorithm}")
            continue
        if not isinstance(block, dict):
            add("E057", f"{where} 的 fixity.{algorithm} 不是 JSON 对象")
            continue
        seen: set[str] = set()
        for digest, paths in block.items():
            if not _is_digest(digest, algorithm) or not isinstance(paths, list):
                add("E057", f"{where} 的 fixity.{algorithm} 里 {digest[:16]}… 不合规")
                continue
            if digest.lower() in seen:
                add("E097", f"{where} 的 fixity.{algorithm} 里同一摘要出现两次：{digest[:16]}…")
            seen.add(digest.lower())
            for path in map(str, paths):
                if path in checked.manifest:
                    checked.fixity.setdefault(path, {}).setdefault(algorithm, set()).add(digest.lower())
                else:
                    fault = _content_path_fault(path, checked.content_directory)
                    add(fault or "E057", f"{where} 的 fixity.{algorithm} 指向清单之外的路径：{path}")


def _is_digest(text: str, algorithm: str) -> bool:
    return re.fullmatch(rf"[0-9a-fA-F]{{{DIGEST_LENGTHS[algorithm]}}}", text) is not None


def _is_unfit(path: str) -> bool:
    return len(path) > _LONGEST_PATH or _UNFIT.search(path) is not None


def _conflicts(paths: Iterable[str]) -> list[str]:
    """Paths that are also folders of others."""
    listed = set(paths)
    folders = {path[: match.start()] for path in listed for match in re.finditer("/", path)}
    return sorted(listed & folders)
