"""Public keys of those who sign, and the checking of one signature.

Kinds of signature, by the bytes that begin the key material of a verifier key ("vkey", name+id+base64):

* 0x01 Ed25519 over the text;
* 0x04 Ed25519 over "cosignature/v1", the time and the text: a witness;
* 0xff "nianlun/sm2-sm3" our own, as the specification leaves to everybody: SM2 with SM3 (GB/T 32918.2) over the
  text, with the default identity 1234567812345678 (GM/T 0009); the public key is x and y, the signature r and s,
  32 bytes each.
"""

import base64
import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from gmssl_pyx import GmsslInnerError, sm2_verify

from nianlun.kernel.notes.spelling import NAME, exact_base64

ED25519 = b"\x01"
COSIGNATURE = b"\x04"
SM2 = b"\xffnianlun/sm2-sm3"
_KEY_LENGTHS = {ED25519: 32, COSIGNATURE: 32, SM2: 64}


class NotSigned(Exception):
    """The note is not in the form of one, or nobody whose key we were given has signed it."""


class BadKey(Exception):
    """A text is not the public key of anybody, or key bytes are none."""


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
            good = _ed25519_verified(self.public, cosigned(text, at), signature[8:])
        if not good:
            raise NotSigned(f"{self.name} 的签名与内容不符：内容或签名被改过。")
        return at


def verifier(vkey: str) -> Verifier:
    """Read a public key, "name+id+base64". Raises `BadKey`."""
    name, _, rest = vkey.strip().partition("+")
    spelled_id, _, material = rest.partition("+")
    try:
        key = exact_base64(material)
    except ValueError:
        key = b""
    for kind, length in _KEY_LENGTHS.items():
        if key.startswith(kind) and len(key) == len(kind) + length and NAME.fullmatch(name):
            found = Verifier(name, kind, key[len(kind) :])
            if found.key_id.hex() == spelled_id:
                return found
    raise BadKey("不是签名公钥：应为“名称+8 位编号+base64”，请从对方公布处原样复制。")


def _ed25519_verified(public: bytes, message: bytes, signature: bytes) -> bool:
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True


def _sm2_verified(public: bytes, message: bytes, signature: bytes) -> bool:
    r, s = int.from_bytes(signature[:32]), int.from_bytes(signature[32:])
    try:
        return bool(sm2_verify(public, message, encode_dss_signature(r, s)))
    except GmsslInnerError:
        return False


def cosigned(text: str, at: datetime) -> bytes:
    """What a witness signs: a header that sets it apart, the time in whole seconds, and the text."""
    return f"cosignature/v1\ntime {int(at.timestamp())}\n{text}".encode()


def _instant(stamp: bytes) -> datetime:
    try:
        return datetime.fromtimestamp(int.from_bytes(stamp), UTC)
    except (OverflowError, ValueError, OSError):
        raise NotSigned("联署的时间不是时间。") from None
