"""What an account may still open whose queries are stopped (S3.4)."""

from nianlun.access.domain.rights import Right

_NO_PERSONS = frozenset(
    {
        Right.DESK_READ,
        Right.POLICY_READ,
        Right.POLICY_DRAFT,
        Right.POLICY_APPROVE,
        Right.STAFF_READ,
        Right.STAFF_CHANGE,
        Right.CALENDAR_READ,
        Right.CALENDAR_CHANGE,
        Right.GRANT_READ,
        Right.GRANT_ASK,
        Right.GRANT_REVIEW,
        Right.GRANT_APPROVE,
        Right.GRANT_GIVE,
        Right.GLASS_BREAK,
        Right.GLASS_OPEN,
        Right.TOKEN_READ,
        Right.TOKEN_CHANGE,
        Right.JOURNAL_PROVE,
        Right.MEDIA_READ,
        Right.OWN_READ,
    }
)
SHOWS_PERSONS = frozenset(Right) - _NO_PERSONS
"""Rights whose pages show persons; a right nobody has thought of yet is among them."""


class QueriesStopped(Exception):
    """One person too many was asked for. The gate undoes the reading, stops the account's queries and says so."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason
