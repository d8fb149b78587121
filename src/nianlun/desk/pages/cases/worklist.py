"""What waits: the piles of cases, the most urgent first, and taking one from its row."""

from datetime import date
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.views.decorators.http import require_GET, require_POST

from nianlun.access.domain import Refused, Right, Viewer
from nianlun.access.gate import needs, safe_next, viewer
from nianlun.cases import calendars, listing, queries, type_files
from nianlun.cases.domain.flow import State
from nianlun.cases.domain.types import CaseType
from nianlun.cases.operations import holding
from nianlun.cases.queries import CaseLine, Pile
from nianlun.desk import case_clock
from nianlun.desk.case_moves import number_of
from nianlun.desk.seeing import saw_list
from nianlun.desk.shell import answer
from nianlun.kernel.identifiers import uuid_or_none
from nianlun.registry import queries as registry
from nianlun.ui.shell import Crumb

PER_PAGE = 50
SEVERAL_AT = (State.SECOND_REVIEW, State.APPROVAL)
"""States in which several cases of a simple kind may be passed at once."""


@require_GET
@needs(Right.CASE_READ)
def worklist(request: HttpRequest) -> HttpResponse:
    """A pile of cases, or those of a person. The number of a case goes straight to it; other words search."""
    who = viewer(request)
    text = " ".join(request.GET.get("q", "").split())[:60]
    if text and listing.is_number(who, text):
        return redirect("desk:case", text)
    on = timezone.localdate()
    counts = queries.pile_counts(who, on=on)
    called = listing.hearings_called(who)
    pile = _pile(request.GET.get("pile", ""), counts=counts)
    kinds = {one.code: one for one in type_files.case_types(on)}
    type_code = request.GET.get("type", "")
    type_code = type_code if type_code in kinds else ""
    person_id = uuid_or_none(request.GET.get("person", ""))
    names = registry.person_names(who, [person_id] if person_id else [], right=Right.CASE_READ)
    if person_id in names:
        text, found, more = names[person_id], queries.cases_of_person(who, person_id, limit=PER_PAGE), False
    elif text:
        found, more = queries.search(who, text, limit=PER_PAGE), False
    else:
        after = _after(request.GET.get("after", ""))
        found = queries.worklist(who, pile, on=on, type_code=type_code, after=after, limit=PER_PAGE + 1)
        found, more = found[:PER_PAGE], len(found) > PER_PAGE
    saw_list(request, what="办件清单", rows=len(found) + len(called), at=timezone.now())
    calendar = calendars.calendar()
    lines = [*found, *called]
    return answer(
        request,
        "desk/cases.html",
        piles=list(Pile),
        pile=pile,
        counts=counts,
        kinds=list(kinds.values()),
        type_code=type_code,
        text=text,
        lines=found,
        called=called,
        clocks={line.id: case_clock.words(line, on=on, calendar=calendar) for line in lines},
        takeable={line.id for line in found if _may_take(who, line)},
        several={line.id for line in found if not text and _may_pass_with_others(who, line, kinds=kinds)},
        names={code: one.name for code, one in kinds.items()},
        may_accept=who.may(Right.CASE_ACCEPT),
        next_page=_address(pile, type_code, after=found[-1]) if more else "",
        here=request.get_full_path(),
        crumbs=[Crumb(label="办件")],
    )


@require_POST
@needs(Right.CASE_READ)
def take(request: HttpRequest, number: str) -> HttpResponse:
    """Take a case from its row, and open it; whoever was quicker is named."""
    who = viewer(request)
    case_id = queries.case_numbered(who, number)
    try:
        holding.take(case_id, by=who, version=number_of(request.POST.get("version", "")), at=timezone.now())
    except Refused as reason:
        messages.error(request, f"{number}：{reason.sentence}")
        return redirect(safe_next(request, otherwise=reverse("desk:cases")))
    return redirect("desk:case", number)


def _pile(wanted: str, *, counts: dict[Pile, int]) -> Pile:
    """The pile asked for; else the own one, or where there is nothing the pool, or everything."""
    if wanted in set(Pile):
        return Pile(wanted)
    return next((pile for pile in (Pile.MINE, Pile.POOL) if counts[pile]), Pile.ALL)


def _may_take(who: Viewer, line: CaseLine) -> bool:
    return line.holder_id is None and line.turn in queries.states_for(who)


def _may_pass_with_others(who: Viewer, line: CaseLine, *, kinds: dict[str, CaseType]) -> bool:
    kind = kinds.get(line.type_code)
    return (
        kind is not None
        and kind.batch
        and not line.high_risk
        and line.state in SEVERAL_AT
        and line.turn in queries.states_for(who)
        and line.holder_id in (None, who.account_id)
    )


def _after(text: str) -> tuple[date | None, UUID] | None:
    """Where the next page begins, as `_address` wrote it; anything else begins at the top."""
    due, _, last = text.partition("~")
    try:
        return (date.fromisoformat(due) if due else None), UUID(last)
    except ValueError:
        return None


def _address(pile: Pile, type_code: str, *, after: CaseLine) -> str:
    due = after.due_on.isoformat() if after.due_on else ""
    asked = {"pile": pile.value, "type": type_code, "after": f"{due}~{after.id}"}
    return f"?{urlencode({key: value for key, value in asked.items() if value})}"
