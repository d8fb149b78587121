"""Making the file in the background: as its asker sees the rows now, marked, and sealed where it lies."""

import base64
from datetime import datetime, timedelta
from uuid import UUID

from nianlun.access import queries as access
from nianlun.access import stops
from nianlun.access.domain import NotVisible, Refused, Right, authorize
from nianlun.journal import operations as journal
from nianlun.journal.domain import declare
from nianlun.kernel import cipher
from nianlun.registry import keys
from nianlun.watch.domain.rules import BEIJING
from nianlun.watch.exports.files import written
from nianlun.watch.exports.offering import offered
from nianlun.watch.limit_file import limits_on
from nianlun.watch.models import Export

MADE = declare("watch.export_made", "制作导出文件：{about}，{count} 行")
MAKE = "watch.make_export"
"""The kind of job that makes a file."""


def make(export_id: UUID, *, at: datetime) -> None:
    """Make the file, or say why it cannot be made; what is no longer to be made stays as it is."""
    row = Export.objects.select_for_update().filter(pk=export_id, state=Export.State.MAKING).first()
    if row is None:
        return
    try:
        viewer = access.viewer_of(row.asked_by)
        chosen = offered(row.offered)
        authorize(viewer, Right.EXPORT_ASK)
        authorize(viewer, chosen.right)
        if stops.is_stopped(viewer.account_id):
            raise Refused("申请人的查询已停用。")
        rows = chosen.rows(viewer, row.filters, row.rows)[: row.rows]  # no more than was asked for
    except (Refused, NotVisible) as reason:
        row.state = Export.State.FAILED
        row.sentence = f"申请人现在不能看这个名单，没有制作。{reason}"[:300]
        row.save(update_fields=["state", "sentence"])
        return
    content = written(
        row.format, headings=chosen.headings, rows=rows, mark=mark_of(row, at=at), entry_id=row.entry_id
    )
    row.content_sealed = cipher.seal(
        base64.b64encode(content).decode(), keys=keys.keyring(), about=place(row.pk)
    )
    hours = limits_on(at.astimezone(BEIJING).date()).export_hours
    row.state, row.made_at, row.expires_at = Export.State.READY, at, at + timedelta(hours=hours)
    row.rows = len(rows)
    row.save(update_fields=["content_sealed", "state", "made_at", "expires_at", "rows"])
    journal.record(
        MADE,
        by=None,
        about=row.label,
        about_id=str(row.pk),
        details={"count": len(rows)},
        division=row.scope,
        at=at,
    )


def mark_of(row: Export, *, at: datetime) -> str:
    """What stands visibly on the file: who, when, why, and that it is not to be passed on."""
    local = at.astimezone(BEIJING)
    return (
        f"{row.agency_name} {row.asked_role} {row.asked_name} {local:%Y-%m-%d %H:%M} 导出"
        f"，用于{row.reason}。含个人信息，不得转交他人。"
    )


def place(export_id: UUID) -> str:
    """How the column is named to the cipher."""
    return f"watch.export.content:{export_id}"


def give_up(export_id: UUID) -> None:
    """Say that the file could not be made, after every attempt."""
    Export.objects.filter(pk=export_id, state=Export.State.MAKING).update(
        state=Export.State.FAILED, sentence="试了几次都没有做成。请重新申请；再不成，请告知系统管理员。"
    )
