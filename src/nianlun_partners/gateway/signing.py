"""The signature that both sides put under what they send."""

import hashlib
import hmac
import time

GOOD_FOR = 300  # seconds that a clock may differ and a request may travel


def signed(secret: bytes, *, method: str, path: str, body: bytes, now: float) -> dict[str, str]:
    """The headers that go with a request."""
    stamp = str(int(now))
    return {"Gateway-Time": stamp, "Gateway-Signature": _mac(secret, stamp, method, path, body)}


def holds(secret: bytes, *, method: str, path: str, body: bytes, stamp: str, signature: str) -> bool:
    """Whether a request was signed with the secret, not long ago."""
    if not (stamp.isascii() and stamp.isdigit() and len(stamp) <= 12):
        return False
    if abs(time.time() - int(stamp)) > GOOD_FOR:
        return False
    return hmac.compare_digest(
        _mac(secret, stamp, method, path, body).encode(), signature.encode("utf-8", "replace")
    )


def _mac(secret: bytes, stamp: str, method: str, path: str, body: bytes) -> str:
    said = f"{stamp}\n{method} {path}\n".encode() + body
    return hmac.new(secret, said, hashlib.sha256).hexdigest()
