"""Sealing of single values (AES-256-GCM), and blind indexes by which sealed values are found (HMAC-SM3).

Keys have versions, kept in a file outside the database. A sealed value names its version, so that old ones
stay readable after a change of keys, and is bound to the place it stands in (`about`), so that it cannot be
moved to another row or column.
"""

import json
import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Self

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes, hmac
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

_FORMAT = 1  # first byte of a sealed value; the next four are the key version, then twelve of nonce
_HEADER, _NONCE = 5, 12
_KEY = 32


class SealBroken(Exception):
    """The sealed bytes were altered, belong to another place, or are no sealed value at all."""


class KeyMissing(Exception):
    """The key file does not hold the version a value was sealed with, or cannot be read."""


@dataclass(frozen=True, slots=True)
class KeyPair:
    """Two independent keys of one version: one seals, the other makes indexes."""

    seal: bytes = field(repr=False)
    index: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Keyring:
    """All versions of the keys; new values use `current`."""

    current: int
    pairs: Mapping[int, KeyPair] = field(repr=False)

    @classmethod
    def create(cls, path: Path) -> Self:
        """Make a key file with version 1, readable by its owner only. `FileExistsError` if there is one."""
        keyring = cls(current=1, pairs={1: _new_pair()})
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(keyring._written())
            file.flush()
            os.fsync(file.fileno())
        return keyring

    @classmethod
    def load(cls, path: Path) -> Self:
        """Read a key file. Raises `KeyMissing` when it is absent or not in the right form."""
        try:
            content = json.loads(path.read_text(encoding="ascii"))
            pairs = {
                int(version): KeyPair(bytes.fromhex(keys["seal"]), bytes.fromhex(keys["index"]))
                for version, keys in content["keys"].items()
            }
            current = int(content["current"])
        except OSError as error:
            reason = error.strerror or "原因不明"
            raise KeyMissing(f"读不到密钥文件 {path.name}：{reason}。请从保管处恢复密钥文件。") from error
        except (ValueError, KeyError, TypeError, AttributeError):
            # Without `from`: a parser's message may quote the file, and the file is keys.
            raise KeyMissing(f"密钥文件 {path.name} 的内容不对。请从保管处恢复密钥文件。") from None
        whole = all(len(p.seal) == len(p.index) == _KEY and p.seal != p.index for p in pairs.values())
        if current not in pairs or not whole:
            raise KeyMissing(f"密钥文件 {path.name} 的内容不对。请从保管处恢复密钥文件。")
        return cls(current=current, pairs=pairs)

    def rotate(self, path: Path) -> "Keyring":
        """Add a version and make it current, in the file too (replaced whole); other entries of the file stay."""
        kept = json.loads(path.read_text(encoding="ascii"))
        version = max(self.pairs) + 1
        keyring = Keyring(current=version, pairs={**self.pairs, version: _new_pair()})
        fresh = path.with_name(f"{path.name}.new")
        fresh.unlink(missing_ok=True)
        descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(json.dumps({**kept, **json.loads(keyring._written())}, indent=1) + "\n")
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(path)
        return keyring

    def pair(self, version: int) -> KeyPair:
        """The keys of a version; raises `KeyMissing`."""
        try:
            return self.pairs[version]
        except KeyError:
            raise KeyMissing(f"缺少第 {version} 版密钥。请从保管处恢复密钥文件。") from None

    def _written(self) -> str:
        keys = {str(v): {"seal": p.seal.hex(), "index": p.index.hex()} for v, p in self.pairs.items()}
        return json.dumps({"current": self.current, "keys": keys}, indent=1) + "\n"


def keyring_at(path: Path) -> Keyring:
    """The keys of a file, read again when the file changes. Raises `KeyMissing`."""
    try:
        written = path.stat().st_mtime_ns
    except OSError:
        written = 0
    return _loaded(path, written)


@lru_cache(maxsize=4)
def _loaded(path: Path, written: int) -> Keyring:
    return Keyring.load(path)


def seal(plain: str, *, keys: Keyring, about: str) -> bytes:
    """Seal a text with the current key for the place named by `about` (table.column:row)."""
    header = bytes([_FORMAT]) + keys.current.to_bytes(4, "big")
    nonce = secrets.token_bytes(_NONCE)
    sealed = AESGCM(keys.pair(keys.current).seal).encrypt(nonce, plain.encode(), _bound(header, about))
    return header + nonce + sealed


def unseal(sealed: bytes, *, keys: Keyring, about: str) -> str:
    """Open a sealed text. Raises `SealBroken` when altered or moved, `KeyMissing` without its key."""
    data = bytes(sealed)  # the database hands out memoryviews
    key = keys.pair(sealed_with(data)).seal
    header, nonce = data[:_HEADER], data[_HEADER : _HEADER + _NONCE]
    try:
        return AESGCM(key).decrypt(nonce, data[_HEADER + _NONCE :], _bound(header, about)).decode()
    except InvalidTag:
        raise SealBroken("加密内容已被改动，或不属于这条记录。请从备份恢复。") from None


def sealed_with(sealed: bytes) -> int:
    """The version of the key a value was sealed with: values of old versions wait for resealing."""
    data = bytes(sealed)
    if len(data) < _HEADER + _NONCE + 16 or data[0] != _FORMAT:
        raise SealBroken("不是加密内容，或已被截断。请从备份恢复。")
    return int.from_bytes(data[1:_HEADER], "big")


def blind_index(text: str, *, keys: Keyring) -> bytes:
    """Thirty-two bytes by which equal texts are found unseen. Bring the text to one form first."""
    return _index(text, keys.pair(keys.current).index)


def blind_indexes(text: str, *, keys: Keyring) -> list[bytes]:
    """The indexes under every version, newest first: what to look for while old rows are rewritten."""
    return [_index(text, keys.pairs[version].index) for version in sorted(keys.pairs, reverse=True)]


def _index(text: str, key: bytes) -> bytes:
    maker = hmac.HMAC(key, hashes.SM3())
    maker.update(text.encode())
    return maker.finalize()


def _bound(header: bytes, about: str) -> bytes:
    return header + about.encode()


def _new_pair() -> KeyPair:
    return KeyPair(secrets.token_bytes(_KEY), secrets.token_bytes(_KEY))
