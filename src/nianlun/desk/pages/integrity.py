"""Fixity: whether every stored byte is still what it was (固化与巡检)."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from nianlun.access.domain import Right
from nianlun.access.gate import needs, viewer
from nianlun.desk.shell import answer
from nianlun.ui.shell import Crumb
from nianlun.vault import queries as vault
from nianlun.vault import runs
from nianlun.vault.domain import PRIMARY


@require_GET
@needs(Right.VAULT_READ)
def integrity(request: HttpRequest) -> HttpResponse:
    """The last check, its findings, and how many objects lie in the vault."""
    return answer(
        request,
        "desk/integrity.html",
        check=next(iter(runs.latest(location=PRIMARY, limit=1)), None),
        objects=vault.object_count(),
        crumbs=[Crumb(label="固化与巡检")],
    )


@require_POST
@needs(Right.VAULT_CHECK)
def check(request: HttpRequest) -> HttpResponse:
    """Queue a check of the whole vault; the page shows how far it has got."""
    runs.request_run(PRIMARY, by=viewer(request), at=timezone.now())
    return redirect("desk:integrity")
