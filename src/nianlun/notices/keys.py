"""How addresses and messages are named to the cipher; the keys are those that seal identity numbers."""

import json
from uuid import UUID

from nianlun.kernel import cipher
from nianlun.kernel.cipher import Keyring


def sealed_address(address: str, *, table: str, row_id: UUID, keys: Keyring) -> bytes:
    """An address as it is kept, bound to its row."""
    return cipher.seal(address, keys=keys, about=f"notices.{table}.address:{row_id}")


def unsealed_address(kept: bytes, *, table: str, row_id: UUID, keys: Keyring) -> str:
    """The address of a row. Raises `cipher.SealBroken` where it was altered or comes from another row."""
    return cipher.unseal(kept, keys=keys, about=f"notices.{table}.address:{row_id}")


def sealed_content(to: str, text: str, *, message_id: UUID, keys: Keyring) -> bytes:
    """Address and words of a message as they are kept."""
    return cipher.seal(json.dumps([to, text], ensure_ascii=False), keys=keys, about=_message(message_id))


def unsealed_content(kept: bytes, *, message_id: UUID, keys: Keyring) -> tuple[str, str]:
    """Address and words of a message. Raises `cipher.SealBroken`."""
    to, text = json.loads(cipher.unseal(kept, keys=keys, about=_message(message_id)))
    return to, text


def code_digest(number: str, *, code_id: UUID, keys: Keyring) -> bytes:
    """By which a code is recognised without being kept."""
    return cipher.blind_index(f"notices.code:{code_id}:{number}", keys=keys)


def code_digests(number: str, *, code_id: UUID, keys: Keyring) -> list[bytes]:
    """The digest under every version of the keys, for a code may be older than a change of keys."""
    return cipher.blind_indexes(f"notices.code:{code_id}:{number}", keys=keys)


def _message(message_id: UUID) -> str:
    return f"notices.message.content:{message_id}"
