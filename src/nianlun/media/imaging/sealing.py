"""A package sealed for the keepers: with age (age-encryption.org/v1), or with SM4 under SM2 keys (formats.md).

The server knows public keys only. Whoever opens brings a private key along for as long as the reading takes.
"""

import io
import json
import os
import re
import secrets
import struct
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import BinaryIO, cast

import gmssl_pyx
import pyrage

from nianlun.kernel.cipher import SealBroken
from nianlun.kernel.envelope import KEY, Algorithm, open_chunks, seal_chunks
from nianlun.media.imaging.faults import NoRecipients, PackageDamaged, WrongIdentity
from nianlun.media.imaging.sums import CHUNK

AGE, SM4 = "age", "sm4"
SUFFIXES = {AGE: ".tar.age", SM4: ".tar.sm4"}
MAGIC = b"NLM1"
_ABOUT = "nianlun-media-package"
_SM2_PUBLIC = re.compile(r"sm2:([0-9a-f]{128})")
_SM2_PRIVATE = re.compile(r"sm2-secret:([0-9a-f]{64}):([0-9a-f]{128})")
_FEWEST = 2
_CHANGED = "加密包已被改动或截断，到这里为止读不下去。请用同一套的另一份介质。"
_NO_AGE_KEY = "这不是 age 的私钥。私钥文件里应有一行以 AGE-SECRET-KEY-1 开头。"
_WRONG = "这把私钥打不开这个包。请换封装时列出的保管人的私钥。"


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipient:
    """A keeper for whom packages are sealed: the name and the public key."""

    name: str
    key: str


def read_recipients(text: str) -> list[Recipient]:
    """The keepers of a recipients file: `# name` on a line, the public key on the next.

    The file is what `age -R` takes. Raises `NoRecipients` for fewer than two keys, for one that is no key and for
    age and SM2 keys together.
    """
    found: list[Recipient] = []
    name = ""
    for line in text.splitlines():
        if line.startswith("#"):
            name = line.lstrip("# ").strip()
        elif line.strip():
            found.append(Recipient(name=name or "未写姓名", key=line.strip()))
            name = ""
    for one in found:
        if not _SM2_PUBLIC.fullmatch(one.key) and not _is_age(one.key):
            raise NoRecipients(f"保管人公钥文件里“{one.name}”的公钥认不出。应以 age1 或 sm2: 开头。")
    if len({one.key for one in found}) < _FEWEST:
        raise NoRecipients(
            "保管人公钥少于两把。只有一把时，丢了它就再也打不开介质。请在保管人公钥文件里写上两人以上的公钥。"
        )
    if len({one.key.startswith("sm2:") for one in found}) > 1:
        raise NoRecipients("保管人公钥文件里 age 和 SM2 的公钥混在一起。一个包只能用一种，请分开。")
    return found


def method_of(recipients: Sequence[Recipient]) -> str:
    """How a package for these keepers is sealed."""
    return SM4 if recipients and recipients[0].key.startswith("sm2:") else AGE


def new_identity(method: str = AGE) -> tuple[str, str]:
    """A fresh private key and its public key, as text."""
    if method == AGE:
        identity = pyrage.x25519.Identity.generate()
        return str(identity), str(identity.to_public())
    public, private = gmssl_pyx.sm2_key_generate()
    return f"sm2-secret:{private.hex()}:{public.hex()}", f"sm2:{public.hex()}"


def public_of(identity: str) -> str:
    """The public key of an age identity's text. Raises `WrongIdentity`."""
    try:
        return str(pyrage.x25519.Identity.from_str(next(iter(_key_lines(identity)), "")).to_public())
    except pyrage.IdentityError as error:
        raise WrongIdentity(_NO_AGE_KEY) from error


def seal(chunks: Iterator[bytes], target: BinaryIO, *, recipients: Sequence[Recipient]) -> None:
    """Write the chunks sealed for the keepers; what the chunks raise comes through, and `target` is then unusable."""
    if method_of(recipients) == SM4:
        _seal_sm4(chunks, target, recipients)
        return
    source = _Pulled(chunks)
    keys = [pyrage.x25519.Recipient.from_str(one.key) for one in recipients]
    try:
        pyrage.encrypt_io(source, target, keys)
    except Exception:  # the library wraps what the source raised; that is what is told
        if source.raised is not None:
            raise source.raised from None
        raise


@contextmanager
def opened(stream: BinaryIO, *, identity: str) -> Iterator[BinaryIO]:
    """The tar stream inside a sealed package, to be read once from front to back; nothing unproved is handed out.

    `identity` is the text of a private-key file. Raises `WrongIdentity`, and `PackageDamaged` on entering or
    while reading, at the first byte that cannot be vouched for.
    """
    head = stream.read(len(MAGIC))
    stream.seek(0)
    chunks = _open_sm4(stream, identity) if head == MAGIC else _open_age(stream, identity)
    reader = io.BufferedReader(_Pulled(chunks), CHUNK)
    try:
        yield cast(BinaryIO, reader)
    finally:
        chunks.close()  # type: ignore[attr-defined]  # both are generators


