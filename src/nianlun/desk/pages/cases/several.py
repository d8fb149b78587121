"""Passing several simple cases at once: a look over all of them first, then what became of each."""

from typing import TypedDict

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from nianlun.access.domain import Right, Viewer
from nianlun.access.gate import needs, viewer
from nianlun.cases import calendars, listing
from nianlun.cases.operations import deciding
from nianlun.desk import case_clock
from nianlun.desk.case_moves import number_of
from nianlun.desk.seeing import saw_list
from nianlun.desk.shell import answer
from nianlun.ui.shell import Crumb

MOST, LONGEST = 50, 2000
KEPT = "cases_passed"


class Told(TypedDict):
    """What became of one case, as it is kept for the page that tells it; no sentence where it went on."""

    number: str
    sentence: str


@require_http_methods(["GET", "POST"])
@needs(Right.CASE_READ, fresh=True)
def several(request: HttpRequest) -> HttpResponse:
    """What would pass, to be confirmed once; posting passes each in a transaction of its own (S1.7)."""
    who = viewer(request)
    if request.method == "POST":
        return _pass(request, who)
    lines = listing.cases_numbered(who, request.GET.getlist("case")[:MOST])
    on = timezone.localdate()
    saw_list(request, what="成批通过的办件", rows=len(lines), at=timezone.now())
    calendar = calendars.calendar()
    return answer(
        request,
        "desk/case_several.html",
        lines=lines,
        most=MOST,
        too_many=len(request.GET.getlist("case")) > MOST,
        clocks={line.id: case_clock.words(line, on=on, calendar=calendar) for line in lines},
        crumbs=_crumbs("成批通过"),
    )


@require_http_methods(["GET"])
@needs(Right.CASE_READ)
def passed(request: HttpRequest) -> HttpResponse:
    """What became of each case of the last batch."""
    told: list[Told] = request.session.get(KEPT, [])
    return answer(
        request,
        "desk/case_several_passed.html",
        told=told,
        went_on=sum(not one["sentence"] for one in told),
        crumbs=_crumbs("成批通过的结果"),
    )


def _pass(request: HttpRequest, who: Viewer) -> HttpResponse:
    seen = dict(_number_and_version(text) for text in request.POST.getlist("case")[:MOST])
    done = deciding.pass_batch(
        [(line.id, seen[line.number]) for line in listing.cases_numbered(who, seen)],
        by=who,
        text=request.POST.get("text", "")[:LONGEST],
        at=timezone.now(),
    )
    request.session[KEPT] = [Told(number=one.number, sentence=one.sentence) for one in done]
    return redirect("desk:case-batch-passed")


def _number_and_version(text: str) -> tuple[str, int]:
    number, _, version = text.partition("~")
    return number[:40], number_of(version)


def _crumbs(here: str) -> list[Crumb]:
    return [Crumb(label="办件", url=reverse("desk:cases")), Crumb(label=here)]
