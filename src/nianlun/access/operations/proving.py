"""Proving the second factor, at the door and again before an important deed (S1.3, S1.7)."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.db import transaction

from nianlun.access import domain, keys, passkeys, trail
from nianlun.access.domain import FactorKind, Outcome
from nianlun.access.models import Account, Authenticator, Passkey, RecoveryCode, Session
from nianlun.access.operations import attempts
from nianlun.access.operations.attempts import SignInFailed

NOT_PROVEN = f"验证没有通过，或这个码已经用过。请等下一个再试。{domain.LOCKING}。"


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """What somebody shows: the digits of an authenticator or a recovery code as typed, or a passkey's answer.

    `challenge` and `place` say what the passkey was asked, by whom. `demo` lets the demo answer for its personas.
    """

    code: str = ""
    passkey: str = ""
    challenge: str = ""
    place: passkeys.Place | None = None
    demo: bool = False


def prove(account_id: int, *, proof: Proof, address: str, at: datetime) -> FactorKind:
    """Which factor of the account the proof is of. A failure counts like a wrong password (S1.4).

    Must not run inside a transaction. Raises `SignInFailed`.
    """
    account = Account.objects.filter(pk=account_id, is_active=True).first()
    if account is None:
        raise SignInFailed(NOT_PROVEN)
    attempt_id = attempts.admit(account.username, address=address, at=at)
    with transaction.atomic():
        kind = _factor(account, proof, at=at)
        if kind is not None:
            attempts.settle(attempt_id, Outcome.SUCCEEDED)
            return kind
        trail.record(
            trail.FACTOR_FAILED,
            by=None,
            about=account.username,
            about_id=str(account.pk),
            outcome="failed",
            at=at,
        )
    raise SignInFailed(NOT_PROVEN)


@transaction.atomic
def prove_again(session_id: UUID, *, kind: FactorKind, at: datetime) -> None:
    """Note that the owner of the session has just proven the second factor: important deeds are open for a while."""
    row = Session.objects.select_related("account").select_for_update(of=("self",)).get(pk=session_id)
    row.proven_at = at
    row.save(update_fields=["proven_at"])
    trail.record(
        trail.FACTOR_PROVEN, by=row.account.viewer(device=row.device), details={"factor": kind.value}, at=at
    )


def _factor(account: Account, proof: Proof, *, at: datetime) -> FactorKind | None:
    if proof.demo:
        return FactorKind.DEMO if settings.DEMO and account.persona else None
    if proof.passkey:
        return FactorKind.PASSKEY if _passkey(account, proof, at=at) else None
    code = domain.tidy_code(proof.code)
    if len(code) == 6 and code.isdigit():
        return FactorKind.AUTHENTICATOR if _authenticator(account, code, at=at) else None
    return FactorKind.RECOVERY_CODE if _recovery_code(account, code, at=at) else None


def _authenticator(account: Account, code: str, *, at: datetime) -> bool:
    ring = keys.keyring()
    for row in Authenticator.objects.select_for_update().filter(account=account).order_by("pk"):
        secret = keys.unsealed_secret(bytes(row.secret_sealed), authenticator_id=row.pk, keys=ring)
        step = domain.matching_step(secret, code, last_step=row.last_step, at=at)
        if step is not None:
            row.last_step, row.used_at = step, at
            row.save(update_fields=["last_step", "used_at"])
            return True
    return False


def _recovery_code(account: Account, code: str, *, at: datetime) -> bool:
    digest = keys.recovery_digest(code, account_id=account.pk)
    rows = RecoveryCode.objects.filter(account=account, digest=digest, used_at=None)
    return bool(rows.update(used_at=at))  # one statement: of two at once only one finds the row unused


def _passkey(account: Account, proof: Proof, *, at: datetime) -> bool:
    if not proof.challenge or proof.place is None:
        return False
    try:
        credential_id = passkeys.answering_key(proof.passkey)
        row = (
            Passkey.objects.select_for_update().filter(account=account, credential_id=credential_id).first()
        )
        if row is None:
            return False
        row.sign_count = passkeys.sign_count(
            proof.passkey,
            challenge=proof.challenge,
            place=proof.place,
            public_key=bytes(row.public_key),
            last_count=row.sign_count,
        )
    except passkeys.NotProven:
        return False
    row.used_at = at
    row.save(update_fields=["sign_count", "used_at"])
    return True
