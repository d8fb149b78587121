"""Copies at further locations: written after the primary, each on its own; what is behind says why."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime, timedelta

from nianlun.jobs import operations as jobs
from nianlun.jobs import queries as queued
from nianlun.vault import locations
from nianlun.vault.domain import PRIMARY
from nianlun.vault.models import ObjectCopy, StoredObject

COPY_OBJECT = "vault.copy_object"
CATCH_UP = "vault.catch_up"
PAUSES = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 60))
"""How long a location that did not take everything is left alone before the next try; the last one is repeated."""
SLICE_OBJECTS, SLICE_SECONDS = 200, 20.0

_in_bulk: ContextVar[bool] = ContextVar("copies_in_bulk", default=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """What came of bringing one object to one location: the version there now, or why it is not there."""

    object_pk: int
    location: str
    version: int
    problem: str


def stored(row: StoredObject, *, at: datetime) -> None:
    """Note the version the primary location now holds, and have the others follow; in the storing transaction."""
    here = ObjectCopy(object=row, location=PRIMARY, version=row.versions, written_at=at)
    ObjectCopy.objects.bulk_create(
        [here],
        update_conflicts=True,
        unique_fields=["object", "location"],
        update_fields=["version", "written_at"],
    )
    others = [each.name for each in locations.copies()]
    ObjectCopy.objects.bulk_create(
        [ObjectCopy(object=row, location=name) for name in others], ignore_conflicts=True
    )
    for name in others if not _in_bulk.get() else ():
        jobs.enqueue(
            COPY_OBJECT,
            {"object": row.pk, "location": name},
            key=f"{row.pk}:{row.versions}:{name}",
            at=at,
        )


@contextmanager
def in_bulk(*, at: datetime) -> Iterator[None]:
    """Whoever stores many objects at once has the copies follow in one go afterwards, not in a job each."""
    token = _in_bulk.set(True)
    try:
        yield
    finally:
        _in_bulk.reset(token)
        for each in locations.copies():
            catch_up_later(each.name, at=at)


def catch_up_later(location: str, *, at: datetime, tries: int = -1) -> None:
    """Queue the bringing up of a location, at once or, after failed `tries`, later; once for all that wait for it."""
    if queued.unfinished(kind_prefix=CATCH_UP, key_prefix=f"{location}:", limit=1):
        return
    due = at if tries < 0 else at + PAUSES[min(tries, len(PAUSES) - 1)]
    payload = {"location": location, "after": 0, "tries": tries + 1, "left": False}
    jobs.enqueue(CATCH_UP, payload, key=f"{location}:{due.isoformat()}", at=at, due=due)
