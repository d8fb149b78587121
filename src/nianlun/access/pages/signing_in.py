"""The door: password, second factor, the way out."""

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from nianlun.access import asking, gate, halfway, operations, sessions
from nianlun.access.domain import LOCKING, NextStep

TOO_LATE = "口令通过已超过 5 分钟，或账号有变动。请重新登录。"


@gate.open_page("要先登录才知道是谁；错几次就锁，答语不透露账号存不存在")
@transaction.non_atomic_requests  # an attempt counts whatever becomes of the request
@sensitive_post_parameters("password")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    """The password. A right one leads on to the second factor; a wrong one gets the one answer there is (S1.5)."""
    onward = gate.safe_next(request)
    fault, status, at = "", 200, timezone.now()
    if request.method == "POST":
        username, password = request.POST.get("username", "")[:150], request.POST.get("password", "")
        if not username.strip() or not password:
            fault, status = "账号和口令都要填写。", 422
        else:
            try:
                found = operations.sign_in(
                    username=username.replace("\x00", ""),
                    password=password,
                    address=getattr(request, "source_address", ""),
                    at=at,
                )
            except operations.SignInFailed as reason:
                fault, status = str(reason), 403
            else:
                return go_on(request, found, onward=onward)
    context = {**gate.shell_context(request), "next": onward, "fault": fault, "demo": settings.DEMO}
    context["locking"] = LOCKING
    return render(request, "access/sign_in.html", context, status=status)


def go_on(
    request: HttpRequest, found: operations.Recognised, *, onward: str, persona: bool = False
) -> HttpResponse:
    """From a right password to what comes next."""
    if found.next_step is NextStep.ENTER:
        sessions.open_session(request, found.account_id, factor=None, persona=persona)
        return redirect(onward)
    halfway.begin(request, found, persona=persona, at=timezone.now())
    page = "access:second-factor" if found.next_step is NextStep.PROVE else "access:first-factor"
    return redirect(f"{reverse(page)}?{urlencode({'next': onward})}")


@gate.open_page("口令对了才到得了这里；只问第二步验证，什么也不显示")
@transaction.non_atomic_requests  # an attempt counts whatever becomes of the request
@sensitive_post_parameters(asking.CODE, asking.PASSKEY)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def second_factor(request: HttpRequest) -> HttpResponse:
    """The second factor. It opens the session; five wrong ones lock the account like wrong passwords (S1.4)."""
    onward, at = gate.safe_next(request), timezone.now()
    found = halfway.of(request, at=at)
    if found is None or found.next_step is not NextStep.PROVE:
        return back_to_password(request, onward=onward)
    fault = ""
    if request.method == "POST":
        try:
            kind = operations.prove(
                found.viewer.account_id,
                proof=asking.answer(request),
                address=getattr(request, "source_address", ""),
                at=at,
            )
        except operations.SignInFailed as reason:
            fault = str(reason)
        else:
            sessions.open_session(request, found.viewer.account_id, factor=kind, persona=found.persona)
            return redirect(onward)
    context = {
        "question": asking.ask(request, found.viewer.account_id, is_persona=found.is_persona),
        "next": onward,
        "fault": fault,
    }
    return render(request, "access/second_factor.html", context, status=403 if fault else 200)


def back_to_password(request: HttpRequest, *, onward: str) -> HttpResponse:
    """Begin again where the state between the two steps is gone."""
    messages.info(request, TOO_LATE)
    return redirect(f"{reverse('access:sign-in')}?{urlencode({'next': onward})}")


@gate.open_page("退出不看权限；没有登录的人退出不产生任何结果")
@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """End the session here and now."""
    found = gate.signed_in_or_none(request)
    if found is not None:
        operations.sign_out(found.viewer, session_id=found.session_id, at=timezone.now())
    logout(request)
    messages.success(request, "已退出。")
    return redirect("access:sign-in")
