"""Own cases: what can be applied for, the application, where each stands, and the papers that are still wanted."""

from typing import BinaryIO, cast
from uuid import UUID, uuid4

from django.contrib import messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from nianlun.access.domain import Refused, Right
from nianlun.access.gate import needs, viewer
from nianlun.cases import queries, type_files
from nianlun.cases.domain.applicants import Applicant, not_yours
from nianlun.cases.domain.flow import State
from nianlun.cases.domain.forms import Incomplete, answered, checked_details
from nianlun.cases.domain.types import About, CaseType, NotInForce, Origin, SlipKind, Substitute
from nianlun.cases.operations import delivering, materials, opening, pausing, withdrawing
from nianlun.cases.operations.materials import Upload
from nianlun.cases.queries import CaseView
from nianlun.digitization import quarantine
from nianlun.digitization.reading import Refused as NotTaken
from nianlun.journal import queries as journal
from nianlun.kernel.identifiers import uuid_or_none
from nianlun.portal import case_words
from nianlun.portal.frame import answer, own_person
from nianlun.ui.downloads import closed
from nianlun.vault import queries as vault

PREFIX = "field-"
LONGEST = 2000
_LOOKED = 30
"""Entries of who looked that stand beside a case; all of them stand under 谁看过我的档案."""


@require_GET
@needs(Right.OWN_READ)
def own(request: HttpRequest) -> HttpResponse:
    """The own cases, those that wait for the person first."""
    own_person(request, what="我的办件", at=timezone.now())
    lines = queries.own_cases(viewer(request))
    lines.sort(key=lambda line: not case_words.waits_for_person(line))
    return answer(request, "portal/cases.html", lines=lines, words=case_words)


@require_GET
@needs(Right.OWN_READ)
def kinds(request: HttpRequest) -> HttpResponse:
    """What can be applied for here."""
    own_person(request, what="能办什么", at=timezone.now())
    found = [one for one in type_files.case_types(timezone.localdate()) if _is_for_persons(one)]
    return answer(request, "portal/case_kinds.html", kinds=found, back_url=reverse("portal:cases"))


@require_http_methods(["GET", "POST"])
@needs(Right.OWN_READ)
@sensitive_post_parameters()
def apply(request: HttpRequest, type_code: str) -> HttpResponse:
    """The application: the form, then everything once more to be looked over, then the case stands."""
    kind = _kind(type_code)
    own_person(request, what=f"申请“{kind.plain_name}”", at=timezone.now())
    posted = request.POST
    key = uuid_or_none(posted.get("request_key", "")) or uuid4()
    typed = {
        one.code: posted.get(PREFIX + one.code, "")[:LONGEST].replace("\x00", "") for one in kind.fields
    }
    if request.method == "GET" or posted.get("step") == "edit":
        return _form(request, kind, typed=typed if posted else {}, key=str(key))
    try:
        details = checked_details(kind, typed, complete=True)
        if posted.get("step") != "send":
            return _check(request, kind, typed=typed, details=details, key=str(key))
        case_id = opening.apply_online(
            kind.code, by=viewer(request), details=details, request_key=key, at=timezone.now()
        )
    except Incomplete as reason:
        return _form(request, kind, typed=typed, key=str(key), faults=reason.faults)
    except Refused as reason:
        return _form(request, kind, typed=typed, key=str(key), problem=reason.sentence)
    number = queries.case(viewer(request), case_id).line.number
    messages.success(request, f"已提交。业务编号 {number}。")
    return redirect("portal:case", number)


@require_GET
@needs(Right.OWN_READ)
def one(request: HttpRequest, number: str) -> HttpResponse:
    """One own case: what has been done, what comes next, what is wanted, who has looked."""
    own_person(request, what=f"办件 {number[:40]}", at=timezone.now())
    return _one(request, _view(request, number))


@require_POST
@needs(Right.OWN_READ)
def send(request: HttpRequest, number: str) -> HttpResponse:
    """Take in a copy, or a promise, for one paper of an own case."""
    view = _view(request, number)
    code = request.POST.get("requirement", "")[:60]
    wanted = view.type.requirement(code)
    try:
        if request.POST.get("how") == "promise":
            materials.promise_material(
                view.line.id,
                by=viewer(request),
                version=_version(request),
                requirement=code,
                at=timezone.now(),
            )
        else:
            _upload(request, view, code)
    except Refused as reason:
        return _one(request, _view(request, number), problem=(code, reason.sentence))
    messages.success(request, f"收到了：{wanted.name if wanted else ''}。")
    return redirect("portal:case", number)


@require_POST
@needs(Right.OWN_READ)
def supply(request: HttpRequest, number: str) -> HttpResponse:
    """Everything asked for is there: the case goes on."""
    view = _view(request, number)
    try:
        pausing.supply(view.line.id, by=viewer(request), version=_version(request), at=timezone.now())
    except Refused as reason:
        return _one(request, _view(request, number), problem=("", reason.sentence))
    messages.success(request, "已告诉工作人员材料齐了，办理时限接着计算。")
    return redirect("portal:case", number)


