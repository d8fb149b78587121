"""The address under /api/v1/persons: whom a 个人编号 belongs to, with the identity number masked."""

import json

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from ninja import Router

from nianlun.access.gate import viewer
from nianlun.api import seeing
from nianlun.api.case_bodies import PersonWanted
from nianlun.api.description import described

router = Router(tags=["persons"])


@router.post(
    "/find",
    summary="按个人编号查一位参保人",
    **described(
        "Person",
        missing=True,
        scope="persons.read",
        purpose="必须写",
        inputs={"personal_number": "P000000001"},
    ),
)
def find_person(request: HttpRequest, wanted: PersonWanted) -> HttpResponse:
    """Asked by POST though it changes nothing: a number in an address would lie in the logs of every proxy."""
    found = seeing.person(request, viewer(request), wanted.personal_number, at=timezone.now())
    content = {
        "id": str(found.id),
        "name": found.name,
        "personal_number": found.personal_number,
        "identity_number": found.masked_identity_number,
        "sex": found.sex.value,
        "scheme": found.scheme.value,
        "agency": found.agency_name,
        "division": found.division,
    }
    return HttpResponse(
        json.dumps(content, ensure_ascii=False), content_type="application/json; charset=utf-8"
    )
