"""The key file of a log. It lies outside the database, so that whoever rewrites the database cannot sign for it."""

import json
import os
import secrets
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Self

from nianlun.kernel.cipher import KeyMissing
from nianlun.kernel.notes.signers import Ed25519Signer, Signer, Sm2Signer
from nianlun.kernel.notes.verifiers import BadKey, Verifier, verifier

_FORMAT = "nianlun-log-key/1"


@dataclass(frozen=True, slots=True)
class RetiredKey:
    """A public key of before, and the longest log and the latest time that it may have signed for."""

    vkey: str
    size: int
    at: datetime


@dataclass(frozen=True, slots=True)
class LogKey:
    """What a log signs its checkpoints with, and the public keys it signed with before.

    After a change of keys the old secret is gone, so that nobody who finds it in an old backup can sign; what it
    signed can be checked for ever.
    """

    version: int
    ed25519: Ed25519Signer
    sm2: Sm2Signer | None = None
    retired: tuple[RetiredKey, ...] = field(default=())

    @classmethod
    def create(cls, path: Path, *, name: str, sm2: bool = False) -> Self:
        """Make a key file, readable by its owner only. The name is the origin of the log's checkpoints.

        Raises `FileExistsError` if there is a file, `BadKey` for a name that no signature line can carry.
        """
        key = cls(version=1, ed25519=_fresh(name), sm2=Sm2Signer.new(name) if sm2 else None)
        _write(path, key._written())
        return key

    @classmethod
    def load(cls, path: Path) -> Self:
        """Read a key file. Raises `KeyMissing` when it is absent or not in the right form."""
        try:
            content = json.loads(path.read_text(encoding="utf-8"))
            if content["format"] != _FORMAT:
                raise ValueError(_FORMAT)
            name, pair = content["name"], content["sm2"]
            return cls(
                version=int(content["version"]),
                ed25519=Ed25519Signer(name, bytes.fromhex(content["ed25519"])),
                sm2=pair and Sm2Signer(name, bytes.fromhex(pair["private"]), bytes.fromhex(pair["public"])),
                retired=tuple(
                    RetiredKey(
                        verifier(each["vkey"]).vkey,
                        int(each["size"]),
                        datetime.fromisoformat(each["at"]),
                    )
                    for each in content["retired"]
                ),
            )
        except OSError as error:
            reason = error.strerror or "原因不明"
            raise KeyMissing(
                f"读不到日志签名密钥 {path.name}：{reason}。请从保管处恢复密钥文件。"
            ) from error
        except (ValueError, KeyError, TypeError, AttributeError, BadKey):
            # Without `from`: a parser's message may quote the file, and the file is keys.
            raise KeyMissing(f"日志签名密钥 {path.name} 的内容不对。请从保管处恢复密钥文件。") from None

    def rotate(self, path: Path, *, size: int, at: datetime, name: str = "") -> "LogKey":
        """Take new secrets, in the file too (replaced whole); the old public keys are kept as retired.

        `size` is how many entries the log's last checkpoint covers: a retired key that signs for more, or for a time
        after `at`, is in the wrong hands.
        With a new name the log is another: what follows a restored backup is not what was signed before.
        """
        name = name or self.ed25519.name
        key = LogKey(
            version=self.version + 1,
            ed25519=_fresh(name),
            sm2=Sm2Signer.new(name) if self.sm2 else None,
            retired=(*self.retired, *(RetiredKey(signer.vkey, size, at) for signer in self.signers)),
        )
        fresh = path.with_name(f"{path.name}.new")
        fresh.unlink(missing_ok=True)
        _write(fresh, key._written())
        fresh.replace(path)
        return key

    @property
    def name(self) -> str:
        """The name in each signature line: the log's origin."""
        return self.ed25519.name

    @property
    def vkey(self) -> str:
        """The public key to publish and to give to witnesses."""
        return self.ed25519.vkey

    @property
    def signers(self) -> tuple[Signer, ...]:
        """All that sign a new checkpoint."""
        return (self.ed25519, self.sm2) if self.sm2 else (self.ed25519,)

    @property
    def vkeys(self) -> tuple[str, ...]:
        """The public keys of every checkpoint this log has signed, the present ones first."""
        return (*(signer.vkey for signer in self.signers), *(old.vkey for old in self.retired))

    @property
    def verifiers(self) -> tuple[Verifier, ...]:
        """`vkeys`, ready for `open_note`."""
        return tuple(verifier(vkey) for vkey in self.vkeys)

    def stands_for(self, keys: Iterable[str], *, origin: str, size: int, at: datetime) -> bool:
        """Whether any of these keys, whose signatures hold, was this log's for a checkpoint of that length and time."""
        current = {signer.vkey for signer in self.signers}
        until = {old.vkey: old for old in self.retired}
        return any(
            vkey in current or (vkey in until and size <= until[vkey].size and at <= until[vkey].at)
            for vkey in keys
            if verifier(vkey).name == origin
        )

    def _written(self) -> str:
        pair = self.sm2 and {"private": self.sm2.private.hex(), "public": self.sm2.public.hex()}
        content = {
            "format": _FORMAT,
            "name": self.name,
            "version": self.version,
            "ed25519": self.ed25519.seed.hex(),
            "sm2": pair,
            "retired": [
                {"vkey": old.vkey, "size": old.size, "at": old.at.isoformat()} for old in self.retired
            ],
        }
        return json.dumps(content, ensure_ascii=False, indent=1) + "\n"


def _fresh(name: str) -> Ed25519Signer:
    return Ed25519Signer(name, secrets.token_bytes(32))


def _write(path: Path, text: str) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
