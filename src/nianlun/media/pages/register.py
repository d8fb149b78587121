"""The register: every set with its media, and what is due."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_GET

from nianlun.access.domain import Right
from nianlun.access.gate import needs, viewer
from nianlun.media import queries
from nianlun.media.pages.shared import ROOT, answer
from nianlun.ui.shell import Crumb


@require_GET
@needs(Right.MEDIA_READ)
def sets(request: HttpRequest) -> HttpResponse:
    """The sets, newest first, with their media and the days that come next."""
    who = viewer(request)
    found = queries.media_sets(who, after=_uuid(request.GET.get("after", "")), limit=queries.ON_A_PAGE + 1)
    more = len(found) > queries.ON_A_PAGE
    found = found[: queries.ON_A_PAGE]
    return answer(
        request,
        "media/sets.html",
        crumbs=[Crumb(label="离线介质")],
        found=found,
        next=f"?after={found[-1].id}" if more else "",
        due=queries.due_count(who, on=timezone.localdate()),
        may_write=who.may(Right.MEDIA_WRITE),
    )


@require_GET
@needs(Right.MEDIA_READ)
def due(request: HttpRequest) -> HttpResponse:
    """到期应检载体: what must be read or renewed within a month."""
    found = queries.due(viewer(request), on=timezone.localdate())
    return answer(request, "media/due.html", crumbs=[ROOT, Crumb(label="到期应检")], found=found)


def _uuid(text: str) -> str:
    try:
        return str(UUID(text))
    except ValueError:
        return ""
