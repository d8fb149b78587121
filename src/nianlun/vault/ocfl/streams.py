"""Bytes on their way: several digests in one reading, whatever the size, in the memory of one chunk."""

import hashlib
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import BinaryIO, Protocol

from cryptography.hazmat.primitives import hashes

from nianlun.kernel.digests import Digests

CHUNK = 1 << 20

Source = Path | bytes | BinaryIO
"""What `put` takes for a file's bytes. A stream is read from where it stands to its end."""

ALGORITHMS = {
    "md5": "md5",
    "sha1": "sha1",
    "sha256": "sha256",
    "sha512": "sha512",
    "sha512/256": "sha512_256",
}
_BLAKE2B = {"blake2b-160": 20, "blake2b-256": 32, "blake2b-384": 48, "blake2b-512": 64}
DIGEST_LENGTHS = {"md5": 32, "sha1": 40, "sha256": 64, "sha512": 128, "sha512/256": 64, "sm3": 64} | {
    name: size * 2 for name, size in _BLAKE2B.items()
}
"""Hex digits of each digest: OCFL 1.1 §3.4, extension 0001, and SM3 (GB/T 32905)."""


class _State(Protocol):
    def update(self, data: bytes, /) -> None: ...
    def hexdigest(self) -> str: ...


class _Sm3:
    """SM3 from the cryptography wheel: some systems build Python's own hashlib without it."""

    def __init__(self) -> None:
        self._state = hashes.Hash(hashes.SM3())

    def update(self, data: bytes, /) -> None:
        self._state.update(data)

    def hexdigest(self) -> str:
        return self._state.copy().finalize().hex()


class Hasher:
    """Feeds every chunk to all algorithms; of large files the slower half in a thread beside us.

    hashlib lets go of the interpreter while it works, and SM3 takes more than twice as long as sha512,
    so large files take the time of SM3 alone.
    """

    def __init__(self, algorithms: Iterable[str]) -> None:
        self._states = {name: _new(name) for name in dict.fromkeys(algorithms)}
        self.size = 0

    def run(self, chunks: Iterable[bytes]) -> Iterator[bytes]:
        """Hand each chunk on while it is being digested; complete once the iterator is exhausted."""
        mine, beside = list(self._states.values()), list[_State]()
        if len(mine) > 1:
            mine, beside = mine[:1], mine[1:]
        with ThreadPoolExecutor(1) as pool:  # its thread starts only with the first submit
            for chunk in chunks:
                if self.size == 0 and len(chunk) < CHUNK:
                    pending = None
                    _update(beside, chunk)
                else:
                    pending = pool.submit(_update, beside, chunk)
                self.size += len(chunk)
                _update(mine, chunk)
                yield chunk
                if pending:
                    pending.result()

    def hexdigest(self, algorithm: str) -> str:
        return self._states[algorithm].hexdigest()


def digest_file(path: Path, algorithms: Iterable[str]) -> dict[str, str]:
    """Lower-case hex digests of a file by algorithm name, in one reading."""
    hasher = Hasher(algorithms)
    for _ in hasher.run(_chunks(path)):
        pass
    return {name: hasher.hexdigest(name) for name in hasher._states}


def copy(source: Source, *, to: Path) -> Digests:
    """Write the source's bytes to a new file and digest what was written; not yet forced to the disk."""
    hasher = Hasher(("sha512", "sm3"))
    with to.open("xb", buffering=0) as target:
        for chunk in hasher.run(_chunks(source)):
            view = memoryview(chunk)
            while view:
                view = view[target.write(view) :]
    return Digests(hasher.hexdigest("sha512"), hasher.hexdigest("sm3"), hasher.size)


def _chunks(source: Source) -> Iterator[bytes]:
    if isinstance(source, bytes):
        for start in range(0, len(source), CHUNK):
            yield source[start : start + CHUNK]
    elif isinstance(source, Path):
        with source.open("rb", buffering=0) as stream:
            while chunk := stream.read(CHUNK):
                yield chunk
    else:
        while chunk := source.read(CHUNK):
            yield chunk


def _new(name: str) -> _State:
    if name == "sm3":
        return _Sm3()
    if name in _BLAKE2B:
        return hashlib.blake2b(digest_size=_BLAKE2B[name])
    return hashlib.new(ALGORITHMS[name], usedforsecurity=False)


def _update(states: list[_State], chunk: bytes) -> None:
    for state in states:
        state.update(chunk)
