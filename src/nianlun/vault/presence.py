"""Whether an object's content can be had here and now, and what to say where it cannot."""

import json

from django.utils import timezone

from nianlun.vault.key_folder import Beside
from nianlun.vault.models import Destruction, StoredObject
from nianlun.vault.ocfl import StorageError
from nianlun.vault.ocfl.beside import offline_file


class Gone(StorageError):
    """The object is known but its content is not here; the sentence says where it is or why it is gone."""


class Offline(Gone):
    """The key lies on offline media only."""


class Destroyed(Gone):
    """The object was lawfully destroyed."""


def ensure_online(row: StoredObject, *, beside: Beside) -> None:
    """Return for an object whose content is here; else raise `Offline` or `Destroyed`."""
    if row.state == StoredObject.State.OFFLINE:
        raise Offline(
            f"这份档案已转离线，在线库里打不开。请向档案保管员申请调取介质 {_medium(row, beside)}。"
        )
    if row.state == StoredObject.State.DESTROYED:
        done = Destruction.objects.get(object=row, state=Destruction.State.DONE)
        day = timezone.localdate(done.decided_at)
        raise Destroyed(
            f"这份档案已于 {day} 依法销毁，内容不能恢复。依据：{done.authority}。"
            f"由{done.proposed_by_name}提出、{done.decided_by_name}批准。"
        )


def _medium(row: StoredObject, beside: Beside) -> str:
    raw = beside.read_extra(offline_file(row.object_id))
    try:
        return str(json.loads(raw or b"")["medium"])
    except (ValueError, KeyError, TypeError):
        return "（编号见离线介质台账）"
