"""Taking a list out as a file: asking, another's word on it, and fetching it once (S3.5)."""

from urllib.parse import quote
from uuid import UUID, uuid4

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from nianlun.access.domain import LONGEST_PURPOSE, NotVisible, Refused, Right
from nianlun.access.gate import needs, viewer
from nianlun.desk.shell import answer
from nianlun.ui.downloads import closed
from nianlun.ui.shell import Crumb
from nianlun.watch import exports
from nianlun.watch.limit_file import limits_on

FILTERS = ("q", "category")
"""What an address may narrow a list by; each list takes what it knows."""
KINDS = {"xlsx": "Excel 表格", "csv": "CSV 文本"}
TYPES = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv; charset=utf-8",
}
_CRUMB = "导出"


@require_GET
@needs(Right.EXPORT_ASK)
def own(request: HttpRequest) -> HttpResponse:
    """The own requests, and the files that can be fetched."""
    lines = exports.own(viewer(request), at=timezone.now())
    limits = limits_on(timezone.localdate())
    return answer(
        request,
        "desk/exports.html",
        lines=lines,
        limits=limits,
        busy=any(line.state == "making" for line in lines),
        crumbs=[Crumb(label=_CRUMB)],
    )


@require_http_methods(["GET", "HEAD", "POST"])
@needs(Right.EXPORT_ASK, fresh=True)
def new(request: HttpRequest) -> HttpResponse:
    """Ask for a list, by the filters it was left with."""
    who, at = viewer(request), timezone.now()
    sent = request.POST if request.method == "POST" else request.GET
    name = sent.get("list", "")[:50]
    filters = {key: sent.get(key, "").strip()[:100] for key in FILTERS if sent.get(key, "").strip()}
    chosen = exports.offered(name)
    reason, file_format, faults = sent.get("reason", "")[:300], sent.get("format", "xlsx"), []
    if request.method == "POST":
        try:
            exports.ask(
                who,
                name=name,
                filters=filters,
                file_format=file_format,
                reason=reason,
                token=_token(sent.get("token", "")),
                at=at,
            )
        except Refused as refusal:
            faults = [("reason", refusal.sentence)]
        else:
            messages.success(request, "已申请导出。不用批准的，几秒钟后可以取；要批准的，批准后在这里取。")
            return redirect("desk:exports")
    return answer(
        request,
        "desk/export_new.html",
        chosen=chosen,
        filters=filters,
        rows=exports.count(who, chosen, filters=filters, at=at),
        limits=limits_on(timezone.localdate(at)),
        kinds=KINDS,
        file_format=file_format,
        reason=reason,
        longest=LONGEST_PURPOSE,
        token=uuid4(),
        faults=faults,
        status=422 if faults else 200,
        crumbs=[Crumb(label=_CRUMB, url=reverse("desk:exports")), Crumb(label=chosen.label)],
    )


@require_GET
@needs(Right.EXPORT_APPROVE)
def waiting(request: HttpRequest) -> HttpResponse:
    """What waits for the viewer's word."""
    return answer(
        request,
        "desk/exports_waiting.html",
        lines=exports.waiting(viewer(request), at=timezone.now()),
        crumbs=[Crumb(label="批准导出")],
    )


@require_POST
@needs(Right.EXPORT_APPROVE, fresh=True)
def decide(request: HttpRequest, export_id: UUID) -> HttpResponse:
    """Agree or refuse."""
    agree = request.POST.get("decision") == "agree"
    try:
        exports.decide(
            viewer(request),
            export_id,
            agree=agree,
            reason=request.POST.get("reason", "")[:300],
            at=timezone.now(),
        )
    except Refused as refusal:
        messages.error(request, refusal.sentence)
    else:
        messages.success(request, "已批准，文件正在制作。" if agree else "已退回，申请人看得到理由。")
    return redirect("desk:exports-waiting")


@require_POST
@needs(Right.EXPORT_ASK, fresh=True)
def fetch(request: HttpRequest, export_id: UUID) -> HttpResponse:
    """Give the file out, this once."""
    try:
        file = exports.fetch(viewer(request), export_id, at=timezone.now())
    except Refused as refusal:
        messages.error(request, refusal.sentence)
        return redirect("desk:exports")
    response = HttpResponse(file.content, content_type=TYPES[file.format])
    response["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(file.name)}"
    return closed(response)


def _token(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise NotVisible from None
