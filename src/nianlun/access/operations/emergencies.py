"""应急权限: another post of the own family for an hour, opened by a second person and looked into by a third."""

from datetime import datetime

from django.db import IntegrityError, transaction

from nianlun.access import queries, trail
from nianlun.access.domain import FAMILY, NotVisible, Refused, Right, Role, Viewer, authorize, covers
from nianlun.access.domain.grants import NotGrantable, reason_text
from nianlun.access.domain.standing_in import GLASS_LASTS, check_glass
from nianlun.access.models import Account, Glass
from nianlun.access.operations.resting import refuse_resting
from nianlun.access.operations.ties import tie

SETTLED = "这一项已经办过了。请刷新后再看。"


def refuse_in_emergency(viewer: Viewer, deed: str = "办理权限") -> None:
    """Return unless the viewer works behind broken glass: what gives power or lets data go is not done so.

    Raises `Refused` naming the deed.
    """
    if viewer.glass_until:
        raise Refused(f"应急权限期间不{deed}。请在应急结束后再办，或请同事办理。")


@transaction.atomic
def ask_glass(viewer: Viewer, *, role: Role, reason: str, at: datetime) -> int:
    """Ask to fill another post for an hour in an emergency. Raises `NotGrantable`, `Refused` without the right."""
    viewer = queries.still(viewer)
    authorize(viewer, Right.GLASS_BREAK)
    check_glass(viewer.role, role)
    text = reason_text(reason)
    mine = Glass.objects.filter(account_id=viewer.account_id, closed_at=None, refused_at=None)
    for old in mine.select_for_update():
        _close_if_over(old, at=at)
    try:
        with transaction.atomic():
            row = Glass.objects.create(account_id=viewer.account_id, role=role, reason=text, asked_at=at)
    except IntegrityError:
        raise NotGrantable("您已有一份应急申请在等，或应急权限正在用。") from None
    trail.record(
        trail.GLASS_ASKED,
        by=viewer,
        about=role.label,
        about_id=str(row.pk),
        details={"reason": text},
        at=at,
    )
    return int(row.pk)


@transaction.atomic
def decide_glass(viewer: Viewer, glass_id: int, *, agreed: bool, reason: str = "", at: datetime) -> None:
    """A second person, of another family, opens the emergency for an hour or refuses it.

    Raises `NotVisible` out of scope, `Refused` for the own one, within one family, or where it is settled or stale.
    """
    row = _glass(glass_id)
    viewer = queries.still(viewer)
    authorize(viewer, Right.GLASS_OPEN, scope_of=row.account.scope)
    own, theirs = FAMILY.get(viewer.role), FAMILY.get(Role(row.account.role))
    if own == theirs or tie(viewer.account_id, row.account_id):
        raise Refused(
            "应急权限要由另一类岗位的另一个人同意，不能是本人、配偶或近亲属。请通知内控审核或安全管理员。"
        )
    refuse_in_emergency(viewer)
    refuse_resting(viewer, at=at)
    if row.opened_at or row.refused_at or row.asked_at + GLASS_LASTS <= at:
        raise Refused("这份应急申请已经办过，或超过一小时没有人办而作废。")
    row.decided_by_id, row.decided_why = viewer.account_id, " ".join(reason.split())[:300]
    if agreed:
        check_glass(Role(row.account.role), Role(row.role))
        row.opened_at, row.until = at, at + GLASS_LASTS
    else:
        row.decided_why, row.refused_at = reason_text(reason), at
    row.save(update_fields=["decided_by", "decided_why", "opened_at", "until", "refused_at"])
    trail.record(
        trail.GLASS_AGREED if agreed else trail.GLASS_REFUSED,
        by=viewer,
        about=f"{row.account.username}（{Role(row.role).label}）",
        about_id=str(row.account_id),
        details={
            "glass": row.pk,
            "reason": row.reason,
            "until": row.until.isoformat() if row.until else "",
        },
        at=at,
    )
    if agreed:
        # Whoever watches the journal watches accounts: this entry is the one of who has the rights now.
        trail.record(
            trail.GLASS_BROKEN,
            by=row.account.viewer(at=at),
            about=Role(row.role).label,
            about_id=str(row.account_id),
            details={"glass": row.pk, "reason": row.reason, "opened_by": viewer.name},
            at=at,
        )


