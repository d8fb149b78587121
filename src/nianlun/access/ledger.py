"""Reading requests for posts and the ledger of what is held since when, until when and by whose four hands."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Prefetch, Q, QuerySet

from nianlun.access.domain import NotVisible, Right, Role, Viewer, authorize, covers
from nianlun.access.domain.grants import ENDING_SOON, REQUEST_LASTS, Standing, Step, next_step
from nianlun.access.models import BENEFICIARY, Account, Grant, GrantRequest, Signature


@dataclass(frozen=True, slots=True, kw_only=True)
class Hand:
    """One signature, as people read it."""

    step: Step
    account_id: int
    name: str
    agreed: bool
    reason: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestLine:
    """One request with the hands it has had so far, in their order."""

    id: int
    account_id: int | None
    username: str
    name: str
    agency_name: str
    role: Role
    scope: str
    until: datetime
    reason: str
    contract: str
    asked_at: datetime
    hands: tuple[Hand, ...]
    standing: Standing
    waiting_for: Step | None


@dataclass(frozen=True, slots=True, kw_only=True)
class GrantLine:
    """One line of the ledger."""

    id: int
    account_id: int
    username: str
    name: str
    agency_name: str
    role: Role
    scope: str
    since: datetime
    until: datetime
    founding: str
    request_id: int | None
    hands: tuple[Hand, ...]
    ended_at: datetime | None
    ended_why: str
    in_force: bool
    ends_soon: bool


def line_of(row: GrantRequest, *, at: datetime) -> RequestLine:
    """The request as it stands at the instant."""
    hands = _hands(row)
    waiting_for = next_step({hand.step for hand in hands})
    if any(not hand.agreed for hand in hands):
        standing = Standing.REFUSED
    elif waiting_for is None:
        standing = Standing.GIVEN
    elif row.withdrawn_at is not None:
        standing = Standing.WITHDRAWN
    elif row.asked_at + REQUEST_LASTS <= at:
        standing = Standing.EXPIRED
    else:
        standing = Standing.WAITING
    return RequestLine(
        id=row.pk,
        account_id=row.account_id,
        username=row.username,
        name=row.name,
        agency_name=row.agency_name,
        role=Role(row.role),
        scope=row.scope,
        until=row.until,
        reason=row.reason,
        contract=row.contract,
        asked_at=row.asked_at,
        hands=hands,
        standing=standing,
        waiting_for=waiting_for if standing is Standing.WAITING else None,
    )


def waiting_for(viewer: Viewer, *, at: datetime, limit: int = 50) -> list[RequestLine]:
    """The requests whose next step this viewer may take, oldest first."""
    rows = _waiting_rows(viewer, at=at).prefetch_related(_signatures())
    return [line_of(row, at=at) for row in rows.order_by("asked_at", "pk")[:limit]]


def count_waiting(viewer: Viewer, *, at: datetime, up_to: int = 1000) -> int:
    """How many of them there are, `up_to` at most, for the navigation."""
    return _waiting_rows(viewer, at=at)[:up_to].count()


def concerning(viewer: Viewer, *, at: datetime, limit: int = 20) -> list[RequestLine]:
    """The latest requests the viewer has asked, signed, or would gain by."""
    mine = Signature.objects.filter(account_id=viewer.account_id).values("request_id")
    rows = GrantRequest.objects.filter(pk__in=mine).prefetch_related(_signatures())
    return [line_of(row, at=at) for row in rows.order_by("-asked_at", "-pk")[:limit]]


def request(viewer: Viewer, request_id: int, *, at: datetime) -> RequestLine:
    """One request, for those it concerns, those who may take a step and those who read the ledger.

    Raises `NotVisible` for everybody else.
    """
    row = GrantRequest.objects.prefetch_related(_signatures()).filter(pk=request_id).first()
    if row is None:
        raise NotVisible
    concerned = viewer.account_id in {signature.account_id for signature in row.signatures.all()}
    reads = any(viewer.may(right) for right in (Right.GRANT_READ, *(step.right for step in Step)))
    if not concerned and not (reads and covers(viewer.scope, division=row.scope)):
        raise NotVisible
    return line_of(row, at=at)


def grants(
    viewer: Viewer,
    *,
    show: str = "held",
    role: Role | None = None,
    after: int = 0,
    limit: int = 50,
    at: datetime,
) -> list[GrantLine]:
    """The ledger within the viewer's scope by number, from the one after `after` on: `held`, `soon` ending, or `over`.

    Raises `Refused` without the right.
    """
    authorize(viewer, Right.GRANT_READ)
    rows = _grants().filter(scope__startswith=viewer.scope) if viewer.scope else Grant.objects.none()
    held = Q(ended_at=None, until__gt=at)
    if show == "soon":
        rows = rows.filter(held, until__lte=at + ENDING_SOON)
    else:
        rows = rows.exclude(held) if show == "over" else rows.filter(held)
    if role is not None:
        rows = rows.filter(role=role)
    return [_grant_line(row, at=at) for row in rows.filter(pk__gt=after).order_by("pk")[:limit]]


def grant(viewer: Viewer, grant_id: int, *, at: datetime) -> GrantLine:
    """One line of it. Raises `Refused` without the right, `NotVisible` out of scope."""
    row = _grants().filter(pk=grant_id).first()
    if row is None:
        raise NotVisible
    authorize(viewer, Right.GRANT_READ, scope_of=row.scope)
    return _grant_line(row, at=at)


def everything(*, at: datetime) -> Iterable[GrantLine]:
    """The whole ledger for the operator of the machine, by number."""
    for row in _grants().order_by("pk").iterator(chunk_size=500):
        yield _grant_line(row, at=at)


def as_json(line: GrantLine) -> dict[str, object]:
    """The line for programs."""
    return {
        "account": line.username,
        "name": line.name,
        "agency": line.agency_name,
        "role": line.role.value,
        "role_label": line.role.label,
        "scope": line.scope,
        "since": line.since.isoformat(),
        "until": line.until.isoformat(),
        "in_force": line.in_force,
        "founding": line.founding,
        "hands": [
            {"step": hand.step.value, "name": hand.name, "at": hand.at.isoformat()} for hand in line.hands
        ],
        "ended_at": line.ended_at.isoformat() if line.ended_at else None,
        "ended_why": line.ended_why,
    }


def own(viewer: Viewer, *, at: datetime) -> list[GrantLine]:
    """What the viewer holds now, for the own page."""
    rows = _grants().filter(account_id=viewer.account_id, ended_at=None, until__gt=at)
    return [_grant_line(row, at=at) for row in rows.order_by("pk")]


def officers_in_office(*, at: datetime) -> frozenset[Role]:
    """Which posts somebody holds who can sign in, to know whether rights can be given in four steps."""
    held = Grant.objects.filter(account__is_active=True, ended_at=None, since__lte=at, until__gt=at)
    return frozenset(Role(role) for role in held.values_list("role", flat=True).distinct())


def _waiting_rows(viewer: Viewer, *, at: datetime) -> QuerySet[GrantRequest]:
    steps = [
        number for number, step in enumerate(Step) if step is not Step.ASKED and viewer.may(step.right)
    ]
    if not steps or not viewer.scope:
        return GrantRequest.objects.none()
    holder = Account.objects.filter(pk=viewer.account_id).values("holder")
    hands = ~Q(signatures__step=BENEFICIARY)
    return (
        GrantRequest.objects.filter(
            scope__startswith=viewer.scope, withdrawn_at=None, asked_at__gt=at - REQUEST_LASTS
        )
        .exclude(pk__in=Signature.objects.filter(holder__in=holder).values("request_id"))
        .annotate(
            taken=Count("signatures", filter=hands),
            refused=Count("signatures", filter=Q(signatures__agreed=False)),
        )
        .filter(taken__in=steps, refused=0)
    )


def _grants() -> QuerySet[Grant]:
    rows = Grant.objects.select_related("account", "request")
    return rows.prefetch_related(Prefetch("request__signatures", queryset=_with_names()))


def _signatures() -> "Prefetch[str]":
    return Prefetch("signatures", queryset=_with_names())


def _with_names() -> QuerySet[Signature]:
    return Signature.objects.select_related("account")


def _hands(row: GrantRequest) -> tuple[Hand, ...]:
    order = list(Step)
    hands = [
        Hand(
            step=Step(one.step),
            account_id=one.account_id,
            name=one.account.name,
            agreed=one.agreed,
            reason=one.reason,
            at=one.at,
        )
        for one in row.signatures.all()
        if one.step != BENEFICIARY
    ]
    return tuple(sorted(hands, key=lambda hand: order.index(hand.step)))


def _grant_line(row: Grant, *, at: datetime) -> GrantLine:
    in_force = row.ended_at is None and row.since <= at < row.until
    return GrantLine(
        id=row.pk,
        account_id=row.account_id,
        username=row.account.username,
        name=row.account.name,
        agency_name=row.account.agency_name,
        role=Role(row.role),
        scope=row.scope,
        since=row.since,
        until=row.until,
        founding=row.founding,
        request_id=row.request_id,
        hands=_hands(row.request) if row.request is not None else (),
        ended_at=row.ended_at,
        ended_why=row.ended_why,
        in_force=in_force,
        ends_soon=in_force and row.until <= at + ENDING_SOON,
    )
