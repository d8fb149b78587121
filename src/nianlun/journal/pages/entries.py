"""The journal as the auditor reads it: sentences, filters, one page after the other."""

from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from nianlun.journal import domain, operations, queries
from nianlun.journal.pages.gated import READ_RIGHT, GatedRequest

READ = domain.declare("journal.entries_read", "查看操作日志 {rows} 条")
_PAGE = 50


@require_safe
def entries(request: GatedRequest) -> HttpResponse:
    """The entries of the auditor's scope; looking is journaled like any other reading."""
    asked = {
        name: request.GET.get(name, "").replace("\x00", "").strip()[:100]
        for name in ("action", "name", "person", "outcome", "since", "until")
    }
    filters, faults = _filters(asked)
    found = []
    if not faults:
        before = request.GET.get("before", "")
        found = queries.entries(scope=request.viewer.scope, before=before, limit=_PAGE + 1, **filters)
    lines = found[:_PAGE]
    operations.record(
        READ, by=request.viewer, rows=len(lines), details={"filters": asked}, at=timezone.now()
    )
    kept = {name: value for name, value in asked.items() if value}
    context = {
        **request.shell_context(),
        "lines": lines,
        "asked": asked,
        "faults": faults,
        "filtered": bool(kept),
        "first": f"?{urlencode(kept)}" if request.GET.get("before") else "",
        "more": f"?{urlencode({**kept, 'before': lines[-1].cursor})}" if len(found) > _PAGE else "",
        "actions": sorted(domain.ACTIONS.items(), key=lambda each: each[1]),
        "outcomes": domain.OUTCOMES,
    }
    return render(request, "journal/entries.html", context, status=422 if faults else 200)


entries.access_rule = READ_RIGHT  # type: ignore[attr-defined]  # the rule travels with the page


def _filters(asked: dict[str, str]) -> tuple[dict[str, Any], list[tuple[str, str]]]:
    """What was asked for as arguments of `queries.entries`, and what of it cannot be read, by field."""
    filters: dict[str, Any] = {name: asked[name] for name in ("action", "name", "outcome")}
    faults: list[tuple[str, str]] = []
    if asked["person"]:
        try:
            filters["person_id"] = UUID(asked["person"])
        except ValueError:
            faults.append(("person", "参保人标识应为 36 位，可从日志的一行里复制。"))
    for name, label in (("since", "起始日"), ("until", "截止日")):
        if not asked[name]:
            continue
        try:
            day = date.fromisoformat(asked[name])
            filters[name] = _midnight(day + timedelta(days=1) if name == "until" else day)
        except (ValueError, OverflowError):
            faults.append((name, f"{label}应写成 2026-11-23 这样。"))
    return filters, faults


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime(day.year, day.month, day.day))  # noqa: DTZ001  made aware here
