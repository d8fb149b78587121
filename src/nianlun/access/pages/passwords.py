"""Passwords: changing the own one, having forgotten it, and the two officers who help."""

from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from nianlun.access import gate, operations, own_password, queries
from nianlun.access.domain import Right
from nianlun.access.pages.setting_up import OWN_PAGE

_ASKED = (
    "如果账号存在，申请已经送到。工作人员请找系统管理员当面或电话核实，"
    "再由安全管理员发放重设码。参保人请持身份证到经办窗口办理。"
)


@gate.needs(Right.DESK_READ)
@transaction.non_atomic_requests  # an attempt counts whatever becomes of the request
@sensitive_post_parameters("old", "new", "again")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def change(request: HttpRequest) -> HttpResponse:
    """Change the own password; the old one is asked."""
    fault = None
    if request.method == "POST":
        fault = own_password.change(request)
        if fault is None:
            messages.success(request, own_password.CHANGED)
            return redirect(OWN_PAGE)
    context = {**gate.shell_context(request), "fault": fault}
    return render(request, "access/change_password.html", context, status=422 if fault else 200)


@gate.open_page("忘记口令的人还没有登录；答语总是同一句，只登记一件申请")
@transaction.non_atomic_requests  # a request counts whatever becomes of the answer
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def forgotten(request: HttpRequest) -> HttpResponse:
    """Ask for a new password. Says the same of every account, there or not (S1.5)."""
    asked = request.method == "POST" and bool(request.POST.get("username", "").strip())
    if asked:
        operations.ask_for_password(
            username=request.POST["username"][:150].replace("\x00", ""),
            address=getattr(request, "source_address", ""),
            at=timezone.now(),
        )
    return render(request, "access/forgotten.html", {"asked": _ASKED if asked else ""})


@gate.open_page("持重设码的人还没有登录；码只能用一次，错几次就锁")
@transaction.non_atomic_requests  # an attempt counts whatever becomes of the request
@sensitive_post_parameters("code", "new", "again")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def set_new(request: HttpRequest) -> HttpResponse:
    """Set a new password with the code that two officers have released."""
    fault, sent = "", request.POST
    if request.method == "POST":
        if sent.get("new", "") != sent.get("again", ""):
            fault = own_password.DIFFER
        else:
            try:
                operations.set_forgotten_password(
                    username=sent.get("username", "")[:150].replace("\x00", ""),
                    code=sent.get("code", ""),
                    new=sent.get("new", ""),
                    address=getattr(request, "source_address", ""),
                    at=timezone.now(),
                )
            except (operations.SignInFailed, operations.WeakPassword) as reason:
                fault = str(reason)
            else:
                messages.success(request, "新口令已设好。请用它登录。")
                return redirect("access:sign-in")
    context = {"fault": fault, "username": sent.get("username", "")[:64]}
    return render(request, "access/new_password.html", context, status=422 if fault else 200)


@gate.needs(Right.STAFF_READ)
@require_safe
def requests(request: HttpRequest) -> HttpResponse:
    """Who has forgotten the password, and what the viewer may do about it."""
    who, at = gate.viewer(request), timezone.now()
    context = {
        **gate.shell_context(request),
        "lines": queries.password_requests(who, at=at),
        "me": who.account_id,
        "may_check": who.may(Right.STAFF_CHANGE),
        "may_release": who.may(Right.GRANT_GIVE),
    }
    return render(request, "access/password_requests.html", context)


@gate.needs(Right.STAFF_CHANGE, fresh=True)
@never_cache
@require_POST
def check(request: HttpRequest, request_id: UUID) -> HttpResponse:
    """Say that one has made sure who asks, and show the first half of the code, this once."""
    factors_too = request.POST.get("factors_too") == "yes"
    half = operations.check_password_request(
        gate.viewer(request), request_id, factors_too=factors_too, at=timezone.now()
    )
    return _half_shown(request, half, which="前半")


@gate.needs(Right.GRANT_GIVE, fresh=True)
@never_cache
@require_POST
def release(request: HttpRequest, request_id: UUID) -> HttpResponse:
    """Release the second half of the code and show it, this once."""
    half = operations.release_password_code(gate.viewer(request), request_id, at=timezone.now())
    return _half_shown(request, half, which="后半")


def _half_shown(request: HttpRequest, half: str, *, which: str) -> HttpResponse:
    context = {**gate.shell_context(request), "half": half, "which": which}
    return render(request, "access/code_released.html", context)


@gate.needs(Right.STAFF_READ, fresh=True)
@require_POST
def refuse(request: HttpRequest, request_id: UUID) -> HttpResponse:
    """Close a request that its supposed owner knows nothing of."""
    operations.refuse_password_request(gate.viewer(request), request_id, at=timezone.now())
    messages.success(request, "申请已关闭，没有发放任何东西。")
    return redirect("access:password-requests")
