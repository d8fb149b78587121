"""A page was put on paper: the browser says so, the journal keeps it (S3.6)."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.urls import Resolver404, resolve
from django.utils import timezone
from django.views.decorators.http import require_POST

from nianlun.access.domain import NotVisible, Right
from nianlun.access.gate import needs, viewer
from nianlun.archives import queries as archives
from nianlun.cases import queries as cases
from nianlun.journal import operations as journal
from nianlun.journal.domain import declare
from nianlun.registry import queries as registry

PRINTED = declare("desk.page_printed", "打印页面 {about}")
LONGEST = 200


@require_POST
@needs(Right.DESK_READ)
def printed(request: HttpRequest) -> HttpResponse:
    """Journal that the viewer prints a page of ours; of a person or an item only where the viewer may see it."""
    who, path = viewer(request), request.POST.get("path", "")[:LONGEST]
    try:
        match = resolve(path)
    except Resolver404:
        raise NotVisible from None
    person_id = match.kwargs.get("person_id")
    item_id = match.kwargs.get("item_id")
    if isinstance(person_id, UUID):
        registry.person(who, person_id)
    elif isinstance(item_id, UUID):
        person_id = archives.item(who, item_id).person_id
    elif match.view_name.startswith("desk:case") and "number" in match.kwargs:
        case_id = cases.case_numbered(who, match.kwargs["number"])
        person_id = cases.case(who, case_id).line.person_id
    journal.record(
        PRINTED,
        by=who,
        about=path,
        about_id=match.view_name,
        person_id=person_id if isinstance(person_id, UUID) else None,
        at=timezone.now(),
    )
    return HttpResponse(status=204)
