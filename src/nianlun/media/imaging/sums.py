"""Digests by the names that BagIt gives them; SM3 (GB/T 32905) beside those of Python."""

import hashlib
from collections.abc import Callable, Iterable
from typing import BinaryIO, Protocol

from cryptography.hazmat.primitives import hashes

CHUNK = 1 << 20
OURS = ("sha512", "sm3")
KNOWN = frozenset({"md5", "sha1", "sha224", "sha256", "sha384", "sha512", "sm3"})


class _Digest(Protocol):
    def update(self, data: bytes, /) -> None: ...
    def hexdigest(self) -> str: ...


class _Sm3:
    def __init__(self) -> None:
        self._hash = hashes.Hash(hashes.SM3())

    def update(self, data: bytes, /) -> None:
        self._hash.update(data)

    def hexdigest(self) -> str:
        return self._hash.copy().finalize().hex()


def _begin(algorithm: str) -> _Digest:
    if algorithm == "sm3":
        return _Sm3()
    return hashlib.new(algorithm, usedforsecurity=False)


class Sums:
    """Takes bytes as they pass and knows their digests and number at any moment."""

    def __init__(self, algorithms: Iterable[str] = OURS) -> None:
        self._digests = {name: _begin(name) for name in algorithms}
        self.size = 0

    def update(self, data: bytes) -> None:
        """Add the next bytes."""
        for digest in self._digests.values():
            digest.update(data)
        self.size += len(data)

    def digests(self) -> dict[str, str]:
        """Lower-case hexadecimal digests by algorithm."""
        return {name: digest.hexdigest() for name, digest in self._digests.items()}


def sum_stream(stream: BinaryIO, algorithms: Iterable[str] = OURS) -> Sums:
    """The digests of a stream from where it stands to its end, a mebibyte in memory at a time."""
    sums = Sums(algorithms)
    while data := stream.read(CHUNK):
        sums.update(data)
    return sums


class Counted:
    """A stream being written whose digests, as a whole and by blocks of `block` bytes, are known at the end."""

    def __init__(self, stream: BinaryIO, *, block: int) -> None:
        self._write: Callable[[bytes], int] = stream.write
        self.sums = Sums()
        self._length = self._left = block
        self._block = Sums(["sha512"])
        self._done: list[str] = []

    def write(self, data: bytes) -> int:
        """Write and count."""
        for start in range(0, len(data), CHUNK):
            self._take(data[start : start + CHUNK])
        return len(data)

    def flush(self) -> None:
        """Nothing waits here."""

    def blocks(self) -> list[str]:
        """The SHA-512 of each block; to be asked for once everything is written."""
        if self._block.size:
            self._done.append(self._block.digests()["sha512"])
            self._block = Sums(["sha512"])
        return self._done

    def _take(self, data: bytes) -> None:
        self._write(data)
        self.sums.update(data)
        while data:
            piece, data = data[: self._left], data[self._left :]
            self._block.update(piece)
            self._left -= len(piece)
            if not self._left:
                self._done.append(self._block.digests()["sha512"])
                self._block, self._left = Sums(["sha512"]), self._length
