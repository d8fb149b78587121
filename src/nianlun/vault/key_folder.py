"""The data keys of sealed objects: one small file for each beside the objects of a store, and in every copy.

`extensions/nianlun-keys/<aa>/<sha256 of the object id>.json` holds the object's data key, wrapped by its class key
(AES-256-GCM, bound to object, class and version). It is no part of the object's versions, so it can be rewritten when
class keys change, and taken away: without it the sealed bytes are noise. docs/reference/formats.md has the form.
"""

import hashlib
import json
import secrets
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Protocol, Self

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from nianlun.kernel.cipher import KeyMissing, SealBroken
from nianlun.vault.class_keys import ClassKeys
from nianlun.vault.domain import Secrecy

EXTENSION = "nianlun-keys"
_FORMAT, _NONCE = "nianlun-key/1", 12


class Beside(Protocol):
    """The small files of a store that lie beside its objects, by path below `extensions/`."""

    def read_extra(self, path: str) -> bytes | None: ...
    def write_extra(self, path: str, data: bytes, *, create: bool = False) -> bool: ...
    def delete_extra(self, path: str) -> None: ...
    def extras(self, folder: str) -> Iterator[str]: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class WrappedKey:
    """An object's data key under the key of its class; useless without the class key file."""

    object_id: str
    secrecy: Secrecy
    class_key: int
    nonce: bytes = field(repr=False)
    wrapped: bytes = field(repr=False)

    @classmethod
    def wrap(cls, data_key: bytes, *, object_id: str, secrecy: Secrecy, keys: ClassKeys) -> Self:
        """Wrap with the newest version of the class's key; raises `KeyMissing`."""
        version, nonce = keys.newest(secrecy), secrets.token_bytes(_NONCE)
        sealed = AESGCM(keys.key(secrecy, version)).encrypt(
            nonce, data_key, _bound(object_id, secrecy=secrecy, version=version)
        )
        return cls(object_id=object_id, secrecy=secrecy, class_key=version, nonce=nonce, wrapped=sealed)

    def unwrap(self, keys: ClassKeys) -> bytes:
        """The data key, 32 bytes. Raises `KeyMissing` without the class key, `SealBroken` when altered or moved."""
        bound = _bound(self.object_id, secrecy=self.secrecy, version=self.class_key)
        try:
            return AESGCM(keys.key(self.secrecy, self.class_key)).decrypt(self.nonce, self.wrapped, bound)
        except InvalidTag:
            raise SealBroken(
                f"对象 {self.object_id} 的密钥文件已被改动，或不是用这份密钥加的密。请从别的副本恢复。"
            ) from None

    @classmethod
    def parse(cls, raw: bytes, *, object_id: str) -> Self:
        """A key file's content; raises `SealBroken` if it is none or belongs to another object."""
        try:
            content: dict[str, Any] = json.loads(raw)
            if (content["format"], content["object"]) != (_FORMAT, object_id):
                raise ValueError
            return cls(
                object_id=object_id,
                secrecy=Secrecy(content["class"]),
                class_key=int(content["class_key"]),
                nonce=bytes.fromhex(content["nonce"]),
                wrapped=bytes.fromhex(content["wrapped"]),
            )
        except (ValueError, KeyError, TypeError):
            raise SealBroken(
                f"对象 {object_id} 的密钥文件不完整，或属于别的对象。请从别的副本恢复。"
            ) from None

    def to_bytes(self) -> bytes:
        content = {
            "format": _FORMAT,
            "object": self.object_id,
            "class": self.secrecy.value,
            "class_key": self.class_key,
            "nonce": self.nonce.hex(),
            "wrapped": self.wrapped.hex(),
        }
        return json.dumps(content, ensure_ascii=False, indent=1).encode() + b"\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A key file as a store lists it. `key` is None for one that cannot be read or is not whole."""

    path: str
    key: WrappedKey | None


def path_of(object_id: str) -> str:
    """Where an object's key file lies, below `extensions/`."""
    digest = hashlib.sha256(object_id.encode()).hexdigest()
    return f"{EXTENSION}/{digest[:2]}/{digest}.json"


def read(store: Beside, object_id: str) -> WrappedKey | None:
    """The key file of an object in this store, None if there is none; raises `SealBroken` if it is no such thing."""
    raw = store.read_extra(path_of(object_id))
    return None if raw is None else WrappedKey.parse(raw, object_id=object_id)


def place(store: Beside, key: WrappedKey) -> None:
    """Put a key file into a store, or in place of the one there, durably."""
    store.write_extra(path_of(key.object_id), key.to_bytes())


def place_first(store: Beside, key: WrappedKey) -> WrappedKey:
    """Put a key file where there is none, and return the one that is there now: another writer's if it was faster."""
    if store.write_extra(path_of(key.object_id), key.to_bytes(), create=True):
        return key
    return read(store, key.object_id) or place_first(store, key)


def bring(key: WrappedKey, *, target: Beside, class_keys: ClassKeys | None) -> None:
    """Put another store's key into this one; a rotten key never takes the place of a good one, nor an old one of a new.

    Raises `SealBroken`, with nothing done, if it does not open under the class keys. Where they are not at hand its
    form is all that can be seen: it is then put only where no key lies, or one that is not whole.
    """
    opens = _opens(key, class_keys)
    there = None
    with suppress(SealBroken):
        there = read(target, key.object_id)
        if there is not None:
            _opens(there, class_keys)
    if there is None or (opens and there != key and there.class_key <= key.class_key):
        place(target, key)


def carry(object_id: str, *, source: Beside, target: Beside, class_keys: ClassKeys | None) -> None:
    """`bring` the key of an object, if the source has one; raises `SealBroken` if that is not whole."""
    key = read(source, object_id)
    while key is not None:
        bring(key, target=target, class_keys=class_keys)
        before, key = key, read(source, object_id)
        if (
            key == before
        ):  # else it was wrapped anew meanwhile, maybe before ours lay where it could be seen
            return


def remove(store: Beside, object_id: str) -> None:
    """Take an object's key out of a store for good; nothing happens if it has none."""
    store.delete_extra(path_of(object_id))


def every(store: Beside) -> Iterator[Found]:
    """All key files of a store, the broken ones too: one of them hides nothing of the others."""
    for path in store.extras(EXTENSION):
        if path.endswith(".json") and not path.endswith("/config.json"):
            with suppress(FileNotFoundError):  # taken away while we look
                yield Found(path=path, key=_at(store, path))


def _at(store: Beside, path: str) -> WrappedKey | None:
    """The key in a file, None if there is none in it; raises `FileNotFoundError`."""
    try:
        raw = store.read_extra(path)
    except OSError:
        return None
    if raw is None:
        raise FileNotFoundError(path)
    try:
        key = WrappedKey.parse(raw, object_id=str(json.loads(raw)["object"]))
    except (SealBroken, ValueError, KeyError, TypeError):
        return None
    return key if path_of(key.object_id) == path else None


def _opens(key: WrappedKey, class_keys: ClassKeys | None) -> bool:
    """Whether the key opens; False where the class key is not at hand. Raises `SealBroken` for a rotten one."""
    if class_keys is None:
        return False
    try:
        key.unwrap(class_keys)
    except KeyMissing:
        return False
    return True


def _bound(object_id: str, *, secrecy: Secrecy, version: int) -> bytes:
    return f"{_FORMAT}\n{object_id}\n{secrecy.value}\n{version}".encode()