@transaction.atomic
def close_glass(viewer: Viewer, glass_id: int, *, at: datetime) -> None:
    """End the emergency before its hour is over: whoever uses it, or whoever may open such.

    Raises `NotVisible` for everybody else, and `Refused` where it is not open.
    """
    viewer, row = queries.still(viewer), _glass(glass_id)
    may_open = viewer.may(Right.GLASS_OPEN) and covers(viewer.scope, division=row.account.scope)
    if viewer.account_id != row.account_id and not may_open:
        raise NotVisible
    if row.opened_at is None or row.closed_at is not None:
        raise Refused(SETTLED)
    _close(row, by=viewer, at=at)


@transaction.atomic
def review_glass(viewer: Viewer, glass_id: int, *, proper: bool, note: str, at: datetime) -> None:
    """Say afterwards whether it was used as it should.

    Raises `NotVisible`, `Refused` for those who took part or before its end, `NotGrantable` without a note.
    """
    viewer, row = queries.still(viewer), _glass(glass_id)
    authorize(viewer, Right.WATCH_SETTLE, scope_of=row.account.scope)
    refuse_in_emergency(viewer)
    if who := tie(viewer.account_id, row.account_id, row.decided_by_id):
        raise Refused(f"审查人与申请人、同意人不能是{who}。请由另一位安全管理员审查。")
    _close_if_over(row, at=at)
    if row.opened_at is None or row.closed_at is None or row.reviewed_at is not None:
        raise Refused("应急还没有结束，或已经审查过。")
    row.reviewed_by_id, row.reviewed_at, row.proper = viewer.account_id, at, proper
    row.review_note = reason_text(note)
    row.save(update_fields=["reviewed_by", "reviewed_at", "proper", "review_note"])
    trail.record(
        trail.GLASS_REVIEWED,
        by=viewer,
        about=f"{row.account.username}（{Role(row.role).label}）",
        about_id=str(row.account_id),
        details={"glass": row.pk, "proper": proper, "note": row.review_note},
        at=at,
    )


def _close_if_over(row: Glass, *, at: datetime) -> None:
    """The right is gone with the hour by itself; the row is closed when somebody next touches it."""
    if row.opened_at is None and row.refused_at is None and row.asked_at + GLASS_LASTS <= at:
        row.refused_at, row.decided_why = at, "一小时内没有人同意，作废"
        row.save(update_fields=["refused_at", "decided_why"])
    elif row.until is not None and row.closed_at is None and row.until <= at:
        _close(row, by=None, at=at)


def close_all(account: Account, *, by: Viewer, at: datetime) -> None:
    """End whatever emergency the account is in: whoever loses or changes a post fills no other's."""
    rows = Glass.objects.select_related("account").filter(account=account, closed_at=None)
    for row in rows.filter(opened_at__isnull=False).select_for_update(of=("self",)):
        _close(row, by=by, at=at)


def _close(row: Glass, *, by: Viewer | None, at: datetime) -> None:
    row.closed_at = min(at, row.until or at)
    row.save(update_fields=["closed_at"])
    trail.record(
        trail.GLASS_CLOSED,
        by=by,
        about=f"{row.account.username}（{Role(row.role).label}）",
        about_id=str(row.account_id),
        details={"glass": row.pk, "closed": row.closed_at.isoformat()},
        at=at,
    )


def _glass(glass_id: int) -> Glass:
    row = (
        Glass.objects.select_for_update(of=("self",)).select_related("account").filter(pk=glass_id).first()
    )
    if row is None:
        raise NotVisible
    return row
