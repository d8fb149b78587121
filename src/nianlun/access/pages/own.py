"""What a member of staff does with the own sessions and factors. The page that shows them is the desk's."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from nianlun.access import gate, operations, sessions, stepping_up
from nianlun.access.domain import Right
from nianlun.access.pages.setting_up import OWN_PAGE


@gate.needs(Right.DESK_READ)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def step_up(request: HttpRequest) -> HttpResponse:
    """Prove the second factor again and go on (S1.7). The gate has taken the answer before this page runs."""
    now, onward = gate.signed_in(request), gate.safe_next(request)
    if stepping_up.is_open(now, at=timezone.now()):
        return redirect(onward)
    return stepping_up.form(request, now, action=request.get_full_path(), kept=[], fault="", status=200)


@gate.needs(Right.DESK_READ)
@require_POST
def end_session(request: HttpRequest, session_id: UUID) -> HttpResponse:
    """End one of the own sessions."""
    operations.end_session(gate.viewer(request), session_id=session_id, at=timezone.now())
    messages.success(request, "那一处的登录已结束，它的下一次操作起就不能再用。")
    return redirect(OWN_PAGE)


@gate.needs(Right.DESK_READ)
@require_POST
def end_other_sessions(request: HttpRequest) -> HttpResponse:
    """End all own sessions but this one."""
    now = gate.signed_in(request)
    ended = operations.end_other_sessions(now.viewer, session_id=now.session_id, at=timezone.now())
    messages.success(request, f"已结束其他 {ended} 处登录。" if ended else "没有其他登录。")
    return redirect(OWN_PAGE)


@gate.needs(Right.DESK_READ)
@require_POST
def rename_factor(request: HttpRequest, factor_id: UUID) -> HttpResponse:
    """Call a factor by another name."""
    name = request.POST.get("name", "")
    operations.rename_factor(gate.viewer(request), factor_id=factor_id, name=name, at=timezone.now())
    messages.success(request, "已改名。")
    return redirect(OWN_PAGE)


@gate.needs(Right.DESK_READ, fresh=True)
@require_POST
def remove_factor(request: HttpRequest, factor_id: UUID) -> HttpResponse:
    """Take a factor away; never the last one."""
    now = gate.signed_in(request)
    operations.remove_factor(now.viewer, factor_id=factor_id, at=timezone.now())
    sessions.renew(request, now)
    messages.success(request, "已移除。丢失的手机或密钥从现在起不能再用。")
    return redirect(OWN_PAGE)
