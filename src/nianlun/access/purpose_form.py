"""The question why a person's file is opened (S3.1). A page sent as a form is not lost over it: its fields go along."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from nianlun.access import domain
from nianlun.access.frame import shell_context

SUGGESTED_PURPOSES = (
    "退休待遇核定前核对档案",
    "新收档案的整理和审核",
    "参保人来访查询本人权益",
    "缴费年限有疑问，核对原始材料",
)
_KEPT = "kept:"
_LEFT_OUT = {"csrfmiddlewaretoken"}

Kept = list[tuple[str, str]]


def sent_with(request: HttpRequest) -> Kept:
    """The fields of a form that came before the purpose was stated; files have to be chosen again."""
    return [
        (name, value) for name, values in request.POST.lists() if name not in _LEFT_OUT for value in values
    ]


def kept_in(request: HttpRequest) -> Kept | None:
    """The fields that the question carries along; None where no form waits for it, but a page."""
    if _KEPT not in request.POST:
        return None
    return [
        (name.removeprefix(_KEPT), value)
        for name, values in request.POST.lists()
        if name.startswith(_KEPT) and name != _KEPT
        for value in values
    ]


def form(
    request: HttpRequest,
    *,
    person_id: UUID,
    onward: str,
    kept: Kept | None,
    stated: str = "",
    fault: str = "",
    status: int,
) -> HttpResponse:
    """The question, sent to its own page together with the fields it carries."""
    context = {
        **shell_context(request),
        "person_id": person_id,
        "next": onward,
        "waiting": None if kept is None else [(_KEPT, "1"), *((f"{_KEPT}{n}", value) for n, value in kept)],
        "stated": stated[: domain.LONGEST_PURPOSE],
        "fault": fault,
        "suggested": SUGGESTED_PURPOSES,
        "longest": domain.LONGEST_PURPOSE,
    }
    return render(request, "access/purpose.html", context, status=status)


def go_on(request: HttpRequest, onward: str, *, kept: Kept) -> HttpResponse:
    """The form that was waiting, to be sent on with one press."""
    context = {**shell_context(request), "action": onward, "kept": kept}
    return render(request, "access/go_on.html", context)
