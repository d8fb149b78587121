"""The class keys: one for each level of secrecy and version, in a file outside the database and the vault.

They open nothing by themselves: each wraps the data keys of the objects of its class (`key_folder`). Whoever loses
this file has lost every sealed object; whoever has it and the vault can read them all.
"""

import fcntl
import json
import os
import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

from nianlun.kernel.cipher import KeyMissing
from nianlun.kernel.envelope import KEY
from nianlun.vault.domain import Secrecy

Versions = Mapping[int, bytes]


class KeyInTheWay(Exception):
    """The file already holds another key of this class and version, or the last one that is left."""


@dataclass(frozen=True, slots=True)
class ClassKeys:
    """Every version of every class's key; new data keys are wrapped with the newest."""

    keys: Mapping[Secrecy, Versions] = field(repr=False)

    @classmethod
    def create(cls, path: Path) -> Self:
        """Make a key file with version 1 for each class, for its owner only. `FileExistsError` if there is one."""
        made = cls({secrecy: {1: secrets.token_bytes(KEY)} for secrecy in Secrecy})
        _write_new(path, made.to_bytes())
        return made

    @classmethod
    def load(cls, path: Path) -> Self:
        """Read a key file. Raises `KeyMissing` when it is absent or not in the right form."""
        try:
            raw = path.read_bytes()
        except OSError as error:
            reason = error.strerror or "原因不明"
            raise KeyMissing(
                f"读不到档案库的密钥文件 {path.name}：{reason}。请从保管处恢复密钥文件。"
            ) from error
        return cls.from_bytes(raw, name=path.name)

    @classmethod
    def from_bytes(cls, raw: bytes, *, name: str) -> Self:
        """Parse what `to_bytes` wrote; `name` is what to call it when it is refused with `KeyMissing`."""
        try:
            content = json.loads(raw)["keys"]
            found = {
                Secrecy(secrecy): {int(version): bytes.fromhex(key) for version, key in versions.items()}
                for secrecy, versions in content.items()
            }
        except (ValueError, KeyError, TypeError, AttributeError):
            # Without `from`: a parser's message may quote the file, and the file is keys.
            raise KeyMissing(f"密钥文件 {name} 的内容不对。请从保管处恢复密钥文件。") from None
        if not found or not all(
            versions and all(number > 0 and len(key) == KEY for number, key in versions.items())
            for versions in found.values()
        ):
            raise KeyMissing(f"密钥文件 {name} 的内容不对。请从保管处恢复密钥文件。")
        return cls(found)

    def to_bytes(self) -> bytes:
        """The file's content: JSON, keys in hex."""
        content = {
            secrecy.value: {str(number): key.hex() for number, key in sorted(versions.items())}
            for secrecy, versions in sorted(self.keys.items())
        }
        return json.dumps({"format": "nianlun-class-keys/1", "keys": content}, indent=1).encode() + b"\n"

    def newest(self, secrecy: Secrecy) -> int:
        """The version that wraps what is stored from now on; raises `KeyMissing`."""
        if not self.keys.get(secrecy):
            raise KeyMissing(f"密钥文件里没有“{secrecy.label}”类的密钥。请从保管处恢复密钥文件。")
        return max(self.keys[secrecy])

    def key(self, secrecy: Secrecy, version: int) -> bytes:
        """The key of a class and version; raises `KeyMissing`."""
        try:
            return self.keys[secrecy][version]
        except KeyError:
            raise KeyMissing(
                f"缺少“{secrecy.label}”类的第 {version} 版密钥。请从保管处恢复密钥文件。"
            ) from None

    def rotated(self, secrecy: Secrecy) -> "ClassKeys":
        """These keys and a new version of one class."""
        versions = self.keys.get(secrecy, {})
        return self._with(secrecy, {**versions, max(versions, default=0) + 1: secrets.token_bytes(KEY)})

    def without(self, secrecy: Secrecy, version: int) -> "ClassKeys":
        """These keys but one. Raises `KeyMissing` for one that is not there, `KeyInTheWay` for the newest."""
        self.key(secrecy, version)
        if version == self.newest(secrecy):
            raise KeyInTheWay(
                f"第 {version} 版是“{secrecy.label}”类现用的密钥，不能撤除。请先换用新的一版。"
            )
        kept = {number: key for number, key in self.keys[secrecy].items() if number != version}
        return self._with(secrecy, kept)

    def merged(self, other: "ClassKeys") -> "ClassKeys":
        """These keys and those of another file. Raises `KeyInTheWay` where the two differ on one version."""
        merged = self
        for secrecy, versions in other.keys.items():
            ours = merged.keys.get(secrecy, {})
            for number in ours.keys() & versions.keys():
                if ours[number] != versions[number]:
                    raise KeyInTheWay(
                        f"“{secrecy.label}”类的第 {number} 版密钥两边不同，没有导入。请查明哪一份属于本系统。"
                    )
            merged = merged._with(secrecy, {**ours, **versions})
        return merged

    def replace(self, path: Path) -> None:
        """Put these keys in place of a key file, whole or not at all; other entries of the file stay.

        Whoever calls it has read the file under `changing`: keys that another added meanwhile would be lost for good.
        """
        kept: dict[str, Any] = json.loads(path.read_bytes()) if path.exists() else {}
        fresh = path.with_name(f"{path.name}.new")
        fresh.unlink(missing_ok=True)
        merged = json.dumps({**kept, **json.loads(self.to_bytes())}, indent=1) + "\n"
        _write_new(fresh, merged.encode())
        fresh.replace(path)
        _sync_folder(path.parent)

    def _with(self, secrecy: Secrecy, versions: Versions) -> "ClassKeys":
        return ClassKeys({**self.keys, secrecy: versions})


@contextmanager
def changing(path: Path) -> Iterator[None]:
    """Be the only one who reads and replaces a key file, of all processes, as long as the block runs."""
    handle = os.open(path.with_name(f".{path.name}.lock"), os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def _write_new(path: Path, content: bytes) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    _sync_folder(path.parent)


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
