"""Reading second factors."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from nianlun.access import domain, keys
from nianlun.access.domain import FactorKind, NotVisible, Role, Viewer
from nianlun.access.models import Account, Authenticator, Passkey, RecoveryCode


@dataclass(frozen=True, slots=True, kw_only=True)
class FactorLine:
    """One authenticator or passkey as its owner sees it."""

    id: UUID
    kind: FactorKind
    name: str
    added_at: datetime
    used_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonaCode:
    """What the telephone of one of the demo's personas shows now."""

    name: str
    role: Role
    code: str
    used: bool


def has_factor(account_id: int) -> bool:
    """Whether the account has an authenticator or a passkey."""
    return (
        Authenticator.objects.filter(account_id=account_id).exists()
        or Passkey.objects.filter(account_id=account_id).exists()
    )


def factors(viewer: Viewer) -> list[FactorLine]:
    """The viewer's own authenticators and passkeys, the oldest first."""
    lines = [
        FactorLine(id=row.pk, kind=kind, name=row.name, added_at=row.added_at, used_at=row.used_at)
        for kind, rows in (
            (FactorKind.AUTHENTICATOR, Authenticator.objects.filter(account_id=viewer.account_id)),
            (FactorKind.PASSKEY, Passkey.objects.filter(account_id=viewer.account_id)),
        )
        for row in rows
    ]
    return sorted(lines, key=lambda line: (line.added_at, line.id))


def recovery_codes_left(viewer: Viewer) -> int:
    """How many of the viewer's recovery codes are still good."""
    return RecoveryCode.objects.filter(account_id=viewer.account_id, used_at=None).count()


def passkey_ids(account_id: int) -> list[bytes]:
    """By which names browsers know the account's passkeys."""
    rows = Passkey.objects.filter(account_id=account_id).order_by("added_at", "pk")
    return [bytes(each) for each in rows.values_list("credential_id", flat=True)]


def login_and_name(account_id: int) -> tuple[str, str]:
    """How an account signs in and whose it is. Raises `NotVisible` for one that is unknown or switched off."""
    row = Account.objects.filter(pk=account_id, is_active=True).first()
    if row is None:
        raise NotVisible
    return row.username, row.name


def is_persona(account_id: int) -> bool:
    """Whether the account is one of the demo's."""
    return Account.objects.filter(pk=account_id).exclude(persona="").exists()


def persona_codes(*, at: datetime) -> list[PersonaCode]:
    """The codes of the demo's personas. Only the demo has a page that shows them."""
    rows = Authenticator.objects.select_related("account").exclude(account__persona="")
    ring, step = keys.keyring(), domain.step_of(at)
    found: dict[int, PersonaCode] = {}
    for row in rows.filter(account__is_active=True).order_by("account_id", "added_at"):
        secret = keys.unsealed_secret(bytes(row.secret_sealed), authenticator_id=row.pk, keys=ring)
        found.setdefault(
            row.account_id,
            PersonaCode(
                name=row.account.name,
                role=Role(row.account.role),
                code=domain.code_at(secret, step),
                used=row.last_step >= step,
            ),
        )
    return list(found.values())
