"""The inventory of an object: which bytes belong to which version under which name (OCFL 1.1 §3.5)."""

import hashlib
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Self

from nianlun.kernel.digests import Digests
from nianlun.vault.ocfl.faults import BadName, Damaged, NotStored, TooLarge
from nianlun.vault.ocfl.names import check_object_id
from nianlun.vault.ocfl.regular import LARGEST_BOOK, read_book

TYPE = "https://ocfl.io/1.1/spec/#inventory"
FILE = "inventory.json"
SAFE_CONTENT_PATH = re.compile(r"v[0-9]+/[^/\0]+(/(?!\.{1,2}(/|$))[^/\0]+)+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """One file of one version: its name to people, its place on the disk, digests in hex, size in bytes."""

    logical_path: str
    content_path: str
    sha512: str
    sm3: str
    size: int

    @property
    def digests(self) -> Digests:
        return Digests(self.sha512, self.sm3, self.size)


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """One state of an object; `added` tells whether the call that returned it made it."""

    object_id: str
    number: int
    created_at: datetime
    message: str
    author_name: str
    author_address: str
    files: Mapping[str, Content]
    added: bool = False


@dataclass(frozen=True, slots=True)
class Inventory:
    """A parsed inventory.json that we read from or add to. Judging foreign ones is `check_inventory`'s."""

    data: Mapping[str, Any]

    @classmethod
    def read(cls, folder: Path) -> Self:
        """The inventory in an object's folder, checked against its sidecar; raises `Damaged`."""
        return cls.found(lambda name: read_book(f"{folder}/{name}"), shown=str(folder))

    @classmethod
    def found(cls, read: Callable[[str], bytes], *, shown: str) -> Self:
        """The same for an object anywhere: `read` gives the bytes of a file beside it or raises `OSError`."""
        try:
            raw = read(FILE)
            data = json.loads(raw)
            algorithm = data["digestAlgorithm"]
            if algorithm not in {"sha512", "sha256"}:
                raise ValueError(algorithm)
            stated = read(f"{FILE}.{algorithm}").decode("ascii").split()[0]
            inventory = cls(data)
            if hashlib.new(algorithm, raw).hexdigest() != stated.lower():
                raise Damaged(
                    f"{shown} 的目录文件 {FILE} 与它的摘要不符。请运行 nianlun verify 并从备份恢复。"
                )
            check_object_id(data["id"])
            inventory.state(inventory.number)
        except (
            BadName,
            OSError,
            ValueError,
            KeyError,
            TypeError,
            IndexError,
            AttributeError,
            RecursionError,
        ) as fault:
            raise Damaged(
                f"{shown} 的目录文件 {FILE} 读不出或不完整。请运行 nianlun verify 并从备份恢复。"
            ) from fault
        return inventory

    @property
    def object_id(self) -> str:
        return str(self.data["id"])

    @property
    def head(self) -> str:
        return str(self.data["head"])

    @property
    def number(self) -> int:
        return int(self.head.removeprefix("v"))

    @property
    def algorithm(self) -> str:
        return str(self.data["digestAlgorithm"])

    @property
    def content_directory(self) -> str:
        return str(self.data.get("contentDirectory", "content"))

    @property
    def lower_case(self) -> bool:
        """Whether digests are written as we write them; mixing would list one digest twice (E096)."""
        return all(digest == digest.lower() for digest in self.data["manifest"])

    def directory(self, number: int) -> str:
        """Name of a version's folder, zero-padded where the object began so; raises `NotStored`."""
        for name in self.data["versions"]:
            if re.fullmatch(rf"v0*{number}", name):
                return str(name)
        raise NotStored(f"对象 {self.object_id} 没有第 {number} 版。请核对版本号。")

    def block(self, number: int) -> Mapping[str, Any]:
        block: Mapping[str, Any] = self.data["versions"][self.directory(number)]
        return block

    def state(self, number: int) -> dict[str, str]:
        """Logical path to digest of one version."""
        return {path: digest for digest, paths in self.block(number)["state"].items() for path in paths}

    def content_path(self, digest: str) -> str:
        """Where a digest's bytes lie, relative to the object; raises `Damaged` if that leads elsewhere."""
        paths = self.data["manifest"].get(digest) or [""]
        if not SAFE_CONTENT_PATH.fullmatch(paths[0]):
            raise Damaged(
                f"对象 {self.object_id} 的目录指向不许可的位置，已停止读取。请运行 nianlun verify。"
            )
        return str(paths[0])


def next_inventory(
    before: Inventory | None,
    *,
    object_id: str,
    state: Mapping[str, str],
    content: Mapping[str, str],
    message: str,
    author_name: str,
    author_address: str,
    at: datetime,
) -> Inventory:
    """Add one version: `state` is logical path to digest, `content` digest to new content path."""
    manifest = dict(before.data["manifest"]) if before else {}
    manifest |= {digest: [path] for digest, path in content.items()}
    by_digest: dict[str, list[str]] = {}
    for path, digest in sorted(state.items()):
        by_digest.setdefault(digest, []).append(path)
    name = next_directory(before)
    block = {
        "created": at.isoformat(timespec="seconds"),
        "message": message,
        "state": by_digest,
        "user": {"name": author_name, "address": author_address},
    }
    kept = (
        {key: before.data[key] for key in ("contentDirectory", "fixity") if key in before.data}
        if before
        else {}
    )
    return Inventory(
        {
            "id": object_id,
            "type": TYPE,
            "digestAlgorithm": "sha512",
            "head": name,
            **kept,
            "manifest": manifest,
            "versions": {**(before.data["versions"] if before else {}), name: block},
        }
    )


def next_directory(before: Inventory | None) -> str:
    """The folder name of the version to come, in the numbering the object began with (OCFL 1.1 E012)."""
    if before is None:
        return "v1"
    digits = before.head.removeprefix("v")
    width = len(digits) if digits.startswith("0") else 0
    return f"v{before.number + 1:0{width}d}"


def write_inventory(inventory: Inventory, *folders: Path) -> None:
    """inventory.json and its sidecar, as two files of each of the folders still being put together.

    Raises `TooLarge` for one that nobody would read again.
    """
    raw = json.dumps(inventory.data, ensure_ascii=False, indent=1).encode() + b"\n"
    if len(raw) > LARGEST_BOOK:
        raise TooLarge(
            f"对象 {inventory.object_id} 的文件太多，目录会超过 {LARGEST_BOOK} 字节，这次没有存入任何内容。"
            "请分成几个对象。"
        )
    sidecar = f"{hashlib.sha512(raw).hexdigest()} {FILE}\n".encode("ascii")
    for folder in folders:
        (folder / FILE).write_bytes(raw)
        (folder / f"{FILE}.sha512").write_bytes(sidecar)


def write_sm3_manifest(sm3: Mapping[str, str]) -> bytes:
    """Lines of `digest  path`, percent signs written as %25 like BagIt (RFC 8493 §2.1.3)."""
    return "".join(
        f"{digest}  {path.replace('%', '%25')}\n" for path, digest in sorted(sm3.items())
    ).encode()


def read_sm3_manifest(raw: bytes) -> dict[str, str]:
    """Logical path to SM3; lines of any other form are passed over, sha512 covers them anyway."""
    lines = (
        re.fullmatch(r"([0-9a-f]{64})  (.+)", line) for line in raw.decode(errors="replace").split("\n")
    )
    return {m[2].replace("%25", "%"): m[1] for m in lines if m}
