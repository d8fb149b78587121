"""Signing in and out, stating a purpose, the staff list, and the demo's personas."""

from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from nianlun.access import domain, gate, operations, queries, trail
from nianlun.access.domain import NotVisible, Right

_PAGE = 50
SUGGESTED_PURPOSES = (
    "退休待遇核定前核对档案",
    "新收档案的整理和审核",
    "参保人来访查询本人权益",
    "缴费年限有疑问，核对原始材料",
)


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


@gate.needs(Right.PERSON_READ)
@require_http_methods(["GET", "HEAD", "POST"])
def purpose(request: HttpRequest, person_id: UUID) -> HttpResponse:
    """Ask why a person's file is opened, and go on to it (S3.1). Says nothing about the person."""
    onward = gate.safe_next(request, otherwise=f"/people/{person_id}/")
    stated, fault = request.POST.get("purpose", ""), ""
    if request.method == "POST":
        try:
            operations.state_purpose(
                gate.viewer(request), person_id=person_id, purpose=stated, at=timezone.now()
            )
        except domain.NotAPurpose as reason:
            fault = str(reason)
        else:
            return redirect(onward)
    context = {
        **gate.shell_context(request),
        "person_id": person_id,
        "next": onward,
        "stated": stated[: domain.LONGEST_PURPOSE],
        "fault": fault,
        "suggested": SUGGESTED_PURPOSES,
        "longest": domain.LONGEST_PURPOSE,
    }
    return render(request, "access/purpose.html", context, status=422 if fault else 200)


@gate.needs(Right.STAFF_READ)
@require_safe
def staff(request: HttpRequest) -> HttpResponse:
    """The staff accounts of the viewer's scope."""
    after = request.GET.get("after", "").replace("\x00", "")[:64]
    lines = queries.staff(gate.viewer(request), after=after, limit=_PAGE + 1)
    context = {
        **gate.shell_context(request),
        "lines": lines[:_PAGE],
        "more": lines[_PAGE - 1].username if len(lines) > _PAGE else "",
        "after": after,
    }
    return render(request, "access/staff.html", context)


@gate.needs(Right.STAFF_READ)
@require_safe
def account(request: HttpRequest, account_id: int) -> HttpResponse:
    """One staff account: what it may do, and the switch."""
    found = gate.viewer(request)
    line = queries.staff_account(found, account_id)
    context = {
        **gate.shell_context(request),
        "line": line,
        "rights": sorted(right.label for right in domain.RIGHTS[line.role]),
        "may_switch": found.may(Right.STAFF_CHANGE) and account_id != found.account_id,
    }
    return render(request, "access/account.html", context)


@gate.needs(Right.STAFF_CHANGE)
@require_POST
def set_active(request: HttpRequest, account_id: int) -> HttpResponse:
    """Switch a staff account on or off."""
    active = request.POST.get("active") == "yes"
    operations.set_active(gate.viewer(request), account_id=account_id, active=active, at=timezone.now())
    messages.success(request, "账号已启用。" if active else "账号已停用，对方的下一次操作起就不能再用。")
    return redirect("access:account", account_id)


@gate.open_page("只在演示中登记这个地址；正式环境没有这一页")
@require_http_methods(["GET", "HEAD", "POST"])
def personas(request: HttpRequest) -> HttpResponse:
    """The demo's accounts, each to be entered with one click. Not there outside the demo."""
    if not settings.DEMO:
        raise NotVisible
    if request.method == "POST":
        wanted = request.POST.get("account", "")
        if not (wanted.isascii() and wanted.isdigit() and len(wanted) < 19):
            raise NotVisible
        account = operations.sign_in_persona(int(wanted), at=timezone.now())
        if request.user.is_authenticated:
            logout(request)
        gate.open_session(request, account)
        return redirect(gate.safe_next(request))
    context = {**gate.shell_context(request), "personas": queries.personas()}
    return render(request, "access/personas.html", context)
