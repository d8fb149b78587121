"""The proof of the journal: how it stands, that it only grew between two days, and the whole of it proved anew."""

from datetime import date, timedelta
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from nianlun.access.domain import Right
from nianlun.access.gate import needs, viewer
from nianlun.desk import log_proof
from nianlun.desk.log_proof import DayProof, NoProof
from nianlun.desk.shell import answer, fragment
from nianlun.journal import log_checks, queries
from nianlun.journal import operations as journal
from nianlun.journal.domain import declare
from nianlun.journal.log_checks import CheckLine
from nianlun.ui.downloads import closed
from nianlun.ui.shell import Crumb

PROOF_TAKEN = declare("desk.log_proof_taken", "下载 {since} 至 {until} 的日志证明")
CRUMB = "日志证明"


@require_GET
@needs(Right.JOURNAL_PROVE)
def proof(request: HttpRequest) -> HttpResponse:
    """The log at a glance; with two days in the address also the proof between them."""
    proved, asked, faults = _asked(request)
    return answer(
        request,
        "desk/log.html",
        status_of=queries.log_status(),
        root=_root(),
        checks=log_checks.latest(limit=5),
        alarm=log_checks.alarm(),
        proved=proved,
        asked=asked,
        faults=faults,
        status=422 if faults else 200,
        crumbs=[Crumb(label="操作日志"), Crumb(label=CRUMB)],
    )


@require_GET
@needs(Right.JOURNAL_PROVE)
def proof_file(request: HttpRequest) -> HttpResponse:
    """The proof between two days, with both checkpoints, as a file."""
    proved, asked, faults = _asked(request)
    if proved is None or faults:
        raise Http404
    journal.record(PROOF_TAKEN, by=viewer(request), about="journal.log", details=asked, at=timezone.now())
    response = HttpResponse(proved.to_json(), content_type="application/json")
    response["Content-Disposition"] = f'attachment; filename="log-{proved.since}-{proved.until}.json"'
    return closed(response)


@require_POST
@needs(Right.JOURNAL_PROVE)
def start(request: HttpRequest) -> HttpResponse:
    """Have the whole log proved, or go to where that is under way."""
    check_id, fresh = log_proof.ask_for_check(by=viewer(request), at=timezone.now())
    if not fresh:
        messages.info(request, "已经有人在核对，这里是它的进度。")
    return redirect("desk:log-check", check_id)


@require_GET
@needs(Right.JOURNAL_PROVE)
def check(request: HttpRequest, check_id: UUID) -> HttpResponse:
    """One proving of the whole log: how far it is, what it found."""
    return answer(
        request,
        "desk/log_check.html",
        check=_check(check_id),
        may_read=viewer(request).may(Right.JOURNAL_READ),
        crumbs=[Crumb(label=CRUMB, url=reverse("desk:log")), Crumb(label="核对整个日志")],
    )


@require_GET
@needs(Right.JOURNAL_PROVE, polled=True)
def progress(request: HttpRequest, check_id: UUID) -> HttpResponse:
    """How far it is, for the page that shows it."""
    return fragment(request, "desk/log_progress.html", check=_check(check_id))


def _check(check_id: UUID) -> CheckLine:
    line = log_checks.check(check_id)
    if line is None:
        raise Http404
    return line


def _root() -> str:
    """The root of the log as it is now; empty where its tiles do not reach so far."""
    try:
        return queries.root_at(queries.log_size()).hex()
    except ValueError:
        return ""


def _asked(request: HttpRequest) -> tuple[DayProof | None, dict[str, str], list[tuple[str, str]]]:
    """The proof that was asked for, what was typed, and what of it cannot be read, by field."""
    today = timezone.localdate()
    otherwise = {"since": str(today - timedelta(days=1)), "until": str(today)}
    typed = {name: request.GET.get(name, "").strip()[:20] for name in otherwise}
    if not any(typed.values()):
        return None, otherwise, []
    faults = []
    days = {}
    for name, label in (("since", "起始日"), ("until", "截止日")):
        try:
            days[name] = date.fromisoformat(typed[name])
            days[name] + timedelta(days=1)  # a day that has an end
        except (ValueError, OverflowError):
            faults.append((name, f"{label}应写成 2026-11-23 这样。"))
    if faults:
        return None, typed, faults
    try:
        return log_proof.between(days["since"], days["until"]), typed, []
    except NoProof as reason:
        return None, typed, [("since", str(reason))]
