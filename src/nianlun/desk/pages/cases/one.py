"""One case: what it is about, its papers, what the system finds, who decided what, and what can be done with it now."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from enum import StrEnum
from uuid import uuid4

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_GET, require_POST

from nianlun.access.domain import Right, Viewer
from nianlun.access.gate import needs, viewer
from nianlun.cases import calendars, listing, queries
from nianlun.cases.domain.delivery import BY_STAFF, Way
from nianlun.cases.domain.findings import Finding
from nianlun.cases.domain.flow import WITH_MATERIALS, State
from nianlun.cases.domain.types import SlipKind
from nianlun.cases.posts import right_for
from nianlun.cases.queries import CaseView
from nianlun.desk import case_clock, case_form, case_history, case_moves, case_papers
from nianlun.desk.case_moves import Deed
from nianlun.desk.seeing_cases import see_case
from nianlun.desk.shell import answer
from nianlun.journal import operations as journal
from nianlun.journal import queries as journal_queries
from nianlun.journal.domain import declare
from nianlun.registry import queries as registry
from nianlun.ui.shell import Crumb

REVEALED = declare("desk.case_details_revealed", "显示业务 {number} 申报内容里的完整号码")


class Tab(StrEnum):
    """The parts of a case's page, each with its own address."""

    OVERVIEW = "overview"
    MATERIALS = "materials"
    CHECK = "check"
    REVIEW = "review"
    HISTORY = "history"
    SLIPS = "slips"
    READS = "reads"

    @property
    def label(self) -> str:
        """What stands on the tab."""
        return {
            Tab.OVERVIEW: "概况",
            Tab.MATERIALS: "材料",
            Tab.CHECK: "预审",
            Tab.REVIEW: "审核",
            Tab.HISTORY: "经过",
            Tab.SLIPS: "文书",
            Tab.READS: "谁看过",
        }[self]


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """What somebody tried and could not do: the form it came from, what was typed, and why not."""

    sentence: str = ""
    deed: Deed | None = None
    typed: Mapping[str, str] = field(default_factory=dict)
    missing: tuple[str, ...] = ()
    members: tuple[str, ...] = ()
    seen: int | None = None
    """The version on which it was tried, where somebody else has acted since."""
    status: int = 403


@require_GET
@needs(Right.CASE_READ)
def overview(request: HttpRequest, number: str) -> HttpResponse:
    """The case as one opens it."""
    return _seen(request, number, Tab.OVERVIEW)


@require_GET
@needs(Right.CASE_READ)
def tab(request: HttpRequest, number: str, tab: str) -> HttpResponse:
    """Another part of the case."""
    if tab not in set(Tab):
        raise Http404
    return _seen(request, number, Tab(tab))


@require_POST
@needs(Right.PERSON_REVEAL_IDENTITY)
@sensitive_variables("view")
def reveal(request: HttpRequest, number: str) -> HttpResponse:
    """The case with the full numbers of its application, this once; that is journaled on its own (S2.3)."""
    at = timezone.now()
    view = see_case(request, number, at=at)
    journal.record(
        REVEALED,
        by=viewer(request),
        about="cases.case",
        about_id=str(view.line.id),
        person_id=view.line.person_id,
        purpose=f"办理 {view.line.number}",
        rows=1,
        details={"number": view.line.number},
        at=at,
    )
    return draw(request, view, Tab.OVERVIEW, revealed=True)


def _seen(request: HttpRequest, number: str, wanted: Tab) -> HttpResponse:
    label = "查看记录" if wanted is Tab.READS else wanted.label
    return draw(request, see_case(request, number, what=f" 的{label}", at=timezone.now()), wanted)


