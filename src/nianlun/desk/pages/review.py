"""The review desk: the page on the left, what it says on the right; one person decides, another confirms."""

from collections.abc import Callable
from datetime import datetime
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from nianlun.access.domain import Right, Viewer, authorize
from nianlun.access.gate import needs, viewer
from nianlun.archives import queries as archives
from nianlun.desk import persons, review_view
from nianlun.desk.seeing import saw_list, see_examination
from nianlun.desk.shell import answer
from nianlun.evidence import operations, queries, queue
from nianlun.evidence.domain import Kind
from nianlun.evidence.operations import NotAllowedNow
from nianlun.evidence.values import NotAValue
from nianlun.registry import queries as registry
from nianlun.ui.review_form import NotADecision, read_decision
from nianlun.ui.shell import Crumb

STATES = {"open": "待初核", "submitted": "待复核", "rescan": "退回重扫", "confirmed": "已办结"}
PER_PAGE = 50


@require_GET
@needs(Right.REVIEW_READ)
def waiting(request: HttpRequest) -> HttpResponse:
    """The queue, by state."""
    who = viewer(request)
    usual = "submitted" if who.may(Right.REVIEW_CONFIRM) else "open"
    state = request.GET.get("state", usual)
    if state not in STATES:
        raise Http404
    lines = queue.examinations(who, state=state, limit=PER_PAGE)
    saw_list(request, what=f"审核单（{STATES[state]}）", rows=len(lines), at=timezone.now())
    return answer(
        request,
        "desk/review_queue.html",
        lines=lines,
        state=state,
        states=STATES,
        counts=queue.counts(who),
        names=registry.person_names(who, [line.item.person_id for line in lines if line.item.person_id]),
        crumbs=[Crumb(label="审核")],
    )


@require_GET
@needs(Right.REVIEW_READ)
def desk(request: HttpRequest, item_id: UUID) -> HttpResponse:
    """One item on the desk; `page` turns to a page, `claim` selects one."""
    return _desk(request, item_id, page=request.GET.get("page", ""), claim=request.GET.get("claim", ""))


@require_POST
@needs(Right.REVIEW_DECIDE)
def decide(request: HttpRequest, claim_id: UUID) -> HttpResponse:
    """One decision on one claim. What is wrong with it is told at the claim, and nothing typed is lost."""
    who = viewer(request)
    claim = queries.claims_by_id([claim_id]).get(claim_id)
    if claim is None:
        raise Http404
    queue.examination(who, claim.item_id)  # raises NotVisible out of scope
    current = review_view.shown_value(claim)
    try:
        sent = read_decision(request.POST.dict(), current=current)
        operations.decide(
            claim_id,
            by=who,
            choice=sent.kind.value,
            value="" if sent.value == current else sent.value,
            polygon=sent.polygon,
            at=timezone.now(),
        )
    except (NotADecision, NotAValue, NotAllowedNow) as reason:
        typed = request.POST.get("value", "")
        return _desk(
            request, claim.item_id, claim=str(claim_id), fault=str(reason), typed=typed, status=422
        )
    return redirect(
        f"{reverse('desk:review', args=[claim.item_id])}?page={claim.page_number}&claim={claim_id}"
    )


def _desk(
    request: HttpRequest,
    item_id: UUID,
    *,
    page: str = "",
    claim: str = "",
    fault: str = "",
    typed: str = "",
    status: int = 200,
) -> HttpResponse:
    who = viewer(request)
    line = see_examination(request, item_id, at=timezone.now())
    view = review_view.build(who, line, page=page, claim=claim, fault=fault, typed=typed)
    return answer(
        request,
        "desk/review.html",
        view=view,
        review=view.desk,
        kinds=[kind for kind in Kind if kind is not Kind.EMPLOYMENT],
        crumbs=[Crumb(label="审核", url=reverse("desk:review-queue")), Crumb(label=line.item.code)],
        status=status,
    )


@require_POST
@needs(Right.REVIEW_DECIDE)
def add(request: HttpRequest, page_id: UUID) -> HttpResponse:
    """Enter a statement that the machine did not see; its region is drawn on the page, else the whole page stands."""
    who = viewer(request)
    page = archives.page(page_id)
    queue.examination(who, page.item_id)
    try:
        kind = Kind(request.POST.get("kind", ""))
        drawn = read_decision({**request.POST.dict(), "decision": "rewrite"}, current="").polygon
        polygon = drawn or [[0, 0], [1, 0], [1, 1], [0, 1]]
        operations.add_claim(
            page_id,
            by=who,
            kind=kind,
            value=request.POST.get("value", ""),
            polygon=polygon,
            at=timezone.now(),
        )
    except (NotADecision, NotAValue, NotAllowedNow) as reason:
        messages.error(request, str(reason))
    except ValueError:
        messages.error(request, "请先选这一条说的是什么。")
    return redirect(f"{reverse('desk:review', args=[page.item_id])}?page={page.number}")


@require_POST
@needs(Right.REVIEW_DECIDE)
def attribute(request: HttpRequest, item_id: UUID) -> HttpResponse:
    """Say whose paper this is."""
    who = viewer(request)
    queue.examination(who, item_id)
    try:
        person = persons.named(who, request.POST.get("person", ""))
        operations.attribute_item(item_id, person_id=person.id, by=who, at=timezone.now())
    except (persons.NoSuchPerson, NotAllowedNow) as reason:
        messages.error(request, str(reason))
    else:
        messages.success(request, f"已归到 {person.name} 名下。")
    return redirect("desk:review", item_id)


@require_POST
@needs(Right.REVIEW_READ)
def conclude(request: HttpRequest, item_id: UUID) -> HttpResponse:
    """Submit, confirm, return or ask for a rescan; each with its own right."""
    who = viewer(request)
    queue.examination(who, item_id)
    step = request.POST.get("step", "")
    if step not in _STEPS:
        raise Http404
    right, run, done = _STEPS[step]
    authorize(who, right)
    try:
        run(item_id, who, request.POST.get("reason", ""), timezone.now())
    except NotAllowedNow as reason:
        messages.error(request, str(reason))
        return redirect("desk:review", item_id)
    messages.success(request, done)
    return redirect("desk:review-queue")


def _submit(item_id: UUID, who: Viewer, _reason: str, at: datetime) -> None:
    operations.submit(item_id, by=who, at=at)


def _confirm(item_id: UUID, who: Viewer, _reason: str, at: datetime) -> None:
    operations.confirm(item_id, by=who, at=at)


def _return(item_id: UUID, who: Viewer, reason: str, at: datetime) -> None:
    operations.return_item(item_id, by=who, reason=reason, at=at)


def _rescan(item_id: UUID, who: Viewer, reason: str, at: datetime) -> None:
    operations.ask_rescan(item_id, by=who, reason=reason, at=at)


_STEPS: dict[str, tuple[Right, Callable[[UUID, Viewer, str, datetime], None], str]] = {
    "submit": (Right.REVIEW_DECIDE, _submit, "已提交，等另一位同事复核。"),
    "confirm": (Right.REVIEW_CONFIRM, _confirm, "已复核确认，这些记载可以作依据了。"),
    "return": (Right.REVIEW_CONFIRM, _return, "已退回初核，理由写给了初核人。"),
    "rescan": (Right.REVIEW_DECIDE, _rescan, "已退回重扫，放在“退回重扫”一栏。"),
}
