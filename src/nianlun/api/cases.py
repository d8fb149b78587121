"""The addresses under /api/v1/cases that read: kinds of business, cases, one case, counts."""

import json
from typing import Annotated, Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from ninja import Query, Router

from nianlun.access.domain import NotVisible
from nianlun.access.gate import viewer
from nianlun.api import case_answers, seeing
from nianlun.api.description import described
from nianlun.cases import queries, type_files
from nianlun.cases.domain.flow import State
from nianlun.cases.domain.types import NotInForce

router = Router(tags=["cases"])
MOST = 100


@router.get("/types", summary="现在能办哪些业务", **described("CaseTypes", scope="cases.read"))
def case_types(request: HttpRequest) -> HttpResponse:
    found = type_files.case_types(timezone.localdate())
    return _json({"types": [case_answers.type_head(each) for each in found]})


@router.get(
    "/types/{code}",
    summary="一类业务：要填的、要交的、步骤、时限",
    **described("CaseType", missing=True, scope="cases.read"),
)
def case_type(request: HttpRequest, code: str) -> HttpResponse:
    try:
        found = type_files.case_type(code, on=timezone.localdate())
    except NotInForce:
        raise NotVisible from None
    return _json(case_answers.type_whole(found))


@router.get(
    "/counts", summary="各堆待办有多少件，数到 1000 为止", **described("CaseCounts", scope="cases.read")
)
def case_counts(request: HttpRequest) -> HttpResponse:
    counts = queries.pile_counts(viewer(request), on=timezone.localdate())
    return _json({"counts": {pile.value: count for pile, count in counts.items()}})


@router.get(
    "", summary="看得到的办件，后收的在前", **described("CaseList", missing=True, scope="cases.read")
)
def list_cases(
    request: HttpRequest,
    state: Annotated[State | None, Query(description="只看一种状态")] = None,
    type_code: Annotated[str, Query(alias="type", description="只看一类业务", max_length=60)] = "",
    after: Annotated[str, Query(description="从这个编号之后接着列；取自上一页的 next", max_length=40)] = "",
    limit: Annotated[int, Query(ge=1, le=MOST, description="最多几件")] = 50,
) -> HttpResponse:
    who = viewer(request)
    found = queries.cases_received(who, state=state, type_code=type_code, after=after, limit=limit + 1)
    lines, more = found[:limit], len(found) > limit
    seeing.listed(who, rows=len(lines), at=timezone.now())
    return _json(
        {"cases": [case_answers.line(each) for each in lines], "next": lines[-1].number if more else None}
    )


@router.get(
    "/{number}",
    summary="一件业务：经过、材料、时限、文书",
    **described("Case", missing=True, purpose="没有经手过的办件要写", scope="cases.read"),
)
def one_case(request: HttpRequest, number: str) -> HttpResponse:
    view = seeing.case(request, viewer(request), number, at=timezone.now())
    return _json(case_answers.whole(view))


def _json(content: dict[str, Any]) -> HttpResponse:
    return HttpResponse(
        json.dumps(content, ensure_ascii=False), content_type="application/json; charset=utf-8"
    )