@require_http_methods(["GET", "POST"])
@needs(Right.OWN_READ)
def withdraw(request: HttpRequest, number: str) -> HttpResponse:
    """Take an own application back, after having been asked whether that is meant."""
    view = _view(request, number)
    if not _applied(view):
        return _one(request, view, problem=("", not_yours(view.type.plain_name, view.type.applicant)))
    problem = ""
    if request.method == "POST":
        try:
            withdrawing.withdraw_own(
                view.line.id, by=viewer(request), version=_version(request), at=timezone.now()
            )
        except Refused as reason:
            problem, view = reason.sentence, _view(request, number)
        else:
            messages.success(request, "已撤回。需要时可以重新申请。")
            return redirect("portal:case", number)
    response = answer(
        request,
        "portal/case_withdraw.html",
        view=view,
        problem=problem,
        back_url=reverse("portal:case", args=[number]),
    )
    response.status_code = 409 if problem else 200
    return response


@require_GET
@needs(Right.OWN_READ)
def slip(request: HttpRequest, number: str, slip_id: UUID) -> HttpResponseBase:
    """A paper the agency gave out in an own case; with its first opening it is delivered."""
    at = timezone.now()
    own_person(request, what=f"办件 {number[:40]} 的文书", at=at)
    view = _view(request, number)
    held, wanted = queries.slip_file(viewer(request), view.line.id, slip_id)
    try:
        stream = vault.open_file(held, wanted.file_name)
    except vault.Unreadable as reason:
        return _one(request, view, problem=("", str(reason)))
    delivering.read(view.line.id, by=viewer(request), slip_id=slip_id, at=at)
    response = FileResponse(
        stream, as_attachment=True, filename=f"{wanted.number}.pdf", content_type="application/pdf"
    )
    return closed(response)


def _upload(request: HttpRequest, view: CaseView, code: str) -> None:
    sent = request.FILES.get("file")
    if sent is None:
        raise Refused("还没有选文件。可以拍一张照片，或者选一个 PDF。")
    waiting = uuid4()
    try:
        quarantine.keep(waiting, stream=cast(BinaryIO, sent))
        materials.send_material(
            view.line.id,
            by=viewer(request),
            version=_version(request),
            requirement=code,
            upload=Upload(path=quarantine.path_of(waiting), name=sent.name or ""),
            at=timezone.now(),
        )
    except quarantine.NoRoom as reason:
        raise Refused(str(reason)) from reason
    except NotTaken as reason:
        raise Refused(reason.sentence) from reason
    finally:
        quarantine.discard(waiting)


def _one(request: HttpRequest, view: CaseView, *, problem: tuple[str, str] | None = None) -> HttpResponse:
    line, own, applied = view.line, viewer(request).account_id, _applied(view)
    looked = journal.entries_about(
        str(line.id),
        purpose=f"办理 {line.number}",
        person_id=line.person_id,
        since=line.received_at,
        but_of=own,
        limit=_LOOKED,
    )
    response = answer(
        request,
        "portal/case.html",
        view=view,
        words=case_words,
        steps=case_words.task_steps(view),
        until=case_words.until_when(view, on=timezone.localdate()),
        papers=case_words.papers(view),
        applied=applied,
        may_send=applied and line.state in case_words.FOR_PAPERS,
        may_withdraw=applied
        and not line.granted
        and line.origin is not Origin.SYSTEM
        and line.state in (*case_words.FOR_PAPERS, State.FIRST_REVIEW, State.SECOND_REVIEW, State.APPROVAL),
        promise=Substitute.PROMISE,
        slip_names={kind.value: kind.label for kind in SlipKind},
        looked=looked,
        problem=problem,
        back_url=reverse("portal:cases"),
    )
    response.status_code = 409 if problem else 200
    return response


def _form(
    request: HttpRequest,
    kind: CaseType,
    *,
    typed: dict[str, str],
    key: str,
    faults: dict[str, str] | None = None,
    problem: str = "",
) -> HttpResponse:
    found = faults or {}
    response = answer(
        request,
        "portal/case_apply.html",
        kind=kind,
        typed=typed,
        key=key,
        faults=found,
        fault_list=[(PREFIX + code, sentence) for code, sentence in found.items()],
        problem=problem,
        prefix=PREFIX,
        back_url=reverse("portal:case-kinds"),
    )
    response.status_code = 422 if found or problem else 200
    return response


def _check(
    request: HttpRequest, kind: CaseType, *, typed: dict[str, str], details: dict[str, str], key: str
) -> HttpResponse:
    return answer(
        request,
        "portal/case_check.html",
        kind=kind,
        typed=typed,
        rows=[(one.label, answered(one, details.get(one.code, "")) or "没有填") for one in kind.fields],
        key=key,
        prefix=PREFIX,
        back_url=reverse("portal:case-kinds"),
    )


def _kind(code: str) -> CaseType:
    try:
        kind = type_files.case_type(code, on=timezone.localdate())
    except NotInForce:
        raise Http404 from None
    if not _is_for_persons(kind):
        raise Http404
    return kind


def _is_for_persons(kind: CaseType) -> bool:
    return Origin.ONLINE in kind.origins and kind.about is About.PERSON and kind.field("name") is None


def _view(request: HttpRequest, number: str) -> CaseView:
    who = viewer(request)
    return queries.case(who, queries.case_numbered(who, number))


def _applied(view: CaseView) -> bool:
    return view.type.applicant is Applicant.PERSON


def _version(request: HttpRequest) -> int:
    text = request.POST.get("version", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0
