"""Signed notes (C2SP signed-note), checkpoints of a log (tlog-checkpoint) and cosignatures (tlog-cosignature).

A note is a text, an empty line and lines of signatures. A checkpoint is a note whose text says how long a log is
and what its Merkle root is; a witness that has seen the log only grow adds its cosignature with the time. Kinds of
signature, by the bytes that begin the key material of a verifier key ("vkey", name+id+base64):

* 0x01 Ed25519 over the text;
* 0x04 Ed25519 over "cosignature/v1", the time and the text: a witness;
* 0xff "nianlun/sm2-sm3" our own, as the specification leaves to everybody: SM2 with SM3 (GB/T 32918.2) over the
  text, with the default identity 1234567812345678 (GM/T 0009); the public key is x and y, the signature r and s,
  32 bytes each.
"""

import base64
import binascii
import hashlib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Protocol, Self

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ed25519
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature
from gmssl_pyx import GmsslInnerError, normalize_sm2_public_key, sm2_key_generate, sm2_sign, sm2_verify

from nianlun.kernel.merkle import HASH

ED25519 = b"\x01"
COSIGNATURE = b"\x04"
SM2 = b"\xffnianlun/sm2-sm3"
_KEY_LENGTHS = {ED25519: 32, COSIGNATURE: 32, SM2: 64}
_SEED = 32

_LARGEST_NOTE = 1 << 16  # characters; a checkpoint with sixteen cosignatures has about 2,500
_MOST_SIGNATURES = 64
_CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f]")
_NAME = re.compile(r"[^\s+\x00-\x1f]{1,200}")
_LINE = re.compile(r"— (\S+) (\S+)")
_DECIMAL = re.compile(r"0|[1-9][0-9]{0,18}")


class NotSigned(Exception):
    """The note is not in the form of one, or nobody whose key we were given has signed it."""


class BadKey(Exception):
    """A text is not the public key of anybody, or key bytes are none."""


