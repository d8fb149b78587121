"""What all staff pages of notices put round what they show, and the trace they leave."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from nianlun.access.gate import shell_context, viewer
from nianlun.access.sightings import admit
from nianlun.journal import operations as journal
from nianlun.journal.domain import declare
from nianlun.notices import gateway
from nianlun.ui.shell import Crumb

ROOT = Crumb(label="通知", url="/notices/")
TONES = {
    "served": "ok",
    "read": "ok",
    "delivered": "ok",
    "under_way": "wait",
    "queued": "wait",
    "sent": "wait",
    "contradictory": "bad",
    "failed": "bad",
    "unknown": "bad",
    "inside": "plain",
}
SEEN = declare("notices.seen", "查看{what}")
LIST_SEEN = declare("notices.list_seen", "查看{what}，{rows} 行")


def answer(
    request: HttpRequest, template: str, *, crumbs: Sequence[Crumb], status: int = 200, **context: Any
) -> HttpResponse:
    """A staff page inside its frame."""
    frame = {
        **shell_context(request),
        "crumbs": crumbs,
        "tones": TONES,
        "has_gateway": gateway.is_configured(),
    }
    return render(request, template, {**frame, **context}, status=status)


def saw(
    request: HttpRequest,
    *,
    what: str,
    rows: int,
    about_id: str = "",
    person_id: UUID | None = None,
    purpose: str = "",
    at: datetime,
) -> None:
    """Journal that personal data were given out (S3.2); an empty list gives nothing out.

    One person's are counted. Raises `QueriesStopped` for one person too many in an hour.
    """
    if person_id is not None:
        admit(viewer(request), person_id, at=at)
    if rows:
        journal.record(
            SEEN if person_id else LIST_SEEN,
            by=viewer(request),
            about="notices.notice",
            about_id=about_id,
            person_id=person_id,
            purpose=purpose,
            rows=rows,
            details={"what": what},
            at=at,
        )
