"""Digests of bytes: SHA-512 for OCFL, SM3 (GB/T 32905) for the national rules. Both in one reading."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives import hashes

_CHUNK = 1 << 20


@dataclass(frozen=True, slots=True)
class Digests:
    """Both digests in lower-case hexadecimal, and the size in bytes."""

    sha512: str
    sm3: str
    size: int


class Digester:
    """Takes bytes as they pass, for instance while they are copied. `finish` may be called once."""

    def __init__(self) -> None:
        # Both from the cryptography wheel: some systems build Python's own hashlib without SM3.
        self._sha512 = hashes.Hash(hashes.SHA512())
        self._sm3 = hashes.Hash(hashes.SM3())
        self._size = 0

    def update(self, data: bytes) -> None:
        """Add the next bytes."""
        self._sha512.update(data)
        self._sm3.update(data)
        self._size += len(data)

    def finish(self) -> Digests:
        """The digests of everything added."""
        return Digests(
            sha512=self._sha512.finalize().hex(), sm3=self._sm3.finalize().hex(), size=self._size
        )


def digest_chunks(chunks: Iterable[bytes]) -> Digests:
    """Digests of the chunks in their order."""
    digester = Digester()
    for chunk in chunks:
        digester.update(chunk)
    return digester.finish()


def digest_file(path: Path) -> Digests:
    """Digests of a file, read in pieces of a mebibyte; `OSError` as the system raises it."""
    with path.open("rb") as file:
        return digest_chunks(iter(lambda: file.read(_CHUNK), b""))


def digest_bytes(data: bytes) -> Digests:
    """Digests of bytes already in memory."""
    return digest_chunks([data])
