"""Setting up second factors: the first one at the door, further ones from one's own page."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from nianlun.access import asking, domain, gate, halfway, keys, operations, passkeys, qr, queries, sessions
from nianlun.access.domain import FactorKind, NextStep, Refused, Right, Viewer
from nianlun.access.pages.signing_in import back_to_password
from nianlun.kernel.cipher import SealBroken

OWN_PAGE = "/me/"
_OFFER = "offer"
_NOT_MADE = "浏览器没有完成通行密钥。请再试一次，或改用动态口令。"
_GONE = "这个二维码已经失效。请扫描下面新的二维码。"


@gate.open_page("口令对了才到得了这里；只设本人的第二步验证，设好才进得去")
@sensitive_post_parameters("code", asking.NEW_KEY)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def first_factor(request: HttpRequest) -> HttpResponse:
    """Set up the first factor right after the first password; there is no other way in (S1.3)."""
    onward = gate.safe_next(request)
    found = halfway.of(request, at=timezone.now())
    if found is None or found.next_step is not NextStep.SET_UP:
        return back_to_password(request, onward=onward)
    fault = ""
    if request.method == "POST":
        kind, fault = _set_up(request, found.viewer)
        if kind is not None:
            codes = operations.make_recovery_codes(found.viewer, at=timezone.now())
            sessions.open_session(request, found.viewer.account_id, factor=kind, persona=found.persona)
            return _show(request, codes, onward=onward)
    context = {**_offer(request, found.viewer), "next": onward, "fault": fault}
    return render(request, "access/first_factor.html", context, status=422 if fault else 200)


@gate.needs(Right.DESK_READ, fresh=True)
@sensitive_post_parameters("code", asking.NEW_KEY)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def new_factor(request: HttpRequest) -> HttpResponse:
    """Add a further factor, after proving one: a session left open adds none."""
    now, fault = gate.signed_in(request), ""
    if request.method == "POST" and ("code" in request.POST or asking.NEW_KEY in request.POST):
        kind, fault = _set_up(request, now.viewer)
        if kind is not None:
            sessions.renew(request, now)
            messages.success(request, f"已添加{kind.label}。")
            return redirect(OWN_PAGE)
    context = {**gate.shell_context(request), **_offer(request, now.viewer), "fault": fault}
    return render(request, "access/new_factor.html", context, status=422 if fault else 200)


@gate.needs(Right.DESK_READ, fresh=True)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def recovery_codes(request: HttpRequest) -> HttpResponse:
    """Make new recovery codes and show them once."""
    now = gate.signed_in(request)
    if request.method == "POST" and "make" in request.POST:
        codes = operations.make_recovery_codes(now.viewer, at=timezone.now())
        sessions.renew(request, now)
        return _show(request, codes, onward=OWN_PAGE)
    context = {**gate.shell_context(request), "left": queries.recovery_codes_left(now.viewer)}
    return render(request, "access/recovery_codes.html", context)


def _show(request: HttpRequest, codes: object, *, onward: str) -> HttpResponse:
    return render(request, "access/codes_shown.html", {"codes": codes, "next": onward})


def _offer(request: HttpRequest, viewer: Viewer) -> dict[str, object]:
    """A secret to take and a question for a passkey. The secret stays the same until it is taken or refused."""
    login, _ = queries.login_and_name(viewer.account_id)
    try:
        secret = keys.unsealed_offer(request.session.get(_OFFER, ""), account_id=viewer.account_id)
    except SealBroken:
        secret = domain.new_secret()
        request.session[_OFFER] = keys.sealed_offer(secret, account_id=viewer.account_id)
    return {
        "square": qr.authenticator_code(secret, login=login),
        "secret": " ".join(secret[i : i + 4] for i in range(0, len(secret), 4)),
        "login": login,
        "new_key": asking.ask_for_new(request, viewer.account_id),
    }


def _set_up(request: HttpRequest, viewer: Viewer) -> tuple[FactorKind | None, str]:
    """Take what was set up: its kind, or what is wrong with it."""
    name, at = request.POST.get("name", ""), timezone.now()
    try:
        if request.POST.get(asking.NEW_KEY):
            operations.add_passkey(viewer, key=asking.new_key(request), name=name, at=at)
            return FactorKind.PASSKEY, ""
        secret = keys.unsealed_offer(request.session.get(_OFFER, ""), account_id=viewer.account_id)
        operations.add_authenticator(
            viewer, secret=secret, code=request.POST.get("code", ""), name=name, at=at
        )
    except passkeys.NotProven:
        return None, _NOT_MADE
    except SealBroken:
        return None, _GONE
    except (operations.WrongCode, Refused) as reason:
        return None, str(reason)
    request.session.pop(_OFFER, None)
    return FactorKind.AUTHENTICATOR, ""
