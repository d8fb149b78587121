"""Pages of rosters: a clerk checks one and hands it in, another person books it or sends it back."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from nianlun.access.domain import Right
from nianlun.access.gate import needs, shell_context, viewer
from nianlun.contributions import operations, queries, waiting
from nianlun.contributions.operations import ImportOutcome, NotAllowedNow
from nianlun.contributions.workbook import LARGEST
from nianlun.ui.shell import Crumb

KEPT = "contributions.roster"
SHOWN = 50
A_PAGE = 100


@require_http_methods(["GET", "POST"])
@needs(Right.CONTRIBUTION_IMPORT)
def import_roster(request: HttpRequest) -> HttpResponse:
    """The form; posting a workbook shows what it would book."""
    if request.method == "GET":
        return _page(request)
    sent = request.FILES.get("roster")
    if sent is None:
        return _page(request, fault="请选择一份 .xlsx 表格。", status=422)
    content = sent.read(LARGEST + 1)
    name = sent.name or ""
    outcome = operations.check_roster(viewer(request), content=content, name=name, at=timezone.now())
    if outcome.refused:
        return _page(request, fault=outcome.refused, status=422)
    _forget(request)
    if outcome.lines:
        request.session[KEPT] = {"key": waiting.keep(content).hex, "name": outcome.name}
    return _page(request, outcome=outcome)


@require_POST
@needs(Right.CONTRIBUTION_IMPORT)
def hand_in(request: HttpRequest) -> HttpResponse:
    """Hand in the workbook that was checked last in this session, or drop it."""
    kept = request.session.get(KEPT)
    content = waiting.waiting(UUID(kept["key"])) if kept else None
    if kept is None or content is None:
        messages.warning(request, "没有等待提交的名册，可能已经提交，或过了一天。需要时请重新上传。")
        return redirect("contributions:import")
    if "drop" in request.POST:
        _forget(request)
        messages.info(request, f"《{kept['name']}》没有提交。")
        return redirect("contributions:import")
    try:
        outcome = operations.hand_in_roster(
            viewer(request),
            content=content,
            name=kept["name"],
            at=timezone.now(),
            skip_problems="skip" in request.POST,
        )
    except NotAllowedNow as reason:
        _forget(request)
        messages.error(request, str(reason))
        return redirect("contributions:import")
    if outcome.import_id is None:  # something changed since the clerk saw it: show it anew
        return _page(request, outcome=outcome, status=409)
    _forget(request)
    left = f"，{len(outcome.problems)} 行有问题的没有提交" if outcome.problems else ""
    messages.success(
        request, f"《{outcome.name}》已提交 {len(outcome.lines)} 行{left}。另一位同事复核后入账。"
    )
    return redirect("contributions:import")


@require_GET
@needs(Right.CONTRIBUTION_CONFIRM)
def to_review(request: HttpRequest) -> HttpResponse:
    """Rosters and reversals that wait for a second person, the longest waiting first."""
    who = viewer(request)
    context = {
        **shell_context(request),
        "rosters": queries.waiting_rosters(who),
        "reversals": queries.waiting_reversals(who),
        "own": who.account_id,
        "crumbs": [Crumb(label="权益"), Crumb(label="缴费复核")],
    }
    return render(request, "contributions/to_review.html", context)


@require_GET
@needs(Right.CONTRIBUTION_READ)
def roster(request: HttpRequest, roster_id: UUID) -> HttpResponse:
    """One roster: what it would book while it waits, and what became of it."""
    who = viewer(request)
    row = operations.visible(who, roster_id)
    outcome = operations.look_at_roster(who, roster_id, at=timezone.now())
    lines = outcome.lines if outcome else ()
    last = max(1, -(-len(lines) // A_PAGE))
    number = _page_number(request, last=last)
    context = {
        **shell_context(request),
        "roster": queries.roster_line(row),
        "outcome": outcome,
        "shown": lines[(number - 1) * A_PAGE : number * A_PAGE],
        "problems": outcome.problems[:SHOWN] if outcome else (),
        "number": number,
        "last": last,
        "link": lambda page: f"?page={page}",
        "own": row.by_id == who.account_id,
        "may_confirm": who.may(Right.CONTRIBUTION_CONFIRM),
        "crumbs": [
            Crumb(label="缴费复核", url="/contributions/review/")
            if who.may(Right.CONTRIBUTION_CONFIRM)
            else Crumb(label="缴费导入", url="/contributions/import/"),
            Crumb(label=row.name),
        ],
    }
    return render(request, "contributions/roster.html", context)


@require_POST
@needs(Right.CONTRIBUTION_CONFIRM, fresh=True)
def book(request: HttpRequest, roster_id: UUID) -> HttpResponse:
    """Book a roster that another person handed in (S1.7: it moves money)."""
    try:
        added = operations.book_roster(viewer(request), roster_id, at=timezone.now())
    except NotAllowedNow as reason:
        messages.error(request, str(reason))
        return redirect("contributions:roster", roster_id)
    messages.success(request, f"已入账，新增 {added} 条缴费记录。")
    return redirect("contributions:to-review")


@require_POST
@needs(Right.CONTRIBUTION_CONFIRM)
def send_back(request: HttpRequest, roster_id: UUID) -> HttpResponse:
    """Send a roster back to whoever handed it in."""
    reason = request.POST.get("reason", "")
    try:
        operations.send_roster_back(viewer(request), roster_id, reason=reason, at=timezone.now())
    except NotAllowedNow as fault:
        messages.error(request, str(fault))
        return redirect("contributions:roster", roster_id)
    messages.success(request, "已退回，经办人会收到消息。")
    return redirect("contributions:to-review")


@require_POST
@needs(Right.CONTRIBUTION_IMPORT)
def withdraw(request: HttpRequest, roster_id: UUID) -> HttpResponse:
    """Take one's own roster back while it waits."""
    try:
        operations.withdraw_roster(viewer(request), roster_id, at=timezone.now())
    except NotAllowedNow as fault:
        messages.error(request, str(fault))
    else:
        messages.success(request, "已撤回，没有入账。")
    return redirect("contributions:import")


def _page_number(request: HttpRequest, *, last: int) -> int:
    asked = request.GET.get("page", "1")
    return min(max(1, int(asked)), last) if asked.isascii() and asked.isdigit() and len(asked) < 7 else 1


def _forget(request: HttpRequest) -> None:
    kept = request.session.pop(KEPT, None)
    if kept:
        waiting.discard(UUID(kept["key"]))


def _page(
    request: HttpRequest, *, outcome: ImportOutcome | None = None, fault: str = "", status: int = 200
) -> HttpResponse:
    who = viewer(request)
    context = {
        **shell_context(request),
        "outcome": outcome,
        "shown": outcome.lines[:SHOWN] if outcome else (),
        "problems": outcome.problems[:SHOWN] if outcome else (),
        "fault": fault,
        "largest": LARGEST // 1024 // 1024,
        "rosters": queries.rosters(by=[who.account_id]),
        "reversals": queries.reversals(by=who.account_id),
        "crumbs": [Crumb(label="缴费导入")],
    }
    return render(request, "contributions/import.html", context, status=status)
