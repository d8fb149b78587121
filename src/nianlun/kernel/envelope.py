"""Sealed files: authenticated encryption of a stream in chunks, in the memory of two of them.

A sealed file is a header and chunks, nothing else (docs/reference/formats.md says it byte by byte):

    header   "NLS1", one byte of algorithm, seven random bytes
    chunk    up to a mebibyte, encrypted, and sixteen bytes of tag; all but the last are full; an empty file has one

The nonce of a chunk is the seven random bytes, its number from 0 in four bytes and one byte that is 1 for the last
(the STREAM construction), so that a chunk changed, missing, added or out of order is refused. Each chunk is bound to
the header and to `about`, what the file is, so that a whole sealed file cannot stand in for another.
"""

import io
import secrets
from collections.abc import Iterator
from enum import IntEnum
from typing import BinaryIO, Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from nianlun.kernel.cipher import SealBroken

MAGIC = b"NLS1"
KEY, CHUNK, TAG = 32, 1 << 20, 16
_SEALED_CHUNK = CHUNK + TAG
_PREFIX = 7
_HEADER = len(MAGIC) + 1 + _PREFIX
_MOST_CHUNKS = 1 << 32
BROKEN = "加密文件已被改动、截断，或不属于这里。请从别的副本或备份恢复。"


class Algorithm(IntEnum):
    """How the chunks are encrypted; the number is the byte in the header."""

    AES_256_GCM = 1
    SM4_GCM = 2  # GB/T 32907; its key of 16 bytes is derived from ours by HKDF with SM3


class Readable(Protocol):
    """Whatever hands out its next bytes, at most `size` of them, and none at its end."""

    def read(self, size: int, /) -> bytes: ...


class _Aead(Protocol):
    def encrypt(self, nonce: bytes, data: bytes, associated_data: bytes | None) -> bytes: ...
    def decrypt(self, nonce: bytes, data: bytes, associated_data: bytes | None) -> bytes: ...


class _Sm4Gcm:
    """SM4 in GCM with the calls of AESGCM, which the cryptography wheel does not offer for it."""

    def __init__(self, key: bytes) -> None:
        derived = HKDF(hashes.SM3(), length=16, salt=None, info=b"NLS1 SM4-GCM").derive(key)
        self._cipher = algorithms.SM4(derived)

    def encrypt(self, nonce: bytes, data: bytes, associated_data: bytes | None) -> bytes:
        encryptor = Cipher(self._cipher, modes.GCM(nonce)).encryptor()
        encryptor.authenticate_additional_data(associated_data or b"")
        return encryptor.update(data) + encryptor.finalize() + encryptor.tag

    def decrypt(self, nonce: bytes, data: bytes, associated_data: bytes | None) -> bytes:
        decryptor = Cipher(self._cipher, modes.GCM(nonce, data[-TAG:])).decryptor()
        decryptor.authenticate_additional_data(associated_data or b"")
        return decryptor.update(data[:-TAG]) + decryptor.finalize()


class _Chunks:
    """One sealed file's chunks, by number."""

    def __init__(self, header: bytes, *, key: bytes, about: str) -> None:
        if len(key) != KEY:
            raise ValueError(f"a data key has {KEY} bytes")
        if len(header) != _HEADER or not header.startswith(MAGIC) or header[4] not in set(Algorithm):
            raise SealBroken(BROKEN)
        self._aead: _Aead = AESGCM(key) if header[4] == Algorithm.AES_256_GCM else _Sm4Gcm(key)
        self._prefix = header[len(MAGIC) + 1 :]
        self._bound = header + about.encode()

    def seal(self, plain: bytes, *, number: int, last: bool) -> bytes:
        return self._aead.encrypt(self._nonce(number, last=last), plain, self._bound)

    def open(self, sealed: bytes, *, number: int, last: bool) -> bytes:
        if len(sealed) < TAG or number >= _MOST_CHUNKS:
            raise SealBroken(BROKEN)
        try:
            return self._aead.decrypt(self._nonce(number, last=last), sealed, self._bound)
        except InvalidTag:
            raise SealBroken(BROKEN) from None

    def _nonce(self, number: int, *, last: bool) -> bytes:
        return self._prefix + number.to_bytes(4, "big") + bytes([last])


