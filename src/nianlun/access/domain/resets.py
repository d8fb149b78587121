"""How a forgotten password is replaced: two officers, half a code each, half an hour (S1.5). No database, no clock."""

import secrets
from datetime import datetime, timedelta

from nianlun.access.domain.second_factor import LETTERS

REQUEST_LASTS = timedelta(days=1)
CODE_LASTS = timedelta(minutes=30)
COUNTER_CODE_LASTS = timedelta(hours=24)
"""The insured may set the password at home; both halves were given at the counter."""
RESTS_FOR = timedelta(hours=24)
"""So long an account whose second factor is set up anew gives nobody power: its owner has time to object."""
_HALF_LETTERS = 8  # 39 bits, with five guesses before the account locks


def new_half_code() -> str:
    """Half of the code by which a new password is set, once: who gives the one never sees the other."""
    return "".join(secrets.choice(LETTERS) for _ in range(_HALF_LETTERS))


def halves(code: str) -> tuple[str, str]:
    """What the first and the second officer gave, of a code as its owner put it together."""
    return code[:_HALF_LETTERS], code[_HALF_LETTERS:]


def shown_reset_code(code: str) -> str:
    """Half a code as people read and write it."""
    return "-".join(code[i : i + 4] for i in range(0, len(code), 4))


def request_is_open(asked_at: datetime, *, at: datetime) -> bool:
    """Whether officers may still act on a request."""
    return at - asked_at < REQUEST_LASTS
