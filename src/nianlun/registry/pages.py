"""亲属申报: whose business a member of staff keeps away from, declared on the own page and confirmed each year."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from nianlun.access import gate
from nianlun.access.domain import Right
from nianlun.kernel.identity import NotAnIdentityNumber
from nianlun.registry import kin, kin_declaring
from nianlun.registry.domain import NotRegistrable, Relation
from nianlun.ui.shell import Crumb


@require_http_methods(["GET", "HEAD", "POST"])
@gate.needs(Right.DESK_READ)
def own_kin(request: HttpRequest) -> HttpResponse:
    """What the viewer has declared, the form for more, and what waits for internal control."""
    if request.method != "POST":
        return _page(request)
    sent = request.POST
    try:
        kin_declaring.declare_kin(
            gate.viewer(request),
            relation=_relation(sent.get("relation", "")),
            name=sent.get("name", ""),
            identity_number=sent.get("number", ""),
            at=timezone.now(),
        )
    except NotAnIdentityNumber as reason:
        return _page(request, fault=str(reason), field="number")
    except NotRegistrable as reason:
        return _page(request, fault=str(reason))
    messages.success(request, "已申报。此人的业务由其他同事办理。")
    return redirect("registry:own-kin")


@require_POST
@gate.needs(Right.DESK_READ)
def confirm(request: HttpRequest) -> HttpResponse:
    """Say of this year that nobody is missing."""
    try:
        kin_declaring.confirm_kin(gate.viewer(request), year=timezone.localdate().year, at=timezone.now())
    except NotRegistrable as reason:
        return _page(request, fault=str(reason))
    messages.success(request, "今年的申报已确认。")
    return redirect("registry:own-kin")


@require_POST
@gate.needs(Right.DESK_READ)
def ask_withdrawal(request: HttpRequest, kin_id: UUID) -> HttpResponse:
    """Ask that an own declaration counts no longer."""
    reason = request.POST.get("reason", "")
    try:
        kin_declaring.ask_withdrawal(gate.viewer(request), kin_id=kin_id, reason=reason, at=timezone.now())
    except NotRegistrable as fault:
        return _page(request, fault=str(fault))
    messages.success(request, "已申请撤回。内控审核同意以前，原来的申报照旧算数。")
    return redirect("registry:own-kin")


@require_POST
@gate.needs(Right.GRANT_REVIEW, fresh=True)
def agree_withdrawal(request: HttpRequest, kin_id: UUID) -> HttpResponse:
    """Internal control agrees that a declaration counts no longer."""
    kin_declaring.agree_withdrawal(gate.viewer(request), kin_id=kin_id, at=timezone.now())
    messages.success(request, "已同意撤回。")
    return redirect("registry:own-kin")


def _page(request: HttpRequest, *, fault: str = "", field: str = "relation") -> HttpResponse:
    who, year = gate.viewer(request), timezone.localdate().year
    context = {
        **gate.shell_context(request),
        "crumbs": [Crumb(label="权限", url="/rights/"), Crumb(label="亲属申报")],
        "may_read": who.may(Right.GRANT_READ),
        "lines": kin.declarations(who.account_id),
        "withdrawals": kin.withdrawals(who),
        "confirmed": kin.is_confirmed(who.account_id, year=year),
        "year": year,
        "relations": list(Relation),
        "sent": request.POST.dict() if fault else {},
        "faults": {field: fault} if fault else {},
    }
    return render(request, "registry/kin.html", context, status=422 if fault else 200)


def _relation(text: str) -> Relation:
    try:
        return Relation(text)
    except ValueError:
        raise NotRegistrable("请选择此人与您的关系。") from None
