"""Counting persons while they are read: the one door in front of every person's data (S3.4)."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import connection

from nianlun.access.domain import QueriesStopped, Role, Viewer
from nianlun.watch import alarms
from nianlun.watch.domain.limits import alarming
from nianlun.watch.domain.rules import BEIJING, HOUR, Finding, Kind
from nianlun.watch.limit_file import limits_on
from nianlun.watch.models import Sighting, Usual

FRESH = timedelta(minutes=1)
"""A person looked at again within it is not written down again, so that the images of a page cost nothing."""
KEPT = timedelta(hours=2)
_LOCKED_UNLESS_FRESH = """
SELECT pg_advisory_xact_lock(28279, %(lock)s) FROM (SELECT WHERE NOT EXISTS (
    SELECT FROM watch_sighting WHERE account_id = %(account)s AND person_id = %(person)s
        AND last_at > %(fresh)s AND last_at <= %(at)s
)) AS unseen
"""
"""The lock keeps two readings of one account from both being the last allowed; what follows sees the other's row."""
_SEE = """
WITH seen AS (
    INSERT INTO watch_sighting (account_id, person_id, last_at) VALUES (%(account)s, %(person)s, %(at)s)
    ON CONFLICT (account_id, person_id) DO UPDATE SET last_at = greatest(watch_sighting.last_at, excluded.last_at)
)
SELECT count(*) + 1 FROM watch_sighting
WHERE account_id = %(account)s AND last_at > %(since)s AND person_id <> %(person)s
"""


def admit(viewer: Viewer, person_id: UUID, *, at: datetime) -> None:
    """Count that the viewer opens this person's data; to be called in the transaction that journals the reading.

    Raises `QueriesStopped` for one person too many in an hour: the gate then undoes the reading and stops the
    account. Whoever sees only what is the own is not counted.
    """
    if viewer.role in (Role.INSURED, Role.EMPLOYER):
        return
    # An hour and that minute: what was not written down again must not leave the count too early.
    asked: dict[str, Any] = {
        "account": viewer.account_id,
        "lock": viewer.account_id % (1 << 31),
        "person": person_id,
        "at": at,
        "fresh": at - FRESH,
        "since": at - HOUR - FRESH,
    }
    with connection.cursor() as cursor:  # not through the models, which took twice the time
        cursor.execute(_LOCKED_UNLESS_FRESH, asked)
        if cursor.fetchone() is None:
            return
        cursor.execute(_SEE, asked)
        (count,) = cursor.fetchone() or (0,)
    limits = limits_on(at.astimezone(BEIJING).date())
    if count > limits.stop_persons:
        raise QueriesStopped(f"一小时内查阅超过 {limits.stop_persons} 人")
    if count <= min(limits.usual_least_persons, limits.alarm_persons):
        return
    usual = Usual.objects.filter(pk=viewer.role.value).first()
    most = alarming(limits, mean=usual.mean if usual else 0.0, hours=usual.hours if usual else 0)
    if count > most:
        found = Finding(
            kind=Kind.MANY,
            account_id=viewer.account_id,
            since=at - HOUR,
            until=at,
            evidence=(),
            count=count,
        )
        alarms.raise_alarm(found, about=alarms.of_viewer(viewer), at=at)


def count(viewer: Viewer, person_id: UUID, at: datetime) -> None:
    """The same for components that do not know this one (`access.sightings`)."""
    admit(viewer, person_id, at=at)


def forget(account_id: int) -> None:
    """Begin to count an account anew, because somebody has asked why it looked at so many."""
    Sighting.objects.filter(account_id=account_id).delete()


def sweep(*, at: datetime) -> int:
    """Remove what no longer counts; how many were removed."""
    removed, _ = Sighting.objects.filter(last_at__lt=at - KEPT).delete()
    return int(removed)
