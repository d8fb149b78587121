"""Reading requests, checkpoints and keys, and the answers to those that cannot be read."""

import base64
import binascii
import hashlib
import re
from dataclasses import dataclass
from typing import NamedTuple, Self

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

LOG, WITNESS = b"\x01", b"\x04"  # kinds of key
MOST_PROOF_LINES = 63
NUMBER = re.compile(r"0|[1-9][0-9]{0,18}")
PLAIN = "text/plain; charset=utf-8"
SIZE = "text/x.tlog.size"


class Answer(NamedTuple):
    """What is said to a request."""

    status: int
    body: str
    kind: str = PLAIN


class Refused(Exception):
    """A request that gets no cosignature."""

    def __init__(self, status: int, body: str, kind: str = PLAIN) -> None:
        super().__init__(body)
        self.answer = Answer(status, body if kind == SIZE else f"{body}\n", kind)


class Unusable(Exception):
    """The witness cannot be started like this."""


@dataclass(frozen=True)
class Key:
    """A public key with the name it signs under."""

    name: str
    kind: bytes
    public: bytes

    @classmethod
    def read(cls, vkey: str) -> Self:
        """The Ed25519 key of a log, "name+id+base64"; raises `Unusable`."""
        name, _, rest = vkey.partition("+")
        spelled, _, material = rest.partition("+")
        try:
            data = base64.b64decode(material, validate=True)
        except binascii.Error:
            data = b""
        key = cls(name, data[:1], data[1:])
        if not name or len(data) != 33 or key.kind != LOG or key.id.hex() != spelled:
            raise Unusable(f"不是日志的 Ed25519 公钥：{vkey}")
        return key

    @property
    def id(self) -> bytes:
        """The four bytes that begin each of its signatures."""
        return hashlib.sha256(self.name.encode() + b"\n" + self.kind + self.public).digest()[:4]

    def vkey(self) -> str:
        """The key as it is published."""
        return f"{self.name}+{self.id.hex()}+{base64.b64encode(self.kind + self.public).decode()}"

    def signed(self, message: bytes, signature: bytes) -> bool:
        """Whether this key made this signature."""
        try:
            Ed25519PublicKey.from_public_bytes(self.public).verify(signature, message)
        except InvalidSignature:
            return False
        return True


def cosigned(at: int, text: str) -> bytes:
    """What a cosignature covers; `at` in seconds since 1970."""
    return f"cosignature/v1\ntime {at}\n{text}".encode()


def request_parts(body: str) -> tuple[int, list[bytes], str]:
    """Old size, proof and note of a request; raises `Refused`."""
    head, gap, note = body.partition("\n\n")
    first, *rest = head.split("\n")
    if not gap or not first.startswith("old ") or not NUMBER.fullmatch(first[4:]):
        raise Refused(400, "请求应以“old 条数”开头，证明各行之后空一行，再是检查点。")
    if len(rest) > MOST_PROOF_LINES:
        raise Refused(400, f"证明不应超过 {MOST_PROOF_LINES} 行。")
    return int(first[4:]), [hash_of(line) for line in rest], note


def checkpoint_parts(text: str) -> tuple[str, int, bytes]:
    """Origin, size and root of a checkpoint's text; raises `Refused`."""
    lines = text.split("\n")
    printable = not any(ord(each) < 32 for each in text if each != "\n")
    if len(lines) < 4 or lines.pop() or not all(lines) or not NUMBER.fullmatch(lines[1]) or not printable:
        raise Refused(400, "检查点应依次是日志名称、条数、根，中间没有空行。")
    return lines[0], int(lines[1]), hash_of(lines[2])


def hash_of(line: str) -> bytes:
    """The hash that a line of base64 spells; raises `Refused`."""
    try:
        data = base64.b64decode(line.encode("ascii"), validate=True)
    except (binascii.Error, UnicodeEncodeError):
        data = b""
    if len(data) != 32 or base64.b64encode(data).decode() != line:
        raise Refused(400, "有一行不是 32 字节的 base64。")
    return data
