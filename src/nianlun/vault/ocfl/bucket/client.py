"""Requests to an object store: bounded in time and memory, answers checked, refusals said in a sentence."""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import chain
from typing import TYPE_CHECKING, Any

from obstore.exceptions import (
    AlreadyExistsError,
    BaseError,
    PermissionDeniedError,
    PreconditionError,
    UnauthenticatedError,
)
from obstore.store import S3Store

from nianlun.kernel.outgoing import Network
from nianlun.vault.ocfl.bucket.gate import gate_to
from nianlun.vault.ocfl.faults import Unreachable

if TYPE_CHECKING:
    from obstore import GetOptions

PART = 8 << 20
"""Bytes of one request. S3 allows 10,000 parts, so a file may have 80 GB."""
_AT_ONCE = 2  # parts under way: with the one being filled, all the memory a file of any size needs
_TIMEOUT, _RETRIES, _RETRY_FOR = timedelta(seconds=60), 3, timedelta(seconds=90)


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """One entry of a listing."""

    path: str
    size: int
    etag: str
    changed_at: datetime


class Client:
    """One bucket, below one prefix. Paths are relative to it. Raises `Unreachable`, and `FileNotFoundError`."""

    def __init__(
        self,
        bucket: str,
        *,
        prefix: str,
        endpoint: str,
        region: str,
        key: str,
        secret: str,
        networks: Sequence[Network] = (),
    ) -> None:
        """`networks` is where the name of the endpoint may lead (`kernel.outgoing`)."""
        self.name = f"s3://{bucket}/{prefix}".rstrip("/")
        self._gate = gate_to(endpoint, networks=networks)
        self._store = S3Store(
            bucket,
            prefix=prefix or None,
            endpoint=endpoint,
            region=region,
            access_key_id=key,
            secret_access_key=secret,
            virtual_hosted_style_request=False,
            client_options={
                "allow_http": endpoint.startswith("http://"),
                "timeout": _TIMEOUT,
                "connect_timeout": timedelta(seconds=10),
                "proxy_url": self._gate.url,
            },
            retry_config={"max_retries": _RETRIES, "retry_timeout": _RETRY_FOR},
        )

    def read(self, path: str) -> bytes:
        """The bytes of a small file."""
        return b"".join(self.chunks(path))

    def read_if_there(self, path: str) -> tuple[bytes, Key] | None:
        """The same with what the store says of it, or None."""
        try:
            with self._asked(path):
                got = self._store.get(path)
                return bytes(got.bytes()), _key(dict(got.meta))
        except FileNotFoundError:
            return None

    def head(self, path: str) -> Key | None:
        """What the store says of a file, or None."""
        try:
            with self._asked(path):
                return _key(dict(self._store.head(path)))
        except FileNotFoundError:
            return None

    def chunks(self, path: str) -> Iterator[bytes]:
        """The bytes of a file of any size, in parts of one and the same state of it; never fewer than it has."""
        with self._asked(path):
            got = self._store.get(path)
            meta = _key(dict(got.meta))
            first = bytes(got.bytes()) if meta.size <= PART else None
        if first is not None:
            yield self._whole(first, meta.size, path=path)
            return
        for start in range(0, meta.size, PART):
            yield self.part(meta, start, min(start + PART, meta.size))

    def part(self, key: Key, start: int, end: int) -> bytes:
        """The bytes of a file from `start` up to `end`, in the state that `key` describes."""
        options: GetOptions = {"range": (start, end)}
        if key.etag:
            options["if_match"] = key.etag
        try:
            with self._asked(key.path):
                part = bytes(self._store.get(key.path, options=options).bytes())
        except (PreconditionError, FileNotFoundError) as fault:
            raise Unreachable(f"{self.name} 里的 {key.path} 在读取途中变了。请稍后重试。") from fault
        return self._whole(part, end - start, path=key.path)

    def write(self, path: str, data: bytes) -> None:
        """Put a small file down and read it back: a store that confirms what it did not keep is found out."""
        with self._put(path):
            self._store.put(path, data, use_multipart=False)
        self.confirm(path, data)

    def create(self, path: str, data: bytes) -> str | None:
        """Put a small file down where there is none: its entity tag, or None if there is one already."""
        try:
            with self._put(path):
                return str(self._store.put(path, data, mode="create")["e_tag"])
        except AlreadyExistsError:
            return None

    def swap(self, path: str, data: bytes, *, etag: str) -> str | None:
        """Put a small file in place of just that state of it: its new entity tag, or None if it has changed."""
        try:
            with self._asked(path):
                return str(self._store.put(path, data, mode={"e_tag": etag})["e_tag"])
        except (PreconditionError, AlreadyExistsError, FileNotFoundError):
            return None

    def upload(
        self,
        path: str,
        chunks: Iterable[bytes],
        *,
        new: bool = False,
        alive: Callable[[], None] = lambda: None,
    ) -> bool:
        """Put down a file of any size and read it back. Nothing appears if the chunks raise before their end.

        With `new` only where there is none: False if another lies there. Of files above one part that is looked at
        before, since S3 has no condition for them. `alive` is called again and again meanwhile.
        """
        state = hashlib.sha512()
        broken: list[Exception] = []

        def sent() -> Iterator[bytes]:
            try:
                for chunk in chunks:
                    alive()
                    state.update(chunk)
                    yield chunk
            except Exception as fault:  # kept: the store passes it on as a fault of its own
                broken.append(fault)
                raise

        waiting, held, size = sent(), list[bytes](), 0
        for chunk in waiting:
            held.append(chunk)
            size += len(chunk)
            if size > PART:
                break
        try:
            with self._put(path):
                if size <= PART:
                    self._store.put(
                        path, b"".join(held), use_multipart=False, mode="create" if new else "overwrite"
                    )
                elif new and self.head(path) is not None:
                    return False
                else:
                    parts = chain(_handed_over(held), waiting)
                    self._store.put(
                        path, parts, use_multipart=True, chunk_size=PART, max_concurrency=_AT_ONCE
                    )
        except AlreadyExistsError:  # perhaps our own, answered with an error and tried again
            return self._sha512(path) == state.hexdigest()
        except Unreachable:
            if (
                broken
            ):  # the store then stumbles over taking back the parts; what came first is what is told
                raise broken[0] from None
            raise
        self._confirm(path, state.hexdigest(), alive=alive)
        return True

    def delete(self, path: str) -> None:
        """Take a file away; nothing happens if there is none."""
        try:
            with self._asked(path):
                self._store.delete(path)
        except FileNotFoundError:
            return

    def below(self, folder: str) -> Iterator[Key]:
        """Every file below a folder ("" is everything) whatever its depth, in the order of their paths."""
        with self._asked(folder):
            for page in self._store.list(folder or None, chunk_size=1000):
                for meta in page:
                    yield _key(dict(meta))

    def directly_in(self, folder: str) -> tuple[list[str], list[str]]:
        """Names of the folders and of the files directly in a folder, sorted."""
        with self._asked(folder):
            found = self._store.list_with_delimiter(folder or None)
            folders = sorted(str(path).rpartition("/")[2] for path in found["common_prefixes"])
            return folders, sorted(_key(dict(meta)).path.rpartition("/")[2] for meta in found["objects"])

    def confirm(self, path: str, data: bytes) -> None:
        """Read a small file back; raises `Unreachable` if it is not what was put there."""
        self._confirm(path, hashlib.sha512(data).hexdigest())

    def _confirm(self, path: str, sha512: str, *, alive: Callable[[], None] = lambda: None) -> None:
        try:
            found = self._sha512(path, alive=alive)
        except FileNotFoundError:
            raise Unreachable(
                f"对象存储 {self.name} 答复已存入 {path}，再读却没有，这次不算存入。请查存储服务。"
            ) from None
        if found != sha512:
            raise Unreachable(
                f"对象存储 {self.name} 里的 {path} 读回的内容与写入的不同，这次不算存入。请查存储服务。"
            )

    def _sha512(self, path: str, *, alive: Callable[[], None] = lambda: None) -> str:
        state = hashlib.sha512()
        for chunk in self.chunks(path):
            alive()
            state.update(chunk)
        return state.hexdigest()

    def _whole(self, data: bytes, size: int, *, path: str) -> bytes:
        if len(data) != size:
            raise Unreachable(
                f"对象存储 {self.name} 给出的 {path} 不完整（{len(data)} 字节，应有 {size}）。请稍后重试。"
            )
        return data

    @contextmanager
    def _asked(self, path: str) -> Iterator[None]:
        """Turn refusals into `Unreachable`. The answer's own text may tell of the inside, so it is only the cause."""
        try:
            yield
        except (AlreadyExistsError, PreconditionError, FileNotFoundError):
            raise
        except (PermissionDeniedError, UnauthenticatedError) as fault:
            if self._gate.refusal:
                raise Unreachable(f"对象存储 {self.name}：{self._gate.refusal}") from fault
            raise Unreachable(
                f"对象存储 {self.name} 拒绝访问。请核对 NIANLUN_S3_KEY、NIANLUN_S3_SECRET 和桶的权限。"
            ) from fault
        except BaseError as fault:
            if self._gate.refusal:
                raise Unreachable(f"对象存储 {self.name}：{self._gate.refusal}") from fault
            if "NoSuchBucket" in str(fault):
                raise self._no_bucket() from fault
            raise Unreachable(
                f"对象存储 {self.name} 没有正常应答（{path or '列目录'}）。请查网络和存储服务，稍后重试。"
            ) from fault

    @contextmanager
    def _put(self, path: str) -> Iterator[None]:
        try:
            with self._asked(path):
                yield
        except FileNotFoundError as fault:
            raise self._no_bucket() from fault

    def _no_bucket(self) -> Unreachable:
        return Unreachable(f"对象存储上没有 {self.name} 这个桶。请先建桶，或核对地址。")


def _handed_over(held: list[bytes]) -> Iterator[bytes]:
    """The chunks once, letting go of each."""
    while held:
        yield held.pop(0)


def _key(meta: dict[str, Any]) -> Key:
    return Key(
        path=str(meta["path"]),
        size=int(meta["size"]),
        etag=str(meta["e_tag"] or ""),
        changed_at=meta["last_modified"],
    )
