"""Taking a case in at the counter: the kind of business, whom it is about, the form, a look over it."""

from collections import defaultdict
from uuid import UUID, uuid4

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods

from nianlun.access.domain import Refused, Right
from nianlun.access.gate import needs, viewer
from nianlun.cases import queries, type_files
from nianlun.cases.domain.forms import Incomplete, checked_details
from nianlun.cases.domain.types import About, CaseType, NotInForce, Origin
from nianlun.cases.moving import Stale
from nianlun.cases.operations import door, opening
from nianlun.desk import case_form, case_history
from nianlun.desk.case_moves import number_of
from nianlun.desk.case_processes import process_name
from nianlun.desk.case_subjects import Subject, asks_for, chosen_person, subject_of
from nianlun.desk.seeing import saw_list, see_person
from nianlun.desk.seeing_cases import see_case
from nianlun.desk.shell import answer
from nianlun.kernel.identifiers import uuid_or_none
from nianlun.ui.shell import Crumb


@require_GET
@needs(Right.CASE_ACCEPT)
def kinds(request: HttpRequest) -> HttpResponse:
    """Every kind of business the counter takes in, by process, with what to bring and how long it takes."""
    wanted = " ".join(request.GET.get("q", "").split())[:40]
    person = request.GET.get("person", "")
    grouped: dict[str, list[CaseType]] = defaultdict(list)
    for one in type_files.case_types(timezone.localdate()):
        if Origin.COUNTER in one.origins and _matches(one, wanted):
            grouped[process_name(one.process)].append(one)
    return answer(
        request,
        "desk/case_kinds.html",
        grouped=grouped,
        text=wanted,
        person=person if uuid_or_none(person) else "",
        crumbs=[Crumb(label="办件", url=reverse("desk:cases")), Crumb(label="受理业务")],
    )


@require_http_methods(["GET", "POST"])
@needs(Right.CASE_ACCEPT)
@sensitive_post_parameters()
def new(request: HttpRequest, type_code: str) -> HttpResponse:
    """The form of one kind of business; then everything once more to be looked over; then the case stands."""
    try:
        kind = type_files.case_type(type_code, on=timezone.localdate())
    except NotInForce:
        raise Http404 from None
    if Origin.COUNTER not in kind.origins:
        raise Http404
    who = viewer(request)
    if request.method == "GET":
        chosen = uuid_or_none(request.GET.get("person", ""))
        subject = (
            chosen_person(who, str(chosen)) if chosen and asks_for(kind) is About.PERSON else Subject()
        )
        return _form(request, kind, subject=subject, key=str(uuid4()))
    key = request.POST.get("request_key", "")
    key = key if uuid_or_none(key) else str(uuid4())
    subject = subject_of(who, kind, request.POST)
    typed = case_form.typed(kind, request.POST)
    if request.POST.get("step") == "edit":
        return _form(request, kind, subject=subject, typed=typed, key=key)
    faults: dict[str, str] = {}
    try:
        details = checked_details(kind, typed, complete=True)
    except Incomplete as reason:
        faults, details = reason.faults, {}
    if subject.fault or faults:
        return _form(request, kind, subject=subject, typed=typed, key=key, faults=faults)
    if request.POST.get("step") == "open":
        return _open(request, kind, subject=subject, typed=typed, details=details, key=key)
    return _check(request, kind, subject=subject, typed=typed, details=details, key=key)


