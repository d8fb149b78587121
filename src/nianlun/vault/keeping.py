"""What is known of an object lies with it, in files beside the original: the storage root alone is then enough.

A component says in its `keeping.py` which file it keeps with which objects, and how it comes back from there:

    keeps(Keeping(prefix="urn:nianlun:item:", file_name="record.json", form="nianlun-record/1", ...))

Whoever changes what such a file tells calls `changed` in the same transaction. The change is counted on a row that
stays locked until that transaction ends; the job that writes the file takes the same lock, so that none is missed.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any

from django.db import connection
from django.db.models import Count, F, Q, QuerySet
from django.utils.module_loading import autodiscover_modules

from nianlun.vault import kept_records, operations, record_text
from nianlun.vault.models import KeptRecord, StoredObject

KEEP_RECORD, QUIET = kept_records.KEEP_RECORD, kept_records.QUIET
MESSAGE = "随件保存著录和记载"
_BATCH = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Keeping:
    """One file kept with all objects whose id begins with `prefix`.

    `gather` gives the contents for many objects at once, without those it knows nothing of; `restore` writes rows
    back from one content within the caller's transaction, and does nothing the second time; `counts` tells what is
    there; `finish` follows the last object of a rebuild, with the moment and how many objects could not be read. Before
    it, `tie` is given every content a second time, where one object's rows refer to those of others. A file that is
    `enough_alone` lies with some of the objects only, and where it does the others may be missing: such as of a case
    that is not an item yet.
    """

    prefix: str
    file_name: str
    form: str
    gather: Callable[[Sequence[str]], Mapping[str, Mapping[str, Any]]]
    restore: Callable[[Mapping[str, Any]], None]
    counts: Callable[[], Mapping[str, int]]
    finish: Callable[[datetime, int], None]
    tie: Callable[[Mapping[str, Any]], None] | None = None
    enough_alone: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class BehindLine:
    """An object whose files do not yet tell what the rows tell."""

    object_id: str
    changed_at: datetime


_keepings: list[Keeping] = []


def keeps(keeping: Keeping) -> None:
    """Register a file; components are found from the lowest rung up, and files come back in that order."""
    if any((k.prefix, k.file_name) == (keeping.prefix, keeping.file_name) for k in _keepings):
        raise ValueError(f"two keepers of {keeping.file_name}")
    _keepings.append(keeping)


def keepings() -> list[Keeping]:
    """All files of the installed components."""
    autodiscover_modules("keeping")
    return list(_keepings)


def kept_with(object_id: str) -> list[Keeping]:
    """The files that belong with an object."""
    return [keeping for keeping in keepings() if object_id.startswith(keeping.prefix)]


def lying_with(object_id: str, names: Collection[str]) -> list[Keeping]:
    """The files to be read of an object that holds files of these names: all that belong with it must be there."""
    belonging = kept_with(object_id)
    there = [keeping for keeping in belonging if keeping.file_name in names]
    if any(keeping.enough_alone for keeping in there):
        return there
    return [keeping for keeping in belonging if not keeping.enough_alone]


def files_of(object_ids: Collection[str]) -> dict[str, dict[str, bytes]]:
    """The files to be kept with each object, by name, from what the rows tell now; equal rows give equal bytes."""
    found: dict[str, dict[str, bytes]] = {object_id: {} for object_id in object_ids}
    for keeping in keepings():
        wanted = [object_id for object_id in found if object_id.startswith(keeping.prefix)]
        for object_id, content in (keeping.gather(wanted) if wanted else {}).items():
            told = {"format": keeping.form, "object": object_id, **content}
            found[object_id][keeping.file_name] = record_text.written(told)
    return found


def changed(object_ids: Iterable[str], *, at: datetime) -> None:
    """Say in the transaction of a change that the files of these objects no longer tell everything.

    An object that is not stored yet is passed over: whoever stores it stores its files along.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO vault_keptrecord (object_id, changes, written, changed_at)"
            " SELECT id, 1, 0, %s FROM vault_storedobject"
            " WHERE object_id = ANY(%s) AND state <> 'destroyed' ORDER BY id"  # one order: no two wait for each other
            " ON CONFLICT (object_id) DO UPDATE"
            " SET changes = vault_keptrecord.changes + 1, changed_at = excluded.changed_at"
            " RETURNING object_id, changes, written",
            [at, sorted(set(object_ids))],
        )
        rows = cursor.fetchall()
    for pk, changes, written in rows:
        kept_records.queue(pk, changes=changes, written=written, at=at)


def write(pk: int, *, at: datetime) -> None:
    """Write the files of an object whose rows have changed; content that is equal makes no version.

    Those of an object that is offline wait until it is brought back.
    """
    row = KeptRecord.objects.select_for_update().select_related("object").get(pk=pk)
    if row.written == row.changes or row.object.state != StoredObject.State.ONLINE:
        return
    files = files_of([row.object.object_id])[row.object.object_id]
    if files:
        operations.store(row.object.object_id, files, by=None, message=MESSAGE, at=at)
    row.written = row.changes
    row.save(update_fields=["written"])


def behind(*, limit: int = 100) -> list[BehindLine]:
    """Objects whose files wait to be written, longest waiting first."""
    rows = _waiting().select_related("object").order_by("changed_at", "pk")[:limit]
    return [BehindLine(object_id=row.object.object_id, changed_at=row.changed_at) for row in rows]


def count_behind() -> int:
    """How many objects' files wait to be written."""
    return _waiting().count()


def _waiting() -> QuerySet[KeptRecord]:
    """Of what was destroyed nothing is written any more."""
    waiting = KeptRecord.objects.filter(written__lt=F("changes"))
    return waiting.exclude(object__state=StoredObject.State.DESTROYED)


def catch_up(*, at: datetime) -> int:
    """Queue every object that lacks one of its files, such as one stored by an older program; returns how many."""
    lacking: set[str] = set()
    for keeping in keepings():
        there = Count("files", filter=Q(files__logical_path=keeping.file_name, files__until_version=None))
        rows = StoredObject.objects.filter(object_id__startswith=keeping.prefix).annotate(there=there)
        without = iter(rows.filter(there=0).values_list("object_id", flat=True))
        while batch := list(islice(without, _BATCH)):
            lacking |= set(keeping.gather(batch))
    changed(lacking, at=at)
    return len(lacking)
