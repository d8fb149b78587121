"""A file of a bucket as a stream that can be read from anywhere, a part in memory at a time."""

import hashlib
import io
import os

from nianlun.vault.ocfl.bucket.client import PART, Client, Key
from nianlun.vault.ocfl.faults import Damaged


class BucketFile(io.RawIOBase):
    """One state of one file. Read from start to end, the last read raises `Damaged` if the digest is another."""

    def __init__(self, client: Client, key: Key, *, algorithm: str, digest: str, shown: str) -> None:
        self._client, self._key = client, key
        self._digest, self._shown = digest, shown
        self._state, self._digested = hashlib.new(algorithm), 0
        self._at, self._part, self._part_at = 0, b"", 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        base = {os.SEEK_SET: 0, os.SEEK_CUR: self._at, os.SEEK_END: self._key.size}[whence]
        if base + offset < 0:
            raise ValueError("negative position")
        self._at = base + offset
        return self._at

    def tell(self) -> int:
        return self._at

    def readinto(self, buffer: "bytearray | memoryview", /) -> int:  # type: ignore[override]
        if self._at >= self._key.size:
            return 0
        if not self._part_at <= self._at < self._part_at + len(self._part):
            self._fetch(self._at)
        start = self._at - self._part_at
        taken = self._part[start : start + len(buffer)]
        buffer[: len(taken)] = taken
        self._at += len(taken)
        return len(taken)

    def _fetch(self, start: int) -> None:
        end = min(start + PART, self._key.size)
        self._part, self._part_at = self._client.part(self._key, start, end), start
        if self._digested == start:
            self._state.update(self._part)
            self._digested = end
            if end == self._key.size and self._state.hexdigest() != self._digest:
                raise Damaged(
                    f"{self._shown}从 {self._client.name} 读出的内容与登记的摘要不符。请核对，并从别的副本恢复。"
                )
