"""Who writes an object of a bucket at the moment: a small file that only one can create.

A bucket moves nothing in one step, so an object changes by the order of its puts, and a claim says meanwhile what lay
there before. It is `extensions/nianlun-staging/<sha256 of the object's path>.json`. A claim whose writer died is left
over: at once where its process was on this machine, otherwise an hour after it last gave a sign of life.
"""

import hashlib
import json
import os
import secrets
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from nianlun.vault.ocfl.bucket.client import Client, Key
from nianlun.vault.ocfl.faults import Busy
from nianlun.vault.ocfl.tree import STAGING

FOLDER = f"extensions/{STAGING}"
_LEASE = timedelta(hours=1)
_SIGN_OF_LIFE = 300.0  # seconds
_held: set[str] = set()  # tokens of this process: its own claim that is not among them is left over
_holding = threading.Lock()


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """What a claim says. `before` is how many versions lay there, None while nothing has been changed."""

    object_id: str
    path: str
    token: str
    owner: str
    before: int | None

    def to_bytes(self) -> bytes:
        said = {
            "object": self.object_id,
            "path": self.path,
            "token": self.token,
            "owner": self.owner,
            "before": self.before,
        }
        return json.dumps(said, ensure_ascii=False).encode()


@dataclass(frozen=True, slots=True)
class Found:
    """A claim as it lies in the bucket."""

    note: Note
    key: Key

    @property
    def left_over(self) -> bool:
        """Whether its writer is gone. The bucket's clock and ours may differ by minutes, not by an hour."""
        owner = self.note.owner
        if owner and owner == _this_process():
            return self.note.token not in _held
        return _is_dead(owner) or datetime.now(UTC) - self.key.changed_at > _LEASE


class Claim:
    """The right to write one object."""

    def __init__(self, client: Client, note: Note, etag: str) -> None:
        self._client, self._note, self._etag = client, note, etag
        self._seen_at = time.monotonic()

    def begin(self, *, before: int) -> None:
        """Say what lies there, before the first change."""
        self._say(replace(self._note, before=before))

    def alive(self) -> None:
        """Give a sign of life if the last one is a while ago."""
        if time.monotonic() - self._seen_at > _SIGN_OF_LIFE:
            self._say(self._note)

    def confirm(self) -> None:
        """Make sure that nobody has taken the claim over, before the one put that counts; raises `Busy`."""
        self._say(self._note)

    def drop(self) -> None:
        found = read(self._client, self._note.path)
        if found and found.note.token == self._note.token:
            self._client.delete(found.key.path)
        forget(self._note.token)

    @property
    def note(self) -> Note:
        return self._note

    def _say(self, note: Note) -> None:
        # The store compares entity tags, and the same bytes have the same: each note must differ from the last.
        note = replace(note, token=note.token.partition(".")[0] + "." + secrets.token_hex(4))
        with _holding:
            _held.add(note.token)
        etag = self._client.swap(_file(note.path), note.to_bytes(), etag=self._etag)
        if etag is None and not self._is_mine(note):
            forget(note.token)
            raise busy(note.object_id)
        forget(self._note.token)
        self._note, self._etag, self._seen_at = note, etag or self._etag, time.monotonic()

    def _is_mine(self, note: Note) -> bool:
        """A put that was answered with an error and tried again finds its own work; the entity tag is then read."""
        found = read(self._client, note.path)
        if found is None or found.note.token != note.token:
            return False
        self._etag = found.key.etag
        return True


def take(client: Client, *, object_id: str, path: str) -> tuple[Claim, Note | None]:
    """Claim an object's place, and what a writer that is gone had claimed there; raises `Busy`."""
    note = Note(
        object_id=object_id, path=path, token=secrets.token_hex(16), owner=_this_process(), before=None
    )
    with _holding:
        _held.add(note.token)
    try:
        etag = client.create(_file(path), note.to_bytes())
        if etag:
            return Claim(client, note, etag), None
        found = read(client, path)
        if found and found.note.token == note.token:  # our own, answered with an error and tried again
            return Claim(client, note, found.key.etag), None
        if found and found.left_over:
            note = replace(note, before=found.note.before)  # until it is settled
            etag = client.swap(_file(path), note.to_bytes(), etag=found.key.etag)
            if etag:
                return Claim(client, note, etag), found.note
        raise busy(object_id)
    except BaseException:  # whatever ends the asking, no claim is ours
        forget(note.token)
        raise


def read(client: Client, path: str) -> Found | None:
    """The claim on a place, or None."""
    got = client.read_if_there(_file(path))
    return _parse(*got) if got else None


def every(client: Client) -> Iterator[Found]:
    """All claims of a bucket, in stable order."""
    for key in list(client.below(FOLDER)):
        got = client.read_if_there(key.path) if not key.path.endswith("/config.json") else None
        found = _parse(*got) if got else None
        if found:
            yield found


def forget(token: str) -> None:
    with _holding:
        _held.discard(token)


def _parse(raw: bytes, key: Key) -> Found | None:
    try:
        said = json.loads(raw)
        before = said["before"]
        note = Note(
            object_id=str(said["object"]),
            path=str(said["path"]),
            token=str(said["token"]),
            owner=str(said["owner"]),
            before=None if before is None else int(before),
        )
    except (ValueError, KeyError, TypeError):
        return None
    return Found(note, key)


def _file(path: str) -> str:
    return f"{FOLDER}/{hashlib.sha256(path.encode()).hexdigest()}.json"


def busy(object_id: str) -> Busy:
    return Busy(f"对象 {object_id} 正由另一个程序写入，这次没有存入任何内容。请稍后重试。")


def _this_process() -> str:
    """This process among all that ever were on any machine; empty where the system does not tell."""
    return _process(os.getpid())


def _process(number: int) -> str:
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
        namespace = Path("/proc/self/ns/pid").readlink()
        began = Path(f"/proc/{number}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[19]
    except (OSError, IndexError, UnicodeDecodeError):
        return ""
    return f"{boot} {namespace} {number} {began}"


def _is_dead(owner: str) -> bool:
    """Whether a process that ran on this very machine does so no more."""
    ours, theirs = _this_process().split(), owner.split()
    if len(ours) != 4 or len(theirs) != 4 or ours[:2] != theirs[:2] or not theirs[2].isdigit():
        return False
    return _process(int(theirs[2])) != owner
