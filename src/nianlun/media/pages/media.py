"""One medium: its label and register, reading it, shelving, lending, renewing and retiring it."""

from datetime import date, datetime
from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from nianlun.access.domain import Right
from nianlun.access.gate import needs, require_fresh, viewer
from nianlun.media import inspecting, opening, operations, printing, queries, recovering
from nianlun.media.domain import MediumState, NotNow, Outcome, kinds
from nianlun.media.imaging.faults import MediumError
from nianlun.media.pages.shared import ROOT, answer
from nianlun.ui.shell import Crumb

LARGEST_IDENTITY = 64 * 1024


@require_GET
@needs(Right.MEDIA_READ)
def medium(request: HttpRequest, medium_id: UUID) -> HttpResponse:
    """One medium: what it is, where it lies, what is due, everything that happened to it."""
    return show(request, medium_id)


def show(request: HttpRequest, medium_id: UUID, *, fault: str = "", status: int = 200) -> HttpResponse:
    """The page of a medium, with what was wrong with the step just tried."""
    who = viewer(request)
    line = queries.medium(who, medium_id)
    of = queries.media_set(who, line.set_id)
    happened = queries.events(medium_id)
    may_inspect, may_write = who.may(Right.MEDIA_INSPECT), who.may(Right.MEDIA_WRITE)
    readable = line.state not in {MediumState.PLANNED, MediumState.RETIRED}
    own = line.state is MediumState.WRITTEN and line.written_by == who.account_id
    return answer(
        request,
        "media/medium.html",
        crumbs=[
            ROOT,
            Crumb(label=of.number, url=f"/media/sets/{of.id}/"),
            Crumb(label=f"{line.letter} 份"),
        ],
        status=status,
        line=line,
        of=of,
        events=happened,
        reading=any(one.outcome is Outcome.RUNNING for one in happened),
        candidates=inspecting.candidates() if readable and (may_inspect or may_write) else [],
        in_folder=str(inspecting.in_folder()),
        may_read=may_inspect and readable and not own,
        own=may_inspect and own,
        may_shelve=may_write and line.state in {MediumState.VERIFIED, MediumState.SHELVED},
        may_lend=may_write and line.state is MediumState.SHELVED,
        may_take_back=may_write and line.state is MediumState.LENT,
        may_retire=may_write and line.state not in {MediumState.PLANNED, MediumState.RETIRED},
        may_renew=may_write and line.state in {MediumState.VERIFIED, MediumState.SHELVED},
        may_bring_back=may_write and of.offline_at is not None and readable,
        kinds=kinds().values(),
        sent=request.POST,
        demo_identities=printing.demo_identities(),
        fault=fault,
    )


@require_GET
@needs(Right.MEDIA_READ)
def label(request: HttpRequest, medium_id: UUID) -> HttpResponse:
    """The label for the box, as PDF/A."""
    return _pdf(*printing.label(viewer(request), medium_id, at=timezone.now()))


@require_GET
@needs(Right.MEDIA_READ)
def register_sheet(request: HttpRequest, medium_id: UUID) -> HttpResponse:
    """写入登记表, as PDF/A."""
    return _pdf(*printing.register(viewer(request), medium_id, at=timezone.now()))


@require_POST
@needs(Right.MEDIA_INSPECT)
def read(request: HttpRequest, medium_id: UUID) -> HttpResponse:
    """Have the medium read in the background, without a key."""
    try:
        inspecting.request_reading(
            viewer(request), medium_id, source=request.POST.get("source", ""), at=timezone.now()
        )
    except NotNow as reason:
        return show(request, medium_id, fault=str(reason), status=422)
    messages.success(request, "已开始读，读完后结果记在下面的登记里。")
    return redirect("media:medium", medium_id)


