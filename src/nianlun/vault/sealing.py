"""Sealed objects: the bytes enter the store encrypted, and what they were before lies encrypted among them.

An object of a sealed class is an ordinary OCFL object whose files are sealed files (`kernel.envelope`), each bound to
the object and its logical path. Every version has `manifest-plain.json`, sealed too, with digests, size and type of
the original bytes; whether an object is sealed is told by that file. Its key lies beside the objects (`key_folder`),
written before the object appears, so that a crash leaves a key without an object and never the other way round.
"""

import io
import json
import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import BinaryIO, cast

from django.conf import settings

from nianlun.kernel.cipher import KeyMissing, SealBroken
from nianlun.kernel.digests import Digester
from nianlun.kernel.envelope import CHUNK, KEY, Algorithm, SealedReader, open_chunks, seal_chunks
from nianlun.vault import key_folder
from nianlun.vault.class_keys import ClassKeys
from nianlun.vault.domain import HEAD, Secrecy, media_type
from nianlun.vault.key_folder import WrappedKey
from nianlun.vault.ocfl import BadName, Damaged, NotStored, Source, StorageError, Version
from nianlun.vault.ocfl.store import Store

PLAIN_MANIFEST = "manifest-plain.json"
_FORMAT = "nianlun-plain/1"
_SM4 = "sm4-gcm"


class Changed(StorageError):
    """The source was altered while it was being stored; nothing was stored."""


class Unsealed(StorageError):
    """An object that should be sealed lies in the store unsealed."""


class NotSealed(StorageError):
    """What is asked for needs an object whose files are sealed."""


class NotOffline(StorageError):
    """The object's key never left."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlainFile:
    """What a file is before sealing: digests in lower-case hex, size in bytes, type."""

    sha512: str
    sm3: str
    size: int
    media_type: str


def is_sealed_class(secrecy: Secrecy) -> bool:
    """Whether objects of this class are sealed in this installation (settings.VAULT_SEALED)."""
    return secrecy.value in settings.VAULT_SEALED


def class_keys() -> ClassKeys:
    """The installation's class keys; raises `KeyMissing`."""
    return ClassKeys.load(Path(settings.VAULT_KEYS))


def class_keys_at_hand() -> ClassKeys | None:
    """The same where they may be missing: what is copied without them is copied with less certainty."""
    try:
        return class_keys()
    except KeyMissing:
        return None


def lies_sealed(vault: Store, object_id: str) -> bool | None:
    """Whether the object in the store is sealed; None if there is no such object. Raises `Damaged`."""
    try:
        inventory = vault.inventory(object_id)
    except NotStored:
        return None
    return PLAIN_MANIFEST in inventory.state(inventory.number)


def key_of(vault: Store, object_id: str) -> WrappedKey:
    """The wrapped key of an object in the store; raises `Damaged` if its key file is not there or not whole."""
    try:
        found = key_folder.read(vault, object_id)
    except SealBroken as fault:
        raise Damaged(str(fault)) from fault
    if found is None:
        raise Damaged(f"对象 {object_id} 的密钥文件不见了，读不出内容。请从别的副本恢复密钥文件。")
    return found


def data_key(vault: Store, object_id: str) -> bytes:
    """The data key of an object in the store. Raises `Damaged`, and `KeyMissing` without the class key."""
    try:
        return key_of(vault, object_id).unwrap(class_keys())
    except SealBroken as fault:
        raise Damaged(str(fault)) from fault


def put(
    vault: Store,
    object_id: str,
    files: Mapping[str, Source],
    *,
    secrecy: Secrecy,
    message: str,
    author_name: str,
    author_address: str,
    at: datetime,
    replace_state: bool,
) -> Version:
    """`StorageRoot.put` for a sealed object: whoever calls it is the object's only writer.

    Sources are read twice, once to know whether they say anything new; streams must therefore be seekable. The
    digests in what is returned are of the sealed bytes. Raises `Changed`, `KeyMissing` and what `put` raises.
    """
    if not files or PLAIN_MANIFEST in files:
        raise BadName(
            f"没有给出要存入对象 {object_id} 的文件，或文件用了保留的名字 {PLAIN_MANIFEST}。请核对。"
        )
    exists = lies_sealed(vault, object_id)
    key = data_key(vault, object_id) if exists else _first_key(vault, object_id, secrecy=secrecy)
    before = contents(vault, object_id, key=key) if exists else {}
    given = {path: describe(source, name=path) for path, source in files.items()}
    state = given if replace_state else {**before, **given}
    if state == before:
        return vault.version(object_id)
    sealed: dict[str, Source] = {}
    for path, source in files.items():
        if before.get(path) == given[path]:
            if replace_state:  # sealing it anew would add the same content a second time
                sealed[path] = vault.open(object_id, path)
        else:
            sealed[path] = _sealing(source, key=key, about=about(object_id, path), expected=given[path])
    told = _manifest(state)
    sealed[PLAIN_MANIFEST] = b"".join(
        seal_chunks(
            io.BytesIO(told), key=key, about=about(object_id, PLAIN_MANIFEST), algorithm=algorithm()
        )
    )
    return vault.put(
        object_id,
        sealed,
        message=message,
        author_name=author_name,
        author_address=author_address,
        at=at,
        replace_state=replace_state,
    )


