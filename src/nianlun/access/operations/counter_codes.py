"""Accounts of the insured: opened and helped at the counter by two persons, who give half a code each (S1.5, S2.5).

Nobody of staff ever knows a password that works: the owner sets it with both halves (`set_forgotten_password`).
"""

from collections.abc import Collection
from datetime import datetime

from django.db import transaction

from nianlun.access import domain, keys, queries, trail
from nianlun.access.domain import NotVisible, Refused, Right, Role, SessionEnd, Viewer, authorize
from nianlun.access.models import Account, PasswordRequest
from nianlun.access.operations.accounts import new_account
from nianlun.access.operations.emergencies import refuse_in_emergency
from nianlun.access.operations.resting import refuse_resting
from nianlun.access.operations.sessions import end_sessions
from nianlun.access.operations.ties import tie


@transaction.atomic
def give_first_half(
    viewer: Viewer,
    *,
    account_id: int | None,
    username: str,
    name: str,
    scope: str,
    agency_name: str,
    at: datetime,
) -> tuple[int, str]:
    """Open an account, or help the owner of one, whose identity card the viewer has seen.

    Returns the account's id and the code's first half, to be shown once. An account that was switched off comes back
    without its former password. Raises `Refused`, `NotVisible`, `LoginTaken`.
    """
    viewer = _clerk(viewer, Right.LOGIN_OPEN, scope=scope, at=at)
    if account_id is None:
        account = new_account(
            username=username, name=name, role=Role.INSURED, scope=scope, agency_name=agency_name
        )
        _note(trail.ACCOUNT_ADDED, viewer, account, at=at)
    else:
        account = Account.objects.select_for_update().get(pk=account_id, role=Role.INSURED)
        _ensure_another(viewer, account.pk)
        account.name, account.scope, account.agency_name = name, scope, agency_name  # whoever moved, moved
        account.save(update_fields=["name", "scope", "agency_name"])
        if not account.is_active:
            account.set_password(None)
            account.is_active = True
            account.save(update_fields=["password", "is_active"])
            _note(trail.ACCOUNT_ACTIVATED, viewer, account, at=at)
    open_ones = PasswordRequest.objects.filter(account=account, closed_at=None)
    open_ones.filter(asked_at__lte=at - domain.REQUEST_LASTS).update(closed_at=at)
    if open_ones.exists():
        raise Refused("此人已有一份开通或重设在办。请复核人员发放后半，或先作废再重办。")
    half = domain.new_half_code()
    PasswordRequest.objects.create(
        account=account,
        asked_at=at,
        checked_by_id=viewer.account_id,
        checked_at=at,
        checked_device=viewer.device,
        half_digest=keys.reset_digest(half),
    )
    _note(trail.PASSWORD_CHECKED, viewer, account, at=at)
    return account.pk, domain.shown_reset_code(half)


@transaction.atomic
def give_second_half(viewer: Viewer, account_id: int, *, scope: str, at: datetime) -> str:
    """The code's second half, to be shown once, by another person than who gave the first.

    Raises `NotVisible` where nothing waits, `Refused` for the same hands.
    """
    account, request = _open(account_id, at=at)
    viewer = _clerk(viewer, Right.LOGIN_RELEASE, scope=scope, at=at)
    _ensure_another(viewer, account.pk)
    if who := tie(viewer.account_id, request.checked_by_id):
        raise Refused(f"核对和发放不能是{who}。请由另一位同事发放。")
    if viewer.device and viewer.device == request.checked_device:
        raise Refused("核对和发放用的是同一个浏览器。请换一台机器，由另一位同事发放。")
    if request.good_until is not None:
        raise Refused("后半已经发放。没有收到的，请作废后重办。")
    half = domain.new_half_code()
    request.released_by_id, request.code_digest = viewer.account_id, keys.reset_digest(half)
    request.good_until = at + domain.COUNTER_CODE_LASTS
    request.save(update_fields=["released_by", "code_digest", "good_until"])
    _note(trail.PASSWORD_RELEASED, viewer, account, at=at)
    return domain.shown_reset_code(half)


@transaction.atomic
def void_code(viewer: Viewer, account_id: int, *, scope: str, at: datetime) -> None:
    """Close what is under way, so that neither half is good any more. Raises `NotVisible`, `Refused`."""
    account, request = _open(account_id, at=at)
    right = Right.LOGIN_OPEN if viewer.may(Right.LOGIN_OPEN) else Right.LOGIN_RELEASE
    viewer = _clerk(viewer, right, scope=scope, at=at)
    request.closed_at = at
    request.save(update_fields=["closed_at"])
    _note(trail.PASSWORD_REFUSED, viewer, account, at=at)


def switch_off_public(account_ids: Collection[int], *, by: Viewer | None, at: datetime) -> int:
    """Switch off accounts of insured persons or employers within the deed that ends them, and say how many were on."""
    public = [Role.INSURED.value, Role.EMPLOYER.value]
    rows = Account.objects.select_for_update().filter(pk__in=account_ids, role__in=public, is_active=True)
    off = list(rows.order_by("pk"))
    for account in off:
        account.is_active = False
        account.save(update_fields=["is_active"])
        end_sessions(account.pk, why=SessionEnd.ACCOUNT_OFF, at=at)
        PasswordRequest.objects.filter(account=account, closed_at=None).update(closed_at=at)
        trail.record(
            trail.ACCOUNT_DEACTIVATED, by=by, about=account.username, about_id=str(account.pk), at=at
        )
    return len(off)


def _clerk(viewer: Viewer, right: Right, *, scope: str, at: datetime) -> Viewer:
    viewer = queries.still(viewer)
    authorize(viewer, right, scope_of=scope)
    refuse_in_emergency(viewer)
    refuse_resting(viewer, at=at)
    return viewer


def _ensure_another(viewer: Viewer, account_id: int) -> None:
    if who := tie(viewer.account_id, account_id):
        raise Refused(f"办理人和账号的主人不能是{who}。请由另一位同事办理。")


def _open(account_id: int, *, at: datetime) -> tuple[Account, PasswordRequest]:
    rows = PasswordRequest.objects.select_for_update(of=("self",)).select_related("account")
    request = rows.filter(account_id=account_id, account__role=Role.INSURED, closed_at=None).first()
    if request is None or not domain.request_is_open(request.asked_at, at=at):
        raise NotVisible("没有等发放的开通或重设，可能已过期。请经办人重新核对。")
    return request.account, request


def _note(action: str, viewer: Viewer, account: Account, *, at: datetime) -> None:
    trail.record(action, by=viewer, about=account.username, about_id=str(account.pk), at=at)
