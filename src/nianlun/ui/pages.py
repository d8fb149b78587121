"""The two pages that belong to no component: choosing a look, and the samples of every widget."""

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_GET, require_POST

from nianlun.ui import looks, styleguide

YEAR = 365 * 86_400


@require_POST
def choose_look(request: HttpRequest) -> HttpResponse:
    """Keep the look the reader chose for a year and go back to the page it was chosen on."""
    chosen = request.POST.get("look", "")
    back = request.POST.get("next", "/")
    if not url_has_allowed_host_and_scheme(
        back, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    ):
        back = "/"
    answer = HttpResponseRedirect(back)
    if chosen in looks.LOOKS:
        answer.set_cookie(
            looks.COOKIE, chosen, max_age=YEAR, samesite="Lax", httponly=True, secure=request.is_secure()
        )
    return answer


@require_GET
def show_styleguide(request: HttpRequest) -> HttpResponse:
    """Every widget in every state. Which installations offer it is for the wiring to say."""
    part = request.GET.get("part", "")
    template = styleguide.PARTS.get(part, styleguide.PARTS[""])
    return render(request, template, styleguide.samples(part))
