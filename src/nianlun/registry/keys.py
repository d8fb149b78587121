"""The keys by which identity numbers are sealed and found, and how a column is named to the cipher."""

from pathlib import Path
from uuid import UUID

from django.conf import settings

from nianlun.kernel import cipher
from nianlun.kernel.cipher import Keyring
from nianlun.kernel.identity import IdentityNumber


def keyring() -> Keyring:
    """The keys of `settings.KEYRING`, read again when the file changes. Raises `cipher.KeyMissing`."""
    return cipher.keyring_at(Path(settings.KEYRING))


def sealed(number: IdentityNumber, *, person_id: UUID, keys: Keyring) -> bytes:
    """The number as it is kept, bound to its row."""
    return cipher.seal(number.text, keys=keys, about=_place(person_id))


def unsealed(kept: bytes, *, person_id: UUID, keys: Keyring) -> IdentityNumber:
    """The number of a row. Raises `cipher.SealBroken` where it was altered or comes from another row."""
    return IdentityNumber(cipher.unseal(kept, keys=keys, about=_place(person_id)))


def _place(person_id: UUID) -> str:
    return f"registry.person.identity_number:{person_id}"


def sealed_kin(number: IdentityNumber, *, kin_id: UUID, keys: Keyring) -> bytes:
    """The number of a relative as it is kept, bound to its row."""
    return cipher.seal(number.text, keys=keys, about=_kin_place(kin_id))


def unsealed_kin(kept: bytes, *, kin_id: UUID, keys: Keyring) -> IdentityNumber:
    """The number of a declared relative. Raises `cipher.SealBroken` where it was altered or moved."""
    return IdentityNumber(cipher.unseal(kept, keys=keys, about=_kin_place(kin_id)))


def _kin_place(kin_id: UUID) -> str:
    return f"registry.kin.identity_number:{kin_id}"


def sealed_former(number: IdentityNumber, *, former_id: UUID, keys: Keyring) -> bytes:
    """A number that a person had before a change, as it is kept, bound to its row."""
    return cipher.seal(number.text, keys=keys, about=_former_place(former_id))


def unsealed_former(kept: bytes, *, former_id: UUID, keys: Keyring) -> IdentityNumber:
    """A number that a person had before. Raises `cipher.SealBroken` where it was altered or moved."""
    return IdentityNumber(cipher.unseal(kept, keys=keys, about=_former_place(former_id)))


def _former_place(former_id: UUID) -> str:
    return f"registry.former_identity.identity_number:{former_id}"
