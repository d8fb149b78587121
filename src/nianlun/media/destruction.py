"""What media have to say before an object is destroyed: its bytes and its key lie on them, out of the vault's reach."""

from datetime import date

from nianlun.access.domain import Viewer
from nianlun.media.domain import MediumState
from nianlun.media.models import Medium
from nianlun.vault.destruction_rules import refuses_destruction


@refuses_destruction
def while_on_media(object_id: str, *, by: Viewer, on: date) -> str:
    """Destroyed is what nobody can read any more, so the media that hold it go first.

    The rest of their set is planned again once they are retired; what had been taken offline is brought back before.
    """
    rows = Medium.objects.filter(set__contents__object_id=object_id, written_at__isnull=False)
    rows = (
        rows.exclude(state=MediumState.RETIRED.value)
        .select_related("set")
        .order_by("set__number", "letter")
    )
    media = "、".join(str(row) for row in rows)
    if not media:
        return ""
    return (
        f"它还在离线介质 {media} 上，销毁够不到介质里的字节和密钥。"
        "请先取回该套其余对象、报废这些介质，再销毁，其余对象重新规划一套。"
    )
