"""The second factor: who needs one, how long its proof holds, which one-time code counts (S1.3, S1.7).

No database, no clock.
"""

import secrets
import unicodedata
from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from hmac import compare_digest

import pyotp

from nianlun.access.domain.roles import Role

FRESH_FOR = timedelta(minutes=5)
HALFWAY_FOR = timedelta(minutes=5)
"""How long the state between password and second factor lasts."""
STEP_SECONDS = 30
RECOVERY_CODES = 10
LETTERS = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"  # without those that look alike on paper
_RECOVERY_LETTERS = 10  # 49 bits: with a lock after five tries, nobody guesses one
_WITHOUT = frozenset({Role.INSURED, Role.EMPLOYER})


class FactorKind(StrEnum):
    """What somebody proves to be the one with, beside the password."""

    AUTHENTICATOR = "authenticator"
    PASSKEY = "passkey"
    RECOVERY_CODE = "recovery_code"
    DEMO = "demo"

    @property
    def label(self) -> str:
        return _KIND_LABELS[self]


_KIND_LABELS = {
    FactorKind.AUTHENTICATOR: "动态口令",
    FactorKind.PASSKEY: "通行密钥",
    FactorKind.RECOVERY_CODE: "恢复码",
    FactorKind.DEMO: "演示动态口令",
}


class NextStep(StrEnum):
    """What stands between a right password and the system."""

    ENTER = "enter"
    PROVE = "prove"
    SET_UP = "set_up"


def must_have_factor(role: Role) -> bool:
    """Whether accounts of the role get in with a second factor only: all staff do (S1.3)."""
    return role not in _WITHOUT


def next_step(role: Role, *, has_factor: bool) -> NextStep:
    """What follows on a right password."""
    if has_factor:
        return NextStep.PROVE
    return NextStep.SET_UP if must_have_factor(role) else NextStep.ENTER


def is_fresh(proven_at: datetime | None, *, at: datetime) -> bool:
    """Whether the second factor was proven so lately that an important deed needs no new proof (S1.7)."""
    return proven_at is not None and at - proven_at < FRESH_FOR


def step_of(at: datetime) -> int:
    """The number of the thirty seconds in which `at` lies (RFC 6238)."""
    return int(at.timestamp()) // STEP_SECONDS


def new_secret() -> str:
    """A secret for an authenticator, 160 bits in base 32."""
    return str(pyotp.random_base32())


def code_at(secret: str, step: int) -> str:
    """The six digits an authenticator shows during a step."""
    return str(pyotp.HOTP(secret).at(step))


def matching_step(secret: str, code: str, *, last_step: int, at: datetime) -> int | None:
    """The step whose code this is, or None where it is no code that counts now.

    A clock may be off by one step. A step counts once: what somebody saw over a shoulder is worth nothing after.
    """
    now = step_of(at)
    for step in (now, now - 1, now + 1):
        if step > last_step and compare_digest(code_at(secret, step).encode(), code.encode()):
            return step
    return None


def tidy_code(text: str) -> str:
    """A code as typed, in one form: no blanks or dashes, capitals, ordinary digits."""
    plain = unicodedata.normalize("NFKC", text[:64]).upper()
    return "".join(character for character in plain if character.isascii() and character.isalnum())


def new_recovery_codes() -> Sequence[str]:
    """Codes for the day the telephone is lost, each good once."""
    return tuple(
        "".join(secrets.choice(LETTERS) for _ in range(_RECOVERY_LETTERS)) for _ in range(RECOVERY_CODES)
    )


def shown_recovery_code(code: str) -> str:
    """A recovery code as people read and write it."""
    return f"{code[:5]}-{code[5:]}"
