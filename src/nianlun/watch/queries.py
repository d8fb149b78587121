"""Reading the watch: what waits, and everyone an account ever saw."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from nianlun.access import queries as access
from nianlun.access import stops
from nianlun.access.domain import Right, Viewer, authorize
from nianlun.access.queries import AccountLine
from nianlun.journal import queries as journal
from nianlun.journal.queries import PersonSeen
from nianlun.watch import alarms
from nianlun.watch.domain.readings import NO_READING


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenByAccount:
    """Everyone whose data an account was given in a period; `rows` are those of lists, whose persons nobody noted."""

    account: AccountLine
    persons: Sequence[PersonSeen]
    rows: int


def waiting(viewer: Viewer) -> int:
    """How many alarms and stopped accounts of the viewer's scope wait for somebody."""
    return alarms.count_open(viewer) + stops.count_stops(viewer)


def seen_by(username: str, *, since: datetime, until: datetime) -> SeenByAccount:
    """Everyone the account saw from `since` to before `until`, for telling them after a leak (S8.4).

    Raises `NotVisible` for an unknown account; one that was switched off is known.
    """
    account = access.account_named(username)
    return SeenByAccount(
        account=account,
        persons=journal.persons_seen(account.id, since=since, until=until, leaving_out=NO_READING),
        rows=journal.rows_listed(account.id, since=since, until=until),
    )


def seen_by_in_scope(viewer: Viewer, username: str, *, since: datetime, until: datetime) -> SeenByAccount:
    """The same for a viewer. Raises `Refused`, and `NotVisible` for an account outside the viewer's scope."""
    authorize(viewer, Right.WATCH_READ)
    authorize(viewer, Right.WATCH_READ, scope_of=access.account_named(username).scope)
    return seen_by(username, since=since, until=until)
