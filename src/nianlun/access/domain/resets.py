"""How a forgotten password is replaced: two officers, one code, half an hour (S1.5). No database, no clock."""

import secrets
from datetime import datetime, timedelta

from nianlun.access.domain.second_factor import LETTERS

REQUEST_LASTS = timedelta(days=1)
CODE_LASTS = timedelta(minutes=30)
_CODE_LETTERS = 16  # 79 bits


def new_reset_code() -> str:
    """A code by which a new password is set, once."""
    return "".join(secrets.choice(LETTERS) for _ in range(_CODE_LETTERS))


def shown_reset_code(code: str) -> str:
    """The code as people read and write it."""
    return "-".join(code[i : i + 4] for i in range(0, len(code), 4))


def request_is_open(asked_at: datetime, *, at: datetime) -> bool:
    """Whether officers may still act on a request."""
    return at - asked_at < REQUEST_LASTS