@require_http_methods(["GET", "POST"])
@needs(Right.CASE_ACCEPT)
@sensitive_post_parameters()
def details(request: HttpRequest, number: str) -> HttpResponse:
    """What a case that waits at the door was filled in with, to be completed or put right before it is accepted."""
    at = timezone.now()
    view = see_case(request, number, what=" 的申报内容", at=at)
    typed = case_form.typed(view.type, request.POST if request.method == "POST" else {})
    faults: dict[str, str] = {}
    problem, changes = "", []
    if request.method == "POST":
        version = number_of(request.POST.get("version", ""))
        try:
            door.complete_details(view.line.id, by=viewer(request), version=version, details=typed, at=at)
        except Incomplete as reason:
            faults = reason.faults
        except Refused as reason:
            problem = reason.sentence
            if isinstance(reason, Stale):
                view = queries.case(viewer(request), view.line.id)
                changes = case_history.since(view, version)
        else:
            messages.success(request, "申报内容已补录。")
            return redirect("desk:case", number)
    else:
        typed = {field.code: view.details.get(field.code, "") for field in view.type.fields}
    return answer(
        request,
        "desk/case_details.html",
        view=view,
        kind=view.type,
        typed=typed,
        faults=faults,
        fault_list=_listed(view.type, faults),
        problem=problem,
        changes=changes,
        prefix=case_form.PREFIX,
        crumbs=[
            Crumb(label="办件", url=reverse("desk:cases")),
            Crumb(label=number, url=reverse("desk:case", args=[number])),
            Crumb(label="申报内容"),
        ],
        status=422 if faults else 409 if problem else 200,
    )


def _form(
    request: HttpRequest,
    kind: CaseType,
    *,
    subject: Subject,
    key: str,
    typed: dict[str, str] | None = None,
    faults: dict[str, str] | None = None,
    problem: str = "",
) -> HttpResponse:
    listed = [("about", subject.fault)] if subject.fault else []
    listed += _listed(kind, faults or {})
    if subject.candidates:
        rows = len(subject.candidates)
        saw_list(request, what="受理业务时的同名候选", rows=rows, at=timezone.now())
    return answer(
        request,
        "desk/case_new.html",
        kind=kind,
        asks=asks_for(kind),
        subject=subject,
        typed=typed or {},
        faults=faults or {},
        fault_list=listed,
        problem=problem,
        prefix=case_form.PREFIX,
        key=key,
        crumbs=_crumbs(kind),
        status=422 if listed else 403 if problem else 200,
    )


def _check(
    request: HttpRequest,
    kind: CaseType,
    *,
    subject: Subject,
    typed: dict[str, str],
    details: dict[str, str],
    key: str,
) -> HttpResponse:
    if subject.person is not None:
        see_person(
            request,
            subject.person.id,
            what="受理业务时核对本人",
            at=timezone.now(),
            purpose=f"受理{kind.name}",
        )
    return answer(
        request,
        "desk/case_new_check.html",
        kind=kind,
        subject=subject,
        typed=typed,
        answers=case_form.answers(kind, details),
        unanswered=[field.label for field in kind.fields if field.code not in details],
        needed=[one for one in kind.requirements if one.needed(details) is not False],
        prefix=case_form.PREFIX,
        key=key,
        crumbs=_crumbs(kind),
    )


def _open(
    request: HttpRequest,
    kind: CaseType,
    *,
    subject: Subject,
    typed: dict[str, str],
    details: dict[str, str],
    key: str,
) -> HttpResponse:
    who = viewer(request)
    try:
        case_id = opening.open_case(
            kind.code,
            by=who,
            details=details,
            request_key=UUID(key),
            person_id=subject.person.id if subject.person else None,
            employer_id=subject.employer.id if subject.employer else None,
            at=timezone.now(),
        )
    except Refused as reason:
        return _form(request, kind, subject=subject, typed=typed, key=key, problem=reason.sentence)
    number = queries.case(who, case_id).line.number
    messages.success(request, f"已收件，业务编号 {number}。材料收齐后点“受理”，开始计时。")
    return redirect("desk:case-tab", number, "materials")


def _matches(kind: CaseType, wanted: str) -> bool:
    return not wanted or wanted in kind.name or wanted in kind.plain_name


def _listed(kind: CaseType, faults: dict[str, str]) -> list[tuple[str, str]]:
    """The faults in the order of the form, each with the id of its field."""
    return [
        (case_form.PREFIX + field.code, faults[field.code]) for field in kind.fields if field.code in faults
    ]


def _crumbs(kind: CaseType) -> list[Crumb]:
    return [
        Crumb(label="办件", url=reverse("desk:cases")),
        Crumb(label="受理业务", url=reverse("desk:case-new")),
        Crumb(label=kind.name),
    ]
