"""One entry of the journal: everything it says, where it stands in the log, and its receipt."""

import json

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from nianlun.journal import domain, operations, places, queries
from nianlun.journal.domain import ContentDestroyed, NotInLog
from nianlun.journal.pages.gated import READ_RIGHT, GatedRequest
from nianlun.journal.queries import EntryText
from nianlun.kernel.cipher import KeyMissing
from nianlun.kernel.receipts import Receipt
from nianlun.ui.downloads import closed
from nianlun.ui.shell import Crumb

SEEN = domain.declare("journal.entry_read", "查看操作日志第 {number} 号")
RECEIPT_TAKEN = domain.declare("journal.receipt_taken", "下载操作日志第 {number} 号的回执")


@require_safe
def entry(request: GatedRequest, entry_id: int) -> HttpResponse:
    """One entry with its place in the log, which is proved on opening."""
    found = _visible(request, entry_id)
    operations.record(
        SEEN,
        by=request.viewer,
        person_id=found.line.person_id,
        rows=1,
        details={"number": entry_id},
        at=timezone.now(),
    )
    return _page(request, found)


@require_safe
def receipt(request: GatedRequest, entry_id: int) -> HttpResponse:
    """The receipt as a file, to be kept and checked elsewhere; whoever takes one is journaled."""
    found = _visible(request, entry_id)
    try:
        made = queries.receipt(entry_id)
    except (NotInLog, ContentDestroyed, KeyMissing) as reason:
        return _page(request, found, fault=str(reason), status=409)
    operations.record(
        RECEIPT_TAKEN,
        by=request.viewer,
        person_id=found.line.person_id,
        rows=1,
        details={"number": entry_id},
        at=timezone.now(),
    )
    return _download(made)


entry.access_rule = receipt.access_rule = READ_RIGHT  # type: ignore[attr-defined]  # the rule travels with the page


def _visible(request: GatedRequest, entry_id: int) -> EntryText:
    found = queries.entry(entry_id, scope=request.viewer.scope)
    if found is None:
        raise Http404
    return found


def _page(request: GatedRequest, found: EntryText, *, fault: str = "", status: int = 200) -> HttpResponse:
    context = {
        **request.shell_context(),
        "line": found.line,
        "details": [(name, _shown(value)) for name, value in found.details.items()],
        "about": found.about,
        "emptied": found.emptied,
        "destroyed": found.destroyed,
        "place": places.place_of(found.line.id),
        "fault": fault,
        "crumbs": [
            Crumb(label="操作日志", url=reverse("journal:entries")),
            Crumb(label=f"第 {found.line.id} 号"),
        ],
    }
    return render(request, "journal/entry.html", context, status=status)


def _shown(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _download(made: Receipt) -> HttpResponse:
    response = HttpResponse(made.to_json(), content_type="application/json")
    response["Content-Disposition"] = f'attachment; filename="receipt-{made.entry_id}.json"'
    return closed(response)
