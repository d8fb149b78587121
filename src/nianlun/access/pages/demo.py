"""The demo's personas, and what they sign in with. None of it is there outside the demo."""

from django.conf import settings
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from nianlun.access import gate, operations, queries
from nianlun.access.domain import NotVisible


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
        account = operations.sign_in_persona(int(wanted), at=timezone.now())
        if request.user.is_authenticated:
            logout(request)
        gate.open_session(request, account)
        return redirect(gate.safe_next(request))
    context = {**gate.shell_context(request), "personas": queries.personas()}
    return render(request, "access/personas.html", context)
