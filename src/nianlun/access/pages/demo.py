"""The demo's personas, and what they sign in with. None of it is there outside the demo."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from nianlun.access import domain, gate, operations, queries
from nianlun.access.domain import NotVisible
from nianlun.access.pages.signing_in import go_on


@gate.open_page("只在演示中登记这个地址；正式环境没有这一页")
@require_http_methods(["GET", "HEAD", "POST"])
def personas(request: HttpRequest) -> HttpResponse:
    """The demo's accounts, each to be entered with one click. Not there outside the demo."""
    if not settings.DEMO:
        raise NotVisible
    if request.method == "POST":
        wanted = request.POST.get("account", "")
        if not (wanted.isascii() and wanted.isdigit() and len(wanted) < 19):
            raise NotVisible
        found = operations.sign_in_persona(int(wanted), at=timezone.now())
        return go_on(request, found, onward=gate.safe_next(request), persona=True)
    context = {**gate.shell_context(request), "personas": queries.personas()}
    return render(request, "access/personas.html", context)


@gate.open_page("只在演示中登记这个地址；显示的是虚构账号的动态口令")
@never_cache
@require_safe
def authenticator(request: HttpRequest) -> HttpResponse:
    """What the telephones of the personas show now. Not there outside the demo."""
    if not settings.DEMO:
        raise NotVisible
    at = timezone.now()
    context = {
        **gate.shell_context(request),
        "codes": queries.persona_codes(at=at),
        "seconds": domain.STEP_SECONDS - int(at.timestamp()) % domain.STEP_SECONDS,
    }
    return render(request, "access/authenticator.html", context)
