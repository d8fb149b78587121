"""How the agency's business runs: who holds what, how long steps take, what comes back, who passes on to whom."""

from datetime import timedelta

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_GET

from nianlun.access.domain import Right
from nianlun.access.gate import needs, viewer
from nianlun.cases import hands, statistics, type_files
from nianlun.desk.seeing import saw_list
from nianlun.desk.shell import answer
from nianlun.ui.shell import Crumb

PERIODS = {30: "近 30 天", 90: "近 90 天", 365: "近一年"}
USUAL, PAIRS_OVER = 90, 90


@require_GET
@needs(Right.CASE_OVERSEE)
def overview(request: HttpRequest) -> HttpResponse:
    """Everything an overseer of cases looks at, over a period that can be chosen."""
    who, at = viewer(request), timezone.now()
    days = next((days for days in PERIODS if str(days) == request.GET.get("days", "")), USUAL)
    since = at - timedelta(days=days)
    pairs_since = at - timedelta(days=PAIRS_OVER)
    calls = hands.close_calls(who, since=pairs_since)
    saw_list(request, what="办件概览", rows=len(calls), at=at)
    return answer(
        request,
        "desk/case_statistics.html",
        days=days,
        periods=PERIODS,
        held=statistics.held(who, on=timezone.localdate(at)),
        taken=statistics.taken(who, since=since, until=at),
        returned=statistics.returned(who, since=since, until=at),
        pairs=hands.pairs(who, since=pairs_since, until=at),
        calls=calls,
        gathered=hands.where_calls_gather(who, since=pairs_since),
        names={one.code: one.name for one in type_files.all_types()},
        may_open=who.may(Right.CASE_READ),
        share=f"{hands.SHARE:.0%}",
        fewest=hands.FEWEST,
        crumbs=[Crumb(label="办件概览")],
    )
