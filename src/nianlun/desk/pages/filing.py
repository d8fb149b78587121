"""Filing ended cases: the queue, one look at each with what will stand in the register, and one button."""

from datetime import datetime
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from nianlun.access.domain import Refused, Right, Viewer
from nianlun.access.gate import needs, viewer
from nianlun.archives import operations as archives
from nianlun.archives.domain import Category
from nianlun.cases import queries
from nianlun.cases.domain.filing import LATE, TERM_LABELS, terms_from
from nianlun.cases.filing import READING_FILE
from nianlun.cases.operations import filing
from nianlun.cases.queries import FilingLine, FilingView
from nianlun.desk.case_moves import number_of
from nianlun.desk.page_pictures import drawn
from nianlun.desk.seeing import saw_list
from nianlun.desk.seeing_cases import open_case, see_case
from nianlun.desk.shell import answer
from nianlun.registry import queries as registry
from nianlun.ui.shell import Crumb
from nianlun.ui.widgets.viewer import page_view

PER_PAGE, MOST = 50, 50


@require_http_methods(["GET", "POST"])
@needs(Right.CASE_FILE)
def waiting(request: HttpRequest) -> HttpResponse:
    """Ended cases that are not filed, the longest waiting first; posting files the chosen ones."""
    who = viewer(request)
    if request.method == "POST":
        return _file_several(request, who)
    on, late_only = timezone.localdate(), request.GET.get("late") == "1"
    after = _after(request.GET.get("after", ""))
    found = queries.to_file(who, on=on, late_only=late_only, after=after, limit=PER_PAGE + 1)
    lines, more = found[:PER_PAGE], len(found) > PER_PAGE
    saw_list(request, what="待归档清单", rows=len(lines), at=timezone.now())
    return answer(
        request,
        "desk/filing.html",
        lines=lines,
        late_only=late_only,
        late=queries.count_late(who, on=on),
        total=queries.count_to_file(who),
        days=LATE,
        terms=TERM_LABELS,
        next_page=_next(lines[-1], late_only=late_only) if more else "",
        crumbs=[Crumb(label="待归档")],
    )


@require_GET
@needs(Right.CASE_FILE)
def look(request: HttpRequest, number: str) -> HttpResponse:
    """One ended case as it will be filed: a page of its reading file, its contents, its description."""
    at = timezone.now()
    view = see_case(request, number, what="，归档前核对", at=at)
    return _drawn(request, queries.filing(viewer(request), view.line.id, on=timezone.localdate(at)), at=at)


@require_POST
@needs(Right.CASE_FILE)
def file(request: HttpRequest, number: str) -> HttpResponse:
    """File it, and go on to the next that is ready."""
    who, at = viewer(request), timezone.now()
    view = see_case(request, number, what="，归档", at=at)
    try:
        code = filing.file(view.line.id, by=who, at=at, **_seen(request))
    except Refused as reason:
        return _refused(request, view.line.id, reason)
    messages.success(request, f"{number} 已归档，档号 {code}。")
    ready = queries.to_file(who, on=timezone.localdate(at))
    following = next((line for line in ready if line.description), None)
    return redirect("desk:filing-look", following.case.number) if following else redirect("desk:filing")


@require_POST
@needs(Right.CASE_FILE)
def describe(request: HttpRequest, number: str) -> HttpResponse:
    """Correct what will stand in the register."""
    view = see_case(request, number, what="，更正归档著录", at=timezone.now())
    try:
        filing.describe(
            view.line.id,
            by=viewer(request),
            title=request.POST.get("title", "")[:400],
            retention=request.POST.get("retention", ""),
            secrecy=request.POST.get("secrecy", ""),
            at=timezone.now(),
            **_seen(request),
        )
    except Refused as reason:
        return _refused(request, view.line.id, reason)
    messages.success(request, "著录已更正。核对无误就可以归档。")
    return redirect("desk:filing-look", number)


@require_POST
@needs(Right.CASE_FILE)
def retry(request: HttpRequest, number: str) -> HttpResponse:
    """Have papers and reading file tried again."""
    view = see_case(request, number, what="，重新生成文书和阅读件", at=timezone.now())
    queued = filing.retry(view.line.id, by=viewer(request), at=timezone.now())
    if queued:
        messages.success(request, "已重新排队，一般几秒后就好。")
    else:
        messages.info(request, "没有失败的文书或阅读件，正在生成的请稍候。")
    return redirect("desk:filing-look", number)


