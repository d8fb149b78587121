"""Fetching a file: once, by whoever asked for it, within a day."""

import base64
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction

from nianlun.access.domain import NotVisible, Refused, Right, Viewer, authorize
from nianlun.access.queries import still
from nianlun.journal import operations as journal
from nianlun.journal.domain import declare
from nianlun.kernel import cipher
from nianlun.registry import keys
from nianlun.watch.domain.rules import BEIJING
from nianlun.watch.exports.making import place
from nianlun.watch.exports.offering import offered
from nianlun.watch.models import Export

FETCHED = declare("watch.export_fetched", "取走导出文件：{about}，{rows} 行")
EXPIRED = declare("watch.exports_expired", "销毁过期未取的导出文件 {count} 份")


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched:
    """A file that leaves: its bytes, its name, and of which kind it is."""

    content: bytes
    name: str
    format: str


@transaction.atomic
def fetch(viewer: Viewer, export_id: UUID, *, at: datetime) -> Fetched:
    """Give the file out and forget it. Raises `NotVisible` for another's, `Refused` where it is not to be had."""
    viewer = still(viewer)
    authorize(viewer, Right.EXPORT_ASK)
    row = Export.objects.select_for_update().filter(pk=export_id, asked_by=viewer.account_id).first()
    if row is None:
        raise NotVisible
    authorize(viewer, offered(row.offered).right)
    if row.state == Export.State.FETCHED:
        raise Refused("这份文件已经取走一次，不能再取。仍需要的，请重新申请。")
    if row.state != Export.State.READY or row.expires_at is None or row.content_sealed is None:
        raise Refused(f"这份申请现在是“{row.get_state_display()}”，没有文件可取。")
    if row.expires_at <= at:
        raise Refused("这份文件已过期，不能再取。仍需要的，请重新申请。")
    sealed = bytes(row.content_sealed)
    content = base64.b64decode(cipher.unseal(sealed, keys=keys.keyring(), about=place(row.pk)))
    row.state, row.content_sealed, row.fetched_at = Export.State.FETCHED, None, at
    row.save(update_fields=["state", "content_sealed", "fetched_at"])
    journal.record(
        FETCHED,
        by=viewer,
        about=row.label,
        about_id=str(row.pk),
        purpose=row.reason,
        rows=row.rows,
        at=at,
    )
    name = f"{row.label} {at.astimezone(BEIJING):%Y-%m-%d %H%M}.{row.format}"
    return Fetched(content=content, name=name, format=row.format)


@transaction.atomic
def sweep(*, at: datetime) -> int:
    """Destroy the files that nobody fetched in time; how many."""
    late = Export.objects.filter(state=Export.State.READY, expires_at__lte=at)
    count = late.update(state=Export.State.EXPIRED, content_sealed=None)
    if count:
        journal.record(EXPIRED, by=None, details={"count": count}, at=at)
    return int(count)
