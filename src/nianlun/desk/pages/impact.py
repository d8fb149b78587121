"""Whom a draft of the law changes, and by how much a month."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from nianlun.access.domain import Right
from nianlun.access.gate import needs, viewer
from nianlun.desk.seeing import saw_list
from nianlun.desk.shell import answer
from nianlun.entitlements import impact
from nianlun.kernel.money import ZERO
from nianlun.lawbook import queries as lawbook
from nianlun.ui.shell import Crumb

SHOWN = 200


@require_http_methods(["GET", "POST"])
@needs(Right.POLICY_IMPACT)
def of_draft(request: HttpRequest, draft_id: UUID) -> HttpResponse:
    """The count of a draft, begun by posting, with progress while it runs."""
    who = viewer(request)
    draft = lawbook.draft(who, draft_id).line
    if request.method == "POST":
        impact.request(draft_id, by=who, at=timezone.now())
        return redirect("desk:draft-impact", draft_id)
    found = impact.of_draft(who, draft_id)
    lines = (
        sorted(found.lines, key=lambda line: abs(line.difference or ZERO), reverse=True) if found else []
    )
    saw_list(request, what="政策草案影响的人员", rows=len(lines[:SHOWN]), at=timezone.now())
    return answer(
        request,
        "desk/draft_impact.html",
        draft=draft,
        impact=found,
        lines=lines[:SHOWN],
        more=max(0, len(lines) - SHOWN),
        may_open=who.may(Right.PERSON_READ),
        crumbs=[
            Crumb(label="政策库", url=reverse("lawbook:overview")),
            Crumb(label=draft.title, url=reverse("lawbook:draft", args=[draft_id])),
            Crumb(label="影响"),
        ],
    )
