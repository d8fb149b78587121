"""Labels and register sheets as they are handed out, and where a demo keeps the keys that a real site never has."""

from datetime import datetime
from pathlib import Path
from uuid import UUID

from django.conf import settings
from django.db import transaction

from nianlun.access.domain import NotVisible, Viewer
from nianlun.journal import operations as journal
from nianlun.journal.domain import declare
from nianlun.media import queries
from nianlun.media.label import printed_label, register_sheet
from nianlun.media.lines import MediumLine

PRINTED = declare("media.sheet_printed", "打印离线介质 {about} 的{what}")


def label(who: Viewer, medium_id: UUID, *, at: datetime) -> tuple[str, bytes]:
    """File name and PDF of a medium's label. Raises `NotVisible` before the medium is written."""
    line = _written(who, medium_id)
    made = printed_label(line, of=queries.media_set(who, line.set_id))
    _tell(who, line, what="标签", at=at)
    return line.file_name.replace(".iso", "-label.pdf"), made


def register(who: Viewer, medium_id: UUID, *, at: datetime) -> tuple[str, bytes]:
    """File name and PDF of a medium's register. Raises `NotVisible` before the medium is written."""
    line = _written(who, medium_id)
    happened = queries.events(medium_id)
    made = register_sheet(line, of=queries.media_set(who, line.set_id), events=happened)
    _tell(who, line, what="写入登记表", at=at)
    return line.file_name.replace(".iso", "-register.pdf"), made


def demo_identities() -> list[str]:
    """In a demo, where the keepers' private keys lie; nowhere else does this machine know them."""
    if not settings.DEMO:
        return []
    return [
        str(path) for path in sorted(Path(settings.MEDIA_RECIPIENTS).parent.glob("media-identity-*.txt"))
    ]


def _written(who: Viewer, medium_id: UUID) -> MediumLine:
    line = queries.medium(who, medium_id)
    if line.written_at is None:
        raise NotVisible("介质还没有写入，没有标签。")
    return line


def _tell(who: Viewer, line: MediumLine, *, what: str, at: datetime) -> None:
    with transaction.atomic():
        journal.record(
            PRINTED, by=who, about=line.name, about_id=str(line.id), details={"what": what}, at=at
        )
