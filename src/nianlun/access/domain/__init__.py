"""Who may do what, and when an account is locked. No database, no clock, no Django."""

from nianlun.access.domain.purposes import (
    LONGEST_PURPOSE,
    PURPOSE_LASTS,
    SHORTEST_PURPOSE,
    NotAPurpose,
    purpose_text,
)
from nianlun.access.domain.rights import Right
from nianlun.access.domain.roles import RIGHTS, Role
from nianlun.access.domain.signing_in import (
    COUNTED_FOR,
    FAILURES_OF_A_SOURCE,
    FAILURES_TO_LOCK,
    IDLE_INSURED,
    IDLE_STAFF,
    LOCKED_FOR,
    LONGEST_SESSION,
    SOURCE_WINDOW,
    Outcome,
    locked_until,
    session_ended,
)
from nianlun.access.domain.viewer import NotVisible, Refused, Viewer, authorize, covers

__all__ = [
    "COUNTED_FOR",
    "FAILURES_OF_A_SOURCE",
    "FAILURES_TO_LOCK",
    "IDLE_INSURED",
    "IDLE_STAFF",
    "LOCKED_FOR",
    "LONGEST_PURPOSE",
    "LONGEST_SESSION",
    "PURPOSE_LASTS",
    "RIGHTS",
    "SHORTEST_PURPOSE",
    "SOURCE_WINDOW",
    "NotAPurpose",
    "NotVisible",
    "Outcome",
    "Refused",
    "Right",
    "Role",
    "Viewer",
    "authorize",
    "covers",
    "locked_until",
    "purpose_text",
    "session_ended",
]
