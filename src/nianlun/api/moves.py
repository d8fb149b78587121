"""The addresses under /api/v1/cases that change something: taking in, completing, papers, accepting, asking.

The separate steps (初审, 复核, 审批, 支付) and whatever counts as one are not here: those a person takes (S2.5).
"""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from ninja import File, Form
from ninja.files import UploadedFile

from nianlun.access.domain import Viewer
from nianlun.access.gate import viewer
from nianlun.api import case_answers, problems, uploads
from nianlun.api.case_bodies import Asking, AtVersion, NewCase, PaperForm, Resuming, WithDetails
from nianlun.api.cases import router as router  # the same: an address has one place for all its methods
from nianlun.api.description import described
from nianlun.api.once import once
from nianlun.api.problems import Problem
from nianlun.cases import queries
from nianlun.cases.domain.facts import How
from nianlun.cases.domain.forms import Incomplete
from nianlun.cases.moving import Apart, Stale, remember
from nianlun.cases.operations import door, materials, opening, pausing

_AT = {"version": 1}
Move = Callable[[UUID, Viewer, datetime], None]


@router.post(
    "",
    summary="立案",
    **described(
        "CaseReceipt",
        status=201,
        missing=True,
        scope="cases.write",
        keyed=True,
        inputs={"type": "retirement", "details": {}},
    ),
)
def open_case(request: HttpRequest, wanted: NewCase) -> HttpResponse:
    who, at = viewer(request), timezone.now()

    def act(request_key: UUID) -> dict[str, Any]:
        with _refusals(who):
            case_id = opening.open_case(
                wanted.type,
                by=who,
                details=wanted.details,
                request_key=request_key,
                person_id=wanted.person_id,
                employer_id=wanted.employer_id,
                at=at,
            )
        return case_answers.receipt(queries.case(who, case_id).line)

    return _once(request, who, sent=request.body, act=act, status=201, at=at)


@router.post(
    "/{number}/details",
    summary="补录申报内容，受理以前",
    **described(
        "CaseReceipt", missing=True, scope="cases.write", keyed=True, inputs={**_AT, "details": {}}
    ),
)
def complete_details(request: HttpRequest, number: str, wanted: WithDetails) -> HttpResponse:
    def move(case_id: UUID, who: Viewer, at: datetime) -> None:
        door.complete_details(case_id, by=who, version=wanted.version, details=wanted.details, at=at)

    return _moved(request, number, move)


@router.post(
    "/{number}/materials",
    summary="收一项材料，复印件或共享数据核验",
    **described("CaseReceipt", missing=True, scope="cases.write", keyed=True),
)
def take_material(
    request: HttpRequest,
    number: str,
    paper: Annotated[PaperForm, Form()],
    file: Annotated[UploadedFile | None, File()] = None,
) -> HttpResponse:
    def move(case_id: UUID, who: Viewer, at: datetime) -> None:
        with uploads.kept(file) as upload:
            materials.take_material(
                case_id,
                by=who,
                version=paper.version,
                requirement=paper.requirement,
                how=How(paper.how.value),
                upload=upload,
                note=paper.note,
                at=at,
            )

    fields = paper.model_dump(mode="json") | {"file": file.name if file else None}
    sent = json.dumps(fields, sort_keys=True).encode() + uploads.digest(file)
    return _moved(request, number, move, sent=sent)


@router.post(
    "/{number}/accept",
    summary="受理，时限从这一天起算",
    **described("CaseReceipt", missing=True, scope="cases.write", keyed=True, inputs=_AT),
)
def accept_case(request: HttpRequest, number: str, wanted: AtVersion) -> HttpResponse:
    def move(case_id: UUID, who: Viewer, at: datetime) -> None:
        door.accept(case_id, by=who, version=wanted.version, at=at)

    return _moved(request, number, move)


@router.post(
    "/{number}/supplement",
    summary="一次告知要补的材料，时限停下",
    **described(
        "CaseReceipt",
        missing=True,
        scope="cases.write",
        keyed=True,
        inputs={**_AT, "missing": [], "text": "请补银行卡复印件"},
    ),
)
def ask_supplement(request: HttpRequest, number: str, wanted: Asking) -> HttpResponse:
    def move(case_id: UUID, who: Viewer, at: datetime) -> None:
        pausing.ask_supplement(
            case_id, by=who, version=wanted.version, missing=wanted.missing, text=wanted.text, at=at
        )

    return _moved(request, number, move)


@router.post(
    "/{number}/resume",
    summary="材料补齐，接着办",
    **described("CaseReceipt", missing=True, scope="cases.write", keyed=True, inputs=_AT),
)
def resume_case(request: HttpRequest, number: str, wanted: Resuming) -> HttpResponse:
    def move(case_id: UUID, who: Viewer, at: datetime) -> None:
        pausing.resume(case_id, by=who, version=wanted.version, text=wanted.text, at=at)

    return _moved(request, number, move)


def _moved(request: HttpRequest, number: str, move: Move, *, sent: bytes | None = None) -> HttpResponse:
    who, at = viewer(request), timezone.now()

    def act(_: UUID) -> dict[str, Any]:
        case_id = queries.case_numbered(who, number)
        with _refusals(who, case_id):
            move(case_id, who, at)
        return case_answers.receipt(queries.case(who, case_id).line)

    return _once(request, who, sent=request.body if sent is None else sent, act=act, status=200, at=at)


def _once(
    request: HttpRequest,
    who: Viewer,
    *,
    sent: bytes,
    act: Callable[[UUID], dict[str, Any]],
    status: int,
    at: datetime,
) -> HttpResponse:
    try:
        return once(request, who, sent=sent, act=act, status=status, at=at)
    except Apart as refusal:
        # What the operation kept of the attempt was rolled back with the answer's claim, and would be again with the
        # whole request if the refusal went on from here.
        remember(refusal, by=who, at=at)
        raise Problem(problems.NOT_ALLOWED, refusal.sentence) from None


@contextmanager
def _refusals(who: Viewer, case_id: UUID | None = None) -> Iterator[None]:
    """What a program can mend by itself, as its problem; the door of the system answers all else."""
    try:
        yield
    except Incomplete as reason:
        errors = [{"field": f"details.{code}", "detail": said} for code, said in reason.faults.items()]
        raise Problem(problems.BAD_CASE, str(reason), errors=errors) from None
    except Stale as reason:
        now = queries.case(who, case_id).line.version if case_id else None
        raise Problem(problems.STALE, reason.sentence, version=now) from None
