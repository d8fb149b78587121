"""What a member of staff was told."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_GET

from nianlun.access.domain import Right
from nianlun.access.gate import needs, viewer
from nianlun.kernel.identifiers import uuid_or_none
from nianlun.notices import operations, queries
from nianlun.notices.pages.shared import answer
from nianlun.ui.shell import Crumb

PER_PAGE = 30


@require_GET
@needs(Right.DESK_READ)
def inbox(request: HttpRequest) -> HttpResponse:
    """Everything this member of staff was told, latest first."""
    before = uuid_or_none(request.GET.get("before", ""))
    found = queries.of_account(viewer(request), before=before, limit=PER_PAGE + 1)
    lines = found[:PER_PAGE]
    return answer(
        request,
        "notices/inbox.html",
        crumbs=[Crumb(label="我的消息")],
        lines=lines,
        before=before,
        more=lines[-1].id if len(found) > PER_PAGE else None,
    )


@require_GET
@needs(Right.DESK_READ)
def staff_notice(request: HttpRequest, notice_id: UUID) -> HttpResponse:
    """One of them; opening it is reading it."""
    who = viewer(request)
    operations.mark_staff_read(who, notice_id, at=timezone.now())
    line = queries.staff_notice(who, notice_id)
    return answer(
        request,
        "notices/staff_notice.html",
        crumbs=[Crumb(label="我的消息", url="/inbox/"), Crumb(label=line.title)],
        line=line,
    )
