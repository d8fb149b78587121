"""Destruction: asked for by one on the page of an object, approved there by another."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_POST

from nianlun.access.domain import Refused, Right
from nianlun.access.gate import needs, viewer
from nianlun.vault import destroying
from nianlun.vault.ocfl import NotStored


@require_POST
@needs(Right.VAULT_DESTROY, fresh=True)
def propose(request: HttpRequest, object_id: str) -> HttpResponse:
    """Ask for the destruction of an object; another person decides."""
    try:
        destroying.propose(
            object_id, request.POST.get("authority", ""), by=viewer(request), at=timezone.now()
        )
    except NotStored:
        raise Http404 from None
    except (Refused, destroying.Hindered) as reason:
        messages.error(request, str(reason))
    else:
        messages.success(request, "已提出销毁，等另一位有权批准的同事处理。批准前什么都没有动。")
    return redirect("desk:vault-object", object_id)


@require_POST
@needs(Right.VAULT_DESTROY_APPROVE, fresh=True)
def decide(request: HttpRequest, destruction_id: UUID) -> HttpResponse:
    """Approve, which cannot be undone, or refuse with a reason."""
    approve = request.POST.get("decision") == "approve"
    line = destroying.destruction(destruction_id)
    if line is None:
        raise Http404
    try:
        if approve and request.POST.get("sure") != "yes":
            raise Refused("销毁不能撤回。确要批准，请先勾选“我已核对，确认销毁”。")
        destroying.decide(
            destruction_id,
            approve=approve,
            reason=request.POST.get("reason", ""),
            by=viewer(request),
            at=timezone.now(),
        )
    except (Refused, destroying.Hindered) as reason:
        messages.error(request, str(reason))
    else:
        done = "已批准销毁。密钥和内容随即从各处清除，记录和摘要永远保留。"
        messages.success(request, done if approve else "没有同意，理由写给了提出人。")
    return redirect("desk:vault-object", line.object_id)
