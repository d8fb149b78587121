"""Where a person is reached, at the counter: seen masked, registered with a proof, shown in full on request."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_POST

from nianlun.access.domain import Right
from nianlun.access.gate import needs, purpose_for, viewer
from nianlun.notices import operations, queries
from nianlun.notices.domain import Channel, NotAContact
from nianlun.notices.pages.shared import ROOT, answer, saw
from nianlun.registry import queries as registry
from nianlun.ui.shell import Crumb


@require_GET
@needs(Right.NOTICE_READ)
def contact(request: HttpRequest, person_id: UUID) -> HttpResponse:
    """A person's addresses and the form for another."""
    return _show(request, person_id)


@require_POST
@needs(Right.CASE_ACCEPT)
@sensitive_post_parameters("address")
def change(request: HttpRequest, person_id: UUID) -> HttpResponse:
    """Register an address, or note that the person agrees to it or no longer does."""
    who, at, sent = viewer(request), timezone.now(), request.POST
    try:
        if sent.get("step") == "set":
            operations.set_at_counter(
                who,
                person_id,
                channel=sent.get("channel", ""),
                address=sent.get("address", ""),
                consented=sent.get("consented") == "yes",
                proof=sent.get("proof", ""),
                at=at,
            )
            messages.success(request, "已登记。原来登记过的，已通知原来的号码。")
        elif sent.get("step") in {"agree", "refuse"}:
            operations.set_consent(
                who, person_id, channel=sent.get("channel", ""), consented=sent["step"] == "agree", at=at
            )
            messages.success(request, "已登记。")
        else:
            raise Http404
    except NotAContact as reason:
        return _show(request, person_id, fault=str(reason), status=422)
    return redirect("notices:contact", person_id)


@require_POST
@needs(Right.PERSON_REVEAL_IDENTITY)
def reveal(request: HttpRequest, person_id: UUID) -> HttpResponse:
    """The same page with one address in full, journaled on its own."""
    try:
        full = operations.reveal_address(
            viewer(request), person_id, channel=request.POST.get("channel", ""), at=timezone.now()
        )
    except NotAContact as reason:
        return _show(request, person_id, fault=str(reason), status=422)
    return _show(request, person_id, revealed=(request.POST["channel"], full))


def _show(
    request: HttpRequest,
    person_id: UUID,
    *,
    revealed: tuple[str, str] = ("", ""),
    fault: str = "",
    status: int = 200,
) -> HttpResponse:
    who = viewer(request)
    person = registry.person(who, person_id)
    purpose = purpose_for(request, person_id)
    saw(
        request,
        what="联系方式",
        rows=1,
        about_id=str(person_id),
        person_id=person_id,
        purpose=purpose,
        at=timezone.now(),
    )
    lines = queries.contacts(who, person_id, earlier=True)
    close = person_id in registry.persons_close_to(who.account_id)
    return answer(
        request,
        "notices/contact.html",
        crumbs=[ROOT, Crumb(label=f"{person.name}的联系方式")],
        status=status,
        person=person,
        current=[line for line in lines if line.until_at is None],
        earlier=[line for line in lines if line.until_at is not None],
        channels=list(Channel),
        may_change=who.may(Right.CASE_ACCEPT) and not close,
        may_reveal=who.may(Right.PERSON_REVEAL_IDENTITY),
        revealed=revealed,
        sent=request.POST if fault else {},
        fault=fault,
    )