@transaction.non_atomic_requests  # reading takes minutes; what it writes has transactions of its own
@require_POST
@needs(Right.MEDIA_INSPECT, fresh=True)
def open_inside(request: HttpRequest, medium_id: UUID) -> HttpResponse:
    """Open the medium with a private key brought along for this one request: read all, or try one object out."""
    at, on = timezone.now(), timezone.localdate()
    source, asked = request.POST.get("source", ""), request.POST.get("step", "")
    sent = request.FILES.get("identity")
    raw = sent.read(LARGEST_IDENTITY) if sent else b""
    try:
        identity = raw.decode("utf-8")
    except UnicodeDecodeError:
        return show(request, medium_id, fault="这不是私钥文件。", status=422)
    if not identity.strip():
        return show(request, medium_id, fault="请选择保管人的私钥文件。", status=422)
    try:
        return _opened(request, medium_id, source=source, asked=asked, identity=identity, at=at, on=on)
    except (NotNow, MediumError) as reason:
        return show(request, medium_id, fault=str(reason), status=422)


def _opened(
    request: HttpRequest, medium_id: UUID, *, source: str, asked: str, identity: str, at: datetime, on: date
) -> HttpResponse:
    who = viewer(request)
    with opening.one_at_a_time():
        if asked == "inside":
            found = inspecting.read_with_identity(
                who, medium_id, source=source, identity=identity, at=at, on=on
            )
            if found.sound:
                messages.success(request, "逐字节核对了镜像和包里的每个文件，完好。")
            else:
                messages.error(request, f"有 {len(found.findings)} 处问题，见下面的登记。")
        elif asked == "prove":
            object_id, problems = recovering.prove_restore(
                who, medium_id, source=source, identity=identity, at=at
            )
            if problems:
                messages.error(request, f"{object_id} 没有恢复成：{problems[0]}")
            else:
                messages.success(request, f"取出 {object_id}，逐字节相符，试恢复的文件已删除。")
        elif asked == "bring_back":
            wanted = request.POST.get("object_id", "").strip()
            recovering.bring_back(who, medium_id, wanted, source=source, identity=identity, at=at)
            messages.success(request, f"{wanted} 已恢复在线。")
        else:
            raise Http404
    return redirect("media:medium", medium_id)


@require_POST
@needs(Right.MEDIA_WRITE)
def step(request: HttpRequest, medium_id: UUID) -> HttpResponse:
    """A step in the life of a medium: shelve, lend, take back, renew, retire."""
    who, at, on, sent = viewer(request), timezone.now(), timezone.localdate(), request.POST
    asked, goes_to = sent.get("step", ""), medium_id
    try:
        if asked == "shelve":
            operations.shelve(
                who,
                medium_id,
                serial=sent.get("serial", ""),
                location=sent.get("location", ""),
                keeper=sent.get("keeper", ""),
                at=at,
                on=on,
            )
            messages.success(request, "已上架，下次巡检日期见下。")
        elif asked == "lend":
            operations.lend(who, medium_id, purpose=sent.get("purpose", ""), at=at)
            messages.success(request, "已登记借出。")
        elif asked == "take_back":
            operations.take_back(who, medium_id, at=at, on=on)
            messages.success(request, "已登记归还。离开过库房的介质要先巡检。")
        elif asked == "retire":
            require_fresh(request)  # S1.7: what a medium held is given up with it
            operations.retire(who, medium_id, reason=sent.get("reason", ""), at=at)
            messages.success(request, "已报废。")
        elif asked == "renew":
            goes_to = recovering.request_renewal(
                who, medium_id, kind=sent.get("kind", ""), source=sent.get("source", ""), at=at
            )
            messages.success(request, "已开始写新介质。新介质由另一人回读完好后，原来这份自动报废。")
        else:
            raise Http404
    except NotNow as reason:
        return show(request, medium_id, fault=str(reason), status=422)
    return redirect("media:medium", goes_to)


def _pdf(name: str, made: bytes) -> HttpResponse:
    response = HttpResponse(made, content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="{name}"'
    return response
