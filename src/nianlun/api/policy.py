"""The addresses under /api/v1/policy: cases in, amounts and derivations out; and what the tables say."""

import json
import re
from datetime import date
from typing import Annotated, Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from ninja import Query, Router

from nianlun.api import problems, work
from nianlun.api.description import described
from nianlun.api.examples import example
from nianlun.api.problems import Problem
from nianlun.api.requests import CaseQuestion, Question, read_day
from nianlun.lawbook import queries as lawbook
from nianlun.policy.assess import KINDS
from nianlun.policy.cases import Case
from nianlun.policy.in_force import absence_json, in_force, span_json
from nianlun.policy.lawbook import LawBook
from nianlun.policy.tables import TableBroken, regions

router = Router(tags=["policy"])
Explain = Annotated[bool, Query(description="附推算的每一步")]
Region = Annotated[str, Query(description="六位行政区划代码；不写就是全国")]


@router.get("/kinds", summary="能算哪些种类的案例", **described("Kinds"))
def kinds(request: HttpRequest) -> HttpResponse:
    found = [{"kind": kind, "title": title, "example": example(kind)} for kind, (title, _) in KINDS.items()]
    return _json({"edition": _edition().digest, "kinds": found})


@router.post("/assess", summary="算一件案例", **described("Assessment", asked="enterprise_benefit"))
def assess(request: HttpRequest, question: CaseQuestion, explain: Explain = False) -> HttpResponse:
    return _assessed(question.kind, question, explain=explain)


@router.post(
    "/interest",
    summary="个人账户逐年计息",
    **described("Assessment", asked="account_interest", named=False),
)
def interest(request: HttpRequest, question: Question, explain: Explain = False) -> HttpResponse:
    return _assessed("account_interest", question, explain=explain)


@router.post(
    "/transfer", summary="转移接续的资金", **described("Assessment", asked="transfer", named=False)
)
def transfer(request: HttpRequest, question: Question, explain: Explain = False) -> HttpResponse:
    return _assessed("transfer", question, explain=explain)


@router.post(
    "/retirement",
    summary="法定退休年月、弹性区间和最低缴费月数",
    **described("Retirement", inputs={"sex": "male", "category": 60, "born": "1968-07"}),
)
def retirement(request: HttpRequest, question: Question, explain: Explain = False) -> HttpResponse:
    case = Case("retirement", question.inputs, title=question.title)
    return _json(work.retirement(case, _edition(), law=question.as_of.law, explain=explain))


@router.get("/tables", summary="某一天、某地区有效的政策数值", **described("RowsInForce"))
def tables(
    request: HttpRequest,
    on: Annotated[str, Query(description="哪一天，如 2025-03-10；不写就是今天")] = "",
    region: Region = "",
    topic: Annotated[str, Query(description="只看一个主题，如 计发")] = "",
) -> HttpResponse:
    book, day = _edition(), _day(on)
    topics = sorted({table.topic for table in book.tables.values()})
    if topic and topic not in topics:
        raise Problem(problems.BAD_CASE, f"没有主题“{topic[:20]}”。可选：{'、'.join(topics)}。")
    rows = [row.to_json() for row in in_force(book, day, region=_region(region), topic=topic)]
    return _json({"edition": book.digest, "on": day.isoformat(), "region": region, "rows": rows})


@router.get("/tables/{name}", summary="一张政策表的全部数值和空档", **described("Table", missing=True))
def table(request: HttpRequest, name: str, region: Region = "") -> HttpResponse:
    book = _edition()
    try:
        found = book.table(name)
    except TableBroken:
        raise Problem(problems.NO_SUCH_ADDRESS, f"没有政策表“{name[:60]}”。有哪些表见 tables。") from None
    wanted = regions(_region(region)) if region else None
    head = {
        "edition": book.digest,
        "table": found.name,
        "title": found.title,
        "topic": found.topic,
        "unit": found.unit,
        "keyed_by": found.keyed_by,
        "lasts": found.lasts,
    }
    spans = [span_json(one) for one in found.spans if wanted is None or one.region in wanted]
    absences = [absence_json(one) for one in found.absences if wanted is None or one.region in wanted]
    return _json({**head, "spans": spans, "absences": absences})


def _assessed(kind: str, question: Question, *, explain: bool) -> HttpResponse:
    case = Case(kind, question.inputs, title=question.title)
    as_of = question.as_of
    return _json(work.assessed(case, _edition(), law=as_of.law, known=as_of.known, explain=explain))


def _edition() -> LawBook:
    return lawbook.current()


def _day(text: str) -> date:
    try:
        return read_day(text) or timezone.localdate()
    except ValueError as reason:
        raise Problem(problems.BAD_CASE, f"on {reason}") from None


def _region(region: str) -> str:
    if not re.fullmatch(r"|\d{6}", region, re.ASCII):
        raise Problem(problems.BAD_CASE, f"region 应是六位行政区划代码，现在是“{region[:20]}”。")
    return region


def _json(content: dict[str, Any]) -> HttpResponse:
    return HttpResponse(
        json.dumps(content, ensure_ascii=False), content_type="application/json; charset=utf-8"
    )
