"""Incidents: what was found damaged, and putting it right from a copy that is whole."""

from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from nianlun.access.domain import Refused, Right
from nianlun.access.gate import needs, viewer
from nianlun.desk.shell import answer
from nianlun.kernel.identifiers import uuid_or_none
from nianlun.ui.shell import Crumb
from nianlun.vault import holdings, incidents, restoring
from nianlun.vault import queries as vault
from nianlun.vault.locations import called

PER_PAGE = 50


@require_GET
@needs(Right.VAULT_READ)
def list_of_incidents(request: HttpRequest) -> HttpResponse:
    """Open incidents, or all of them, the latest first."""
    whole = request.GET.get("all") == "1"
    after = uuid_or_none(request.GET.get("after", ""))
    found = incidents.incidents(only_open=not whole, after=after, limit=PER_PAGE + 1)
    lines = found[:PER_PAGE]
    kept = "all=1&" if whole else ""
    more = lines[-1].id if len(found) > PER_PAGE else ""
    return answer(
        request,
        "desk/vault_incidents.html",
        lines=lines,
        called=called,
        whole=whole,
        more=f"?{kept}after={more}" if more else "",
        crumbs=[Crumb(label="档案库", url=reverse("desk:vault")), Crumb(label="事故记录")],
    )


@require_GET
@needs(Right.VAULT_READ)
def incident(request: HttpRequest, incident_id: UUID) -> HttpResponse:
    """One incident: what is damaged, where a whole copy may be had, and what was done."""
    line = incidents.incident(incident_id)
    if line is None:
        raise Http404
    holding = holdings.holding(line.object_id)
    return answer(
        request,
        "desk/vault_incident.html",
        line=line,
        called=called,
        sources=[copy for copy in holding.copies if copy.location != line.location and copy.configured],
        elsewhere=restoring.elsewhere(line.object_id),
        may_restore=viewer(request).may(Right.VAULT_RESTORE) and line.is_open,
        crumbs=[
            Crumb(label="档案库", url=reverse("desk:vault")),
            Crumb(label="事故记录", url=reverse("desk:vault-incidents")),
            Crumb(label=called(line.location)),
        ],
    )


@transaction.non_atomic_requests  # what is about to be done is on record before it is done
@require_POST
@needs(Right.VAULT_RESTORE)
def restore(request: HttpRequest, incident_id: UUID) -> HttpResponse:
    """Put a whole copy in the place of the damaged one."""
    try:
        done = restoring.restore(incident_id, by=viewer(request), at=timezone.now())
    except (Refused, restoring.NothingWhole, *vault.Unreadable) as reason:
        messages.error(request, str(reason))
    except OSError as fault:
        messages.error(
            request, f"没有恢复：{fault.strerror or fault}。请查看存放处的磁盘和权限，再试一次。"
        )
    else:
        messages.success(request, f"已从{called(done.restored_from)}恢复，并重新核对过，完好。")
    return redirect("desk:vault-incident", incident_id)