def seal_chunks(
    source: Readable, *, key: bytes, about: str, algorithm: Algorithm = Algorithm.AES_256_GCM
) -> Iterator[bytes]:
    """The sealed file of what a stream holds from where it stands, in pieces of about a mebibyte.

    `key` has 32 bytes and may seal many files. `about` must be said again to open. At most 4 PiB.
    """
    header = MAGIC + bytes([algorithm]) + secrets.token_bytes(_PREFIX)
    chunks = _Chunks(header, key=key, about=about)
    yield header
    plain, number = _read(source, CHUNK), 0
    while True:
        following = _read(source, CHUNK) if len(plain) == CHUNK else b""
        yield chunks.seal(plain, number=number, last=not following)
        if not following:
            return
        plain, number = following, number + 1


def open_chunks(stream: Readable, *, key: bytes, about: str) -> Iterator[bytes]:
    """The plain bytes of a sealed file, read once from its beginning; only what was proved genuine is handed out.

    Raises `SealBroken` at the first chunk that was changed or has no business here, and at the end where the file
    was cut: whoever acts on the bytes before the end must be able to take that back.
    """
    chunks = _Chunks(_read(stream, _HEADER), key=key, about=about)
    sealed, number = _read(stream, _SEALED_CHUNK), 0
    while True:
        following = _read(stream, _SEALED_CHUNK)
        yield chunks.open(sealed, number=number, last=not following)
        if not following:
            return
        sealed, number = following, number + 1


def sealed_size(plain: int) -> int:
    """Bytes of the sealed file of a file with `plain` bytes."""
    return _HEADER + plain + TAG * max(1, -(-plain // CHUNK))


class SealedReader(io.RawIOBase):
    """The plain bytes of a sealed file as a stream that can be positioned; decrypts the chunk it stands in.

    Takes a stream that can be positioned and closes it with itself. Opening proves the last chunk, and with it the
    length; raises `SealBroken` then or on reading.
    """

    def __init__(self, stream: BinaryIO, *, key: bytes, about: str) -> None:
        super().__init__()
        self._stream = stream
        stream.seek(0)
        self._chunks = _Chunks(_read(stream, _HEADER), key=key, about=about)
        body = stream.seek(0, io.SEEK_END) - _HEADER
        self._count = max(1, -(-body // _SEALED_CHUNK))
        self._at = 0
        self._number, self._plain = -1, b""
        self._load(self._count - 1)
        self.size = (self._count - 1) * CHUNK + len(self._plain)
        """Plain bytes in the file."""

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self.size}[whence]
        if base + offset < 0:
            raise ValueError("before the beginning of the file")
        self._at = base + offset
        return self._at

    def readinto(self, buffer: memoryview | bytearray, /) -> int:  # type: ignore[override]  # any buffer will do
        if self._at >= self.size:
            return 0
        number, start = divmod(self._at, CHUNK)
        self._load(number)
        piece = self._plain[start : start + len(buffer)]
        buffer[: len(piece)] = piece
        self._at += len(piece)
        return len(piece)

    def close(self) -> None:
        self._stream.close()
        super().close()

    def _load(self, number: int) -> None:
        if number == self._number:
            return
        self._stream.seek(_HEADER + number * _SEALED_CHUNK)
        sealed = _read(self._stream, _SEALED_CHUNK)
        self._plain = self._chunks.open(sealed, number=number, last=number == self._count - 1)
        self._number = number


def _read(stream: Readable, size: int) -> bytes:
    """Exactly `size` bytes unless the stream ends before: raw streams may hand out less at a time."""
    data = stream.read(size)
    if len(data) == size or not data:
        return data
    pieces = [data]
    missing = size - len(data)
    while missing and (data := stream.read(missing)):
        pieces.append(data)
        missing -= len(data)
    return b"".join(pieces)
