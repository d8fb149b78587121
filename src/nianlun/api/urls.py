"""Addresses of the API. Each has its access rule, like every page of the system."""

from django.urls import path
from django.views.decorators.csrf import csrf_exempt

from nianlun.access.domain import Right
from nianlun.access.gate import by_token, open_page
from nianlun.api import pages, problems, service

OPEN = open_page("只用请求里的数和公开的政策表，不碰任何人的资料，什么也不存；每次和同时的计算量都有上限")
RULES = {
    "policy": OPEN,
    "cases": by_token(Right.CASE_READ, answer=problems.answered),
    "take_material": by_token(Right.CASE_READ, answer=problems.answered, form=True),
    "persons": by_token(Right.PERSON_SEARCH, answer=problems.answered),
}
"""Who may ask, by the name or the first part of the address. What a move on a case needs beyond, its operation asks."""

app_name = "api"
urlpatterns = [
    path("api/", pages.guide, name="guide"),
    path("api/v1/openapi.json", pages.openapi, name="openapi"),
    *(
        path(f"api/v1/{route}", RULES.get(name, RULES[route.partition("/")[0]])(view), name=name)
        for route, name, view in service.addresses()
    ),
    path("api/v1/<path:rest>", OPEN(csrf_exempt(problems.no_such_address)), name="nothing"),
]
