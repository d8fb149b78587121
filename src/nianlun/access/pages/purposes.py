"""Stating why a person's file is opened (S3.1)."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from nianlun.access import domain, gate, operations
from nianlun.access.domain import Right

SUGGESTED_PURPOSES = (
    "退休待遇核定前核对档案",
    "新收档案的整理和审核",
    "参保人来访查询本人权益",
    "缴费年限有疑问，核对原始材料",
)


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
    stated, fault = request.POST.get("purpose", ""), ""
    if request.method == "POST":
        try:
            operations.state_purpose(
                gate.viewer(request), person_id=person_id, purpose=stated, at=timezone.now()
            )
        except domain.NotAPurpose as reason:
            fault = str(reason)
        else:
            return redirect(onward)
    context = {
        **gate.shell_context(request),
        "person_id": person_id,
        "next": onward,
        "stated": stated[: domain.LONGEST_PURPOSE],
        "fault": fault,
        "suggested": SUGGESTED_PURPOSES,
        "longest": domain.LONGEST_PURPOSE,
    }
    return render(request, "access/purpose.html", context, status=422 if fault else 200)
