"""Addresses for the tests of the gate: pages that do what pages do to it."""

from django.http import Http404, HttpResponse
from django.urls import include, path

from nianlun.access import gate
from nianlun.access.domain import NotVisible, Refused, Right
from nianlun.access.models import Account


@gate.needs(Right.PERSON_READ)
def reading(request):
    return HttpResponse(f"{gate.viewer(request).name} {request.viewer.scope}")


@gate.needs(Right.PERSON_READ, polled=True)
def polling(request):
    return HttpResponse("tick")


@gate.needs(Right.PERSON_READ)
def of_person(request, person_id):
    return HttpResponse(gate.purpose_for(request, person_id))


@gate.needs(Right.PERSON_READ)
def invisible(request, person_id):
    Account.objects.update(name="改了一半")
    raise NotVisible


@gate.needs(Right.PERSON_READ)
def missing(request):
    raise Http404("internal words")


@gate.needs(Right.PERSON_READ)
def refusing(request):
    Account.objects.update(name="改了一半")
    raise Refused("提交人与复核人不能是同一人。请交给另一位复核。")


@gate.open_page("给测试看谁在")
def anyone(request):
    found = gate.viewer_or_none(request)
    return HttpResponse(found.name if found else "没有登录")


def bare(request):
    return HttpResponse("secret")


urlpatterns = [
    path("reading/", reading),
    path("polling/", polling),
    path("people/<uuid:person_id>/", of_person),
    path("invisible/<uuid:person_id>/", invisible),
    path("missing/", missing),
    path("refusing/", refusing),
    path("anyone/", anyone),
    path("bare/", bare),
    path("", include("nianlun.config.urls")),
]
handler404 = "nianlun.access.answers.not_found"
