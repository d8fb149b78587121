"""Setting up second factors, naming and removing them, and recovery codes (S1.3)."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction

from nianlun.access import domain, keys, passkeys, queries, trail
from nianlun.access.domain import FactorKind, NotVisible, Refused, Viewer
from nianlun.access.models import Account, Authenticator, Passkey, RecoveryCode
from nianlun.kernel.identifiers import uuid7

LONGEST_NAME = 40
MOST_FACTORS = 10


class WrongCode(ValueError):
    """The code is none of the secret that was offered; the message says what to do."""


@transaction.atomic
def add_authenticator(viewer: Viewer, *, secret: str, code: str, name: str, at: datetime) -> None:
    """Keep the secret of an authenticator whose owner has shown that it works. Raises `WrongCode`, `Refused`."""
    step = domain.matching_step(secret, domain.tidy_code(code), last_step=0, at=at)
    if step is None:
        raise WrongCode("这不是现在的动态口令。请核对手机的时间是否准确，再输入手机上现在显示的 6 位数字。")
    _make_room(viewer)
    _keep_secret(viewer, secret=secret, name=name, last_step=step, at=at)


@transaction.atomic
def give_authenticator(viewer: Viewer, *, secret: str, at: datetime) -> None:
    """Give an account of the demo its authenticator; nobody holds a telephone there."""
    _keep_secret(viewer, secret=secret, name="演示动态口令", last_step=0, at=at)


@transaction.atomic
def add_passkey(viewer: Viewer, *, key: passkeys.NewKey, name: str, at: datetime) -> None:
    """Keep the public half of a key pair that the viewer's browser has made. Raises `Refused`."""
    _make_room(viewer)
    try:
        with transaction.atomic():
            Passkey.objects.create(
                account_id=viewer.account_id,
                name=_name(name, otherwise="通行密钥"),
                credential_id=key.credential_id,
                public_key=key.public_key,
                sign_count=key.sign_count,
                added_at=at,
            )
    except IntegrityError:
        raise Refused("这把通行密钥已经登记过。请换一把，或直接使用它。") from None
    _note(trail.FACTOR_ADDED, viewer, kind=FactorKind.PASSKEY, at=at)


@transaction.atomic
def rename_factor(viewer: Viewer, *, factor_id: UUID, name: str, at: datetime) -> None:
    """Call one of the own factors by another name. Raises `NotVisible`."""
    for kind, table in _TABLES:
        if table.objects.filter(pk=factor_id, account_id=viewer.account_id).update(
            name=_name(name, otherwise=kind.label)
        ):
            _note(trail.FACTOR_RENAMED, viewer, kind=kind, at=at)
            return
    raise NotVisible


@transaction.atomic
def remove_factor(viewer: Viewer, *, factor_id: UUID, at: datetime) -> None:
    """Take one of the own factors away. Raises `NotVisible`, and `Refused` for the last one."""
    Account.objects.select_for_update().get(pk=viewer.account_id)  # two removals at once would leave none
    lines = {line.id: line for line in queries.factors(viewer)}
    if factor_id not in lines:
        raise NotVisible
    if len(lines) == 1:
        raise Refused("这是最后一个验证方式，不能移除。请先添加另一个。")
    for kind, table in _TABLES:
        if table.objects.filter(pk=factor_id).delete()[0]:
            _note(trail.FACTOR_REMOVED, viewer, kind=kind, at=at)


@transaction.atomic
def make_recovery_codes(viewer: Viewer, *, at: datetime) -> Sequence[str]:
    """Ten new recovery codes, to be shown once; the earlier ones are void."""
    codes = domain.new_recovery_codes()
    RecoveryCode.objects.filter(account_id=viewer.account_id).delete()
    RecoveryCode.objects.bulk_create(
        RecoveryCode(
            account_id=viewer.account_id,
            digest=keys.recovery_digest(code, account_id=viewer.account_id),
            made_at=at,
        )
        for code in codes
    )
    trail.record(trail.RECOVERY_CODES_MADE, by=viewer, at=at)
    return [domain.shown_recovery_code(code) for code in codes]


@transaction.atomic
def reseal_secrets(*, at: datetime) -> int:
    """Bring the secrets of authenticators to the current key (S5.2), and say how many there were."""
    ring = keys.keyring()
    rows = list(Authenticator.objects.exclude(key_version=ring.current).select_for_update(skip_locked=True))
    for row in rows:
        secret = keys.unsealed_secret(bytes(row.secret_sealed), authenticator_id=row.pk, keys=ring)
        row.secret_sealed = keys.sealed_secret(secret, authenticator_id=row.pk, keys=ring)
        row.key_version = ring.current
    Authenticator.objects.bulk_update(rows, ["secret_sealed", "key_version"], batch_size=500)
    if rows:
        trail.record(trail.SECRETS_RESEALED, by=None, details={"secrets": len(rows)}, at=at)
    return len(rows)


def forget_factors(account_id: int) -> None:
    """Take all factors of an account away, within the surrounding operation, which journals it."""
    for _, table in _TABLES:
        table.objects.filter(account_id=account_id).delete()
    RecoveryCode.objects.filter(account_id=account_id).delete()


_TABLES: tuple[tuple[FactorKind, type[Authenticator] | type[Passkey]], ...] = (
    (FactorKind.AUTHENTICATOR, Authenticator),
    (FactorKind.PASSKEY, Passkey),
)


def _make_room(viewer: Viewer) -> None:
    Account.objects.select_for_update().get(pk=viewer.account_id)
    if len(queries.factors(viewer)) >= MOST_FACTORS:
        raise Refused(f"已有 {MOST_FACTORS} 个验证方式。请先移除不用的。")


def _keep_secret(viewer: Viewer, *, secret: str, name: str, last_step: int, at: datetime) -> None:
    ring, number = keys.keyring(), uuid7()
    Authenticator.objects.create(
        id=number,
        account_id=viewer.account_id,
        name=_name(name, otherwise="手机动态口令"),
        secret_sealed=keys.sealed_secret(secret, authenticator_id=number, keys=ring),
        key_version=ring.current,
        last_step=last_step,
        added_at=at,
    )
    _note(trail.FACTOR_ADDED, viewer, kind=FactorKind.AUTHENTICATOR, at=at)


def _note(action: str, viewer: Viewer, *, kind: FactorKind, at: datetime) -> None:
    trail.record(action, by=viewer, about=kind.label, about_id=str(viewer.account_id), at=at)


def _name(text: str, *, otherwise: str) -> str:
    tidy = " ".join(text.replace("\x00", "").split())[:LONGEST_NAME]
    return tidy or otherwise
