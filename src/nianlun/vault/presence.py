"""Whether an object's content can be had here and now, and what to say where it cannot."""

import json

from django.utils import timezone

from nianlun.vault import locations
from nianlun.vault.domain import PRIMARY
from nianlun.vault.models import Destruction, StoredObject
from nianlun.vault.ocfl import StorageError
from nianlun.vault.ocfl.beside import offline_file


class Gone(StorageError):
    """The object is known but its content is not here; the sentence says where it is or why it is gone."""


class Offline(Gone):
    """The key lies on offline media only."""


class Destroyed(Gone):
    """The object was lawfully destroyed."""


def ensure_online(row: StoredObject) -> None:
    """Return for an object whose content is here; else raise `Offline` or `Destroyed`."""
    if row.state == StoredObject.State.OFFLINE:
        raise Offline(
            f"这份档案已转离线，在线库里打不开。请向档案保管员申请调取介质 {_medium(row.object_id)}。"
        )
    if row.state == StoredObject.State.DESTROYED:
        done = Destruction.objects.get(object=row, state=Destruction.State.DONE)
        day = timezone.localdate(done.decided_at)
        raise Destroyed(
            f"这份档案已于 {day} 依法销毁，内容不能恢复。依据：{done.authority}。"
            f"由{done.proposed_by_name}提出、{done.decided_by_name}批准。"
        )


def _medium(object_id: str) -> str:
    """The number of the medium, as the mark beside the object tells it where the primary location answers."""
    try:
        raw = locations.open_for_reading(PRIMARY).read_extra(offline_file(object_id))
        return str(json.loads(raw or b"")["medium"])
    except (StorageError, OSError, ValueError, KeyError, TypeError):
        return "（编号见离线介质台账）"
