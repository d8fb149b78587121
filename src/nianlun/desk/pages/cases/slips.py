"""The papers the agency gave out in a case, and how they were brought to whom they are for."""

from datetime import date
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from nianlun.access.domain import Refused, Right
from nianlun.access.gate import needs, viewer
from nianlun.cases import queries
from nianlun.cases.domain.delivery import Way
from nianlun.cases.moving import Stale
from nianlun.cases.operations import delivering
from nianlun.cases.queries import CaseView
from nianlun.desk.case_moves import number_of
from nianlun.desk.pages.cases.materials import given_out
from nianlun.desk.pages.cases.one import Attempt, Tab, draw
from nianlun.desk.seeing_cases import open_case, see_case

LONGEST = 100
KEPT = ("way", "on", "receipt", "slip")


@require_GET
@needs(Right.CASE_READ)
def slip(request: HttpRequest, number: str, slip_id: UUID) -> HttpResponseBase:
    """A paper the agency gave out, as it was sealed."""
    opened = open_case(request, number, what=" 的文书", at=timezone.now())
    held, wanted = queries.slip_file(viewer(request), opened.view.line.id, slip_id)
    name = f"{wanted.number}.pdf"
    return given_out(held, wanted.file_name, name=name, media_type="application/pdf")


@require_POST
@needs(Right.CASE_ACCEPT)
def deliver(request: HttpRequest, number: str, slip_id: UUID) -> HttpResponse:
    """Enter that a paper was brought to whom it is for, and how."""
    view = see_case(request, number, what="：文书送达", at=timezone.now())
    queries.slip_file(viewer(request), view.line.id, slip_id)
    try:
        _deliver(request, view, slip_id)
    except Refused as reason:
        return _kept(request, view, reason, slip_id=slip_id)
    messages.success(request, "送达已登记。")
    return redirect("desk:case-tab", number, Tab.SLIPS.value)


def _deliver(request: HttpRequest, view: CaseView, slip_id: UUID) -> None:
    way, on = request.POST.get("way", ""), request.POST.get("on", "").strip()
    if way not in set(Way):
        raise Refused("请选怎样送达。")
    try:
        day = date.fromisoformat(on) if on else None
    except ValueError:
        raise Refused("送达日期应写成 2026-03-01 这样。") from None
    delivering.deliver(
        view.line.id,
        by=viewer(request),
        version=number_of(request.POST.get("version", "")),
        slip_id=slip_id,
        way=Way(way),
        on=day,
        receipt=request.POST.get("receipt", "")[:LONGEST],
        at=timezone.now(),
    )


def _kept(request: HttpRequest, view: CaseView, reason: Refused, *, slip_id: UUID) -> HttpResponse:
    stale = isinstance(reason, Stale)
    typed = {name: request.POST.get(name, "")[:LONGEST] for name in KEPT} | {"slip": str(slip_id)}
    attempt = Attempt(
        sentence=reason.sentence,
        typed=typed,
        seen=number_of(request.POST.get("version", "")) if stale else None,
        status=409 if stale else 403,
    )
    return draw(request, queries.case(viewer(request), view.line.id), Tab.SLIPS, attempt=attempt)
