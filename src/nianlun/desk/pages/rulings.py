"""Ruling on birth date and work start: the papers side by side, the rule's suggestion, two people."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from nianlun.access.domain import Right, authorize
from nianlun.access.gate import needs, viewer
from nianlun.desk.seeing import saw_list, see_person
from nianlun.desk.shell import answer
from nianlun.evidence import queries, queue, rulings
from nianlun.evidence.domain import RULED, Kind, Unsettled
from nianlun.evidence.operations import NotAllowedNow
from nianlun.registry import queries as registry
from nianlun.ui.shell import Crumb


@require_GET
@needs(Right.RULING_READ)
def waiting(request: HttpRequest) -> HttpResponse:
    """Rulings that wait for a second person, and those lately in force."""
    who = viewer(request)
    lists = {
        "proposed": queue.rulings(who, state="proposed"),
        "returned": queue.rulings(who, state="returned", limit=20),
    }
    ids = [line.person_id for lines in lists.values() for line in lines]
    saw_list(request, what="认定单", rows=len(ids), at=timezone.now())
    return answer(
        request,
        "desk/rulings.html",
        proposed=lists["proposed"],
        returned=lists["returned"],
        names=registry.person_names(who, ids),
        crumbs=[Crumb(label="权益"), Crumb(label="认定")],
    )


@require_http_methods(["GET", "POST"])
@needs(Right.RULING_READ)
def of_person(request: HttpRequest, person_id: UUID, kind: str) -> HttpResponse:
    """What every paper says of one date, what the rule would decide, and the forms to propose it."""
    if kind not in RULED:
        raise Http404
    chosen = Kind(kind)
    who = viewer(request)
    at = timezone.now()
    person = see_person(request, person_id, what=f"{chosen.label}的依据", at=at)
    if request.method == "POST":
        return _propose(request, person_id, chosen)
    lines = queries.claims(person_id)
    try:
        suggestion, unsettled = rulings.suggestion(person_id, kind=chosen), ""
    except Unsettled as reason:
        suggestion, unsettled = None, str(reason)
    history = [line for line in queue.rulings_of_person(person_id) if line.kind is chosen]
    return answer(
        request,
        "desk/ruling_of_person.html",
        person=person,
        kind=chosen,
        claims=[c for c in lines if c.kind is chosen],
        fact=queries.facts(person_id, lines=lines).get(chosen),
        suggestion=suggestion,
        unsettled=unsettled,
        history=history,
        pending=next((line for line in history if line.state == "proposed"), None),
        may_make=who.may(Right.RULING_MAKE),
        crumbs=[
            Crumb(label="人员权益", url="/people/"),
            Crumb(label=person.name, url=f"/people/{person_id}/"),
            Crumb(label=f"{chosen.label}的认定"),
        ],
    )


def _propose(request: HttpRequest, person_id: UUID, kind: Kind) -> HttpResponse:
    who = viewer(request)
    authorize(who, Right.RULING_MAKE)
    at = timezone.now()
    claim = request.POST.get("claim", "") or request.POST.get("choice", "")
    try:
        if claim:
            rulings.propose_by_hearing(
                person_id,
                kind=kind,
                claim_id=UUID(claim),
                reason=request.POST.get("reason", ""),
                by=who,
                at=at,
            )
        else:
            rulings.propose_by_rule(person_id, kind=kind, by=who, at=at)
    except Unsettled as reason:
        messages.warning(request, f"不能自动认定：{reason}。请选一份材料并写明理由，提交会审。")
    except NotAllowedNow as reason:
        messages.error(request, str(reason))
    except ValueError:
        raise Http404 from None
    else:
        messages.success(request, f"{kind.label}的认定已提出，等另一位同事复核。")
    return redirect("desk:ruling-of-person", person_id, kind.value)


@require_GET
@needs(Right.RULING_READ)
def ruling(request: HttpRequest, ruling_id: UUID) -> HttpResponse:
    """One ruling with what it rests on and what stood against it."""
    who = viewer(request)
    line = queue.ruling(who, ruling_id)
    may_confirm = who.may(Right.RULING_CONFIRM) and line.state == "proposed"
    person = see_person(
        request,
        line.person_id,
        what=f"{line.kind.label}的认定",
        at=timezone.now(),
        purpose=f"复核{line.kind.label}认定" if may_confirm else "",
    )
    decisive, against = queue.considered(ruling_id)
    claims = queries.claims_by_id([*decisive, *against])
    return answer(
        request,
        "desk/ruling.html",
        ruling=line,
        person=person,
        decisive=[claims[c] for c in decisive],
        against=[claims[c] for c in against],
        may_confirm=may_confirm,
        own=line.proposed_by == who.account_id,
        crumbs=[
            Crumb(label="认定", url="/rulings/"),
            Crumb(label=person.name, url=f"/people/{person.id}/"),
            Crumb(label=line.kind.label),
        ],
    )


@require_POST
@needs(Right.RULING_CONFIRM)
def decide(request: HttpRequest, ruling_id: UUID) -> HttpResponse:
    """The second person confirms a ruling or sends it back."""
    who = viewer(request)
    line = queue.ruling(who, ruling_id)
    at = timezone.now()
    try:
        if request.POST.get("decision") == "return":
            rulings.return_ruling(ruling_id, by=who, reason=request.POST.get("reason", ""), at=at)
            messages.success(request, "已退回，理由写给了提出人。")
        else:
            rulings.confirm_ruling(ruling_id, by=who, at=at)
            messages.success(request, f"{line.kind.label}认定为 {line.value}，已生效。")
    except NotAllowedNow as reason:
        messages.error(request, str(reason))
        return redirect("desk:ruling", ruling_id)
    return redirect("desk:rulings")
