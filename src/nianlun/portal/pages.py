"""What an insured person sees on the phone: the own ring, the own dates, who looked. Read only."""

from decimal import Decimal
from itertools import groupby

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET

from nianlun.access.domain import Right
from nianlun.access.gate import needs, viewer
from nianlun.contributions import queries as contributions
from nianlun.entitlements import queries as entitlements
from nianlun.entitlements.queries import PersonFigures
from nianlun.journal import queries as journal_queries
from nianlun.portal.career_parts import longest_gaps, paid_by_year
from nianlun.portal.frame import answer, own_person
from nianlun.portal.looking import for_person
from nianlun.ui.widgets.evidence import Evidence
from nianlun.ui.widgets.ring import RingMonth, ring
from nianlun.ui.widgets.years import year_rows

SMALL_RING = 118
MOST_OWN = 20
_READS = 50
"""Entries of who looked on one page."""


@require_GET
@needs(Right.OWN_READ)
def home(request: HttpRequest) -> HttpResponse:
    """The ring, the years, and what is missing."""
    figures = _own(request, what="权益年轮")
    months = [RingMonth(month=c.month, state=c.state, label=c.label) for c in figures.ring]
    rows = contributions.year_rows(figures.person.id)
    return answer(
        request,
        "portal/home.html",
        figures=figures,
        ring=ring(
            months, counted=figures.career.contribution_months, size=SMALL_RING, title="我的权益年轮"
        ),
        years=year_rows(months, paid=paid_by_year(figures.person.id)),
        paid_total=sum((row.personal for row in rows), Decimal(0)),
        gaps=longest_gaps(figures.ring),
        open_clashes=[c for c in figures.clashes if c.state == Evidence.CONTRADICTORY],
    )


@require_GET
@needs(Right.OWN_READ)
def dates(request: HttpRequest) -> HttpResponse:
    """When I may retire, in plain words, and how that comes about."""
    figures = _own(request, what="退休时间")
    return answer(request, "portal/dates.html", figures=figures, retirement=figures.retirement)


@require_GET
@needs(Right.OWN_READ)
def why(request: HttpRequest, node: str) -> HttpResponse:
    """The derivation of one figure, the own one; pages of the file are looked at over the counter."""
    figures = _own(request, what="一个数字的依据")
    try:
        tree = entitlements.derivation(viewer(request), figures.person.id, node, on=timezone.localdate())
    except entitlements.NoSuchFigure:
        raise Http404 from None
    return answer(request, "portal/why.html", node=tree, back_url=reverse("portal:dates"))


@require_GET
@needs(Right.OWN_READ)
def reads(request: HttpRequest) -> HttpResponse:
    """Who had to do with my file, day by day; what I looked at myself stands apart and hides nobody."""
    figures, own = _own(request, what="谁看过我的档案"), viewer(request).account_id
    before = request.GET.get("before", "")
    found = journal_queries.reads_of_person(figures.person.id, but_of=own, before=before, limit=_READS + 1)
    entries = found[:_READS]
    days = [
        (day, list(lines))
        for day, lines in groupby(for_person(entries), key=lambda entry: timezone.localdate(entry.at))
    ]
    mine = journal_queries.deeds_on_persons(own, limit=MOST_OWN)
    more = entries[-1].cursor if len(found) > _READS else ""
    return answer(request, "portal/reads.html", days=days, mine=mine, before=before, more=more)


def _own(request: HttpRequest, *, what: str) -> PersonFigures:
    at = timezone.now()
    person_id = own_person(request, what=what, at=at)
    return entitlements.person_figures(viewer(request), person_id, on=timezone.localdate(at))
