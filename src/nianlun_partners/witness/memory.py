"""What a witness has seen and signed, and its key, in a folder."""

import base64
import binascii
import fcntl
import hashlib
import os
import re
import secrets
import threading
import time
from collections.abc import Sequence
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from nianlun_partners.witness.growth import Seen, grew
from nianlun_partners.witness.notes import (
    SIZE,
    WITNESS,
    Key,
    Refused,
    Unusable,
    checkpoint_parts,
    cosigned,
    request_parts,
)


class Witness:
    """What one witness knows, kept in a folder."""

    def __init__(self, folder: Path, *, name: str, logs: Sequence[Key]) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        # Two processes on one folder could each sign what the other has not seen.
        self._held = (folder / "lock").open("w")
        try:
            fcntl.flock(self._held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise Unusable(f"另一个见证程序正在用 {folder.name}。请先停下它。") from None
        self._secret = self._secret_key()
        self.key = Key(name, WITNESS, self._secret.public_key().public_bytes_raw())
        self._logs: dict[str, list[Key]] = {}
        for log in logs:
            self._logs.setdefault(log.name, []).append(log)
        self._seen = {origin: self._read(origin) for origin in self._logs}
        self._lock = threading.Lock()

    def add_checkpoint(self, body: str) -> str:
        """The cosignature line for a checkpoint and the proof that its log grew; raises `Refused`."""
        old, proof, note = request_parts(body)
        text, _, lines = note.rpartition("\n\n")
        text += "\n"
        origin, size, root = checkpoint_parts(text)
        if origin not in self._logs:
            raise Refused(404, f"本见证方不认识日志 {origin}。")
        own_lines = self._signed_by_log(origin, text=text, lines=lines)
        if old > size:
            raise Refused(400, "旧的条数大于检查点的条数。")
        with self._lock:  # from the comparison to the disk: no other request may come between
            seen = self._seen[origin]
            if old != seen.size:
                raise Refused(409, f"{seen.size}\n", SIZE)
            grew(seen, size=size, root=root, proof=proof)
            line = self._cosignature(text)
            self._keep(origin, Seen(size, root, f"{text}\n{own_lines}{line}"))
        return line

    def checkpoint(self, origin: str) -> str:
        """The note of the last checkpoint seen of a log; raises `Refused`."""
        note = self._seen[origin].note if origin in self._seen else ""
        if not note:
            raise Refused(404, "本见证方没有见过这个日志。")
        return note

    def _signed_by_log(self, origin: str, *, text: str, lines: str) -> str:
        kept = ""
        for line in lines.splitlines():
            parts = re.fullmatch(r"— (\S+) ([A-Za-z0-9+/]+=*)", line)
            try:
                data = base64.b64decode(parts[2], validate=True) if parts else b""
            except binascii.Error:
                data = b""
            if parts is None or len(data) < 5:
                raise Refused(400, "有一行不是签名。")
            for key in self._logs[origin]:
                if (key.name, key.id) == (parts[1], data[:4]):
                    if not key.signed(text.encode(), data[4:]):
                        raise Refused(403, "日志的签名与检查点不符。")
                    kept += f"{line}\n"
        if not kept:
            raise Refused(403, "检查点没有本见证方所知公钥的签名。")
        return kept

    def _cosignature(self, text: str) -> str:
        now = int(time.time())
        signature = self._secret.sign(cosigned(now, text))
        data = self.key.id + now.to_bytes(8, "big") + signature
        return f"— {self.key.name} {base64.b64encode(data).decode()}\n"

    def _secret_key(self) -> Ed25519PrivateKey:
        path = self._folder / "key"
        if not path.exists():
            write(path, secrets.token_hex(32))
        try:
            return Ed25519PrivateKey.from_private_bytes(bytes.fromhex(path.read_text("ascii")))
        except ValueError:
            raise Unusable("见证方的密钥文件 key 内容不对。请从备份恢复。") from None

    def _file(self, origin: str) -> Path:
        return self._folder / f"{hashlib.sha256(origin.encode()).hexdigest()}.checkpoint"

    def _keep(self, origin: str, seen: Seen) -> None:
        write(self._file(origin), seen.note)
        self._seen[origin] = seen

    def _read(self, origin: str) -> Seen:
        """What was kept before; its own signature under it, so that an altered file is not taken for memory."""
        path = self._file(origin)
        if not path.exists():
            return Seen()
        try:
            note = path.read_text("utf-8")
            text, _, lines = note.rpartition("\n\n")
            text += "\n"
            data = base64.b64decode(lines.split(" ")[-1])
        except ValueError:
            data = b""
        stamp = int.from_bytes(data[4:12], "big")
        if data[:4] != self.key.id or not self.key.signed(cosigned(stamp, text), data[12:]):
            raise Unusable(f"{path.name} 不是本见证方自己联署的。请从备份恢复，或查明谁改了它。")
        _, size, root = checkpoint_parts(text)
        return Seen(size, root, note)


def write(path: Path, text: str) -> None:
    """Put a file in place whole and on the disk, or not at all."""
    fresh = path.with_name(f"{path.name}.new")
    fresh.unlink(missing_ok=True)
    with os.fdopen(
        os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8"
    ) as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
