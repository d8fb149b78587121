"""Contractors and their batches: the archivist assigns and closes; the contractor looks the scans over (S2.6)."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from nianlun.access.domain import NotVisible, Refused, Right
from nianlun.access.gate import needs, viewer
from nianlun.archives import queries as archives
from nianlun.desk.page_pictures import picture_of_page
from nianlun.desk.seeing import open_sheet, see_sheet
from nianlun.desk.shell import answer
from nianlun.digitization import assignments, queries
from nianlun.ui.shell import Crumb
from nianlun.ui.widgets.viewer import page_view


@require_POST
@needs(Right.BATCH_ARRANGE)
def assign(request: HttpRequest, batch_id: UUID) -> HttpResponse:
    """Give a batch to a contractor."""
    who = viewer(request)
    queries.batch(who, batch_id)  # raises NotVisible before anything is said of the form
    if not request.POST.get("account"):
        messages.warning(request, "还没有选人。请先选一位外包人员。")
        return redirect("desk:batch", batch_id)
    try:
        assignments.assign(batch_id, account_id=_account(request), by=who, at=timezone.now())
    except Refused as reason:
        messages.error(request, reason.sentence)
    else:
        messages.success(request, "已分派。对方现在就能看到这个批次，只看得到这个批次。")
    return redirect("desk:batch", batch_id)


@require_POST
@needs(Right.BATCH_ARRANGE)
def release(request: HttpRequest, batch_id: UUID) -> HttpResponse:
    """Take a batch back from a contractor."""
    who = viewer(request)
    queries.batch(who, batch_id)
    assignments.release(batch_id, account_id=_account(request), by=who, at=timezone.now())
    messages.success(request, "已收回。对方的下一次操作起就看不到了。")
    return redirect("desk:batch", batch_id)


@require_POST
@needs(Right.BATCH_ARRANGE)
def close(request: HttpRequest, batch_id: UUID) -> HttpResponse:
    """End the work on a batch."""
    try:
        assignments.close(batch_id, by=viewer(request), at=timezone.now())
    except Refused as reason:
        messages.error(request, reason.sentence)
    else:
        messages.success(request, "批次已关闭。外包人员不再看得到它，也不能再收件。")
    return redirect("desk:batch", batch_id)


@require_GET
@needs(Right.BATCH_READ)
def sheet(request: HttpRequest, batch_id: UUID, sheet_id: UUID) -> HttpResponse:
    """One file of a contractor's own batch, page by page, to see whether the scan is straight and whole."""
    line = see_sheet(request, batch_id, sheet_id, what="，核对扫描质量", at=timezone.now())
    pages = archives.pages(line.id)
    wanted = request.GET.get("page", "1")
    number = int(wanted) if wanted.isdecimal() and len(wanted) < 6 else 1
    shown = next((page for page in pages if page.number == number), None)
    if shown is None:
        raise Http404
    view = page_view(
        url=reverse("desk:batch-page", args=[batch_id, sheet_id, shown.number]),
        width=shown.width,
        height=shown.height,
        title=f"{line.title}，第 {shown.number} 页",
        regions=[],
    )
    batch = queries.batch(viewer(request), batch_id)
    return answer(
        request,
        "desk/batch_sheet.html",
        sheet=line,
        pages=pages,
        page=shown,
        view=view,
        crumbs=[
            Crumb(label="收件与扫描", url=reverse("desk:batches")),
            Crumb(label=batch.title, url=reverse("desk:batch", args=[batch_id])),
            Crumb(label=line.title),
        ],
    )


@require_GET
@needs(Right.BATCH_READ)
def page(request: HttpRequest, batch_id: UUID, sheet_id: UUID, number: int) -> HttpResponse:
    """The picture of one page of a contractor's own batch; never the original."""
    at = timezone.now()
    opened = open_sheet(request, batch_id, sheet_id, what=f" 第 {number} 页，核对扫描质量", at=at)
    if not 1 <= number <= opened.item.page_count:
        raise Http404
    name = f"{viewer(request).name} {request.user.get_username()} {timezone.localtime(at):%Y-%m-%d %H:%M}"
    return picture_of_page(opened, number=number, name=name)


def _account(request: HttpRequest) -> int:
    text = request.POST.get("account", "")
    if not (text.isascii() and text.isdigit() and len(text) < 19):
        raise NotVisible
    return int(text)
