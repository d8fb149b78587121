"""Changing the own password: insured persons on the phone, employers on their page."""

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from nianlun.access import own_password
from nianlun.access.domain import Right
from nianlun.access.gate import needs
from nianlun.portal import employer, frame


@needs(Right.OWN_READ)
@transaction.non_atomic_requests  # an attempt counts whatever becomes of the request
@sensitive_post_parameters("old", "new", "again")
@require_http_methods(["GET", "HEAD", "POST"])
def of_person(request: HttpRequest) -> HttpResponse:
    """An insured person puts a new password in place of the old one."""
    fault = None
    if request.method == "POST":
        fault = own_password.change(request)
        if fault is None:
            messages.success(request, own_password.CHANGED)
            return redirect("portal:home")
    back = reverse("portal:home")
    page = frame.answer(request, "portal/password.html", fault=fault, back_url=back)
    page.status_code = 422 if fault else 200
    return page


@needs(Right.EMPLOYER_READ)
@transaction.non_atomic_requests  # as above
@sensitive_post_parameters("old", "new", "again")
@require_http_methods(["GET", "HEAD", "POST"])
def of_employer(request: HttpRequest) -> HttpResponse:
    """Whoever acts for an employer does the same."""
    fault = None
    if request.method == "POST":
        fault = own_password.change(request)
        if fault is None:
            messages.success(request, own_password.CHANGED)
            return redirect("portal:employer")
    context = {
        **employer.frame(request),
        "fault": fault,
        "back_url": reverse("portal:employer"),
        "back_label": "本单位职工",
    }
    return render(request, "access/change_password.html", context, status=422 if fault else 200)
