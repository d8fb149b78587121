"""Bytes on their way: several digests in one reading, whatever the size, in the memory of one chunk."""

import hashlib
import os
import stat
from collections.abc import Iterable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass
from io import FileIO
from pathlib import Path
from typing import BinaryIO, Protocol

from cryptography.hazmat.primitives import hashes

from nianlun.kernel.digests import Digests
from nianlun.vault.ocfl.crew import Crew
from nianlun.vault.ocfl.faults import BrokenSource, TooLarge

CHUNK = 1 << 20
_WORTH_HANDING_OVER = 32 << 10  # bytes; of fewer SM3 is done before another thread has woken up
_HASHING = Crew(os.cpu_count() or 1, waiting=2 * (os.cpu_count() or 1))

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


class _Beside:
    """Feeds the slower digests in a thread beside ours, one chunk behind at most."""

    def __init__(self, states: list[_State]) -> None:
        self._states = states
        self._begun: Future[None] | None = None

    def update(self, chunk: bytes) -> None:
        self.wait()
        if len(chunk) < _WORTH_HANDING_OVER:
            _update(self._states, chunk)
        elif self._states:
            self._begun = _HASHING.submit(_update, self._states, chunk)

    def wait(self) -> None:
        if self._begun:
            self._begun.result()
            self._begun = None


class Hasher:
    """Feeds every chunk to all algorithms, the first in this thread and the slower others beside it.

    hashlib and cryptography let go of the interpreter while they work, and SM3 takes more than twice as long as
    sha512, so files take the time of SM3 alone.
    """

    def __init__(self, algorithms: Iterable[str]) -> None:
        self._states = {name: _new(name) for name in dict.fromkeys(algorithms)}
        first, *others = self._states.values()
        self._first, self._beside = first, _Beside(others)
        self.size = 0

    def run(self, chunks: Iterable[bytes]) -> Iterator[bytes]:
        """Hand each chunk on while it is being digested; complete once the iterator is exhausted."""
        for chunk in chunks:
            self._beside.update(chunk)
            self.size += len(chunk)
            self._first.update(chunk)
            yield chunk

    def hexdigest(self, algorithm: str) -> str:
        """The digest of everything run through; waits for the thread beside if it is that one's."""
        state = self._states[algorithm]
        if state is not self._first:
            self._beside.wait()
        return state.hexdigest()


@dataclass(frozen=True, slots=True)
class Copied:
    """What was written of one source. Its SM3 may still be under way while the next source is copied."""

    sha512: str
    size: int
    _hasher: Hasher

    def digests(self) -> Digests:
        return Digests(self.sha512, self._hasher.hexdigest("sm3"), self.size)


def digest_file(path: Path, algorithms: Iterable[str]) -> dict[str, str]:
    """Lower-case hex digests of a file by algorithm name, in one reading."""
    hasher = Hasher(algorithms)
    with path.open("rb", buffering=0) as stream:
        for _ in hasher.run(iter(lambda: stream.read(CHUNK), b"")):
            pass
    return {name: hasher.hexdigest(name) for name in hasher._states}


def copy(source: Source, *, to: Path, name: str, largest: int | None = None) -> Copied:
    """Write the source's bytes to a new file and digest what was written; not yet forced to the disk.

    Raises `BrokenSource` where the source cannot be read to its end or changes meanwhile, and `TooLarge` as soon
    as it has brought more than `largest` bytes; `name` is what people call it.
    """
    hasher = Hasher(("sha512", "sm3"))
    with to.open("xb", buffering=0) as target:
        for chunk in hasher.run(_chunks(source, name=name)):
            if largest is not None and hasher.size > largest:
                raise TooLarge(
                    f"文件“{name}”超过允许的 {largest} 字节，这次没有存入任何内容。请拆分后再存，或请管理员放宽上限。"
                )
            view = memoryview(chunk)
            while view:
                view = view[target.write(view) :]
    return Copied(hasher.hexdigest("sha512"), hasher.size, hasher)


def holds(source: Source, *, sha512: str, size: int, name: str) -> bool:
    """Whether a source that can be read twice has just these bytes; a stream is left where it stood.

    False for a stream that cannot be wound back: only copying it tells. Raises `BrokenSource`.
    """
    if isinstance(source, bytes | Path):
        with _readable(name):
            if size != (len(source) if isinstance(source, bytes) else source.stat().st_size):
                return False
        return _sha512(source, name=name) == sha512
    with _readable(name):
        if not source.seekable():
            return False
        stood = source.tell()
        if source.seek(0, os.SEEK_END) - stood != size:
            source.seek(stood)
            return False
        source.seek(stood)
    same = _sha512(source, name=name) == sha512
    with _readable(name):
        source.seek(stood)
    return same


def _sha512(source: Source, *, name: str) -> str:
    state = hashlib.sha512()
    for chunk in _chunks(source, name=name):
        state.update(chunk)
    return state.hexdigest()


def _chunks(source: Source, *, name: str) -> Iterator[bytes]:
    if isinstance(source, bytes):
        for start in range(0, len(source), CHUNK):
            yield source[start : start + CHUNK]
    elif isinstance(source, Path):
        with _readable(name):
            stream = source.open("rb", buffering=0)
        with stream:
            before = _stamp(stream)
            yield from _read(stream, name=name)
            if _stamp(stream) != before:
                raise BrokenSource(
                    f"文件“{name}”在存入途中被改动，这次没有存入任何内容。请等它写完后再存。"
                )
    else:
        yield from _read(source, name=name)


def _read(stream: BinaryIO | FileIO, *, name: str) -> Iterator[bytes]:
    while True:
        with _readable(name):
            chunk = stream.read(CHUNK)
            if chunk is None:  # a stream that does not wait; as an end it would make half a file
                raise BlockingIOError("no data yet")
        if not chunk:
            return
        yield chunk


def _stamp(stream: FileIO) -> tuple[int, int] | None:
    """Size and time of the last change of a plain file; other things one can open have none that mean anything."""
    status = os.fstat(stream.fileno())
    return (status.st_size, status.st_mtime_ns) if stat.S_ISREG(status.st_mode) else None


@contextmanager
def _readable(name: str) -> Iterator[None]:
    try:
        yield
    except OSError as fault:
        raise BrokenSource(
            f"文件“{name}”没有读完就出错，这次没有存入任何内容。请检查来源（扫描仪、网络或磁盘）后再存。"
        ) from fault


def _new(name: str) -> _State:
    if name == "sm3":
        return _Sm3()
    if name in _BLAKE2B:
        return hashlib.blake2b(digest_size=_BLAKE2B[name])
    return hashlib.new(ALGORITHMS[name], usedforsecurity=False)


def _update(states: list[_State], chunk: bytes) -> None:
    for state in states:
        state.update(chunk)
