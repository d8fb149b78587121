"""Asking for the second factor again before an important deed (S1.7).

A page sent as a form is not lost over it: the question carries the form's fields and sends them on.
"""

from datetime import datetime

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode

from nianlun.access import asking, domain, operations, queries
from nianlun.access.operations import SignInFailed
from nianlun.access.queries import SignedIn

NOT_KEPT = "这一步还没有办。请先验证，再回来重新提交。"
_LEFT_OUT = {"csrfmiddlewaretoken", *asking.FIELDS}


class NotFresh(Exception):
    """The page is for somebody who has proven the second factor just now; answered with the question."""


def is_open(signed_in: SignedIn, *, at: datetime) -> bool:
    """Whether important deeds are open to this session: proven lately, or an account of the public without factor."""
    if domain.is_fresh(signed_in.proven_at, at=at):
        return True
    viewer = signed_in.viewer
    return not domain.must_have_factor(viewer.role) and not queries.has_factor(viewer.account_id)


def take_answer(request: HttpRequest, signed_in: SignedIn, *, at: datetime) -> str:
    """Prove the second factor with what was sent; returns why not, "" where it is proven."""
    try:
        kind = operations.prove(
            signed_in.viewer.account_id,
            proof=asking.answer(request),
            address=getattr(request, "source_address", ""),
            at=at,
        )
    except SignInFailed as reason:
        return str(reason)
    operations.prove_again(signed_in.session_id, kind=kind, at=at)
    return ""


def question(request: HttpRequest, signed_in: SignedIn, *, fault: str = "") -> HttpResponse:
    """The form that asks for the second factor and carries along what was sent."""
    kept = [
        (name, value) for name, values in request.POST.lists() if name not in _LEFT_OUT for value in values
    ]
    return form(request, signed_in, action=request.get_full_path(), kept=kept, fault=fault, status=403)


def form(
    request: HttpRequest,
    signed_in: SignedIn,
    *,
    action: str,
    kept: list[tuple[str, str]],
    fault: str,
    status: int,
) -> HttpResponse:
    """The form itself, sent to `action` together with the fields it keeps."""
    account_id = signed_in.viewer.account_id
    context = {
        "question": asking.ask(request, account_id, is_persona=queries.is_persona(account_id)),
        "action": action,
        "kept": kept,
        "fault": fault,
        "minutes": int(domain.FRESH_FOR.total_seconds() // 60),
    }
    return render(request, "access/step_up.html", context, status=status)


def address(request: HttpRequest, onward: str) -> str:
    """Where to prove the second factor first, to go on to `onward` from there."""
    if request.method not in ("GET", "HEAD"):
        messages.warning(request, NOT_KEPT)
    return f"{reverse('access:step-up')}?{urlencode({'next': onward})}"
