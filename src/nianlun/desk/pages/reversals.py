"""Taking contributions back: proposed on the posting's page, looked at and decided on a page of its own."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from nianlun.access.domain import Right
from nianlun.access.gate import needs, require_fresh, viewer
from nianlun.contributions import operations, queries
from nianlun.contributions.operations import NotAllowedNow
from nianlun.desk.seeing import see_person
from nianlun.desk.shell import answer
from nianlun.kernel.identifiers import uuid_or_none
from nianlun.ui.shell import Crumb


@require_POST
@needs(Right.CONTRIBUTION_IMPORT)
def propose(request: HttpRequest, person_id: UUID, posting_id: UUID) -> HttpResponse:
    """Ask for the chosen postings of one month to be taken back."""
    see_person(request, person_id, what="要冲销的缴费", at=timezone.now())
    chosen = [one for text in request.POST.getlist("posting") if (one := uuid_or_none(text)) is not None]
    try:
        reversal_id = operations.propose_reversal(
            viewer(request),
            person_id=person_id,
            postings=chosen,
            reason=request.POST.get("reason", ""),
            at=timezone.now(),
        )
    except NotAllowedNow as fault:
        messages.error(request, str(fault))
        return redirect("desk:posting", person_id, posting_id)
    messages.success(request, "冲销申请已提交，另一位同事复核后生效。")
    return redirect("desk:reversal", reversal_id)


@require_GET
@needs(Right.CONTRIBUTION_READ)
def reversal(request: HttpRequest, reversal_id: UUID) -> HttpResponse:
    """What is to be taken back and why; the second person decides here."""
    who = viewer(request)
    line = queries.reversal_line(operations.visible_reversal(who, reversal_id))
    may_confirm = who.may(Right.CONTRIBUTION_CONFIRM) and line.state == line.state.WAITING
    person = see_person(
        request,
        line.person_id,
        what="冲销缴费的申请",
        at=timezone.now(),
        purpose="复核冲销缴费的申请" if may_confirm else "",
    )
    wanted = set(line.postings)
    return answer(
        request,
        "desk/reversal.html",
        person=person,
        reversal=line,
        postings=[one for one in queries.postings(line.person_id) if one.id in wanted],
        may_confirm=may_confirm,
        own=line.by == who.account_id,
        crumbs=[Crumb(label="缴费复核"), Crumb(label=person.name, url=f"/people/{person.id}/")],
    )


@require_POST
@needs(Right.CONTRIBUTION_READ)
def decide(request: HttpRequest, reversal_id: UUID) -> HttpResponse:
    """Confirm or send back, which is the reviewer's, or withdraw, which is the proposer's."""
    who, at, after = viewer(request), timezone.now(), "contributions:to-review"
    try:
        match request.POST.get("decision"):
            case "confirm":
                require_fresh(request)  # S1.7: it moves money
                count = operations.confirm_reversal(who, reversal_id, at=at)
                messages.success(request, f"已冲销 {count} 条缴费记录。")
            case "return":
                reason = request.POST.get("reason", "")
                operations.send_reversal_back(who, reversal_id, reason=reason, at=at)
                messages.success(request, "已退回，经办人会收到消息。")
            case "withdraw":
                operations.withdraw_reversal(who, reversal_id, at=at)
                messages.success(request, "已撤回，缴费记录没有变。")
                after = "contributions:import"
            case _:
                raise Http404
    except NotAllowedNow as fault:
        messages.error(request, str(fault))
        return redirect("desk:reversal", reversal_id)
    return redirect(after)
