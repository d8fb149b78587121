"""Reading who fills whose post for a time: substitutes and emergencies."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Q

from nianlun.access.domain import FAMILY, Right, Role, Viewer
from nianlun.access.domain.standing_in import GLASS_LASTS, GlassState, may_substitute
from nianlun.access.models import Account, Glass, Substitution

SHOWN_FOR = timedelta(days=90)


@dataclass(frozen=True, slots=True, kw_only=True)
class SubstitutionLine:
    """One colleague in the place of another."""

    id: int
    absent: str
    substitute: str
    role: Role
    since: datetime
    until: datetime
    reason: str
    state: str
    decided_by: str
    decided_why: str
    may_decide: bool
    may_end: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class GlassLine:
    """One emergency."""

    id: int
    name: str
    own_role: Role
    role: Role
    reason: str
    asked_at: datetime
    opened_at: datetime | None
    until: datetime | None
    closed_at: datetime | None
    decided_by: str
    decided_why: str
    reviewed_by: str
    proper: bool | None
    review_note: str
    state: GlassState
    may_decide: bool
    may_close: bool
    may_review: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Colleague:
    """Somebody who could fill the viewer's post."""

    account_id: int
    name: str
    role: Role


def substitutions(viewer: Viewer, *, at: datetime, limit: int = 30) -> list[SubstitutionLine]:
    """Those the viewer is part of, and those in scope for whoever agrees to them or reads the ledger; latest first."""
    rows = Substitution.objects.select_related("absent", "substitute", "decided_by")
    mine = Q(absent_id=viewer.account_id) | Q(substitute_id=viewer.account_id)
    if viewer.scope and (viewer.may(Right.GRANT_APPROVE) or viewer.may(Right.GRANT_READ)):
        mine |= Q(absent__scope__startswith=viewer.scope)
    rows = rows.filter(mine, until__gt=at - SHOWN_FOR).order_by("-asked_at", "-pk")
    return [_substitution(row, viewer, at=at) for row in rows[:limit]]


def glasses(viewer: Viewer, *, at: datetime, limit: int = 30) -> list[GlassLine]:
    """The viewer's own emergencies, and those in scope for whoever opens or looks into them; latest first."""
    rows = Glass.objects.select_related("account", "decided_by", "reviewed_by")
    mine = Q(account_id=viewer.account_id)
    if viewer.scope and any(map(viewer.may, (Right.GLASS_OPEN, Right.WATCH_SETTLE, Right.GRANT_READ))):
        mine |= Q(account__scope__startswith=viewer.scope)
    rows = rows.filter(mine, asked_at__gt=at - SHOWN_FOR).order_by("-asked_at", "-pk")
    return [_glass(row, viewer, at=at) for row in rows[:limit]]


def colleagues(viewer: Viewer) -> list[Colleague]:
    """Who could fill the viewer's post, being of its family and scope, by name."""
    roles = [role.value for role in FAMILY if may_substitute(viewer.role, role)]
    rows = Account.objects.filter(is_active=True, scope=viewer.scope, role__in=roles)
    rows = rows.exclude(pk=viewer.account_id).order_by("name", "pk")[:200]
    return [Colleague(account_id=row.pk, name=row.name, role=Role(row.role)) for row in rows]


def glass_state(row: Glass, *, at: datetime) -> GlassState:
    """Where the emergency stands at the instant, whether or not its row has been closed yet."""
    if row.reviewed_at is not None:
        return GlassState.REVIEWED
    if row.until is not None:
        over = row.closed_at is not None or row.until <= at
        return GlassState.CLOSED if over else GlassState.OPEN
    stale = row.asked_at + GLASS_LASTS <= at
    return GlassState.REFUSED if row.refused_at is not None or stale else GlassState.ASKED


def _substitution(row: Substitution, viewer: Viewer, *, at: datetime) -> SubstitutionLine:
    over = row.ended_at is not None or row.until <= at
    if row.agreed is None:
        state = "已作废" if over else "待核准"
    elif not row.agreed:
        state = "未同意"
    elif over:
        state = "已结束"
    else:
        state = "代班中" if row.since <= at else "已核准"
    two = (row.absent_id, row.substitute_id)
    return SubstitutionLine(
        id=row.pk,
        absent=row.absent.name,
        substitute=row.substitute.name,
        role=Role(row.role),
        since=row.since,
        until=row.until,
        reason=row.reason,
        state=state,
        decided_by=row.decided_by.name if row.decided_by else "",
        decided_why=row.decided_why,
        may_decide=state == "待核准" and viewer.may(Right.GRANT_APPROVE) and viewer.account_id not in two,
        may_end=not over and row.agreed is not False and viewer.account_id in two,
    )


def _glass(row: Glass, viewer: Viewer, *, at: datetime) -> GlassLine:
    state = glass_state(row, at=at)
    own_role = Role(row.account.role)
    mine = row.account_id == viewer.account_id
    opens = viewer.may(Right.GLASS_OPEN) and not mine and FAMILY.get(viewer.role) != FAMILY.get(own_role)
    return GlassLine(
        id=row.pk,
        name=row.account.name,
        own_role=own_role,
        role=Role(row.role),
        reason=row.reason,
        asked_at=row.asked_at,
        opened_at=row.opened_at,
        until=row.until,
        closed_at=row.closed_at or (row.until if state is GlassState.CLOSED else None),
        decided_by=row.decided_by.name if row.decided_by else "",
        decided_why=row.decided_why,
        reviewed_by=row.reviewed_by.name if row.reviewed_by else "",
        proper=row.proper,
        review_note=row.review_note,
        state=state,
        may_decide=state is GlassState.ASKED and opens,
        may_close=state is GlassState.OPEN and (mine or opens),
        may_review=state is GlassState.CLOSED
        and viewer.may(Right.WATCH_SETTLE)
        and viewer.account_id not in (row.account_id, row.decided_by_id),
    )
