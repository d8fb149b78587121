"""Putting a whole copy in the place of a damaged one, which is kept aside as it was found."""

from collections.abc import Callable
from datetime import datetime
from uuid import UUID

from django.db import transaction

from nianlun.access.domain import NotVisible, Refused, Right, Viewer, authorize
from nianlun.journal import operations as journal
from nianlun.journal.domain import declare
from nianlun.vault import checking, incidents, locations
from nianlun.vault.comparing import compare
from nianlun.vault.domain import IncidentLine
from nianlun.vault.models import Incident, ObjectCopy, StoredFile, StoredObject
from nianlun.vault.ocfl.faults import StorageError
from nianlun.vault.ocfl.store import Store
from nianlun.vault.ocfl.transfer import restore_object

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

    A second call, or a colleague at the same moment, finds it done. A call cut off can be made again. Raises
    `Refused` where there is nothing left to restore, `NothingWhole`, and `NotVisible` for no incident.
    """
    authorize(by, Right.VAULT_RESTORE)
    with transaction.atomic():
        incident = _open_incident(incident_id)
        copy = _copy_of(incident)
        damaged = _store(incident.location)
        if not _damage(copy, store=damaged):
            return _close(incident, copy, source=incidents.BY_ITSELF, kept="", by=by, at=at)
        tried = []
        for location in locations.locations():
            if location.name == incident.location:
                continue
            try:
                kept = _take(copy, source=location.name, damaged=damaged)
            except (StorageError, OSError, _Unfit) as fault:
                tried.append(f"{location.name}：{fault}")
            else:
                return _close(incident, copy, source=location.name, kept=kept, by=by, at=at)
        raise NothingWhole(_nothing_whole(incident.object.object_id, tried))


def restore_from(incident_id: UUID, *, good: Store, source: str, by: Viewer, at: datetime) -> IncidentLine:
    """Restore a damaged copy from a store that is no location, such as what was taken from a medium.

    `source` names it on record. Raises as `restore` does, and the `StorageError`s of `restore_object`.
    """
    authorize(by, Right.VAULT_RESTORE)
    with transaction.atomic():
        incident = _open_incident(incident_id)
        copy = _copy_of(incident)
        _refuse_unlike(copy, good)
        kept = restore_object(
            incident.object.object_id, good=good, damaged=_store(incident.location), keep=None
        )
        return _close(incident, copy, source=source, kept=kept, by=by, at=at)


class _Unfit(Exception):
    """A location does not hold what is needed; the message says what it holds."""


def _open_incident(incident_id: UUID) -> Incident:
    """The incident, locked, so that two who press at once do it once."""
    incident = Incident.objects.select_for_update().filter(pk=incident_id).first()
    if incident is None:
        raise NotVisible
    if incident.state != Incident.State.OPEN:
        raise Refused(f"这件已由 {incident.restored_by} 恢复，不用再做。请刷新页面看结果。")
    if incident.object.state == StoredObject.State.DESTROYED:
        raise Refused("这个对象已依法销毁，不能恢复。")
    return incident


def _copy_of(incident: Incident) -> ObjectCopy:
    copies = ObjectCopy.objects.select_for_update(of=("self",)).select_related("object")
    return copies.get(object=incident.object_id, location=incident.location)


def _store(location: str) -> Store:
    try:
        return locations.open_for_reading(location)
    except (StorageError, locations.NotConfigured) as fault:
        raise Refused(f"{fault}恢复之前，先让这个存放处能用。") from fault


def _take(copy: ObjectCopy, *, source: str, damaged: Store) -> str:
    """Restore from a location if it is fit for it; where the damaged object is kept."""
    other = ObjectCopy.objects.filter(object=copy.object_id, location=source).first()
    if other is None or other.version < copy.object.versions:
        raise _Unfit(f"只到第 {other.version if other else 0} 版，共 {copy.object.versions} 版")
    good = locations.open_for_reading(source)
    _refuse_unlike(copy, good)
    return restore_object(copy.object.object_id, good=good, damaged=damaged, keep=None)


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
    name = incident.object.object_id
    details = {"source": source, "location": incident.location, "kept": kept}
    journal.record(RESTORED, by=by, about=name, about_id=name, details=details, at=at)
    return incidents.line_of(incident)


def _nothing_whole(object_id: str, tried: list[str]) -> str:
    where = "；".join(tried) if tried else "没有设置别的存放处"
    offline = "".join(elsewhere(object_id)) or "请到离线介质和备份里找。"
    return f"没有一处的这个对象是完好的，没有恢复（{where}）。{offline}"
