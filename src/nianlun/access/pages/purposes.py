"""Stating why a person's file is opened (S3.1)."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from nianlun.access import domain, gate, operations, purpose_form
from nianlun.access.domain import Right

_OPENS = (Right.PERSON_READ, Right.CASE_READ, Right.NOTICE_READ)
"""Who may open a person's file, a case about the person, or what the person was told."""


@gate.needs(Right.DESK_READ, shows_persons=True)
@require_http_methods(["GET", "HEAD", "POST"])
def purpose(request: HttpRequest, person_id: UUID) -> HttpResponse:
    """Ask why a person's file is opened, and go on to it (S3.1). Says nothing about the person.

    Raises `NotVisible` for posts that open nothing about persons.
    """
    if not any(gate.viewer(request).may(right) for right in _OPENS):
        raise domain.NotVisible
    onward = gate.safe_next(request, otherwise=f"/people/{person_id}/")
    kept = purpose_form.kept_in(request)
    stated, fault = request.POST.get("purpose", ""), ""
    if request.method == "POST":
        try:
            operations.state_purpose(
                gate.viewer(request), person_id=person_id, purpose=stated, at=timezone.now()
            )
        except domain.NotAPurpose as reason:
            fault = str(reason)
        else:
            if kept is not None:
                return purpose_form.go_on(request, onward, kept=kept)
            return redirect(onward)
    return purpose_form.form(
        request,
        person_id=person_id,
        onward=onward,
        kept=kept,
        stated=stated,
        fault=fault,
        status=422 if fault else 200,
    )
