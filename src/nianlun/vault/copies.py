"""Copies at further locations: written after the primary, each on its own; what is behind says why."""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import F, QuerySet

from nianlun.access.domain import Right, Viewer, authorize
from nianlun.jobs import operations as jobs
from nianlun.jobs import queries as queued
from nianlun.journal import operations as journal
from nianlun.journal.domain import declare
from nianlun.vault import locations, queries, sealing, settling
from nianlun.vault.domain import PRIMARY
from nianlun.vault.models import ObjectCopy, StoredObject
from nianlun.vault.ocfl import StorageError
from nianlun.vault.ocfl.store import Store
from nianlun.vault.ocfl.transfer import copy_object

CATCH_UP_REQUESTED = declare("vault.catch_up_requested", "要求补齐档案库副本 {about}")

COPY_OBJECT = "vault.copy_object"
CATCH_UP = "vault.catch_up"
PAUSES = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 60))
"""How long a location that did not take everything is left alone before the next try; the last one is repeated."""
SLICE_OBJECTS, SLICE_SECONDS = 200, 20.0
THREADS = 4
MEGABYTE = 1_000_000

_in_bulk: ContextVar[bool] = ContextVar("copies_in_bulk", default=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """What came of bringing one object to one location: the version there now, or why it is not there."""

    object_pk: int
    object_id: str
    location: str
    version: int
    problem: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Slice:
    """What a slice of catching up brought. `hindered` says why nothing could be, empty if something could."""

    arrivals: Sequence[Arrival]
    more: bool
    hindered: str


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


def catch_up_later(location: str, *, at: datetime, pause: bool = False) -> None:
    """Queue the bringing up of a location, at once or after the first pause; one that waits already does for all."""
    if queued.unfinished(kind_prefix=CATCH_UP, key_prefix=f"{location}:", limit=1):
        return
    due = at + PAUSES[0] if pause else at
    jobs.enqueue(
        CATCH_UP,
        _first_slice(location, tries=int(pause)),
        key=f"{location}:{due.isoformat()}",
        at=at,
        due=due,
        patient=True,
    )


def request_catch_up(location: str, *, by: Viewer, at: datetime) -> None:
    """Have a location brought up to date now, whatever pause it is in. Raises `Refused` and `NotConfigured`."""
    authorize(by, Right.VAULT_CHECK)
    locations.location(location)
    with transaction.atomic():
        key = f"{location}:asked {at.isoformat()}"
        jobs.enqueue(CATCH_UP, _first_slice(location, tries=0), key=key, at=at, patient=True)
        journal.record(CATCH_UP_REQUESTED, by=by, about=location, about_id=location, at=at)


def bring_up(object_pk: int, location: str) -> Arrival:
    """Copy one object to a location, all versions it lacks; outside any transaction, since bytes take their time."""
    row = StoredObject.objects.get(pk=object_pk)
    try:
        source, target = locations.open_for_reading(PRIMARY), locations.open_for_writing(location)
    except (locations.NotConfigured, StorageError) as fault:
        return _arrival(row, location, problem=str(fault))
    return _bring_up(row, location, source=source, target=target)


def note(arrivals: Sequence[Arrival], *, at: datetime) -> None:
    """Write what arrived and why the rest did not. In the transaction of the job or command that did it."""
    for one in arrivals:
        copy = ObjectCopy.objects.filter(object=one.object_pk, location=one.location)
        if one.problem:
            copy.update(problem=one.problem[:300])
        else:
            copy.filter(version__lt=one.version).update(version=one.version, written_at=at)
            copy.update(problem="")
    # Of an object that went offline or was destroyed meanwhile the key may have arrived, even where nothing else has.
    sent = [one.object_pk for one in arrivals]
    away = StoredObject.objects.filter(pk__in=sent).exclude(state=StoredObject.State.ONLINE)
    for row in away:
        settling.settle_later(row, cause=f"arrived {at.isoformat()}", at=at)


def read_slice(location: str, *, after: int) -> Slice:
    """Bring the next objects of a location up, those after the copy `after`; outside any transaction."""
    try:
        source, target = locations.open_for_reading(PRIMARY), locations.open_for_writing(location)
    except (locations.NotConfigured, StorageError) as fault:
        return Slice(arrivals=(), more=False, hindered=str(fault))
    expect_all(location)
    began = time.monotonic()
    waiting = list(_behind(location, after=after)[: SLICE_OBJECTS + 1])
    arrivals: list[Arrival] = []
    for copy in waiting[:SLICE_OBJECTS]:
        arrivals.append(_bring_up(copy.object, location, source=source, target=target))
        if time.monotonic() - began >= SLICE_SECONDS:
            break
    return Slice(arrivals=arrivals, more=len(arrivals) < len(waiting), hindered="")


def conclude_slice(read: Slice, *, payload: Mapping[str, Any], at: datetime) -> None:
    """Write what a slice brought; queue the next, or a later try for what did not arrive. In its job's transaction."""
    note(read.arrivals, at=at)
    location, tries = payload["location"], payload["tries"]
    if read.hindered:  # nothing can arrive: every copy that waits has this reason
        ObjectCopy.objects.filter(pk__in=_behind(location, after=0).values("pk")).update(
            problem=read.hindered[:300]
        )
    left = payload["left"] or bool(read.hindered) or any(one.problem for one in read.arrivals)
    if read.more:
        after = ObjectCopy.objects.get(object=read.arrivals[-1].object_pk, location=location).pk
        following = {"location": location, "after": after, "tries": tries, "left": left}
        jobs.enqueue(CATCH_UP, following, key=f"{location}:{at.isoformat()} {after}", at=at, patient=True)
    elif left and locations.is_configured(location):
        due = at + PAUSES[min(tries, len(PAUSES) - 1)]
        payload = _first_slice(location, tries=tries + 1)
        jobs.enqueue(CATCH_UP, payload, key=f"{location}:{due.isoformat()}", at=at, due=due, patient=True)


def fill(
    location: str,
    *,
    pace: int | None = None,
    at: datetime,
    each: Callable[[int, int], None] = lambda done, total: None,
) -> list[Arrival]:
    """Bring a location up to date here and now, several objects at a time; what did not arrive, with its reason.

    Can be interrupted and called again. `pace` limits it to so many megabytes a second; `each` is told how many of
    how many are done. Raises `NotConfigured` and `Unreachable`.
    """
    source, target = locations.open_for_reading(PRIMARY), locations.open_for_writing(location)
    expect_all(location)
    total, done, after = _behind(location, after=0).count(), 0, 0
    failed: list[Arrival] = []
    began, moved = time.monotonic(), 0
    with ThreadPoolExecutor(THREADS) as pool:
        while waiting := list(_behind(location, after=after)[:SLICE_OBJECTS]):
            rows = [copy.object for copy in waiting]
            arrivals = list(
                pool.map(lambda row: _bring_up(row, location, source=source, target=target), rows)
            )
            with transaction.atomic():
                note(arrivals, at=at)
            failed += [one for one in arrivals if one.problem]
            after, done = waiting[-1].pk, done + len(waiting)
            each(done, total)
            if pace:
                moved += queries.size_of(rows)
                time.sleep(max(0.0, moved / (pace * MEGABYTE) - (time.monotonic() - began)))
    return failed


def expect_all(location: str) -> None:
    """Make the rows of objects that have none at a location yet: it was added to the settings later."""
    absent = StoredObject.objects.exclude(copies__location=location).order_by("pk")
    while batch := list(absent[:SLICE_OBJECTS]):
        ObjectCopy.objects.bulk_create(
            [ObjectCopy(object=row, location=location) for row in batch], ignore_conflicts=True
        )


def _behind(location: str, *, after: int) -> QuerySet[ObjectCopy]:
    found = ObjectCopy.objects.filter(
        location=location, version__lt=F("object__versions"), pk__gt=after
    ).exclude(object__state=StoredObject.State.DESTROYED)
    return found.select_related("object").order_by("pk")


def _bring_up(row: StoredObject, location: str, *, source: Store, target: Store) -> Arrival:
    version, problem = 0, ""
    try:
        keys = sealing.class_keys_at_hand()
        copy_object(row.object_id, source=source, target=target, class_keys=keys)
        version = target.inventory(row.object_id).number
    except (StorageError, OSError) as fault:
        problem = str(fault)
    return _arrival(row, location, version=version, problem=problem)


def _arrival(row: StoredObject, location: str, *, version: int = 0, problem: str = "") -> Arrival:
    return Arrival(
        object_pk=row.pk, object_id=row.object_id, location=location, version=version, problem=problem
    )


def _first_slice(location: str, *, tries: int) -> dict[str, Any]:
    return {"location": location, "after": 0, "tries": tries, "left": False}