def _is_age(text: str) -> bool:
    try:
        pyrage.x25519.Recipient.from_str(text)
    except pyrage.RecipientError:
        return False
    return True


def _key_lines(identity: str) -> list[str]:
    return [line.strip() for line in identity.splitlines() if line.strip() and not line.startswith("#")]


class _Pulled(io.RawIOBase):
    """An iterator of bytes as a stream; keeps what the iterator raised, which a foreign library may swallow."""

    def __init__(self, chunks: Iterator[bytes]) -> None:
        super().__init__()
        self._chunks, self._rest = chunks, memoryview(b"")
        self.raised: Exception | None = None

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview | bytearray, /) -> int:  # type: ignore[override]  # any buffer will do
        while not self._rest:
            try:
                self._rest = memoryview(next(self._chunks))
            except StopIteration:
                return 0
            except Exception as error:  # kept, because the library passes it on as one of its own
                self.raised = error
                raise
        size = min(len(buffer), len(self._rest))
        buffer[:size] = self._rest[:size]
        self._rest = self._rest[size:]
        return size


def _open_age(stream: BinaryIO, identity: str) -> Iterator[bytes]:
    """age hands out by pushing, tar is read by pulling: a pipe and a second thread lie between."""
    try:
        keys = [pyrage.x25519.Identity.from_str(line) for line in _key_lines(identity)]
    except pyrage.IdentityError:
        keys = []
    if not keys:
        raise WrongIdentity(_NO_AGE_KEY)
    reading, writing = os.pipe()
    raised: list[Exception] = []

    def push() -> None:
        try:
            with os.fdopen(writing, "wb") as target:
                pyrage.decrypt_io(stream, target, keys)
        except (pyrage.DecryptError, OSError, ValueError) as error:  # ValueError: the stream was closed
            raised.append(error)

    thread = threading.Thread(target=push, name="age", daemon=True)
    thread.start()
    with os.fdopen(reading, "rb") as source:
        while data := source.read(CHUNK):
            yield data
    thread.join()
    for error in raised:
        wrong = "No matching keys" in str(error)
        raise (WrongIdentity(_WRONG) if wrong else PackageDamaged(_CHANGED)) from error


def _seal_sm4(chunks: Iterator[bytes], target: BinaryIO, recipients: Sequence[Recipient]) -> None:
    key = secrets.token_bytes(KEY)
    wrapped = [
        {"name": one.name, "key": one.key, "wrapped": gmssl_pyx.sm2_encrypt(_public(one.key), key).hex()}
        for one in recipients
    ]
    head = json.dumps({"recipients": wrapped}, ensure_ascii=False).encode()
    target.write(MAGIC + struct.pack(">I", len(head)) + head)
    source = cast(BinaryIO, io.BufferedReader(_Pulled(chunks), CHUNK))
    for sealed in seal_chunks(source, key=key, about=_ABOUT, algorithm=Algorithm.SM4_GCM):
        target.write(sealed)


def _open_sm4(stream: BinaryIO, identity: str) -> Iterator[bytes]:
    try:
        stream.seek(len(MAGIC))
        (length,) = struct.unpack(">I", stream.read(4))
        recipients = json.loads(stream.read(min(length, 1 << 20)))["recipients"]
        wrapped = {str(one["key"]): bytes.fromhex(one["wrapped"]) for one in recipients}
    except (ValueError, KeyError, TypeError, struct.error) as error:
        raise PackageDamaged(_CHANGED) from error
    key = _unwrapped(wrapped, identity)
    try:
        yield from open_chunks(stream, key=key, about=_ABOUT)
    except SealBroken as error:
        raise PackageDamaged(_CHANGED) from error


def _unwrapped(wrapped: dict[str, bytes], identity: str) -> bytes:
    pairs = [found for line in _key_lines(identity) if (found := _SM2_PRIVATE.fullmatch(line))]
    if not pairs:
        raise WrongIdentity("这不是 SM2 私钥。私钥文件里应有一行以 sm2-secret: 开头。")
    for found in pairs:
        sealed = wrapped.get(f"sm2:{found[2]}")
        if sealed is None:
            continue
        try:
            key = bytes(gmssl_pyx.sm2_decrypt(bytes.fromhex(found[1]), sealed))
        except (gmssl_pyx.GmsslInnerError, gmssl_pyx.InvalidValueError) as error:
            raise PackageDamaged(_CHANGED) from error
        if len(key) == KEY:
            return key
    raise WrongIdentity(_WRONG)


def _public(key: str) -> bytes:
    return bytes.fromhex(key.removeprefix("sm2:"))
