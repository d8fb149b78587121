"""The page on which a clerk hands in a roster of contributions, sees what it would do, and confirms it."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from nianlun.access.domain import Right
from nianlun.access.gate import needs, shell_context, viewer
from nianlun.contributions import operations, queries, waiting
from nianlun.contributions.operations import ImportOutcome
from nianlun.contributions.workbook import LARGEST
from nianlun.ui.shell import Crumb

KEPT = "contributions.roster"
SHOWN = 50


@require_http_methods(["GET", "POST"])
@needs(Right.CONTRIBUTION_IMPORT)
def import_roster(request: HttpRequest) -> HttpResponse:
    """The form; posting a workbook shows what importing it would do."""
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
@needs(Right.CONTRIBUTION_IMPORT, fresh=True)
def confirm(request: HttpRequest) -> HttpResponse:
    """Book the workbook that was checked last in this session, or drop it."""
    kept = request.session.get(KEPT)
    content = waiting.waiting(UUID(kept["key"])) if kept else None
    if kept is None or content is None:
        messages.warning(request, "没有等待确认的名册，可能已经过了一天。请重新上传。")
        return redirect("contributions:import")
    if "drop" in request.POST:
        _forget(request)
        messages.info(request, f"《{kept['name']}》没有导入。")
        return redirect("contributions:import")
    outcome = operations.import_roster(
        viewer(request),
        content=content,
        name=kept["name"],
        at=timezone.now(),
        skip_problems="skip" in request.POST,
    )
    if outcome.import_id is None:  # something changed since the clerk saw it: show it anew
        return _page(request, outcome=outcome, status=409)
    _forget(request)
    left = f"，{len(outcome.problems)} 行有问题的没有导入" if outcome.problems else ""
    messages.success(
        request,
        f"《{outcome.name}》已导入：新增 {outcome.added} 条缴费记录，{outcome.known_rows} 行原已有记录{left}。",
    )
    return redirect("contributions:import")


def _forget(request: HttpRequest) -> None:
    kept = request.session.pop(KEPT, None)
    if kept:
        waiting.discard(UUID(kept["key"]))


def _page(
    request: HttpRequest, *, outcome: ImportOutcome | None = None, fault: str = "", status: int = 200
) -> HttpResponse:
    context = {
        **shell_context(request),
        "outcome": outcome,
        "shown": outcome.lines[:SHOWN] if outcome else (),
        "problems": outcome.problems[:SHOWN] if outcome else (),
        "fault": fault,
        "largest": LARGEST // 1024 // 1024,
        "rosters": queries.rosters(by=[viewer(request).account_id]),
        "crumbs": [Crumb(label="缴费导入")],
    }
    return render(request, "contributions/import.html", context, status=status)
