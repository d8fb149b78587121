"""Bringing every location in line with what became of an object: online, offline or destroyed.

Whoever changes an object's state changes its row; keys and bytes follow after the commit, a job for each location, so
that nothing is taken away for a transaction that never ended. A location that does not answer is tried again until it
does, and is listed meanwhile (`pending`). Doing it twice does no harm.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from pathlib import PurePosixPath
from typing import Any

from django.db import IntegrityError, OperationalError, connection, transaction
from django.db.models import Func, TextField, Value
from django.db.models.functions import Now

from nianlun.jobs import operations as jobs
from nianlun.jobs import queries as queued
from nianlun.kernel.cipher import KeyMissing, SealBroken
from nianlun.vault import key_folder, locations, sealing
from nianlun.vault.domain import PRIMARY
from nianlun.vault.models import Destruction, ObjectCopy, StoredFile, StoredObject
from nianlun.vault.ocfl import StorageError
from nianlun.vault.ocfl.beside import destroyed_file, offline_file
from nianlun.vault.ocfl.store import Store

SETTLE = "vault.settle_object"
PAUSES = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 60))
"""How long after a failure a location is tried again; the last one is repeated."""
_BATCH = 500
_DIGEST = Func(
    Func(Func("object_id", Value("UTF8"), function="convert_to"), function="sha256"),
    Value("hex"),
    function="encode",
    output_field=TextField(),
)
"""What a key file is named by: the SHA-256 of its object's id, in hex."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pending:
    """A location where an object's key, or its bytes, still lie although they should not."""

    object_id: str
    location: str
    since: datetime
    problem: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StrayKeys:
    """Keys taken away, by object or, if they were not whole, by path; and the paths of broken ones left for people."""

    taken: Sequence[str]
    broken: Sequence[str]


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


def take_stray_keys(store: Store) -> StrayKeys:
    """Take away keys of objects that were never stored, or that are offline or destroyed. Within a transaction."""
    taken, broken = list[str](), list[str]()
    found = key_folder.every(store)
    while batch := list(islice(found, _BATCH)):
        names = [one.key.object_id for one in batch if one.key]
        online = StoredObject.objects.filter(object_id__in=names, state=StoredObject.State.ONLINE)
        known = set(online.values_list("object_id", flat=True))
        taken += [name for name in names if name not in known and _take_stray(name, store)]
        for path in (one.path for one in batch if not one.key):
            (taken if _take_broken(path, store) else broken).append(path)
    return StrayKeys(taken=taken, broken=broken)


def _take_stray(name: str, store: Store) -> bool:
    row = StoredObject.objects.select_for_update().filter(object_id=name).first()
    if row is None:
        return _take_unstored(name, store)
    if row.state == StoredObject.State.ONLINE:  # on its way back when we looked first
        return False
    key_folder.remove(store, name)
    return True


def _take_unstored(name: str, store: Store) -> bool:
    """Take away a key whose object has no row, unless somebody is storing that object or it lies there already.

    Who stores a new object inserts its row before it places the key, which nobody sees until the commit. A row of our
    own, taken back afterwards, and theirs keep each other out by the index on the id.
    """
    try:
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("SET LOCAL lock_timeout = '1s'")
            StoredObject.objects.create(object_id=name, versions=0, stored_at=Now())
            is_stray = not store.holds(name)
            if is_stray:
                key_folder.remove(store, name)
            transaction.set_rollback(True)
    except (IntegrityError, OperationalError):
        return False
    return is_stray


def _take_broken(path: str, store: Store) -> bool:
    """Take away a key file that is not whole if no object needs it: of one that is away, or what a removal left."""
    digest = PurePosixPath(path).stem
    row = StoredObject.objects.alias(digest=_DIGEST).filter(digest=digest).select_for_update().first()
    if row is None:
        try:
            is_stray = not (store.read_extra(path) or b"").strip(b"\0")
        except OSError:
            return False
    else:
        is_stray = row.state != StoredObject.State.ONLINE
    if is_stray:
        store.delete_extra(path)
    return is_stray


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
        key_folder.bring(key, target=store, class_keys=sealing.class_keys_at_hand())


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