def contents(
    vault: Store, object_id: str, *, number: int | None = None, key: bytes
) -> dict[str, PlainFile]:
    """What the files of a version were before sealing, by logical path. Raises `Damaged` and `NotStored`."""
    try:
        with vault.open(object_id, PLAIN_MANIFEST, number) as stream:
            raw = b"".join(open_chunks(stream, key=key, about=about(object_id, PLAIN_MANIFEST)))
        content = json.loads(raw)
        if content["format"] != _FORMAT:
            raise ValueError
        return {path: PlainFile(**file) for path, file in content["files"].items()}
    except SealBroken as fault:
        raise Damaged(f"对象 {object_id} 的 {PLAIN_MANIFEST}：{fault}") from fault
    except (ValueError, KeyError, TypeError, AttributeError) as fault:
        raise Damaged(f"对象 {object_id} 的 {PLAIN_MANIFEST} 读不懂。请从别的副本恢复。") from fault


def open_sealed(
    vault: Store, object_id: str, logical_path: str, *, number: int | None = None, key: bytes
) -> SealedReader:
    """The plain bytes of a sealed file as a stream that the caller closes; raises `Damaged` and `NotStored`."""
    stream = vault.open(object_id, logical_path, number)
    try:
        return SealedReader(stream, key=key, about=about(object_id, logical_path))
    except SealBroken as fault:
        stream.close()
        raise Damaged(f"对象 {object_id} 的文件“{logical_path}”：{fault}") from fault


def prove(vault: Store, object_id: str, *, key: bytes) -> None:
    """Return if this key opens every file of the current version, end and length included; raises `Damaged`."""
    for path, file in contents(vault, object_id, key=key).items():
        with open_sealed(vault, object_id, path, key=key) as reader:
            if reader.size != file.size:
                raise Damaged(f"对象 {object_id} 的文件“{path}”大小不对。请从别的副本恢复。")


def describe(source: Source, *, name: str) -> PlainFile:
    """Digests, size and type of a source's bytes; a stream stands where it stood afterwards."""
    digester = Digester()
    with _opened(source) as stream:
        chunk = head = stream.read(CHUNK)
        while chunk:
            digester.update(chunk)
            chunk = stream.read(CHUNK)
    found = digester.finish()
    return PlainFile(
        sha512=found.sha512, sm3=found.sm3, size=found.size, media_type=media_type(head[:HEAD], name=name)
    )


def about(object_id: str, logical_path: str) -> str:
    """What a sealed file is bound to: it opens as this file of this object and as no other."""
    return f"{object_id}\n{logical_path}"


def algorithm() -> Algorithm:
    """What new files are encrypted with (settings.VAULT_CIPHER)."""
    return Algorithm.SM4_GCM if settings.VAULT_CIPHER == _SM4 else Algorithm.AES_256_GCM


def _first_key(vault: Store, object_id: str, *, secrecy: Secrecy) -> bytes:
    keys = class_keys()
    fresh = WrappedKey.wrap(secrets.token_bytes(KEY), object_id=object_id, secrecy=secrecy, keys=keys)
    return key_folder.place_first(vault, fresh).unwrap(keys)


def _manifest(files: Mapping[str, PlainFile]) -> bytes:
    content = {"format": _FORMAT, "files": {path: asdict(file) for path, file in sorted(files.items())}}
    return json.dumps(content, ensure_ascii=False, indent=1).encode() + b"\n"


class _Sealing(io.RawIOBase):
    """A stream of sealed bytes that are made as they are read."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        super().__init__()
        self._pieces, self._rest = pieces, memoryview(b"")

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview | bytearray, /) -> int:  # type: ignore[override]  # any buffer will do
        while not self._rest:
            piece = next(self._pieces, b"")
            if not piece:
                return 0
            self._rest = memoryview(piece)
        size = min(len(buffer), len(self._rest))
        buffer[:size] = self._rest[:size]
        self._rest = self._rest[size:]
        return size


def _sealing(source: Source, *, key: bytes, about: str, expected: PlainFile) -> BinaryIO:
    def pieces() -> Iterator[bytes]:
        with _opened(source) as stream:
            watched = _Watched(stream)
            yield from seal_chunks(watched, key=key, about=about, algorithm=algorithm())
        found = watched.digester.finish()
        if (found.sha512, found.size) != (expected.sha512, expected.size):
            raise Changed("文件在存入途中被改动，这次没有存入任何内容。请等它写完再存。")

    return cast(BinaryIO, _Sealing(pieces()))


class _Watched:
    """A stream that digests what is read from it."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream, self.digester = stream, Digester()

    def read(self, size: int, /) -> bytes:
        data = self._stream.read(size)
        self.digester.update(data)
        return data


@contextmanager
def _opened(source: Source) -> Iterator[BinaryIO]:
    """The source from its beginning; a stream is set back to where it stood."""
    if isinstance(source, Path):
        with source.open("rb") as stream:
            yield stream
    elif isinstance(source, bytes):
        yield io.BytesIO(source)
    else:
        start = source.tell()
        try:
            yield source
        finally:
            source.seek(start)
