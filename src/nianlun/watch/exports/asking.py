"""Asking for an export, and somebody else's word on it."""

import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Sum

from nianlun.access.domain import NotAPurpose, NotVisible, Refused, Right, Viewer, authorize, purpose_text
from nianlun.access.operations import refuse_in_emergency, tie
from nianlun.access.queries import still
from nianlun.jobs import operations as jobs
from nianlun.journal import operations as journal
from nianlun.journal.domain import declare
from nianlun.kernel.identifiers import uuid7
from nianlun.watch.domain.exporting import needs_approval
from nianlun.watch.domain.rules import BEIJING
from nianlun.watch.exports.making import MAKE
from nianlun.watch.exports.offering import Offered, offered
from nianlun.watch.limit_file import limits_on
from nianlun.watch.models import Export

ASKED = declare("watch.export_asked", "申请导出{about} {rows} 行")
APPROVED = declare("watch.export_approved", "批准{asked_by}导出{about}，{count} 行")
REFUSED = declare("watch.export_refused", "不批准{asked_by}导出{about}：{reason}")
LATELY = timedelta(hours=24)
_LOCK = 0x6578


_NUMBER = re.compile(r"\d{14}")


def is_number(text: str) -> bool:
    """Whether the text may be a person's number: that leads to one person and is kept nowhere in plain (S5.1)."""
    return _NUMBER.search("".join(text.split())) is not None


def count(viewer: Viewer, chosen: Offered, *, filters: Mapping[str, str], at: datetime) -> int:
    """How many rows it would be, counted no further than one beyond what any approval allows. Raises `Refused`."""
    authorize(viewer, Right.EXPORT_ASK)
    authorize(viewer, chosen.right)
    most = limits_on(at.astimezone(BEIJING).date()).export_most_rows
    return len(chosen.rows(viewer, filters, most + 1))


@transaction.atomic
def ask(
    viewer: Viewer,
    *,
    name: str,
    filters: Mapping[str, str],
    file_format: str,
    reason: str,
    token: UUID,
    at: datetime,
) -> UUID:
    """Ask for the rows of a list as the viewer sees them; up to the limit of a day they are made at once.

    The same form sent twice is one request. Raises `Refused` with the reason and `NoSuchList`.
    """
    viewer, chosen = still(viewer), offered(name)
    with connection.cursor() as cursor:  # two requests at once must not both find room under the limit
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [_LOCK, viewer.account_id % (1 << 31)])
    known = (
        Export.objects.filter(asked_by=viewer.account_id, token=token).values_list("pk", flat=True).first()
    )
    if known is not None:
        return known
    if any(is_number(text) for text in filters.values()):
        raise Refused("按证件号查到的只有一个人，不能导出。请打开此人的页面查看。")
    if file_format not in Export.Format:
        raise Refused("请选择导出的格式：Excel 表格，或 CSV 文本。")
    try:
        why = purpose_text(reason)
    except NotAPurpose as fault:
        raise Refused(str(fault)) from fault
    limits = limits_on(at.astimezone(BEIJING).date())
    rows = count(viewer, chosen, filters=filters, at=at)
    if rows == 0:
        raise Refused("按这些条件没有可导出的行。请回到名单换个条件。")
    if rows > limits.export_most_rows:
        raise Refused(f"一次最多导出 {limits.export_most_rows:,} 行。请加条件，分几次申请。")
    waits = needs_approval(rows, lately=_lately(viewer, at=at), allowed=limits.export_rows)
    export_id = uuid7()
    entry_id = journal.record(
        ASKED,
        by=viewer,
        about=chosen.label,
        about_id=str(export_id),
        purpose=why,
        rows=rows,
        details={"list": name, "filters": dict(filters), "waits": waits},
        at=at,
    )
    Export.objects.create(
        pk=export_id,
        token=token,
        offered=name,
        label=chosen.label,
        filters=dict(filters),
        format=file_format,
        reason=why,
        rows=rows,
        asked_by=viewer.account_id,
        asked_name=viewer.name,
        asked_role=viewer.role.label,
        agency_name=viewer.agency_name,
        scope=viewer.scope,
        asked_at=at,
        entry_id=entry_id,
        state=Export.State.WAITING if waits else Export.State.MAKING,
    )
    if not waits:
        jobs.enqueue(MAKE, {"export": str(export_id)}, key=str(export_id), at=at)
    return export_id


def _lately(viewer: Viewer, *, at: datetime) -> int:
    """Rows taken without anybody's word within a day."""
    own = Export.objects.filter(asked_by=viewer.account_id, asked_at__gt=at - LATELY, decided_by=None)
    own = own.exclude(state__in=[Export.State.WAITING, Export.State.FAILED])
    return int(own.aggregate(total=Sum("rows"))["total"] or 0)


@transaction.atomic
def decide(viewer: Viewer, export_id: UUID, *, agree: bool, reason: str, at: datetime) -> None:
    """Agree to an export that waits, or refuse it with a reason; never one's own.

    Raises `Refused` with the sentence, and `NotVisible` outside the viewer's scope.
    """
    viewer = still(viewer)
    authorize(viewer, Right.EXPORT_APPROVE)
    refuse_in_emergency(viewer, "批准导出")
    row = Export.objects.select_for_update().filter(pk=export_id).first()
    if row is None:
        raise NotVisible
    authorize(viewer, Right.EXPORT_APPROVE, scope_of=row.scope)
    tidy = " ".join(reason.split())[:300]
    if who := tie(viewer.account_id, row.asked_by):
        raise Refused(f"申请导出和批准不能是{who}。请由另一位领导批准。")
    if row.state != Export.State.WAITING:
        raise Refused(f"这份申请已经{row.get_state_display()}。请刷新页面。")
    if not agree and len(tidy) < 4:
        raise Refused("不批准要写明理由，至少 4 个字。")
    row.state = Export.State.MAKING if agree else Export.State.REFUSED
    row.decided_by, row.decided_name, row.decided_at = viewer.account_id, viewer.name, at
    row.sentence = tidy
    row.save(update_fields=["state", "decided_by", "decided_name", "decided_at", "sentence"])
    journal.record(
        APPROVED if agree else REFUSED,
        by=viewer,
        about=row.label,
        about_id=str(row.pk),
        details={"asked_by": row.asked_name, "count": row.rows, "reason": tidy},
        at=at,
    )
    if agree:
        jobs.enqueue(MAKE, {"export": str(row.pk)}, key=str(row.pk), at=at)