def draw(
    request: HttpRequest,
    view: CaseView,
    tab: Tab,
    *,
    attempt: Attempt | None = None,
    revealed: bool = False,
) -> HttpResponse:
    """A part of the case's page with what can be done beside it; after a failed attempt with what was typed."""
    who = viewer(request)
    on = timezone.localdate()
    line, calendar = view.line, calendars.calendar()
    offered = case_moves.offers(view, who)
    found = _findings(who, view, tab=tab)
    stretches = case_clock.strip(view, on=on, calendar=calendar)
    return answer(
        request,
        "desk/case.html",
        view=view,
        line=line,
        tab=tab,
        tabs=list(Tab),
        clock=case_clock.words(line, on=on, calendar=calendar),
        stretches=stretches,
        days_used=case_clock.used(stretches),
        offered=offered,
        Deed=Deed,
        attempt=attempt or Attempt(status=200),
        changes=case_history.since(view, attempt.seen) if attempt and attempt.seen is not None else [],
        findings=found,
        stops=[finding for finding in found or () if finding.stops],
        details=case_form.shown(view, revealed=revealed),
        may_reveal=not revealed
        and who.may(Right.PERSON_REVEAL_IDENTITY)
        and case_form.hides_something(view),
        papers=case_papers.rows(view),
        taking=_taking(request, view, who) if tab is Tab.MATERIALS else None,
        looking_at=case_papers.looking_at(view, request.GET) if tab is Tab.MATERIALS else None,
        may_take_papers=line.state in WITH_MATERIALS and who.may(Right.CASE_ACCEPT),
        hearing=case_moves.hearing_in(view),
        decides=case_moves.decides(view),
        earlier=case_moves.earlier_steps(view),
        told=case_history.told(view),
        slip_label={kind.value: kind.label for kind in SlipKind},
        deliveries=case_history.deliveries(view),
        ways=BY_STAFF,
        way_label={way.value: way.label for way in Way},
        may_deliver=who.may(Right.CASE_ACCEPT),
        reads=_reads(view) if tab is Tab.READS else (),
        colleagues=_colleagues(who, view, offered),
        jurors=queries.colleagues(who, division=line.division, right=Right.CASE_HEAR)
        if Deed.HEARING in offered
        else {},
        steps=case_history.by_step(view),
        kept_subject=case_history.kept_subject(view),
        posting=case_history.posting_in(view),
        posting_days=view.type.days_to_post(view.details),
        may_complete=line.state is State.RECEIVED and who.may(Right.CASE_ACCEPT),
        may_see_person=who.may(Right.PERSON_READ),
        may_file=who.may(Right.CASE_FILE),
        may_see_item=who.may(Right.ITEM_READ),
        employer=registry.employers([line.employer_id]).get(line.employer_id)
        if line.employer_id is not None
        else None,
        request_key=uuid4(),
        today=on,
        crumbs=[Crumb(label="办件", url=reverse("desk:cases")), Crumb(label=line.number)],
        status=attempt.status if attempt else 200,
    )


def _findings(who: Viewer, view: CaseView, *, tab: Tab) -> list[Finding] | None:
    """What the system finds, where somebody needs it now; None where nobody asked."""
    if not view.line.state.is_open:
        return None
    if tab is Tab.CHECK or view.line.state in (State.RECEIVED, State.FIRST_REVIEW):
        return listing.findings(who, view.line.id, on=timezone.localdate())
    return None


def _taking(request: HttpRequest, view: CaseView, who: Viewer) -> case_papers.PaperRow | None:
    if view.line.state not in WITH_MATERIALS or not who.may(Right.CASE_ACCEPT):
        return None
    return case_papers.to_take(view, request.GET.get("take", "") or request.POST.get("requirement", ""))


def _reads(view: CaseView) -> list[journal_queries.EntryLine]:
    """What was read and done, newest first; who went through several tabs within a minute stands there once."""
    line = view.line
    entries = journal_queries.entries_about(
        str(line.id),
        purpose=f"办理 {line.number}",
        person_id=line.person_id,
        since=line.received_at,
    )
    folded: list[journal_queries.EntryLine] = []
    for entry in entries:
        last = folded[-1] if folded else None
        if last is not None and _same_visit(last, entry):
            what = last.what if entry.what in last.what.split("、") else f"{last.what}、{entry.what}"
            folded[-1] = replace(last, what=what)
        else:
            folded.append(entry)
    return folded


def _same_visit(one: journal_queries.EntryLine, other: journal_queries.EntryLine) -> bool:
    same = (one.account_id, one.action, one.purpose) == (other.account_id, other.action, other.purpose)
    return same and abs(one.at - other.at) < timedelta(minutes=1)


def _colleagues(who: Viewer, view: CaseView, offered: case_moves.Offers) -> dict[int, str]:
    if Deed.HAND_OVER not in offered:
        return {}
    found = queries.colleagues(who, division=view.line.division, right=right_for(view.line.turn))
    return {account: name for account, name in found.items() if account != view.line.holder_id}
