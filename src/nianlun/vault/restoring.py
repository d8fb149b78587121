"""Putting a whole copy in the place of a damaged one, which is kept aside as it was found."""

import hashlib
from collections.abc import Callable
from datetime import datetime
from uuid import UUID

from django.db import transaction

from nianlun.access.domain import NotVisible, Refused, Right, Viewer, authorize
from nianlun.journal import operations as journal
from nianlun.journal.domain import declare
from nianlun.vault import checking, incidents, kept_records, locations, sealing, settling
from nianlun.vault.comparing import compare
from nianlun.vault.domain import IncidentLine
from nianlun.vault.models import Incident, ObjectCopy, StoredFile, StoredObject
from nianlun.vault.ocfl.faults import StorageError
from nianlun.vault.ocfl.store import Store
from nianlun.vault.ocfl.transfer import restore_object
from nianlun.vault.ocfl.tree import SET_ASIDE

RESTORED = declare("vault.restored", "用 {source} 的完好一份恢复 {location} 的 {about}")

Elsewhere = Callable[[str], str | None]
restore_sources: list[Elsewhere] = []
"""Asked where else an object may be had, such as on offline media: a sentence for people, or nothing."""


class NothingWhole(Exception):
    """No location holds the object complete and undamaged; the sentence lists what was tried and what is left."""


def elsewhere(object_id: str) -> list[str]:
    """Where beside the configured locations the object may be had, in words."""
    return [said for ask in restore_sources if (said := ask(object_id))]


def restore(incident_id: UUID, *, by: Viewer, at: datetime) -> IncidentLine:
    """Restore a damaged copy from the first location that holds the object complete and whole at this moment.

    Not to be nested in a transaction: what is about to be done is on record before it is done. A second call, or a
    colleague at the same moment, finds it done; one cut off can be made again and tells the same. Raises `Refused`
    where there is nothing left to restore, `NothingWhole`, and `NotVisible` for no incident.
    """
    authorize(by, Right.VAULT_RESTORE)
    with transaction.atomic(durable=True):
        incident, copy = _open_incident(incident_id)
        damaged = _store(incident.location)
        if not _damage(copy, store=damaged):
            source, kept = _what_was_done(incident, damaged)
            return _close(incident, copy, source=source, kept=kept, by=by, at=at)
    tried = []
    for location in locations.locations():
        if location.name == incident.location:
            continue
        try:
            return _take(incident_id, open_good=_fit, source=location.name, by=by, at=at)
        except (StorageError, OSError, _Unfit) as fault:
            tried.append(f"{location.name}：{fault}")
    raise NothingWhole(_nothing_whole(incident.object.object_id, tried))


def restore_from(incident_id: UUID, *, good: Store, source: str, by: Viewer, at: datetime) -> IncidentLine:
    """Restore a damaged copy from a store that is no location, such as what was taken from a medium.

    `source` names it on record. Raises as `restore` does, and the `StorageError`s of `restore_object`.
    """
    authorize(by, Right.VAULT_RESTORE)
    return _take(incident_id, open_good=lambda copy, name: good, source=source, by=by, at=at)


class _Unfit(Exception):
    """A location does not hold what is needed; the message says what it holds."""


def _open_incident(incident_id: UUID) -> tuple[Incident, ObjectCopy]:
    """The incident and its copy, held with their object: nobody stores, moves or restores it meanwhile."""
    named = Incident.objects.filter(pk=incident_id).values_list("object", flat=True).first()
    if named is None:
        raise NotVisible
    row = StoredObject.objects.select_for_update().get(pk=named)
    incident = Incident.objects.select_for_update().get(pk=incident_id)
    if row.state == StoredObject.State.DESTROYED:
        raise Refused("这个对象已依法销毁，不能恢复。")
    if incident.state != Incident.State.OPEN:
        raise Refused(f"这件已由 {incident.restored_by} 恢复，不用再做。请刷新页面看结果。")
    copy = ObjectCopy.objects.select_for_update().get(object=row, location=incident.location)
    incident.object = copy.object = row
    return incident, copy


def _store(location: str) -> Store:
    try:
        return locations.open_for_reading(location)
    except (StorageError, locations.NotConfigured) as fault:
        raise Refused(f"{fault}恢复之前，先让这个存放处能用。") from fault


