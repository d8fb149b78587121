"""Bringing what applications were filled in with to the current key (S5.2), in rounds that may be broken off."""

from datetime import datetime

from django.db import transaction

from nianlun.cases.models import Case
from nianlun.journal import operations as journal
from nianlun.journal.domain import declare
from nianlun.registry.keys import keyring
from nianlun.registry.operations import Resealed, Resealer
from nianlun.vault import keeping

RESEALED = declare("cases.resealed", "用新密钥重新加密办件的申报内容 {rows} 件")


@transaction.atomic
def reseal_details(*, at: datetime, limit: int = 500) -> Resealed:
    """Bring up to `limit` applications to the current key. Call again while any are `left`."""
    ring = keyring()
    old = Case.objects.exclude(key_version=ring.current)
    rows = list(old.select_for_update(skip_locked=True).order_by("pk")[:limit])
    for row in rows:
        row.details = row.details
    Case.objects.bulk_update(rows, ["details_sealed", "key_version"])
    if rows:
        keeping.changed([row.object_id for row in rows], at=at)  # `case.json` holds the same
        journal.record(RESEALED, by=None, rows=len(rows), details={"version": ring.current}, at=at)
    return Resealed(done=len(rows), left=old.count())


RESEALER: tuple[str, Resealer] = ("办件的申报内容", reseal_details)
