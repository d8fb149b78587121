"""One box for everything: names, identity numbers, codes, units, words inside pages; only what the viewer may see."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_GET

from nianlun.access.domain import Right
from nianlun.access.gate import needs, viewer
from nianlun.cases import listing
from nianlun.desk.find import find
from nianlun.desk.seeing import SEARCHED
from nianlun.desk.shell import answer
from nianlun.journal import operations as journal
from nianlun.ui.shell import Crumb

LONGEST = 100


@require_GET
@needs(Right.PERSON_SEARCH)
def search(request: HttpRequest) -> HttpResponse:
    """Results in four groups; an empty box tells what can be searched."""
    who = viewer(request)
    text = request.GET.get("q", "").strip()[:LONGEST]
    if listing.is_number(who, text):
        return redirect("desk:case", text)
    found = find(who, text) if text else None
    if found is not None:
        journal.record(
            SEARCHED, by=who, about="desk.search", rows=found.rows, details={}, at=timezone.now()
        )
    return answer(request, "desk/search.html", query=text, found=found, crumbs=[Crumb(label="检索")])
