"""The registers of the five kinds, one item with its pages, and the bytes of pages and originals."""

from collections.abc import Sequence
from uuid import UUID

from django.contrib import messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from nianlun.access.domain import Refused, Right
from nianlun.access.gate import needs, viewer
from nianlun.archives import queries as archives
from nianlun.archives.domain import Category
from nianlun.archives.queries import ItemLine, PageLine
from nianlun.cases import queries as cases
from nianlun.desk import certified_copy as copying
from nianlun.desk import review_view
from nianlun.desk.page_pictures import picture_of_page, status_of, without
from nianlun.desk.seeing import open_item, saw_list, see_item
from nianlun.desk.shell import answer
from nianlun.digitization.reading import Refused as Unrenderable
from nianlun.evidence import queries as evidence
from nianlun.evidence import queue
from nianlun.evidence.queries import ClaimLine
from nianlun.registry import queries as registry
from nianlun.ui.downloads import closed, pdf
from nianlun.ui.shell import Crumb
from nianlun.ui.stamp import stamp
from nianlun.ui.typesetting import GlyphMissing
from nianlun.ui.widgets.viewer import PageRegion, PageView, page_view
from nianlun.vault import queries as vault

PER_PAGE = 50
LAST_PAGE = 20_000  # further back one searches


@require_GET
@needs(Right.ITEM_READ)
def register(request: HttpRequest, category: str) -> HttpResponse:
    """The register of one kind of archives (归档文件目录), newest filing first."""
    who = viewer(request)
    kind = Category(category) if category in set(Category) else None
    if kind is None:
        raise Http404
    number = _page_number(request, most=LAST_PAGE)
    text = request.GET.get("q", "").strip()[:100]
    start = (number - 1) * PER_PAGE
    found = list(archives.items_of_category(who, category=kind, text=text, start=start, limit=PER_PAGE + 1))
    persons = registry.person_names(who, [i.person_id for i in found if i.person_id])
    saw_list(request, what=f"{kind.label}目录", rows=len(found), at=timezone.now())
    return answer(
        request,
        "desk/register.html",
        category=kind,
        items=found[:PER_PAGE],
        persons=persons,
        more=len(found) > PER_PAGE,
        number=number,
        text=text,
        may_export=bool(found) and who.may(Right.EXPORT_ASK),
        crumbs=[Crumb(label="档案"), Crumb(label=kind.label)],
    )


@require_GET
@needs(Right.ITEM_READ)
def item(request: HttpRequest, item_id: UUID) -> HttpResponse:
    """One item: its description, its pages, and every claim on them; `claim` and `page` choose what is highlighted."""
    who = viewer(request)
    line = see_item(request, item_id, what="", at=timezone.now())
    claims = evidence.claims_of_item(item_id)
    chosen = next((c for c in claims if str(c.id) == request.GET.get("claim", "")), None)
    pages = archives.pages(item_id)
    wanted = chosen.page_number if chosen else _page_number(request, most=len(pages))
    shown = next(p for p in pages if p.number == wanted)
    owner = registry.person(who, line.person_id) if line.person_id else None
    on_page = [c for c in claims if c.page_number == shown.number]
    weight, weight_reason = review_view.page_weight(line, claims)
    return answer(
        request,
        "desk/item.html",
        item=line,
        owner=owner,
        pages=pages,
        page=shown,
        view=_view(line, shown, claims=on_page, chosen=chosen),
        claims=on_page,
        labels={c.id: review_view.shown_value(c) for c in on_page},
        chosen=chosen,
        weight=weight,
        weight_reason=weight_reason,
        files=vault.files(line.vault_object),
        absence=vault.absence(line.vault_object),
        case=cases.case_of_item(who, item_id),
        may_certify=who.may(Right.ITEM_CERTIFY),
        may_review=who.may(Right.REVIEW_READ),
        in_hand=bool(queue.in_hand(who, item_id)),
        crumbs=[
            Crumb(label="档案"),
            Crumb(label=line.category.label, url=f"/registers/{line.category.value}/"),
            Crumb(label=line.code),
        ],
    )


@require_GET
@needs(Right.ITEM_READ)
def page_image(request: HttpRequest, item_id: UUID, number: int) -> HttpResponse:
    """The upright picture of one page, re-encoded by us from fully decoded pixels."""
    opened = open_item(request, item_id, what=f" 第 {number} 页", at=timezone.now())
    if not 1 <= number <= opened.item.page_count:
        raise Http404
    return picture_of_page(opened, number=number)


@require_GET
@needs(Right.ITEM_READ)
def original(request: HttpRequest, item_id: UUID) -> HttpResponseBase:
    """The original bytes as they came in, always as a download (S4.6)."""
    opened = open_item(request, item_id, what=" 的原件文件", at=timezone.now())
    line = opened.item
    try:
        stream = vault.open_file(line.vault_object, line.file_name)
    except vault.Unreadable as reason:
        return without(str(reason), status=status_of(reason))
    suffix = line.file_name.rsplit(".", 1)[-1]
    response = FileResponse(
        stream,
        as_attachment=True,
        filename=f"{line.code}-{opened.entry_id}.{suffix}",  # the bytes are the original's and carry no mark
        content_type="application/octet-stream",
    )
    return closed(response)


@require_POST
@needs(Right.ITEM_CERTIFY)
def certified_copy(request: HttpRequest, item_id: UUID) -> HttpResponse:
    """A copy of the item to be given out, certified and to be verified by anybody."""
    at = timezone.now()
    line = see_item(request, item_id, what="，出具复制件", at=at)
    try:
        paper = copying.certified_copy(
            line, by=viewer(request), stamp=lambda code: stamp(request, code=code), at=at
        )
    except (Refused, GlyphMissing, *vault.Unreadable) as reason:
        messages.error(request, str(reason))
        return redirect("desk:item", item_id)
    except Unrenderable as reason:
        messages.error(request, reason.sentence)
        return redirect("desk:item", item_id)
    return pdf(paper, name=f"复制件 {line.code}")


def _view(
    line: ItemLine, page: PageLine, *, claims: Sequence[ClaimLine], chosen: ClaimLine | None
) -> PageView:
    regions = [
        PageRegion(
            number=c.number,
            polygon=c.polygon,
            label=f"{c.number} {c.kind.label}：{review_view.shown_value(c) or '看不清'}",
            state="accepted" if c.settled else "waiting",
            href=f"?claim={c.id}",
            selected=chosen is not None and c.id == chosen.id,
        )
        for c in claims
        if len(c.polygon) >= 3
    ]
    return page_view(
        url=reverse("desk:page-image", args=[line.id, page.number]),
        width=page.width,
        height=page.height,
        title=f"{line.title}，{line.code}，第 {page.number} 页",
        regions=regions,
    )


def _page_number(request: HttpRequest, *, most: int) -> int:
    text = request.GET.get("page", "1")
    return min(most, max(1, int(text))) if text.isdecimal() and len(text) < 6 else 1
