"""Persons: finding them, their working life on one page, every figure with its grounds, and who looked."""

from collections import defaultdict
from collections.abc import Sequence
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from nianlun.access.domain import Right
from nianlun.access.gate import needs, viewer
from nianlun.archives import queries as archives
from nianlun.contributions import queries as contributions
from nianlun.contributions.domain import PaidMonth, PostingLine
from nianlun.desk import person_view
from nianlun.desk.seeing import saw_list, see_person
from nianlun.desk.shell import answer
from nianlun.entitlements import queries as entitlements
from nianlun.entitlements.domain.career import Spell
from nianlun.entitlements.figures import RingCell, ring_cells
from nianlun.evidence import queries as evidence
from nianlun.journal import queries as journal
from nianlun.kernel.identifiers import uuid_or_none
from nianlun.registry import operations as registry_operations
from nianlun.registry import queries as registry
from nianlun.ui.shell import Crumb
from nianlun.ui.widgets.evidence import Evidence
from nianlun.watch.exports import is_number

PER_PAGE = 50


@require_GET
@needs(Right.PERSON_READ)
def people(request: HttpRequest) -> HttpResponse:
    """Find a person, or leaf through those in scope with how well their careers are proved."""
    who = viewer(request)
    text = request.GET.get("q", "").strip()[:60]
    after = uuid_or_none(request.GET.get("after", ""))
    if text:
        found = registry.search_persons(who, text, limit=PER_PAGE)
    else:
        found = registry.list_persons(who, after=after, limit=PER_PAGE)
    saw_list(request, what="参保人名单", rows=len(found), at=timezone.now())
    return answer(
        request,
        "desk/people.html",
        people=found,
        careers=entitlements.careers([p.id for p in found]),
        may_register=who.may(Right.CASE_ACCEPT),
        may_export=bool(found) and who.may(Right.EXPORT_ASK) and not is_number(text),
        text=text,
        more=not text and len(found) == PER_PAGE,
        crumbs=[Crumb(label="人员权益")],
    )


@require_GET
@needs(Right.PERSON_READ)
def person(request: HttpRequest, person_id: UUID) -> HttpResponse:
    """The person page: what is held true, how well it is proved, and what disagrees."""
    return _person(request, person_id)


@require_POST
@needs(Right.PERSON_REVEAL_IDENTITY)
def reveal(request: HttpRequest, person_id: UUID) -> HttpResponse:
    """The person page with the full identity number, this once; that is journaled on its own (S2.3)."""
    number = registry_operations.reveal_identity_number(
        viewer(request), person_id=person_id, at=timezone.now()
    )
    return _person(request, person_id, number=number)


def _person(request: HttpRequest, person_id: UUID, *, number: str = "") -> HttpResponse:
    who = viewer(request)
    at = timezone.now()
    line = see_person(request, person_id, what="权益年轮", at=at)
    figures = entitlements.person_figures(who, person_id, on=timezone.localdate(at))
    return answer(
        request,
        "desk/person.html",
        person=line,
        figures=figures,
        view=person_view.build(figures, may_rule=who.may(Right.RULING_MAKE)),
        number=number or line.masked_identity_number,
        former_names=registry.names_of_person(person_id),
        may_reveal=who.may(Right.PERSON_REVEAL_IDENTITY) and not number,
        may_contact=who.may(Right.NOTICE_READ),
        may_open_login=who.may(Right.LOGIN_OPEN) or who.may(Right.LOGIN_RELEASE),
        may_rule=who.may(Right.RULING_MAKE),
        may_add=who.may(Right.BATCH_ADD),
        may_accept=who.may(Right.CASE_ACCEPT),
        crumbs=[
            Crumb(label="人员权益", url=reverse("desk:people")),
            Crumb(label=line.agency_name),
            Crumb(label=line.name),
        ],
    )


@require_GET
@needs(Right.PERSON_READ)
def why(request: HttpRequest, person_id: UUID, node: str) -> HttpResponse:
    """The derivation of one figure, down to the regions of pages."""
    who = viewer(request)
    at = timezone.now()
    line = see_person(request, person_id, what="一个数字的依据", at=at)
    try:
        tree = entitlements.derivation(who, person_id, node, on=timezone.localdate(at))
    except entitlements.NoSuchFigure:
        raise Http404 from None
    return answer(
        request,
        "desk/why.html",
        person=line,
        node=tree,
        link=person_view.evidence_address(person_id),
        crumbs=_crumbs(line.name, person_id, f"{tree.title}的依据"),
    )


