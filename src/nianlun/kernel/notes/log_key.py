"""The key file of a log. It lies outside the database, so that whoever rewrites the database cannot sign for it."""

import json
import os
import secrets
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

from nianlun.kernel.cipher import KeyMissing
from nianlun.kernel.notes.signers import Ed25519Signer, Signer, Sm2Signer
from nianlun.kernel.notes.verifiers import BadKey, Verifier, verifier

_FORMAT = "nianlun-log-key/1"


@dataclass(frozen=True, slots=True)
class LogKey:
    """What a log signs its checkpoints with, and the public keys it signed with before.

    After a change of keys the old secret is gone, so that nobody who finds it in an old backup can sign; what it
    signed can be checked for ever.
    """

    version: int
    ed25519: Ed25519Signer
    sm2: Sm2Signer | None = None
    retired: tuple[str, ...] = field(default=())

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
                retired=tuple(verifier(vkey).vkey for vkey in content["retired"]),
            )
        except OSError as error:
            reason = error.strerror or "原因不明"
            raise KeyMissing(
                f"读不到日志签名密钥 {path.name}：{reason}。请从保管处恢复密钥文件。"
            ) from error
        except (ValueError, KeyError, TypeError, AttributeError, BadKey):
            # Without `from`: a parser's message may quote the file, and the file is keys.
            raise KeyMissing(f"日志签名密钥 {path.name} 的内容不对。请从保管处恢复密钥文件。") from None

    def rotate(self, path: Path, *, name: str = "") -> "LogKey":
        """Take new secrets, in the file too (replaced whole); the old public keys are kept as retired.

        With a new name the log is another: what follows a restored backup is not what was signed before.
        """
        name = name or self.ed25519.name
        key = LogKey(
            version=self.version + 1,
            ed25519=_fresh(name),
            sm2=Sm2Signer.new(name) if self.sm2 else None,
            retired=(*self.retired, *(signer.vkey for signer in self.signers)),
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
        return (*(signer.vkey for signer in self.signers), *self.retired)

    @property
    def verifiers(self) -> tuple[Verifier, ...]:
        """`vkeys`, ready for `open_note`."""
        return tuple(verifier(vkey) for vkey in self.vkeys)

    def _written(self) -> str:
        pair = self.sm2 and {"private": self.sm2.private.hex(), "public": self.sm2.public.hex()}
        content = {
            "format": _FORMAT,
            "name": self.name,
            "version": self.version,
            "ed25519": self.ed25519.seed.hex(),
            "sm2": pair,
            "retired": list(self.retired),
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
