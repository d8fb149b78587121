"""Those who sign: a log with Ed25519 and, where the national algorithms are asked for, SM2; a witness."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol, Self

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from gmssl_pyx import GmsslInnerError, normalize_sm2_public_key, sm2_key_generate, sm2_sign

from nianlun.kernel.notes.spelling import NAME
from nianlun.kernel.notes.verifiers import COSIGNATURE, ED25519, SM2, BadKey, NotSigned, Verifier, cosigned

_SEED = 32


class Signer(Protocol):
    """Whoever can sign a note."""

    @property
    def vkey(self) -> str:
        """The public key to check the signatures with."""

    def sign(self, text: str) -> str:
        """The line that signs the text."""


@dataclass(frozen=True, slots=True)
class Ed25519Signer:
    """Signs notes with Ed25519 (RFC 8032). The seed is 32 random bytes; `BadKey` for other lengths or a bad name."""

    name: str
    seed: bytes = field(repr=False)

    def __post_init__(self) -> None:
        _checked(self.name, self.seed, length=_SEED)

    @property
    def vkey(self) -> str:
        """The public key to check the signatures with."""
        return self._verifier.vkey

    def sign(self, text: str) -> str:
        """The line that signs the text."""
        return self._verifier.line(_private(self.seed).sign(text.encode()))

    @property
    def _verifier(self) -> Verifier:
        return Verifier(self.name, ED25519, _public(self.seed))


@dataclass(frozen=True, slots=True)
class Cosigner:
    """A witness: says that the log with this checkpoint had, at this time, only grown since it was seen before."""

    name: str
    seed: bytes = field(repr=False)

    def __post_init__(self) -> None:
        _checked(self.name, self.seed, length=_SEED)

    @property
    def vkey(self) -> str:
        """The public key to check the cosignatures with."""
        return self._verifier.vkey

    def sign(self, text: str, *, at: datetime) -> str:
        """The line that cosigns the text of a checkpoint at this instant (kept to the second)."""
        at = at.replace(microsecond=0)
        signature = _private(self.seed).sign(cosigned(text, at))
        return self._verifier.line(int(at.timestamp()).to_bytes(8) + signature)

    @property
    def _verifier(self) -> Verifier:
        return Verifier(self.name, COSIGNATURE, _public(self.seed))


@dataclass(frozen=True, slots=True)
class Sm2Signer:
    """Signs notes with SM2 and SM3. Private key of 32 bytes, public key of 64 (x and y); `BadKey` for a wrong pair."""

    name: str
    private: bytes = field(repr=False)
    public: bytes

    def __post_init__(self) -> None:
        _checked(self.name, self.private, length=32)
        try:
            normalize_sm2_public_key(self.public)
            self._verifier.verify("", self._signature(b""))
        except (GmsslInnerError, NotSigned):
            raise BadKey("SM2 私钥与公钥不是一对。") from None

    @classmethod
    def new(cls, name: str) -> Self:
        """A signer with fresh keys."""
        public, private = sm2_key_generate()
        return cls(name, private, public)

    @property
    def vkey(self) -> str:
        """The public key to check the signatures with."""
        return self._verifier.vkey

    def sign(self, text: str) -> str:
        """The line that signs the text."""
        return self._verifier.line(self._signature(text.encode()))

    @property
    def _verifier(self) -> Verifier:
        return Verifier(self.name, SM2, self.public)

    def _signature(self, message: bytes) -> bytes:
        r, s = decode_dss_signature(sm2_sign(self.private, self.public, message))
        return r.to_bytes(32) + s.to_bytes(32)


def _checked(name: str, secret: bytes, *, length: int) -> None:
    if not NAME.fullmatch(name):
        raise BadKey("签名者的名称不能为空，不能有空白和加号。")
    if len(secret) != length:
        raise BadKey(f"私钥应为 {length} 字节。")


def _private(seed: bytes) -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(seed)


def _public(seed: bytes) -> bytes:
    return _private(seed).public_key().public_bytes_raw()
