"""The register of issued documents: what was given out, what still stands, and withdrawing one."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from nianlun.access.domain import Right
from nianlun.access.gate import needs, viewer
from nianlun.desk.seeing import saw_list
from nianlun.desk.shell import answer
from nianlun.journal import certificates
from nianlun.journal.certificates import LONGEST_REASON, NotWithdrawn
from nianlun.ui.shell import Crumb

PER_PAGE = 50


@require_GET
@needs(Right.DOCUMENT_WITHDRAW)
def documents(request: HttpRequest) -> HttpResponse:
    """What the agencies of the viewer's scope gave out, latest first."""
    before = request.GET.get("before", "")[:40]
    found = certificates.issued(scope=viewer(request).scope, before=before, limit=PER_PAGE + 1)
    lines = found[:PER_PAGE]
    saw_list(request, what="出具的文件", rows=len(lines), at=timezone.now())
    return answer(
        request,
        "desk/documents.html",
        lines=lines,
        more=lines[-1].cursor if len(found) > PER_PAGE else "",
        before=before,
        longest=LONGEST_REASON,
        crumbs=[Crumb(label="出具的文件")],
    )


@require_POST
@needs(Right.DOCUMENT_WITHDRAW)
def withdraw(request: HttpRequest, document_id: UUID) -> HttpResponse:
    """Say of a document that it no longer stands; whoever verifies it is told from now on."""
    who = viewer(request)
    try:
        certificates.withdraw(
            document_id,
            scope=who.scope,
            reason=request.POST.get("reason", ""),
            by=who,
            at=timezone.now(),
        )
    except NotWithdrawn as reason:
        messages.error(request, str(reason))
    else:
        messages.success(request, "已撤回。从现在起，验真时答“已撤回”。")
    return redirect("desk:documents")