def _take(
    incident_id: UUID,
    *,
    open_good: Callable[[ObjectCopy, str], Store],
    source: str,
    by: Viewer,
    at: datetime,
) -> IncidentLine:
    """Restore from a source: first what is going to be done on record, then the bytes, then what was done."""
    with transaction.atomic(durable=True):
        incident, copy = _open_incident(incident_id)
        damaged = _store(incident.location)
        _refuse_unlike(copy, open_good(copy, source))
        incident.restored_from, incident.kept_at = source, _next_aside(copy.object.object_id, damaged)
        incident.save(update_fields=["restored_from", "kept_at"])
    try:
        with transaction.atomic(durable=True):
            incident, copy = _open_incident(incident_id)
            kept = restore_object(
                copy.object.object_id,
                good=open_good(copy, source),
                damaged=damaged,
                key=copy.object.state == StoredObject.State.ONLINE,
                class_keys=sealing.class_keys_at_hand(),
            )
            return _close(incident, copy, source=source, kept=kept, by=by, at=at)
    except (StorageError, OSError, _Unfit):
        Incident.objects.filter(pk=incident_id, state=Incident.State.OPEN).update(
            restored_from="", kept_at=""
        )
        raise


def _fit(copy: ObjectCopy, source: str) -> Store:
    """The store of a location that has the object complete; raises `_Unfit`."""
    other = ObjectCopy.objects.filter(object=copy.object_id, location=source).first()
    if other is None or other.version < copy.object.versions:
        raise _Unfit(f"只到第 {other.version if other else 0} 版，共 {copy.object.versions} 版")
    return locations.open_for_reading(source)


def _asides(object_id: str, store: Store) -> tuple[str, set[int]]:
    """The folder of what was set aside of an object in a store, by its full address, and the numbers used there."""
    folder = f"{SET_ASIDE}/{hashlib.sha256(object_id.encode()).hexdigest()}"
    parts = (path.split("/") for path in store.extras(folder))
    return f"{store.name}/extensions/{folder}", {int(part[2]) for part in parts if part[2].isdigit()}


def _next_aside(object_id: str, store: Store) -> str:
    """Where a store is going to keep what lies in the damaged place; "" if nothing does."""
    folder, used = _asides(object_id, store)
    return f"{folder}/{max(used, default=0) + 1}" if store.holds(object_id) else ""


def _what_was_done(incident: Incident, store: Store) -> tuple[str, str]:
    """Source and place of the damaged one, where a call that was cut off had restored the copy; else nobody did."""
    folder, used = _asides(incident.object.object_id, store)
    if incident.restored_from and incident.kept_at in {"", *(f"{folder}/{number}" for number in used)}:
        return incident.restored_from, incident.kept_at
    return incidents.BY_ITSELF, ""


def _refuse_unlike(copy: ObjectCopy, good: Store) -> None:
    """What would be put in place has to be what the rows say, not only whole in itself."""
    wanted = ObjectCopy(object=copy.object, location=copy.location, version=copy.object.versions)
    files = StoredFile.objects.filter(object=copy.object).order_by("logical_path", "version")
    found = [f for f in compare(wanted, files, store=good) if f.is_damage]
    if found:
        raise _Unfit(found[0].message)


def _damage(copy: ObjectCopy, *, store: Store) -> bool:
    return any(
        finding.is_damage for found in checking.check_copies([copy], store=store) for finding in found
    )


def _close(
    incident: Incident, copy: ObjectCopy, *, source: str, kept: str, by: Viewer, at: datetime
) -> IncidentLine:
    incident.state, incident.restored_from = Incident.State.RESTORED, source
    incident.restored_at, incident.restored_by, incident.kept_at = at, by.name, kept
    incident.save()
    copy.version, copy.checked_at, copy.sound = max(copy.version, copy.object.versions), at, True
    copy.problem = ""
    copy.save()
    if copy.object.state != StoredObject.State.ONLINE:  # its key may have lain here before
        settling.settle_later(copy.object, cause=f"restored {at.isoformat()}", at=at)
    else:
        kept_records.resume(copy.object, at=at)
    name = incident.object.object_id
    details = {"source": source, "location": incident.location, "kept": kept}
    journal.record(RESTORED, by=by, about=name, about_id=name, details=details, at=at)
    return incidents.line_of(incident)


def _nothing_whole(object_id: str, tried: list[str]) -> str:
    where = "；".join(tried) if tried else "没有设置别的存放处"
    offline = "".join(elsewhere(object_id)) or "请到离线介质和备份里找。"
    return f"没有一处的这个对象是完好的，没有恢复（{where}）。{offline}"
