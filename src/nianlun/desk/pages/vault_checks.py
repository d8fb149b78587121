"""Fixity: runs over a location, begun by hand or by a schedule, with their progress and findings (固定性校验)."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST
from django_htmx.http import HttpResponseClientRefresh

from nianlun.access.domain import Refused, Right
from nianlun.access.gate import needs, viewer
from nianlun.desk.shell import answer, fragment
from nianlun.ui.shell import Crumb
from nianlun.vault import holdings, incidents, runs, schedules
from nianlun.vault.domain import RunLine
from nianlun.vault.locations import NotConfigured, called

STEPS = {"pause": runs.pause, "continue": runs.go_on, "cancel": runs.cancel}


@require_GET
@needs(Right.VAULT_READ)
def checks(request: HttpRequest) -> HttpResponse:
    """Where to begin a check, how often each location is checked by itself, and the runs so far."""
    return answer(
        request,
        "desk/vault_checks.html",
        places=[place for place in holdings.places() if place.configured],
        runs=runs.latest(),
        called=called,
        may_check=viewer(request).may(Right.VAULT_CHECK),
        crumbs=[Crumb(label="档案库", url=reverse("desk:vault")), Crumb(label="核对")],
    )


@require_POST
@needs(Right.VAULT_CHECK)
def start(request: HttpRequest) -> HttpResponse:
    """Begin a check of a location, or go to the one under way there."""
    try:
        run_id = runs.request_run(
            request.POST.get("location", ""),
            pace=_number(request.POST.get("pace", "")),
            by=viewer(request),
            at=timezone.now(),
        )
    except (Refused, NotConfigured) as reason:
        messages.error(request, str(reason))
        return redirect("desk:vault-checks")
    return redirect("desk:vault-run", run_id)


@require_POST
@needs(Right.VAULT_CHECK)
def schedule(request: HttpRequest) -> HttpResponse:
    """Set how often a location is checked by itself, or end that."""
    who, at, location = viewer(request), timezone.now(), request.POST.get("location", "")
    try:
        if request.POST.get("step") == "end":
            schedules.end_schedule(location, by=who, at=at)
            messages.success(request, f"{called(location)}不再自动核对。")
        else:
            schedules.set_schedule(
                location,
                every_days=_number(request.POST.get("every_days", "")) or 0,
                pace=_number(request.POST.get("pace", "")),
                by=who,
                at=at,
            )
            messages.success(request, f"{called(location)}的核对计划已保存。")
    except (Refused, NotConfigured) as reason:
        messages.error(request, str(reason))
    return redirect("desk:vault-checks")


@require_GET
@needs(Right.VAULT_READ)
def run(request: HttpRequest, run_id: UUID) -> HttpResponse:
    """One run: how far it is, and what it found."""
    line = _run(run_id)
    return answer(
        request,
        "desk/vault_run.html",
        run=line,
        called=called,
        opened=incidents.of_run(run_id),
        may_check=viewer(request).may(Right.VAULT_CHECK),
        crumbs=[
            Crumb(label="档案库", url=reverse("desk:vault")),
            Crumb(label="核对", url=reverse("desk:vault-checks")),
            Crumb(label=called(line.location)),
        ],
    )


@require_GET
@needs(Right.VAULT_READ, polled=True)
def progress(request: HttpRequest, run_id: UUID) -> HttpResponse:
    """How far a run is, for the page that shows it; once it stands still, the whole page, with what was found."""
    line = _run(run_id)
    if getattr(request, "htmx", False) and not line.active:
        return HttpResponseClientRefresh()
    return fragment(request, "desk/vault_progress.html", run=line)


@require_POST
@needs(Right.VAULT_CHECK)
def step(request: HttpRequest, run_id: UUID) -> HttpResponse:
    """Pause, continue or cancel a run."""
    change = STEPS.get(request.POST.get("step", ""))
    if change is None:
        raise Http404
    try:
        change(run_id, by=viewer(request), at=timezone.now())
    except Refused as reason:
        messages.error(request, str(reason))
    return redirect("desk:vault-run", run_id)


def _run(run_id: UUID) -> RunLine:
    line = runs.run(run_id)
    if line is None:
        raise Http404
    return line


def _number(text: str) -> int | None:
    """What was typed as a number; nothing for an empty field, and 0, which is refused, for anything else."""
    text = text.strip()
    if not text:
        return None
    return int(text) if text.isdecimal() and len(text) < 9 else 0
