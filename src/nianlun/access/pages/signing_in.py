"""Signing in and out."""

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from nianlun.access import gate, operations, trail


@gate.open_page("要先登录才知道是谁；错几次就锁，答语不透露账号存不存在")
@transaction.non_atomic_requests  # an attempt counts whatever becomes of the request
@sensitive_post_parameters("password")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    """The door. A right password opens a new session; a wrong one gets the one answer there is (S1.5)."""
    onward = gate.safe_next(request)
    fault, status = "", 200
    if request.method == "POST":
        username, password = request.POST.get("username", "")[:150], request.POST.get("password", "")
        if not username.strip() or not password:
            fault, status = "账号和口令都要填写。", 422
        else:
            try:
                account = operations.sign_in(
                    username=username.replace("\x00", ""),
                    password=password,
                    address=getattr(request, "source_address", ""),
                    at=timezone.now(),
                )
            except operations.SignInFailed as reason:
                fault, status = str(reason), 403
            else:
                gate.open_session(request, account)
                return redirect(onward)
    context = {**gate.shell_context(request), "next": onward, "fault": fault, "demo": settings.DEMO}
    return render(request, "access/sign_in.html", context, status=status)


@gate.open_page("退出不看权限；没有登录的人退出不产生任何结果")
@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """End the session here and now."""
    found = gate.viewer_or_none(request)
    if found is not None:
        with transaction.atomic():
            trail.record(trail.SIGNED_OUT, by=found, at=timezone.now())
    logout(request)
    messages.success(request, "已退出。")
    return redirect("access:sign-in")
