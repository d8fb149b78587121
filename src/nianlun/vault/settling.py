"""Bringing every location in line with what became of an object: online, offline or destroyed.

Whoever changes an object's state changes its row; keys and bytes follow after the commit, a job for each location, so
that nothing is taken away for a transaction that never ended. A location that does not answer is tried again until it
does, and is listed meanwhile (`pending`). Doing it twice does no harm.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from typing import Any

from nianlun.jobs import operations as jobs
from nianlun.jobs import queries as queued
from nianlun.kernel.cipher import KeyMissing, SealBroken
from nianlun.vault import key_folder, locations
from nianlun.vault.domain import PRIMARY
from nianlun.vault.models import Destruction, ObjectCopy, StoredFile, StoredObject
from nianlun.vault.ocfl import StorageError
from nianlun.vault.ocfl.beside import destroyed_file, offline_file
from nianlun.vault.ocfl.store import Store

SETTLE = "vault.settle_object"
PAUSES = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 60))
"""How long after a failure a location is tried again; the last one is repeated."""
_BATCH = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Pending:
    """A location where an object's key, or its bytes, still lie although they should not."""

    object_id: str
    location: str
    since: datetime
    problem: str


def settle_later(row: StoredObject, *, cause: str, at: datetime, medium: str = "") -> None:
    """Have every location follow the object's state. In the transaction that changed it; `cause` names the change."""
    known = ObjectCopy.objects.filter(object=row, version__gt=0).values_list("location", flat=True)
    for name in dict.fromkeys([PRIMARY, *known, *(each.name for each in locations.copies())]):
        payload = {"object": row.pk, "location": name, "since": at.isoformat(), "medium": medium}
        jobs.enqueue(SETTLE, payload, key=f"{row.pk}:{name}:{cause}:0", at=at)


def settle(payload: Mapping[str, Any]) -> str:
    """Bring one location in line, holding the object's row; what hindered it as a sentence, else empty."""
    row = StoredObject.objects.select_for_update().get(pk=payload["object"])
    try:
        store = locations.open_for_reading(payload["location"])
        _settle(row, store, payload)
    except (StorageError, locations.NotConfigured, KeyMissing, SealBroken, OSError) as fault:
        return str(fault)
    return ""


def settle_again(payload: Mapping[str, Any], *, key: str, problem: str, at: datetime) -> None:
    """Queue the next try after a failed one. In the transaction of the job that failed."""
    cause, _, tried = key.rpartition(":")
    tries = int(tried)
    following = {**payload, "problem": problem}
    due = at + PAUSES[min(tries, len(PAUSES) - 1)]
    jobs.enqueue(SETTLE, following, key=f"{cause}:{tries + 1}", at=at, due=due)


def pending(object_id: str = "", *, limit: int = 100) -> list[Pending]:
    """Where keys or bytes still wait to be taken away, oldest first; of one object or of all."""
    prefix = ""
    if object_id:
        prefix = f"{StoredObject.objects.filter(object_id=object_id).values_list('pk', flat=True).first()}:"
    waiting = queued.unfinished(kind_prefix=SETTLE, key_prefix=prefix, limit=limit)
    waiting += queued.failed(kind_prefix=SETTLE, key_prefix=prefix, limit=limit)
    rows = StoredObject.objects.exclude(state=StoredObject.State.ONLINE)
    names = dict(
        rows.filter(pk__in={job.payload["object"] for job in waiting}).values_list("pk", "object_id")
    )
    found = [
        Pending(
            object_id=names[job.payload["object"]],
            location=job.payload["location"],
            since=datetime.fromisoformat(job.payload["since"]),
            problem=job.payload.get("problem") or job.sentence,
        )
        for job in waiting
        if job.payload["object"] in names
    ]
    return sorted(found, key=lambda one: (one.since, one.object_id, one.location))


def take_stray_keys(store: Store) -> list[str]:
    """Take away keys of objects that were never stored, or that are offline or destroyed; returns their objects' ids.

    Within a transaction. A store that is putting its object away just now places its key again (`sealing.put`).
    """
    taken = []
    keys = key_folder.every(store)
    while batch := [key.object_id for key in islice(keys, _BATCH)]:
        online = StoredObject.objects.filter(object_id__in=batch, state=StoredObject.State.ONLINE)
        known = set(online.values_list("object_id", flat=True))
        for name in (name for name in batch if name not in known):
            # Looked at again under the row's lock: it may be on its way back.
            row = StoredObject.objects.select_for_update().filter(object_id=name).first()
            if row.state != StoredObject.State.ONLINE if row else not store.holds(name):
                key_folder.remove(store, name)
                taken.append(name)
    return taken


def destruction_mark(row: StoredObject) -> bytes:
    """What a store keeps in place of a destroyed object: its digests, who destroyed it and why."""
    done = Destruction.objects.get(object=row, state=Destruction.State.DONE)
    content = {
        "format": "nianlun-destroyed/1",
        "object": row.object_id,
        "class": row.secrecy,
        "sealed": row.key_version is not None,
        "destroyed_at": done.decided_at.isoformat() if done.decided_at else None,
        "authority": done.authority,
        "proposed_by": done.proposed_by_name,
        "approved_by": done.decided_by_name,
        "files": done.digests,
    }
    return _json(content)


def digests_of(row: StoredObject) -> list[dict[str, Any]]:
    """Digests and sizes of everything an object holds or once held, by name and version."""
    fields = ("logical_path", "version", "sha512", "sm3", "size")
    return list(StoredFile.objects.filter(object=row).order_by("version", "logical_path").values(*fields))


def _settle(row: StoredObject, store: Store, payload: Mapping[str, Any]) -> None:
    state, name = StoredObject.State(row.state), row.object_id
    if state is StoredObject.State.ONLINE:
        _give_key(row, store, is_primary=payload["location"] == PRIMARY)
        store.delete_extra(offline_file(name))
    elif state is StoredObject.State.OFFLINE:
        # The mark first: a sealed object with neither key nor mark would be damage.
        if payload["medium"] or store.read_extra(offline_file(name)) is None:
            store.write_extra(offline_file(name), _offline_mark(row, payload))
        key_folder.remove(store, name)
    else:
        store.write_extra(destroyed_file(name), destruction_mark(row))
        key_folder.remove(store, name)
        store.delete_extra(offline_file(name))
        if row.key_version is None:
            store.remove(name)


def _give_key(row: StoredObject, store: Store, *, is_primary: bool) -> None:
    if is_primary or row.key_version is None or not store.holds(row.object_id):
        return
    key = key_folder.read(locations.open_for_reading(PRIMARY), row.object_id)
    if key is not None:
        key_folder.place(store, key)


def _offline_mark(row: StoredObject, payload: Mapping[str, Any]) -> bytes:
    content = {
        "format": "nianlun-offline/1",
        "object": row.object_id,
        "class": row.secrecy,
        "medium": payload["medium"],
        "since": payload["since"],
    }
    return _json(content)


def _json(content: Mapping[str, Any]) -> bytes:
    return json.dumps(content, ensure_ascii=False, indent=1).encode() + b"\n"
