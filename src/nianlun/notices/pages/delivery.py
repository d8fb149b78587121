"""Notices and what became of them: the list, one of them, sending again, service on paper."""

from datetime import timedelta
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from nianlun.access.domain import Refused, Right
from nianlun.access.gate import needs, purpose_for, viewer
from nianlun.kernel.identifiers import uuid_or_none
from nianlun.notices import operations, queries
from nianlun.notices.domain import Delivery, NotSendable, NotServed, Way
from nianlun.notices.pages.shared import ROOT, answer, saw
from nianlun.registry import queries as registry
from nianlun.ui.shell import Crumb

PER_PAGE = 50
_STRAY_SHOWN_FOR = timedelta(days=7)


@require_GET
@needs(Right.NOTICE_READ)
def notices(request: HttpRequest) -> HttpResponse:
    """What was told to people in the viewer's scope; `?show=todo` only what waits for somebody."""
    who, at = viewer(request), timezone.now()
    to_do = request.GET.get("show") == "todo"
    before = uuid_or_none(request.GET.get("before", ""))
    found = queries.notices(who, to_do=to_do, before=before, limit=PER_PAGE + 1)
    lines = found[:PER_PAGE]
    saw(request, what="通知和送达情况", rows=len(lines), at=at)
    return answer(
        request,
        "notices/notices.html",
        crumbs=[Crumb(label="通知")],
        lines=lines,
        names=registry.person_names(who, [line.person_id for line in lines], right=Right.NOTICE_READ),
        to_do=to_do,
        to_do_count=queries.count_to_do(who),
        before=before,
        more=lines[-1].id if len(found) > PER_PAGE else None,
        stray=queries.stray_receipts(since=at - _STRAY_SHOWN_FOR),
    )


@require_GET
@needs(Right.NOTICE_READ)
def notice(request: HttpRequest, notice_id: UUID) -> HttpResponse:
    """One notice with its messages, receipts and service."""
    return show(request, notice_id)


def show(request: HttpRequest, notice_id: UUID, *, fault: str = "", status: int = 200) -> HttpResponse:
    """The page of a notice, with what was wrong with the step just tried."""
    who, at = viewer(request), timezone.now()
    file = queries.notice_file(who, notice_id)
    line = file.line
    saw(
        request,
        what=f"通知“{line.title}”的送达情况",
        rows=1,
        about_id=str(notice_id),
        person_id=line.person_id,
        purpose=purpose_for(request, line.person_id),
        at=at,
    )
    names = registry.person_names(who, [line.person_id], right=Right.NOTICE_READ)
    arrived = line.delivery in {Delivery.SERVED, Delivery.READ, Delivery.DELIVERED}
    return answer(
        request,
        "notices/notice.html",
        crumbs=[ROOT, Crumb(label=line.title)],
        status=status,
        file=file,
        line=line,
        name=names.get(line.person_id, "—"),
        arrived=arrived,
        may_serve=line.delivery is not Delivery.SERVED,
        ways=list(Way),
        sent=request.POST,
        today=timezone.localdate(at),
        fault=fault,
    )


@require_POST
@needs(Right.NOTICE_READ)
def step(request: HttpRequest, notice_id: UUID) -> HttpResponse:
    """Send again, or note a service on paper."""
    who, at, asked = viewer(request), timezone.now(), request.POST.get("step", "")
    try:
        if asked == "retry":
            count = operations.retry(who, notice_id, at=at)
            messages.success(request, f"已排队 {count} 条，马上发。结果稍后在这里看。")
        elif asked == "serve":
            operations.serve_in_writing(
                who,
                notice_id,
                way=request.POST.get("way", ""),
                served_on=request.POST.get("served_on", ""),
                evidence=request.POST.get("evidence", ""),
                at=at,
                on=timezone.localdate(at),
            )
            messages.success(request, "已登记书面送达。")
        else:
            raise Http404
    except (NotServed, NotSendable) as reason:
        return show(request, notice_id, fault=str(reason), status=422)
    except Refused as reason:
        messages.error(request, reason.sentence)
    return redirect("notices:notice", notice_id)
