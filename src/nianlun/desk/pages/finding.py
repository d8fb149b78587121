"""Where the search forms of staff pages are sent: an identity number typed there gets into no address (S5.5)."""

from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from nianlun.access.domain import Right
from nianlun.access.gate import needs, safe_next, viewer
from nianlun.desk.seeing import SEARCHED
from nianlun.journal import operations as journal
from nianlun.registry import queries as registry
from nianlun.ui.addresses import number_in

NOBODY = "您的辖区里没有这个证件号码的人。请核对号码。"
NOT_BY_NUMBER = "您的岗位不能按证件号码查人。"
_NOT_ASKED = {"csrfmiddlewaretoken", "next"}
_LONGEST = 200


@require_POST
@needs(Right.DESK_READ)
@sensitive_post_parameters()
def find(request: HttpRequest) -> HttpResponse:
    """On to the page that was searched in, with what was asked in its address; a number leads to its one person."""
    page = safe_next(request).partition("?")[0]
    asked = {
        name: value[:_LONGEST]
        for name, value in request.POST.dict().items()
        if name not in _NOT_ASKED and isinstance(value, str) and value.strip()
    }
    numbers = [number for value in asked.values() if (number := number_in(value))]
    if numbers:
        return _by_number(request, numbers[0], page=page)
    return HttpResponseRedirect(f"{page}?{urlencode(asked)}" if asked else page)


def _by_number(request: HttpRequest, number: str, *, page: str) -> HttpResponse:
    who = viewer(request)
    if not who.may(Right.PERSON_SEARCH):
        messages.warning(request, NOT_BY_NUMBER)
        return HttpResponseRedirect(page)
    found = registry.search_persons(who, number, limit=1)
    journal.record(SEARCHED, by=who, about="desk.search", rows=len(found), details={}, at=timezone.now())
    if not found:
        messages.warning(request, NOBODY)
        return HttpResponseRedirect(page)
    if page == reverse("desk:cases"):
        return HttpResponseRedirect(f"{page}?{urlencode({'person': found[0].id})}")
    return redirect("desk:person", found[0].id)
