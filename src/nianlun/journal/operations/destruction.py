"""Destroying what entries say where the law demands it, without hiding that there were entries."""

from collections.abc import Sequence
from datetime import datetime

from django.db import connection, transaction

from nianlun.journal import domain
from nianlun.journal.domain import Actor
from nianlun.journal.models import Entry
from nianlun.journal.operations.entries import record

MOST = 1000
"""Entries that one destruction may name; more are more deeds, each with its entry."""


class NotDestroyed(Exception):
    """The contents were left as they are; the sentence says why."""


@transaction.atomic
def destroy_contents(
    entry_ids: Sequence[int], *, authority: str, by: Actor, approved_by: Actor, at: datetime
) -> int:
    """Blank the content and salt of entries for good; returns the number of the entry that tells of it.

    Digest and place in the log stay, so that the log still verifies; `queries.verify_log` accepts an emptied entry
    only because that later entry names it. `authority` is the decision this rests on. Raises `NotDestroyed`.
    """
    wanted = sorted(set(entry_ids))
    if not authority.strip():
        raise NotDestroyed("没有写明依据，没有销毁。请写明批准文书的名称和文号。")
    if by.account_id == approved_by.account_id:
        raise NotDestroyed("经办和批准是同一个人，没有销毁。请由另一个人批准。")
    if not wanted or len(wanted) > MOST:
        raise NotDestroyed(f"一次应列出 1 至 {MOST} 条留痕，没有销毁。")
    found = Entry.objects.filter(pk__in=wanted, leaf__isnull=False)
    times = {
        entry.pk: entry.at
        for entry in found.exclude(action__in=[domain.CONTENTS_DESTROYED, domain.EMPTIED])
    }
    if missing := [number for number in wanted if number not in times]:
        raise NotDestroyed(
            f"第 {missing[0]} 号留痕不在日志里、还没有入日志，或不能销毁，没有销毁。请核对编号。"
        )
    notice = record(
        domain.CONTENTS_DESTROYED,
        by=by,
        rows=len(wanted),
        details={
            "count": len(wanted),
            "authority": authority,
            "approved_by": approved_by.name,
            "approved_by_account": approved_by.account_id,
            "approved_by_role": approved_by.role.label,
            "approved_by_agency": approved_by.agency_name,
            "entries": {str(number): domain.spelled_time(times[number]) for number in wanted},
        },
        at=at,
    )
    with connection.cursor() as cursor:
        cursor.execute("SELECT nianlun_journal_empty(%s)", [notice])
    return notice
