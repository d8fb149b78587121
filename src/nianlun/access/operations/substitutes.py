"""Filling the post of a colleague on leave: named by the one, agreed to by a leader (S2.4)."""

from datetime import date, datetime, time

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from nianlun.access import queries, trail
from nianlun.access.domain import NotVisible, Refused, Right, Role, Viewer, authorize, covers
from nianlun.access.domain.grants import NotGrantable, check_post, reason_text
from nianlun.access.domain.standing_in import LONGEST_LEAVE, check_substitute
from nianlun.access.models import Account, Substitution
from nianlun.access.operations.emergencies import SETTLED, refuse_in_emergency
from nianlun.access.operations.resting import refuse_resting
from nianlun.access.operations.ties import same_person, tie


@transaction.atomic
def name_substitute(
    viewer: Viewer, *, substitute_id: int, since: date, until: date, reason: str, at: datetime
) -> int:
    """Name the colleague who fills the own post from `since` to the day before `until`; a leader has to agree.

    Raises `NotGrantable` with a sentence; `NotVisible` for somebody out of scope.
    """
    viewer = queries.still(viewer)
    authorize(viewer, Right.DESK_READ)
    check_post(viewer.role)
    refuse_in_emergency(viewer)
    colleague = _colleague(viewer, substitute_id)
    first, last = _midnight(since), _midnight(until)
    if since < timezone.localdate(at) or not first < last <= first + LONGEST_LEAVE:
        raise NotGrantable(f"代班从今天或以后开始，最长 {LONGEST_LEAVE.days} 天。请核对起止日期。")
    text = reason_text(reason)
    standing = Substitution.objects.filter(
        absent_id=viewer.account_id, ended_at=None, until__gt=first, since__lt=last
    )
    if standing.exclude(agreed=False).exists():
        raise NotGrantable("这段时间您已经有代班。要换人，请先结束原来的。")
    row = Substitution.objects.create(
        absent_id=viewer.account_id,
        substitute=colleague,
        role=viewer.role,
        since=first,
        until=last,
        reason=text,
        asked_at=at,
    )
    _tell(trail.SUBSTITUTE_NAMED, row, by=viewer, at=at)
    return int(row.pk)


@transaction.atomic
def decide_substitute(
    viewer: Viewer, substitution_id: int, *, agreed: bool, reason: str = "", at: datetime
) -> None:
    """The leader's yes or no. Raises `NotVisible`, `Refused` for one of the two or where it is settled already."""
    row = _substitution(substitution_id)
    viewer = queries.still(viewer)
    authorize(viewer, Right.GRANT_APPROVE, scope_of=row.absent.scope)
    refuse_in_emergency(viewer)
    refuse_resting(viewer, at=at)
    if row.agreed is not None or row.ended_at is not None or row.until <= at:
        raise Refused(SETTLED)
    if who := tie(viewer.account_id, row.absent_id, row.substitute_id):
        raise Refused(f"核准人与离岗人、代班人不能是{who}。请由另一位领导核准。")
    if agreed:
        if row.absent.role != row.role or row.absent.scope != row.substitute.scope:
            raise Refused("两人的岗位或辖区已经变了，不能代班。请退回，重新指定。")
        check_substitute(Role(row.role), Role(row.substitute.role))
    else:
        reason = reason_text(reason)
    row.agreed, row.decided_by_id, row.decided_at = agreed, viewer.account_id, at
    row.decided_why = " ".join(reason.split())[:300]
    row.save(update_fields=["agreed", "decided_by", "decided_at", "decided_why"])
    _tell(trail.SUBSTITUTE_AGREED if agreed else trail.SUBSTITUTE_REFUSED, row, by=viewer, at=at)


@transaction.atomic
def end_substitute(viewer: Viewer, substitution_id: int, *, at: datetime) -> None:
    """End it early: the absent one, the substitute, or whoever agrees to such or takes rights away.

    Raises `NotVisible` for everybody else, `Refused` where it is over.
    """
    viewer, row = queries.still(viewer), _substitution(substitution_id)
    if viewer.account_id not in (row.absent_id, row.substitute_id):
        over = viewer.may(Right.GRANT_GIVE) or viewer.may(Right.GRANT_APPROVE)
        if not over or not covers(viewer.scope, division=row.absent.scope):
            raise NotVisible
        refuse_in_emergency(viewer)
    if row.ended_at is not None or row.agreed is False:
        raise Refused(SETTLED)
    row.ended_at = at
    row.save(update_fields=["ended_at"])
    _tell(trail.SUBSTITUTE_ENDED, row, by=viewer, at=at)


def end_substitutions(by: Viewer, account_id: int, *, at: datetime) -> None:
    """End every substitution by and for an account that is switched off: for good, not till it is on again."""
    of_it = Q(substitute_id=account_id) | Q(absent_id=account_id)
    rows = Substitution.objects.select_for_update(of=("self",)).select_related("absent", "substitute")
    for row in rows.filter(of_it, ended_at=None, until__gt=at).exclude(agreed=False).order_by("pk"):
        row.ended_at = at
        row.save(update_fields=["ended_at"])
        _tell(trail.SUBSTITUTE_ENDED, row, by=by, at=at)


def _substitution(substitution_id: int) -> Substitution:
    rows = Substitution.objects.select_for_update(of=("self",)).select_related("absent", "substitute")
    row = rows.filter(pk=substitution_id).first()
    if row is None:
        raise NotVisible
    return row


def _colleague(viewer: Viewer, account_id: int) -> Account:
    rows = Account.objects.standing().filter(is_active=True, scope=viewer.scope)
    colleague = rows.filter(pk=account_id).first()
    if colleague is None:
        raise NotVisible
    if same_person(viewer.account_id, colleague.pk):
        raise NotGrantable("代班的人不能是您自己。请另选一位。")
    check_substitute(viewer.role, Role(colleague.role))
    if colleague.viewer().lapsed:
        raise NotGrantable("这位同事的岗位授权已到期。请另选一位。")
    return colleague


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time.min, tzinfo=timezone.get_current_timezone())


def _tell(action: str, row: Substitution, *, by: Viewer, at: datetime) -> None:
    trail.record(
        action,
        by=by,
        about=f"{row.substitute.name}代{row.absent.name}（{Role(row.role).label}）",
        about_id=str(row.pk),
        details={"absent": row.absent_id, "substitute": row.substitute_id, "until": row.until.isoformat()},
        at=at,
    )
