"""The papers of a case: taking one in, looking at a copy page by page, and the files as they came."""

from typing import BinaryIO, cast
from uuid import uuid4

from django.contrib import messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from nianlun.access.domain import Refused, Right
from nianlun.access.gate import needs, viewer
from nianlun.cases import queries
from nianlun.cases.domain.facts import How
from nianlun.cases.moving import Stale
from nianlun.cases.operations import materials
from nianlun.cases.operations.materials import Upload
from nianlun.cases.queries import CaseView
from nianlun.desk import case_papers
from nianlun.desk.case_moves import number_of
from nianlun.desk.page_pictures import drawn, status_of, without
from nianlun.desk.pages.cases.one import Attempt, Tab, draw
from nianlun.desk.seeing_cases import open_case, see_case
from nianlun.digitization import quarantine
from nianlun.digitization.reading import Refused as Unrenderable
from nianlun.ui.downloads import closed
from nianlun.vault import queries as vault


@require_POST
@needs(Right.CASE_ACCEPT)
def take(request: HttpRequest, number: str) -> HttpResponse:
    """Enter how one paper was shown, with its copy; then the next that is missing is asked for."""
    at = timezone.now()
    view = see_case(request, number, what="：收取材料", at=at)
    try:
        _take(request, view)
    except Refused as reason:
        return _kept(request, view, reason)
    who = viewer(request)
    fresh = queries.case(who, view.line.id)
    taken = fresh.type.requirement(request.POST.get("requirement", ""))
    following = case_papers.to_take(fresh, "")
    onward = f"接着收“{following.wanted.name}”。" if following else "要交的材料收齐了。"
    messages.success(request, f"已收取“{taken.name if taken else ''}”。{onward}")
    return redirect(f"{reverse('desk:case-tab', args=[number, Tab.MATERIALS.value])}")


def _take(request: HttpRequest, view: CaseView) -> None:
    how = request.POST.get("how", "")
    if how not in set(How):
        raise Refused("请选这份材料是怎样出示的。")
    files = request.FILES.getlist("files")
    if len(files) > 1:
        raise Refused(f"一项材料留一个文件，这次有 {len(files)} 个。几页的请合成一个 PDF。")
    if How(how) is How.COPY_KEPT and not files:
        raise Refused("还没有选文件。请选择扫描件或照片。")
    waiting = uuid4()
    upload = None
    try:
        if files:
            sent = files[0]
            quarantine.keep(waiting, stream=cast(BinaryIO, sent))
            upload = Upload(path=quarantine.path_of(waiting), name=sent.name or "")
        materials.take_material(
            view.line.id,
            by=viewer(request),
            version=number_of(request.POST.get("version", "")),
            requirement=request.POST.get("requirement", ""),
            how=How(how),
            upload=upload,
            note=request.POST.get("note", "")[: materials.LONGEST_NOTE],
            at=timezone.now(),
        )
    except quarantine.NoRoom as reason:
        raise Refused(str(reason)) from reason
    except Unrenderable as reason:
        raise Refused(reason.sentence) from reason
    finally:
        quarantine.discard(waiting)


def _kept(request: HttpRequest, view: CaseView, reason: Refused) -> HttpResponse:
    version = number_of(request.POST.get("version", ""))
    stale = isinstance(reason, Stale)
    attempt = Attempt(
        sentence=reason.sentence,
        typed={"note": request.POST.get("note", "")[: materials.LONGEST_NOTE]},
        seen=version if stale else None,
        status=409 if stale else 403,
    )
    fresh = queries.case(viewer(request), view.line.id)
    return draw(request, fresh, Tab.MATERIALS, attempt=attempt)


@require_GET
@needs(Right.CASE_READ)
def page(request: HttpRequest, number: str, material_id: int, page: int) -> HttpResponse:
    """The upright picture of one page of a copy, drawn anew in a limited process; none is kept outside the vault."""
    opened = open_case(request, number, what=f" 的材料 {material_id} 第 {page} 页", at=timezone.now())
    held, material = queries.material_file(viewer(request), opened.view.line.id, material_id)
    if not 1 <= page <= material.page_count:
        raise Http404
    return drawn(held, material.file_name, page, entry_id=opened.entry_id)


@require_GET
@needs(Right.CASE_READ)
def original(request: HttpRequest, number: str, material_id: int) -> HttpResponseBase:
    """A copy as it came in, byte for byte, always as a download (S4.6)."""
    opened = open_case(request, number, what=f" 的材料 {material_id} 的原文件", at=timezone.now())
    held, material = queries.material_file(viewer(request), opened.view.line.id, material_id)
    suffix = material.file_name.rsplit(".", 1)[-1]
    name = f"{number}-{material.requirement}-{opened.entry_id}.{suffix}"  # the bytes carry no mark
    return given_out(held, material.file_name, name=name, media_type="application/octet-stream")


def given_out(held: str, file_name: str, *, name: str, media_type: str) -> HttpResponseBase:
    """A file of a case as a download that can do nothing in the browser (S4.6), or the sentence why there is none."""
    try:
        stream = vault.open_file(held, file_name)
    except vault.Unreadable as reason:
        return without(str(reason), status=status_of(reason))
    return closed(FileResponse(stream, as_attachment=True, filename=name, content_type=media_type))
