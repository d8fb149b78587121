"""Who may do what, and when an account is locked. No database, no clock, no Django."""

from nianlun.access.domain.families import FAMILY, OFFICERS, FamiliesMeet, Family, keep_apart
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
    "FAMILY",
    "IDLE_INSURED",
    "IDLE_STAFF",
    "LOCKED_FOR",
    "LONGEST_PURPOSE",
    "LONGEST_SESSION",
    "OFFICERS",
    "PURPOSE_LASTS",
    "RIGHTS",
    "SHORTEST_PURPOSE",
    "SOURCE_WINDOW",
    "FamiliesMeet",
    "Family",
    "NotAPurpose",
    "NotVisible",
    "Outcome",
    "Refused",
    "Right",
    "Role",
    "Viewer",
    "authorize",
    "covers",
    "keep_apart",
    "locked_until",
    "purpose_text",
    "session_ended",
]
