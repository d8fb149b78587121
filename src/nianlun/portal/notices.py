"""What the agency has told the insured person, and where that person wants to be told."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_POST

from nianlun.access.domain import Right
from nianlun.access.gate import needs, viewer
from nianlun.kernel.identifiers import uuid_or_none
from nianlun.notices import gateway, operations, queries
from nianlun.notices.domain import Channel, NotAContact, NotConfirmed
from nianlun.portal.frame import answer, own_person

PER_PAGE = 20


@require_GET
@needs(Right.OWN_READ)
def notices(request: HttpRequest) -> HttpResponse:
    """Everything the person was told, latest first."""
    person_id = own_person(request, what="通知", at=timezone.now())
    before = uuid_or_none(request.GET.get("before", ""))
    found = queries.of_person(viewer(request), person_id, before=before, limit=PER_PAGE + 1)
    lines = found[:PER_PAGE]
    return answer(
        request,
        "portal/notices.html",
        lines=lines,
        before=before,
        more=lines[-1].id if len(found) > PER_PAGE else None,
    )


@require_GET
@needs(Right.OWN_READ)
def notice(request: HttpRequest, notice_id: UUID) -> HttpResponse:
    """One of them; opening it is reading it, which is how it counts as delivered."""
    at = timezone.now()
    person_id = own_person(request, what="一条通知", at=at)
    operations.mark_read(viewer(request), notice_id, at=at)
    line = queries.notice_of_person(viewer(request), person_id, notice_id)
    return answer(request, "portal/notice.html", line=line, back_url=reverse("portal:notices"))


@require_GET
@needs(Right.OWN_READ)
def contact(request: HttpRequest) -> HttpResponse:
    """Telephone and mail address, masked, and the steps to another."""
    return _contact(request)


@require_POST
@needs(Right.OWN_READ)
@sensitive_post_parameters("address")
def ask_code(request: HttpRequest) -> HttpResponse:
    """Have a code sent to a new address."""
    typed = request.POST.get("address", "")[:200]
    channel = request.POST.get("channel", "")
    try:
        operations.request_code(viewer(request), channel=channel, address=typed, at=timezone.now())
    except (NotAContact, NotConfirmed) as reason:
        return _contact(request, fault=(f"address-{channel}", str(reason)), typed=typed)
    messages.success(request, "验证码已发出，5 分钟内有效。")
    return redirect("portal:contact")


@require_POST
@needs(Right.OWN_READ)
@sensitive_post_parameters("number")
def confirm(request: HttpRequest) -> HttpResponse:
    """Register the address if the code is right."""
    channel, number = request.POST.get("channel", ""), request.POST.get("number", "")[:20]
    try:
        fault = operations.confirm_code(viewer(request), channel=channel, number=number, at=timezone.now())
    except NotAContact as reason:
        fault = str(reason)
    if fault:
        return _contact(request, fault=("number", fault))
    messages.success(request, "已登记。以后的通知会发到这里。")
    return redirect("portal:contact")


@require_POST
@needs(Right.OWN_READ)
def consent(request: HttpRequest) -> HttpResponse:
    """Agree to be told this way, or no longer."""
    at = timezone.now()
    person_id = own_person(request, what="联系方式", at=at)
    agreed = request.POST.get("answer") == "yes"
    try:
        operations.set_consent(
            viewer(request),
            person_id,
            channel=request.POST.get("channel", ""),
            consented=agreed,
            at=at,
        )
    except NotAContact as reason:
        return _contact(request, fault=("contacts", str(reason)))
    messages.success(request, "已改为接收。" if agreed else "已改为不接收，通知在这里看。")
    return redirect("portal:contact")


def _contact(
    request: HttpRequest, *, fault: tuple[str, str] | None = None, typed: str = ""
) -> HttpResponse:
    at = timezone.now()
    person_id = own_person(request, what="联系方式", at=at)
    who = viewer(request)
    response = answer(
        request,
        "portal/contact.html",
        lines=queries.contacts(who, person_id),
        pending=queries.pending_code(who, at=at),
        channels=list(Channel),
        has_gateway=gateway.is_configured(),
        fault=fault,
        typed=typed,
        back_url=reverse("portal:notices"),
    )
    response.status_code = 422 if fault else 200
    return response
