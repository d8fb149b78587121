"""Keeping identity numbers out of plain columns: the claim shows the mask, the seal holds the number (S5.1)."""

from uuid import UUID

from nianlun.evidence.domain import Kind
from nianlun.evidence.models import Claim
from nianlun.kernel.cipher import seal, unseal
from nianlun.kernel.identity import mask
from nianlun.registry.keys import keyring


def shown(text: str, *, kind: Kind) -> str:
    """What may stand in a plain column."""
    return mask(text) if kind is Kind.IDENTITY_NUMBER else text


def put(claim: Claim, value: str) -> None:
    """Set what the claim says now."""
    claim.value = shown(value, kind=Kind(claim.kind))
    claim.sealed = _sealed(claim, value, column="sealed")


def put_machine(claim: Claim, value: str) -> None:
    """Set what the machine read, once."""
    claim.machine_value = shown(value, kind=Kind(claim.kind))
    claim.machine_sealed = _sealed(claim, value, column="machine_sealed")


def opened(claim: Claim) -> str:
    """What the claim says now, in full."""
    return _opened(claim.pk, bytes(claim.sealed), column="sealed") if claim.sealed else claim.value


def machine_value(claim: Claim) -> str:
    """What the machine read, in full."""
    if claim.machine_sealed:
        return _opened(claim.pk, bytes(claim.machine_sealed), column="machine_sealed")
    return claim.machine_value


def _sealed(claim: Claim, value: str, *, column: str) -> bytes | None:
    if Kind(claim.kind) is not Kind.IDENTITY_NUMBER or not value:
        return None
    return seal(value, keys=keyring(), about=_about(claim.pk, column=column))


def _opened(claim_id: UUID, sealed: bytes, *, column: str) -> str:
    return unseal(sealed, keys=keyring(), about=_about(claim_id, column=column))


def _about(claim_id: UUID, *, column: str) -> str:
    return f"evidence.claim.{column}:{claim_id}"
