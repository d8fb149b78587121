"""The vault at a glance: what is kept where, which copies are behind, what is damaged, what waits."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from nianlun.access.domain import Right
from nianlun.access.gate import needs, viewer
from nianlun.desk.shell import answer
from nianlun.ui.shell import Crumb
from nianlun.vault import copies, destroying, holdings, incidents, keeping, settling
from nianlun.vault import queries as vault
from nianlun.vault.locations import NotConfigured, called

SHOWN = 5  # of what waits; the rest is a page further


@require_GET
@needs(Right.VAULT_READ)
def overview(request: HttpRequest) -> HttpResponse:
    """Classes, locations with what is behind, open incidents first."""
    classes = holdings.classes()
    return answer(
        request,
        "desk/vault.html",
        classes=classes,
        objects=sum(line.objects for line in classes),
        size=sum(line.size for line in classes),
        versions=vault.version_count(),
        places=holdings.places(),
        called=called,
        open_count=incidents.open_count(),
        lost_count=incidents.lost_count(),
        kept_behind=keeping.count_behind(),
        incidents=incidents.incidents(only_open=True, limit=SHOWN),
        destructions=destroying.waiting(limit=SHOWN),
        pending=settling.pending(limit=SHOWN),
        may_check=viewer(request).may(Right.VAULT_CHECK),
        crumbs=[Crumb(label="管理"), Crumb(label="档案库")],
    )


@require_POST
@needs(Right.VAULT_CHECK)
def catch_up(request: HttpRequest) -> HttpResponse:
    """Have a location brought up to date in the background."""
    name = request.POST.get("location", "")
    try:
        copies.request_catch_up(name, by=viewer(request), at=timezone.now())
    except NotConfigured as reason:
        messages.error(request, str(reason))
    else:
        messages.success(request, f"已安排补齐{called(name)}，由后台处理；还差多少，看下面的表。")
    return redirect("desk:vault")
