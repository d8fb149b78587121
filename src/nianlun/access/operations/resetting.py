"""A forgotten password: asked for by its owner, who brings together the half codes of two officers (S1.5)."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from nianlun.access import domain, keys, queries, trail
from nianlun.access.domain import NotVisible, Outcome, Refused, Right, Role, SessionEnd, Viewer, authorize
from nianlun.access.models import Account, PasswordRequest
from nianlun.access.operations import attempts
from nianlun.access.operations.accounts import WeakPassword
from nianlun.access.operations.attempts import SignInFailed
from nianlun.access.operations.changing_password import set_password, weakness
from nianlun.access.operations.emergencies import refuse_in_emergency
from nianlun.access.operations.factors import forget_factors
from nianlun.access.operations.resting import refuse_resting
from nianlun.access.operations.sessions import end_sessions
from nianlun.access.operations.ties import tie

NO_CODE = "账号或重设码不对，或已过期。前半和后半要连起来写，在有效期内只能用一次。"


def ask_for_password(*, username: str, address: str, at: datetime) -> None:
    """File the request of somebody who has forgotten the password. Tells nobody whether there is such an account.

    Must not run inside a transaction. One source may ask as often as it may fail to sign in; a second request
    while one waits changes nothing. The insured are helped at the counter, with their identity card.
    """
    login = username.strip().lower()
    try:
        attempts.admit(f"forgotten {login}", address=address, at=at)
    except SignInFailed:
        return
    with transaction.atomic():
        accounts = Account.objects.select_for_update().filter(username=login, is_active=True)
        account = accounts.exclude(role__in=[Role.INSURED, Role.PROGRAM]).first()
        if account is None:
            return
        open_ones = PasswordRequest.objects.filter(account=account, closed_at=None)
        open_ones.filter(asked_at__lte=at - domain.REQUEST_LASTS).update(closed_at=at)
        if open_ones.exists():
            return
        request = PasswordRequest.objects.create(account=account, asked_at=at, address=address)
        trail.record(trail.PASSWORD_ASKED, by=None, about=account.username, about_id=str(request.pk), at=at)


@transaction.atomic
def check_password_request(viewer: Viewer, request_id: UUID, *, factors_too: bool, at: datetime) -> str:
    """Say that one has made sure who asks, face to face or by telephone; returns the code's first half, shown once.

    With `factors_too` the owner's telephone is gone as well: the second factor is set up anew. Raises `NotVisible`,
    `Refused`.
    """
    viewer = queries.still(viewer)
    request = _open(viewer, request_id, right=Right.STAFF_CHANGE, at=at)
    _ensure_may_give(viewer, at=at)
    if request.checked_by_id is not None:
        raise Refused("这件申请已经核实过。请等安全管理员发放。")
    request.checked_by_id, request.checked_at = viewer.account_id, at
    request.factors_too, half = factors_too, domain.new_half_code()
    request.half_digest = keys.reset_digest(half)
    request.save(update_fields=["checked_by", "checked_at", "factors_too", "half_digest"])
    _note(trail.PASSWORD_CHECKED, viewer, request, at=at)
    return domain.shown_reset_code(half)


@transaction.atomic
def release_password_code(viewer: Viewer, request_id: UUID, *, at: datetime) -> str:
    """The code's second half, to be shown once. Raises `NotVisible`, and `Refused` for one person taking both steps.

    Without the half of whoever checked it sets no password: neither officer can pass for the owner alone.
    """
    viewer = queries.still(viewer)
    request = _open(viewer, request_id, right=Right.GRANT_GIVE, at=at)
    _ensure_may_give(viewer, at=at)
    if request.checked_by is None:
        raise Refused("这件申请还没有核实。请先由系统管理员核实是谁在申请。")
    if who := tie(viewer.account_id, request.checked_by_id):
        raise Refused(f"核实和发放不能是{who}。请由另一位办理。")
    if request.good_until is not None and at < request.good_until:
        raise Refused("重设码已经发放，还在有效期内。过期后可以再发一次。")
    half = domain.new_half_code()
    request.released_by_id = viewer.account_id
    request.code_digest = keys.reset_digest(half)
    request.good_until = at + domain.CODE_LASTS
    request.save(update_fields=["released_by", "code_digest", "good_until"])
    _note(trail.PASSWORD_RELEASED, viewer, request, at=at)
    return domain.shown_reset_code(half)


@transaction.atomic
def refuse_password_request(viewer: Viewer, request_id: UUID, *, at: datetime) -> None:
    """Close a request that its supposed owner knows nothing of. Raises `NotVisible`, `Refused`."""
    viewer = queries.still(viewer)
    right = Right.STAFF_CHANGE if viewer.may(Right.STAFF_CHANGE) else Right.GRANT_GIVE
    request = _open(viewer, request_id, right=right, at=at)
    request.closed_at = at
    request.save(update_fields=["closed_at"])
    _note(trail.PASSWORD_REFUSED, viewer, request, at=at)


def set_forgotten_password(*, username: str, code: str, new: str, address: str, at: datetime) -> None:
    """Put a new password in place with a released code; all sessions end, and factors go where that was asked.

    Must not run inside a transaction: a wrong code counts like a wrong password. Raises `SignInFailed`,
    `WeakPassword` (the code stays good), `passwords.TooBusy`.
    """
    login = username.strip().lower()
    first, second = domain.halves(domain.tidy_code(code))
    attempt_id, weak = attempts.admit(login, address=address, at=at), None
    with transaction.atomic():
        request = (
            PasswordRequest.objects.select_for_update(of=("self",))
            .select_related("account")
            .filter(
                account__username=login,
                account__is_active=True,
                half_digest=keys.reset_digest(first),
                code_digest=keys.reset_digest(second),
                good_until__gt=at,
                closed_at=None,
            )
            .first()
        )
        if request is not None:
            attempts.settle(attempt_id, Outcome.HALFWAY)
            weak = weakness(request.account, new)
            if weak is None:
                _use(request, new, at=at)
    if request is None:
        raise SignInFailed(NO_CODE)
    if weak is not None:
        raise WeakPassword(weak)


@transaction.atomic
def reset_account(*, username: str, password: str, reason: str, at: datetime) -> None:
    """Give an account a new password and no factors, on the word of whoever runs the server.

    For an installation whose last officer has lost the telephone: two officers do this on the pages. Raises
    `NotVisible`, `WeakPassword`.
    """
    account = Account.objects.select_for_update().filter(username=username, is_active=True).first()
    if account is None:
        raise NotVisible
    if weak := weakness(account, password):
        raise WeakPassword(weak)
    set_password(account, password)
    forget_factors(account.pk)
    end_sessions(account.pk, why=SessionEnd.PASSWORD_CHANGED, at=at)
    trail.record(
        trail.ACCOUNT_RESET,
        by=None,
        about=username,
        about_id=str(account.pk),
        details={"reason": reason},
        at=at,
    )


def _use(request: PasswordRequest, password: str, *, at: datetime) -> None:
    account = request.account
    set_password(account, password)
    end_sessions(account.pk, why=SessionEnd.PASSWORD_CHANGED, at=at)
    if request.factors_too:
        forget_factors(account.pk)
    request.closed_at = at
    if not queries.has_factor(account.pk):  # whoever holds the code now sets up the second factor too
        request.rests_until = at + domain.RESTS_FOR
    request.save(update_fields=["closed_at", "rests_until"])
    details = {
        "factors_too": request.factors_too,
        "rests_until": request.rests_until.isoformat() if request.rests_until else "",
    }
    trail.record(trail.PASSWORD_SET, by=account.viewer(), about_id=str(request.pk), details=details, at=at)


def _open(viewer: Viewer, request_id: UUID, *, right: Right, at: datetime) -> PasswordRequest:
    """An open request in the viewer's scope, held for the transaction."""
    requests = PasswordRequest.objects.select_for_update(of=("self",)).select_related(
        "account", "checked_by"
    )
    request = requests.filter(pk=request_id, closed_at=None).exclude(account__role=Role.INSURED).first()
    if request is None or not domain.request_is_open(request.asked_at, at=at):
        raise NotVisible
    line = queries.staff_account(viewer, request.account_id)
    authorize(viewer, right, scope_of=line.scope)
    if who := tie(viewer.account_id, request.account_id):
        raise Refused(f"办理人和申请口令的人不能是{who}。请由另一位办理。")
    return request


def _ensure_may_give(viewer: Viewer, *, at: datetime) -> None:
    refuse_in_emergency(viewer)
    refuse_resting(viewer, at=at)


def _note(action: str, viewer: Viewer, request: PasswordRequest, *, at: datetime) -> None:
    trail.record(
        action,
        by=viewer,
        about=request.account.username,
        about_id=str(request.pk),
        details={"factors_too": request.factors_too},
        at=at,
    )
