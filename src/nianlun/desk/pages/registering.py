"""Registering an insured person at the counter."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from nianlun.access.domain import Right
from nianlun.access.gate import needs, viewer
from nianlun.desk.shell import answer
from nianlun.kernel.identity import NotAnIdentityNumber
from nianlun.registry import operations, queries
from nianlun.registry.domain import AlreadyRegistered, Category, NotRegistrable, Scheme
from nianlun.ui.shell import Crumb

FIELDS = ("name", "identity_number", "scheme", "category", "personal_number")


@require_http_methods(["GET", "POST"])
@needs(Right.PERSON_ADD)
@sensitive_post_parameters("identity_number")
def register(request: HttpRequest) -> HttpResponse:
    """The form for one person; sex and birth date come with the identity number, as a claim and not as truth."""
    who = viewer(request)
    typed = {name: request.POST.get(name, "").strip()[:100] for name in FIELDS}
    fault: tuple[str, str] | None = None
    if request.method == "POST":
        try:
            person_id = operations.register_person(
                by=who,
                name=typed["name"],
                identity_number=typed["identity_number"],
                scheme=Scheme(typed["scheme"]) if typed["scheme"] in set(Scheme) else Scheme.ENTERPRISE,
                category=int(typed["category"]) if typed["category"].isdecimal() else 0,
                agency_id=queries.home_agency(who).id,
                personal_number=typed["personal_number"],
                at=timezone.now(),
            )
        except NotAnIdentityNumber as reason:
            fault = ("identity_number", str(reason))
        except AlreadyRegistered as reason:
            fault = ("identity_number", str(reason))
        except NotRegistrable as reason:
            fault = (_blame(str(reason)), str(reason))
        else:
            messages.success(request, f"{typed['name']} 已登记，可以收材料了。")
            return redirect("desk:person", person_id)
    return answer(
        request,
        "desk/register_person.html",
        typed=typed,
        fault=fault,
        schemes=list(Scheme),
        categories=list(Category),
        agency=queries.home_agency(who),
        crumbs=[Crumb(label="人员权益", url=reverse("desk:people")), Crumb(label="登记参保人")],
        status=422 if fault else 200,
    )


def _blame(sentence: str) -> str:
    """The field a refusal is about, by the word it begins with."""
    words = {"姓名": "name", "个人编号": "personal_number"}
    return next((field for word, field in words.items() if sentence.startswith(word)), "category")