@require_GET
@needs(Right.CASE_FILE)
def page(request: HttpRequest, number: str, page: int) -> HttpResponse:
    """The upright picture of one page of the reading file, drawn in a limited process."""
    opened = open_case(request, number, what=f" 的阅读件第 {page} 页", at=timezone.now())
    draft = queries.filing(viewer(request), opened.view.line.id, on=timezone.localdate())
    if not 1 <= page <= len(draft.sizes):
        raise Http404
    return drawn(draft.object_id, READING_FILE, page, entry_id=opened.entry_id)


def _drawn(
    request: HttpRequest, draft: FilingView, *, at: datetime, problem: str = "", status: int = 200
) -> HttpResponse:
    line, described = draft.line, draft.line.description
    shown = min(max(number_of(request.GET.get("page", "1")), 1), max(len(draft.sizes), 1))
    number = line.case.number
    picture = None
    if draft.sizes:
        width, height = draft.sizes[shown - 1]
        picture = page_view(
            url=reverse("desk:filing-page", args=[number, shown]),
            width=width,
            height=height,
            title=f"{line.case.title}，阅读件第 {shown} 页",
        )
    return answer(
        request,
        "desk/filing_look.html",
        draft=draft,
        line=line,
        described=described,
        agency=registry.agency(draft.agency_id),
        shown=shown,
        picture=picture,
        terms=[(term, TERM_LABELS.get(term, term)) for term in terms_from(draft.least)],
        labels=TERM_LABELS,
        levels=filing.levels(draft.object_id),
        code=archives.code_to_come(
            draft.agency_id, category=Category.BUSINESS, retention=described.retention, at=at
        )
        if described
        else "",
        problem=problem,
        crumbs=[Crumb(label="待归档", url=reverse("desk:filing")), Crumb(label=number)],
        status=status,
    )


def _refused(request: HttpRequest, case_id: UUID, reason: Refused) -> HttpResponse:
    """The look again with the sentence; a case that is no longer in the queue has its own page."""
    who, at = viewer(request), timezone.now()
    if queries.case(who, case_id).filed_at is not None:
        messages.error(request, reason.sentence)
        return redirect("desk:filing")
    draft = queries.filing(who, case_id, on=timezone.localdate(at))
    return _drawn(request, draft, at=at, problem=reason.sentence, status=403)


def _file_several(request: HttpRequest, who: Viewer) -> HttpResponse:
    wanted = [found for text in request.POST.getlist("case")[:MOST] if (found := _choice(text))]
    done = filing.file_several(wanted, by=who, at=timezone.now())
    codes = [one for one in done if one.code]
    if codes:
        first, last = codes[0].code, codes[-1].code
        span = f"档号 {first}" if len(codes) == 1 else f"档号 {first} 到 {last}"
        messages.success(request, f"已归档 {len(codes)} 件，{span}。")
    for one in done:
        if not one.code:
            messages.error(request, f"{one.number or '一件业务'}没有归档：{one.sentence}")
    if not done:
        messages.info(request, "没有选中办件。请先勾选，再点“归档所选”。")
    return redirect("desk:filing")


def _choice(text: str) -> tuple[UUID, int, int] | None:
    case_id, _, rest = text.partition("~")
    version, _, edition = rest.partition("~")
    try:
        return UUID(case_id), number_of(version), number_of(edition)
    except ValueError:
        return None


def _seen(request: HttpRequest) -> dict[str, int]:
    return {name: number_of(request.POST.get(name, "")) for name in ("version", "edition")}


def _after(text: str) -> tuple[datetime, UUID] | None:
    moment, _, case_id = text.partition("~")
    try:
        ended = datetime.fromisoformat(moment)
        return (ended, UUID(case_id)) if ended.tzinfo is not None else None
    except ValueError:
        return None


def _next(last: FilingLine, *, late_only: bool) -> str:
    ended = last.case.concluded_at
    mark = f"{ended.isoformat() if ended else ''}~{last.case.id}"
    return "?" + urlencode({"after": mark, **({"late": "1"} if late_only else {})})
