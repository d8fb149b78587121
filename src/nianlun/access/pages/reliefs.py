"""代班与应急: naming a substitute, agreeing to one; breaking glass, opening it, looking into it afterwards."""

from datetime import date, datetime, timedelta

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from nianlun.access import gate, reliefs
from nianlun.access.domain import FAMILY, NotVisible, Right, Role
from nianlun.access.domain.grants import NotGrantable
from nianlun.access.domain.standing_in import may_break_glass
from nianlun.access.operations import emergencies, substitutes
from nianlun.access.pages.rights import ROOT, answer
from nianlun.ui.shell import Crumb

SUBSTITUTE_TONES = {"待核准": "wait", "代班中": "ok", "已核准": "act", "未同意": "bad"}
GLASS_TONES = {"asked": "wait", "open": "bad", "closed": "wait", "reviewed": "ok", "refused": "plain"}


@require_http_methods(["GET", "HEAD", "POST"])
@gate.needs(Right.DESK_READ)
def leave(request: HttpRequest) -> HttpResponse:
    """Who fills whose post, and the form for naming somebody for the own."""
    if request.method != "POST":
        return _leave_page(request)
    sent = request.POST
    try:
        substitutes.name_substitute(
            gate.viewer(request),
            substitute_id=_number(sent.get("substitute", "")),
            since=_day(sent.get("first", "")),
            until=_day(sent.get("last", "")) + timedelta(days=1),
            reason=sent.get("reason", ""),
            at=timezone.now(),
        )
    except NotGrantable as reason:
        return _leave_page(request, fault=str(reason))
    except NotVisible:
        return _leave_page(request, fault="请选择同一机构、同一辖区的同事。")
    messages.success(request, "已指定，等待领导核准。")
    return redirect("access:rights-leave")


@require_POST
@gate.needs(Right.GRANT_APPROVE, fresh=True)
def decide_leave(request: HttpRequest, substitution_id: int) -> HttpResponse:
    """The leader's yes or no."""
    agreed = request.POST.get("answer") == "agree"
    try:
        substitutes.decide_substitute(
            gate.viewer(request),
            substitution_id,
            agreed=agreed,
            reason=request.POST.get("reason", ""),
            at=timezone.now(),
        )
    except NotGrantable as reason:
        return _leave_page(request, fault=str(reason))
    messages.success(request, "已核准。" if agreed else "已退回。")
    return redirect("access:rights-leave")


@require_POST
@gate.needs(Right.DESK_READ)
def end_leave(request: HttpRequest, substitution_id: int) -> HttpResponse:
    """End a substitution early."""
    substitutes.end_substitute(gate.viewer(request), substitution_id, at=timezone.now())
    messages.success(request, "代班已结束。")
    return redirect("access:rights-leave")


@require_http_methods(["GET", "HEAD", "POST"])
@gate.needs(Right.DESK_READ)
def glass(request: HttpRequest) -> HttpResponse:
    """Emergencies: the own, those to be opened, those to be looked into; and the form for asking."""
    if request.method != "POST":
        return _glass_page(request)
    try:
        emergencies.ask_glass(
            gate.viewer(request),
            role=_role(request.POST.get("role", "")),
            reason=request.POST.get("reason", ""),
            at=timezone.now(),
        )
    except NotGrantable as reason:
        return _glass_page(request, fault=str(reason))
    messages.success(request, "已申请。请马上通知内控审核或安全管理员，一小时内没有人同意即作废。")
    return redirect("access:rights-glass")


@require_POST
@gate.needs(Right.GLASS_OPEN, fresh=True)
def decide_glass(request: HttpRequest, glass_id: int) -> HttpResponse:
    """The second person's yes or no."""
    agreed = request.POST.get("answer") == "agree"
    try:
        emergencies.decide_glass(
            gate.viewer(request),
            glass_id,
            agreed=agreed,
            reason=request.POST.get("reason", ""),
            at=timezone.now(),
        )
    except NotGrantable as reason:
        return _glass_page(request, fault=str(reason))
    messages.success(request, "应急权限已启用，60 分钟后自动收回。" if agreed else "没有同意。")
    return redirect("access:rights-glass")


@require_POST
@gate.needs(Right.DESK_READ)
def close_glass(request: HttpRequest, glass_id: int) -> HttpResponse:
    """End an emergency before its hour is over."""
    emergencies.close_glass(gate.viewer(request), glass_id, at=timezone.now())
    messages.success(request, "应急权限已结束，等待安全管理员审查。")
    return redirect("access:rights-glass")


@require_POST
@gate.needs(Right.WATCH_SETTLE, fresh=True)
def review_glass(request: HttpRequest, glass_id: int) -> HttpResponse:
    """What the security officer found."""
    try:
        emergencies.review_glass(
            gate.viewer(request),
            glass_id,
            proper=request.POST.get("answer") == "proper",
            note=request.POST.get("reason", ""),
            at=timezone.now(),
        )
    except NotGrantable as reason:
        return _glass_page(request, fault=str(reason))
    messages.success(request, "审查意见已记录。")
    return redirect("access:rights-glass")


def _leave_page(request: HttpRequest, *, fault: str = "") -> HttpResponse:
    who, today = gate.viewer(request), timezone.localdate()
    return answer(
        request,
        "access/rights_leave.html",
        crumbs=[ROOT, Crumb(label="代班")],
        status=422 if fault else 200,
        lines=reliefs.substitutions(who, at=timezone.now()),
        colleagues=reliefs.colleagues(who),
        sent=request.POST.dict() if request.method == "POST" else {},
        fault=fault,
        today=today,
        substitute_tones=SUBSTITUTE_TONES,
    )


def _glass_page(request: HttpRequest, *, fault: str = "") -> HttpResponse:
    who = gate.viewer(request)
    posts = [role for role in FAMILY if may_break_glass(who.role, role)]
    return answer(
        request,
        "access/rights_glass.html",
        crumbs=[ROOT, Crumb(label="应急权限")],
        status=422 if fault else 200,
        lines=reliefs.glasses(who, at=timezone.now()),
        posts=posts if who.may(Right.GLASS_BREAK) else [],
        sent=request.POST.dict() if request.method == "POST" else {},
        fault=fault,
        glass_tones=GLASS_TONES,
    )


def _number(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 19):
        raise NotGrantable("请选择代班的同事。")
    return int(text)


def _role(text: str) -> Role:
    try:
        return Role(text)
    except ValueError:
        raise NotGrantable("请选择要代行的岗位。") from None


def _day(text: str) -> date:
    try:
        found = datetime.strptime(text, "%Y-%m-%d").date()  # noqa: DTZ007  a day has no zone
    except ValueError:
        raise NotGrantable("请填写代班的起止日期，例如 2026-12-01。") from None
    if not 2000 <= found.year <= 2200:
        raise NotGrantable("代班的日期不对。请核对。")
    return found
