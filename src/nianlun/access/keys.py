"""How the secrets of authenticators are sealed, and of what only a digest is kept."""

import hashlib
from pathlib import Path
from uuid import UUID

from django.conf import settings
from django.utils.crypto import salted_hmac

from nianlun.kernel import cipher
from nianlun.kernel.cipher import Keyring


def keyring() -> Keyring:
    """The keys of `settings.KEYRING`. Raises `cipher.KeyMissing`."""
    return cipher.keyring_at(Path(settings.KEYRING))


def sealed_secret(secret: str, *, authenticator_id: UUID, keys: Keyring) -> bytes:
    """The secret as it is kept, bound to its row."""
    return cipher.seal(secret, keys=keys, about=_place(authenticator_id))


def unsealed_secret(kept: bytes, *, authenticator_id: UUID, keys: Keyring) -> str:
    """The secret of a row. Raises `cipher.SealBroken` where it was altered or comes from another row."""
    return cipher.unseal(kept, keys=keys, about=_place(authenticator_id))


def sealed_offer(secret: str, *, account_id: int) -> str:
    """A secret offered to an account and not yet taken, as the session may keep it."""
    return cipher.seal(secret, keys=keyring(), about=f"access.offer:{account_id}").hex()


def unsealed_offer(kept: str, *, account_id: int) -> str:
    """The secret offered. Raises `cipher.SealBroken` for any other text or another account's."""
    try:
        data = bytes.fromhex(kept)
    except ValueError:
        raise cipher.SealBroken("不是加密内容。请重新开始。") from None
    return cipher.unseal(data, keys=keyring(), about=f"access.offer:{account_id}")


def recovery_digest(code: str, *, account_id: int) -> bytes:
    """What is kept of a recovery code: of no use without the signing key of the installation."""
    return salted_hmac("nianlun.access.recovery", f"{account_id}:{code}", algorithm="sha256").digest()


def reset_digest(code: str) -> bytes:
    """What is kept of a code by which a forgotten password is replaced."""
    return salted_hmac("nianlun.access.reset", code, algorithm="sha256").digest()


def session_digest(key: str) -> bytes:
    """What is kept of a session's key. The key is random, so a plain digest tells nothing."""
    return hashlib.sha256(key.encode()).digest()


def token_digest(text: str) -> bytes:
    """What is kept of a token. It is random, so a plain digest tells nothing."""
    return hashlib.sha256(text.encode()).digest()


def login_digest(login: str) -> bytes:
    """What is kept of a login that was tried: people type passwords into that field."""
    return salted_hmac("nianlun.access.attempt", login, algorithm="sha256").digest()


def _place(authenticator_id: UUID) -> str:
    return f"access.authenticator.secret:{authenticator_id}"