@require_GET
@needs(Right.PERSON_READ)
def months(request: HttpRequest, person_id: UUID, state: str) -> HttpResponse:
    """Every month of one state, or of all, with its reason and what was paid."""
    who = viewer(request)
    at = timezone.now()
    if state != "all" and state not in set(Evidence):
        raise Http404
    line = see_person(request, person_id, what="逐月明细", at=at)
    working = entitlements.working_life(who, person_id, on=timezone.localdate(at))
    cells = [cell for cell in ring_cells(working.career) if state in ("all", cell.state)]
    paid: dict[int, list[PaidMonth]] = defaultdict(list)
    for month in working.paid:
        paid[month.month].append(month)
    return answer(
        request,
        "desk/months.html",
        person=line,
        state=Evidence(state) if state != "all" else None,
        states=list(Evidence),
        cells=cells,
        paid=paid,
        papers=_papers(working.spells, cells=cells),
        crumbs=_crumbs(line.name, person_id, "逐月明细"),
    )


@require_GET
@needs(Right.PERSON_READ)
def posting(request: HttpRequest, person_id: UUID, posting_id: UUID) -> HttpResponse:
    """One posting of the account: amount, base, where it came from."""
    line = see_person(request, person_id, what="一笔缴费", at=timezone.now())
    detail = contributions.posting(person_id, posting_id)
    if detail is None:
        raise Http404
    return answer(
        request,
        "desk/posting.html",
        person=line,
        posting=detail,
        reversal=contributions.reversal_of_person(person_id),
        together=_to_take_back(person_id, detail.line)
        if viewer(request).may(Right.CONTRIBUTION_IMPORT)
        else (),
        crumbs=_crumbs(line.name, person_id, "一笔缴费"),
    )


def _to_take_back(person_id: UUID, line: PostingLine) -> list[PostingLine]:
    """The standing postings of the same month, scheme and employer, which are taken back together as a rule."""
    every = contributions.postings(person_id)
    reversed_ids = {one.reverses_id for one in every}
    same = (line.month, line.scheme, line.employer_id)
    return [
        one
        for one in every
        if (one.month, one.scheme, one.employer_id) == same
        and one.reverses_id is None
        and one.id not in reversed_ids
    ]


@require_GET
@needs(Right.ITEM_READ)
def claim(request: HttpRequest, claim_id: UUID) -> HttpResponse:
    """The page that makes a claim, with its region highlighted; the item's own page asks for scope and purpose."""
    line = evidence.claims_by_id([claim_id]).get(claim_id)
    if line is None:
        raise Http404
    archives.item(viewer(request), line.item_id)  # raises NotVisible: out of scope looks like not there
    return redirect(f"{reverse('desk:item', args=[line.item_id])}?claim={claim_id}")


@require_GET
@needs(Right.PERSON_READ)
def reads(request: HttpRequest, person_id: UUID) -> HttpResponse:
    """Who had to do with this person's file: time, agency, post, purpose, what."""
    line = see_person(request, person_id, what="查阅记录", at=timezone.now())
    return answer(
        request,
        "desk/reads.html",
        person=line,
        entries=journal.reads_of_person(person_id, limit=200),
        crumbs=_crumbs(line.name, person_id, "查阅记录"),
    )


def _papers(spells: Sequence[Spell], *, cells: Sequence[RingCell]) -> dict[int, list[Spell]]:
    """For each month shown, the papers that speak of employment in it, each once."""
    found: dict[int, list[Spell]] = {}
    for cell in cells:
        speaking = {
            s.source: s
            for s in spells
            if s.since <= cell.month and (s.until is None or cell.month < s.until)
        }
        found[cell.month] = list(speaking.values())
    return found


def _crumbs(name: str, person_id: UUID, here: str) -> list[Crumb]:
    return [
        Crumb(label="人员权益", url=reverse("desk:people")),
        Crumb(label=name, url=reverse("desk:person", args=[person_id])),
        Crumb(label=here),
    ]
