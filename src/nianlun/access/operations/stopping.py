"""Stopping the queries of an account, and letting them go on (S3.4)."""

from datetime import datetime

from django.db import transaction

from nianlun.access import queries, trail
from nianlun.access.domain import NotVisible, Refused, Right, Viewer, authorize
from nianlun.access.models import Stop
from nianlun.access.operations.ties import tie

SHORTEST_REASON, LONGEST_REASON = 4, 300


@transaction.atomic
def stop_queries(viewer: Viewer, *, reason: str, at: datetime) -> bool:
    """Stop the account's queries from now on; false where they are stopped already."""
    stop = Stop(account_id=viewer.account_id, since=at, reason=reason[:300])
    Stop.objects.bulk_create([stop], ignore_conflicts=True)
    if not Stop.objects.filter(account_id=viewer.account_id, lifted_at=None, since=at).exists():
        return False
    trail.record(
        trail.QUERIES_STOPPED,
        by=None,
        about=f"{viewer.name}（{viewer.role.label}）",
        about_id=str(viewer.account_id),
        details={"reason": reason},
        division=viewer.scope,
        at=at,
    )
    return True


@transaction.atomic
def lift_stop(viewer: Viewer, stop_id: int, *, reason: str, at: datetime) -> int:
    """Let the stopped account look at persons again, for a reason; returns the account's number.

    Raises `Refused` without the right, without a reason, for the own account or where somebody was faster, and
    `NotVisible` outside the viewer's scope.
    """
    viewer = queries.still(viewer)
    authorize(viewer, Right.WATCH_SETTLE)
    stop = Stop.objects.select_for_update(of=("self",)).select_related("account").filter(pk=stop_id).first()
    if stop is None:
        raise NotVisible
    authorize(viewer, Right.WATCH_SETTLE, scope_of=stop.account.scope)
    tidy = " ".join(reason.split())
    if who := tie(viewer.account_id, stop.account_id):
        raise Refused(f"恢复查询的人和被停用的人不能是{who}。请由另一位安全管理员处理。")
    if not SHORTEST_REASON <= len(tidy) <= LONGEST_REASON:
        raise Refused(f"恢复查询要写明理由，{SHORTEST_REASON} 至 {LONGEST_REASON} 个字。")
    if stop.lifted_at is not None:
        raise Refused("这个账号的查询已经由别人恢复。请刷新页面。")
    stop.lifted_by_id, stop.lifted_at, stop.lifted_why = viewer.account_id, at, tidy
    stop.save(update_fields=["lifted_by", "lifted_at", "lifted_why"])
    trail.record(
        trail.QUERIES_RESUMED,
        by=viewer,
        about=f"{stop.account.name}（{stop.account.get_role_display()}）",
        about_id=str(stop.account_id),
        details={"reason": tidy},
        at=at,
    )
    return int(stop.account_id)
