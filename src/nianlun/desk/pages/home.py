"""The first page after signing in: what waits for this person, and where to begin."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_GET

from nianlun.access.domain import Right, Role
from nianlun.access.gate import needs, open_page, viewer, viewer_or_none
from nianlun.archives import queries as archives
from nianlun.cases import calendars
from nianlun.cases import queries as cases
from nianlun.cases.queries import Pile
from nianlun.desk import case_clock
from nianlun.desk.seeing import saw_list
from nianlun.desk.shell import answer
from nianlun.digitization import queries as digitization
from nianlun.entitlements import assessing
from nianlun.evidence import queue
from nianlun.journal import log_checks
from nianlun.lawbook import queries as lawbook
from nianlun.lawbook.domain import State
from nianlun.registry import queries as registry

_HOMES = {Role.INSURED: "portal:home", Role.EMPLOYER: "portal:employer"}
IN_HAND = (State.OPEN, State.SUBMITTED, State.RETURNED)


@require_GET
@open_page("只把人带到各自的首页，不取任何数据")
def root(request: HttpRequest) -> HttpResponse:
    """Send everybody to where they begin."""
    who = viewer_or_none(request)
    if who is None:
        return redirect("access:sign-in")
    return redirect(_HOMES.get(who.role, "desk:home"))


@require_GET
@needs(Right.DESK_READ, shows_persons=True)
def home(request: HttpRequest) -> HttpResponse:
    """What waits: batches being read, items to examine, rulings and assessments to confirm, drafts; the holdings."""
    who = viewer(request)
    submitted = queue.examinations(who, state="submitted", limit=6) if who.may(Right.REVIEW_CONFIRM) else []
    open_items = queue.examinations(who, state="open", limit=6) if who.may(Right.REVIEW_DECIDE) else []
    proposed = queue.rulings(who, state="proposed", limit=6) if who.may(Right.RULING_READ) else []
    benefits = assessing.waiting(who, limit=6) if who.may(Right.BENEFIT_CONFIRM) else []
    may_amend = who.may(Right.POLICY_DRAFT) or who.may(Right.POLICY_APPROVE)
    ids = [line.item.person_id for line in (*submitted, *open_items) if line.item.person_id]
    ids += [line.person_id for line in proposed]
    ids += [line.person_id for line in benefits]
    on = timezone.localdate()
    urgent = cases.worklist(who, Pile.ALL, on=on, limit=6) if who.may(Right.CASE_READ) else []
    calendar = calendars.calendar() if urgent else None
    saw_list(request, what="工作台的待办", rows=len(ids) + len(urgent), at=timezone.now())
    return answer(
        request,
        "desk/home.html",
        counts=queue.counts(who) if who.may(Right.REVIEW_READ) else {},
        urgent=urgent,
        clocks={line.id: case_clock.words(line, on=on, calendar=calendar) for line in urgent if calendar},
        batches=digitization.batches(who, limit=4) if who.may(Right.BATCH_READ) else [],
        open_items=open_items,
        submitted=submitted,
        rulings=proposed,
        names=registry.person_names(who, ids) if who.may(Right.PERSON_READ) else {},
        assessments=benefits,
        may_amend=may_amend,
        drafts=[line for line in lawbook.drafts(who) if line.state in IN_HAND][:6] if may_amend else [],
        holdings=archives.count_by_category(who) if who.may(Right.ITEM_READ) else {},
        alarm=log_checks.alarm() if who.may(Right.JOURNAL_PROVE) else "",
        may_review=who.may(Right.REVIEW_READ),
        may_read=who.may(Right.ITEM_READ),
    )
