"""The staff's accounts: the list, one of them, and its switch."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from nianlun.access import domain, gate, operations, queries
from nianlun.access.domain import Right

_PAGE = 50


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
        "locked_until": queries.locked_until(account_id, at=timezone.now()),
        "may_switch": found.may(Right.STAFF_CHANGE) and account_id != found.account_id,
    }
    return render(request, "access/account.html", context)


@gate.needs(Right.STAFF_CHANGE, fresh=True)
@require_POST
def set_active(request: HttpRequest, account_id: int) -> HttpResponse:
    """Switch a staff account on or off."""
    active = request.POST.get("active") == "yes"
    operations.set_active(gate.viewer(request), account_id=account_id, active=active, at=timezone.now())
    messages.success(request, "账号已启用。" if active else "账号已停用，对方的下一次操作起就不能再用。")
    return redirect("access:account", account_id)


@gate.needs(Right.STAFF_CHANGE, fresh=True)
@require_POST
def unlock(request: HttpRequest, account_id: int) -> HttpResponse:
    """End the lock of an account whose owner mistyped."""
    operations.unlock(gate.viewer(request), account_id=account_id, at=timezone.now())
    messages.success(request, "锁定已解除，对方现在可以登录。")
    return redirect("access:account", account_id)
