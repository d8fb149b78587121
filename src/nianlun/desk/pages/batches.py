"""Receiving and scanning: batches, dropping files onto them, progress page by page."""

from typing import BinaryIO, cast
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from nianlun.access.domain import Right, Role, authorize
from nianlun.access.gate import needs, viewer
from nianlun.archives.domain import Category
from nianlun.desk import persons
from nianlun.desk.seeing import saw_list
from nianlun.desk.shell import answer, fragment
from nianlun.digitization import assignments, operations, queries
from nianlun.digitization.operations import BatchClosed, Received
from nianlun.digitization.quarantine import NoRoom
from nianlun.registry import queries as registry
from nianlun.ui.shell import Crumb
from nianlun.vault.domain import Secrecy
from nianlun.vault.secrecy import StateSecret, offered

PER_PAGE = 30
MOST_FILES = 300
MOST_TOLD = 20


@require_http_methods(["GET", "POST"])
@needs(Right.BATCH_READ)
def batches(request: HttpRequest) -> HttpResponse:
    """The batches of the viewer's agency; posting opens a new one."""
    if request.method == "POST":
        return _open(request)
    return _batches(
        request,
        typed={"title": "", "person": request.GET.get("person", ""), "secrecy": Secrecy.INTERNAL.value},
    )


def _open(request: HttpRequest) -> HttpResponse:
    who = viewer(request)
    authorize(who, Right.BATCH_ARRANGE)
    title, typed_person = request.POST.get("title", ""), request.POST.get("person", "").strip()
    chosen = request.POST.get("category", Category.BUSINESS.value)
    secrecy = request.POST.get("secrecy", Secrecy.INTERNAL.value)
    typed = {"title": title, "person": typed_person, "secrecy": secrecy}
    try:
        person = persons.named(who, typed_person) if typed_person else None
        batch_id = operations.open_batch(
            title or (f"{person.name} 材料" if person else ""),
            agency_id=person.agency_id if person else registry.home_agency(who).id,
            person_id=person.id if person else None,
            by=who,
            at=timezone.now(),
            category=Category(chosen) if chosen in set(Category) else Category.BUSINESS,
            secrecy=secrecy,
        )
    except persons.NoSuchPerson as reason:
        return _batches(request, typed=typed, problem=("person", str(reason)))
    except StateSecret as reason:
        # Neither title nor owner is shown again: what they name may itself be secret.
        nothing = {"title": "", "person": "", "secrecy": Secrecy.INTERNAL.value}
        return _batches(request, typed=nothing, problem=("secrecy", str(reason)))
    return redirect("desk:batch", batch_id)


def _batches(
    request: HttpRequest, *, typed: dict[str, str], problem: tuple[str, str] | None = None
) -> HttpResponse:
    who = viewer(request)
    found = queries.batches(who, limit=PER_PAGE)
    names = registry.person_names(who, [b.person_id for b in found if b.person_id])
    saw_list(request, what="批次", rows=len(names), at=timezone.now())
    return answer(
        request,
        "desk/batches.html",
        batches=found,
        names=names,
        may_open=who.may(Right.BATCH_ARRANGE),
        categories=list(Category),
        levels=offered(),
        problem=problem,
        typed=typed,
        crumbs=[Crumb(label="收件与扫描")],
        status=422 if problem else 200,
    )


@require_GET
@needs(Right.BATCH_READ)
def batch(request: HttpRequest, batch_id: UUID) -> HttpResponse:
    """One batch: the place to drop files, and what has become of each."""
    who = viewer(request)
    line = queries.batch(who, batch_id)
    may_add = who.may(Right.BATCH_ADD) and line.closed_at is None
    may_arrange = who.may(Right.BATCH_ARRANGE) and line.closed_at is None
    return answer(
        request,
        "desk/batch.html",
        batch=line,
        sheets=queries.sheets(batch_id),
        may_add=may_add,
        may_start=may_add and line.waiting > 0 and not queries.pending_jobs(batch_id),
        may_arrange=may_arrange,
        assigned=assignments.assignments(batch_id) if may_arrange else [],
        contractors=assignments.assignable(who, batch_id) if may_arrange else [],
        may_review=who.may(Right.REVIEW_READ),
        looks_at_pages=who.role is Role.SCANNER,
        most_files=MOST_FILES,
        crumbs=[Crumb(label="收件与扫描", url=reverse("desk:batches")), Crumb(label=line.title)],
    )


@require_GET
@needs(Right.BATCH_READ, polled=True)
def progress(request: HttpRequest, batch_id: UUID) -> HttpResponse:
    """How far the reading has got, fetched every second or two while something waits."""
    who = viewer(request)
    line = queries.batch(who, batch_id)
    return fragment(
        request,
        "desk/batch_progress.html",
        batch=line,
        sheets=queries.sheets(batch_id),
        may_review=who.may(Right.REVIEW_READ),
        looks_at_pages=who.role is Role.SCANNER,
    )


@require_POST
@needs(Right.BATCH_ADD)
def add_files(request: HttpRequest, batch_id: UUID) -> HttpResponse:
    """Take the dropped files in; what cannot be taken is told file by file, the others are kept."""
    who = viewer(request)
    queries.batch(who, batch_id)  # raises NotVisible out of scope
    files = request.FILES.getlist("files")
    if not files:
        messages.warning(request, "没有选中文件。请把扫描件拖到虚线框内，或点“选择文件”。")
        return redirect("desk:batch", batch_id)
    at = timezone.now()
    received: list[Received] = []
    problem = ""
    for upload in files[:MOST_FILES]:
        stream = cast(BinaryIO, upload)
        try:
            received.append(
                operations.receive(batch_id, name=upload.name or "", stream=stream, by=who, at=at)
            )
        except (NoRoom, BatchClosed) as reason:
            problem = f"{upload.name}：{reason}"
            break
    if len(files) > MOST_FILES:
        problem = f"一次最多收 {MOST_FILES} 件，这次有 {len(files)} 件，后面的没有收，请分批再拖一次。"
    if problem:
        messages.error(request, problem)
    taken = sum(r.outcome == "received" for r in received)
    if taken:
        messages.success(request, f"收下 {taken} 件，正在识读。")
    not_taken = [r for r in received if r.outcome != "received"]
    for file in not_taken[:MOST_TOLD]:
        messages.warning(request, f"{file.name}：{file.sentence}")
    if len(not_taken) > MOST_TOLD:
        messages.warning(request, f"另有 {len(not_taken) - MOST_TOLD} 件没有收下，原因相近，见操作日志。")
    return redirect("desk:batch", batch_id)


@require_POST
@needs(Right.BATCH_ADD)
def start(request: HttpRequest, batch_id: UUID) -> HttpResponse:
    """Begin to read what waits in a batch."""
    who = viewer(request)
    queries.batch(who, batch_id)
    count = operations.start_batch(batch_id, by=who, at=timezone.now())
    if count:
        messages.success(request, f"{count} 件开始识读，本页会自己刷新。")
    else:
        messages.info(request, "没有等待识读的文件。")
    return redirect("desk:batch", batch_id)