class BadCheckpoint(Exception):
    """A text does not say how long a log is and what its root is."""


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """The state of a log: who keeps it, how many leaves it has and their root. Extensions are lines of our own."""

    origin: str
    size: int
    root: bytes
    extensions: tuple[str, ...] = ()

    def text(self) -> str:
        """The text that is signed. Raises `BadCheckpoint` when it could not be read back as it is."""
        lines = [self.origin, str(self.size), base64.b64encode(self.root).decode(), *self.extensions]
        text = "".join(f"{line}\n" for line in lines)
        if Checkpoint.parse(text) != self:
            raise BadCheckpoint("检查点的内容不能有空行、换行或控制字符。")
        return text

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read the text of a note. Raises `BadCheckpoint`."""
        lines = text.split("\n")
        if len(lines) < 4 or lines[-1] or not all(lines[:-1]) or _CONTROL.search(text):
            raise BadCheckpoint("检查点应有三行以上，没有空行，以换行结束。")
        origin, size, root, *extensions = lines[:-1]
        if not _DECIMAL.fullmatch(size):
            raise BadCheckpoint("检查点第二行应是日志的条数。")
        try:
            spelled = _base64(root)
        except ValueError:
            spelled = b""
        if len(spelled) != HASH:
            raise BadCheckpoint("检查点第三行应是日志的根（32 字节的 base64）。")
        return cls(origin=origin, size=int(size), root=spelled, extensions=tuple(extensions))


@dataclass(frozen=True, slots=True)
class Verifier:
    """A public key and the name it signs under. Make one with `verifier`."""

    name: str
    kind: bytes
    public: bytes

    @property
    def key_id(self) -> bytes:
        """Four bytes that, with the name, find the key; no proof of anything."""
        return hashlib.sha256(self.name.encode() + b"\n" + self.kind + self.public).digest()[:4]

    @property
    def vkey(self) -> str:
        """The key as one text, to be published and configured."""
        return f"{self.name}+{self.key_id.hex()}+{base64.b64encode(self.kind + self.public).decode()}"

    def line(self, signature: bytes) -> str:
        """The line of the note that carries this signature."""
        return f"— {self.name} {base64.b64encode(self.key_id + signature).decode()}\n"

    def verify(self, text: str, signature: bytes) -> datetime | None:
        """Check a signature over the text; the time that a cosignature states. Raises `NotSigned`."""
        if self.kind == SM2:
            good = len(signature) == 64 and _sm2_verified(self.public, text.encode(), signature)
            at = None
        elif self.kind == ED25519:
            good, at = _ed25519_verified(self.public, text.encode(), signature), None
        else:
            at = _instant(signature[:8])
            good = _ed25519_verified(self.public, _cosigned(text, at), signature[8:])
        if not good:
            raise NotSigned(f"{self.name} 的签名与内容不符：内容或签名被改过。")
        return at


def verifier(vkey: str) -> Verifier:
    """Read a public key, "name+id+base64". Raises `BadKey`."""
    name, _, rest = vkey.strip().partition("+")
    spelled_id, _, material = rest.partition("+")
    try:
        key = _base64(material)
    except ValueError:
        key = b""
    for kind, length in _KEY_LENGTHS.items():
        if key.startswith(kind) and len(key) == len(kind) + length and _NAME.fullmatch(name):
            found = Verifier(name, kind, key[len(kind) :])
            if found.key_id.hex() == spelled_id:
                return found
    raise BadKey("不是签名公钥：应为“名称+8 位编号+base64”，请从对方公布处原样复制。")


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
        signature = _private(self.seed).sign(_cosigned(text, at))
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


@dataclass(frozen=True, slots=True)
class OpenedNote:
    """A note whose signatures were checked; nothing of unknown keys is in it."""

    text: str
    signed_by: tuple[str, ...]
    """Names of those who signed the text itself, each once."""
    cosigned_at: dict[str, datetime]
    """Witness to the earliest time it states."""
    keys: tuple[str, ...]
    """The vkeys of all of them: who must have signed with two algorithms is seen here."""


def sign_note(text: str, *signers: Signer) -> str:
    """The note of a text that ends with a newline, with a line from each signer."""
    if not text.endswith("\n") or _CONTROL.search(text):
        raise ValueError("the text of a note ends with a newline and has no control characters")
    return text + "\n" + "".join(signer.sign(text) for signer in signers)


def open_note(note: str, *, verifiers: Iterable[Verifier]) -> OpenedNote:
    """Check a note against the keys we know. Lines of other keys are passed over.

    Raises `NotSigned` when it has no signature of a known key, or one that does not verify: then all of it is
    refused, as the specification advises.
    """
    text, lines = _taken_apart(note)
    known = {(each.name, each.key_id): each for each in verifiers}
    signed_by: list[str] = []
    cosigned_at: dict[str, datetime] = {}
    keys: list[str] = []
    for name, key_id, signature in lines:
        who = known.get((name, key_id))
        if who is None:
            continue
        at = who.verify(text, signature)
        if at is None:
            signed_by.append(name)
        else:
            cosigned_at[name] = min(at, cosigned_at.get(name, at))
        keys.append(who.vkey)
    if not keys:
        raise NotSigned("没有已知公钥的签名。请核对公钥是否齐全，来路是否可靠。")
    return OpenedNote(text, tuple(dict.fromkeys(signed_by)), cosigned_at, tuple(dict.fromkeys(keys)))


def add_cosignatures(note: str, lines: str, *, verifiers: Iterable[Verifier]) -> str:
    """The note with those lines of a witness's answer that known keys made; others are left behind.

    Raises `NotSigned` when there is none, or one that does not verify: a witness that answers wrongly is not
    believed in part.
    """
    text, _ = _taken_apart(note)
    known = {(each.name, each.key_id): each for each in verifiers}
    kept = []
    for line, (name, key_id, signature) in _signatures(lines):
        if who := known.get((name, key_id)):
            who.verify(text, signature)
            kept.append(f"{line}\n")
    if not kept:
        raise NotSigned("见证方的答复里没有它的联署。")
    return note + "".join(line for line in kept if line not in note)


def _taken_apart(note: str) -> tuple[str, list[tuple[str, bytes, bytes]]]:
    if len(note) > _LARGEST_NOTE or _CONTROL.search(note):
        raise NotSigned("不是签名文：太长，或含控制字符。")
    text, gap, lines = note.rpartition("\n\n")
    if not gap:
        raise NotSigned("不是签名文：正文与签名之间应有空行。")
    return f"{text}\n", [signature for _, signature in _signatures(lines)]


def _signatures(lines: str) -> Sequence[tuple[str, tuple[str, bytes, bytes]]]:
    *each, end = lines.split("\n")
    if end or not each or len(each) > _MOST_SIGNATURES:
        raise NotSigned("不是签名文：没有签名行，或签名行太多、没有写完。")
    found = []
    for line in each:
        parts = _LINE.fullmatch(line)
        try:
            signature = _base64(parts[2]) if parts else b""
        except ValueError:
            signature = b""
        if parts is None or len(signature) < 5 or not _NAME.fullmatch(parts[1]):
            raise NotSigned("不是签名文：有一行不是“— 名称 签名”的样子。")
        found.append((line, (parts[1], signature[:4], signature[4:])))
    return found


def _base64(text: str) -> bytes:
    """Standard base64 in its one right spelling, or `ValueError`."""
    try:
        data = base64.b64decode(text.encode("ascii"), validate=True)
    except (binascii.Error, UnicodeEncodeError) as error:
        raise ValueError("not base64") from error
    if base64.b64encode(data).decode() != text:
        raise ValueError("not the canonical spelling")
    return data


def _checked(name: str, secret: bytes, *, length: int) -> None:
    if not _NAME.fullmatch(name):
        raise BadKey("签名者的名称不能为空，不能有空白和加号。")
    if len(secret) != length:
        raise BadKey(f"私钥应为 {length} 字节。")


def _private(seed: bytes) -> ed25519.Ed25519PrivateKey:
    return ed25519.Ed25519PrivateKey.from_private_bytes(seed)


def _public(seed: bytes) -> bytes:
    return _private(seed).public_key().public_bytes_raw()


def _ed25519_verified(public: bytes, message: bytes, signature: bytes) -> bool:
    try:
        ed25519.Ed25519PublicKey.from_public_bytes(public).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True


def _sm2_verified(public: bytes, message: bytes, signature: bytes) -> bool:
    r, s = int.from_bytes(signature[:32]), int.from_bytes(signature[32:])
    try:
        return bool(sm2_verify(public, message, encode_dss_signature(r, s)))
    except GmsslInnerError:
        return False


def _cosigned(text: str, at: datetime) -> bytes:
    return f"cosignature/v1\ntime {int(at.timestamp())}\n{text}".encode()


def _instant(stamp: bytes) -> datetime:
    try:
        return datetime.fromtimestamp(int.from_bytes(stamp), UTC)
    except (OverflowError, ValueError, OSError):
        raise NotSigned("联署的时间不是时间。") from None
