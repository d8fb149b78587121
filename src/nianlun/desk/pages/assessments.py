"""Assessments on record: proposed, in force through a case, and computed anew to the byte."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from nianlun.access.domain import NotVisible, Refused, Right, Viewer
from nianlun.access.gate import needs, viewer
from nianlun.cases import queries as cases
from nianlun.cases import type_files
from nianlun.cases.domain.types import CaseType
from nianlun.cases.queries import CaseLine
from nianlun.desk import person_view
from nianlun.desk.pages.benefit import table_address
from nianlun.desk.seeing import saw_list, see_person
from nianlun.desk.shell import answer
from nianlun.entitlements import assessing, deciding
from nianlun.entitlements.wish import Wish
from nianlun.evidence.operations import NotAllowedNow
from nianlun.policy.derivation import Node
from nianlun.registry import queries as registry
from nianlun.ui.shell import Crumb
from nianlun.ui.widgets.confidence import result_mark
from nianlun.ui.widgets.explanation import steps_of

LATEST = 100
AGAIN = "benefit_recalculation"
"""The business by which an assessment in force is replaced by another."""


@require_GET
@needs(Right.PERSON_READ)
def waiting(request: HttpRequest) -> HttpResponse:
    """Assessments that wait for the approval of a case."""
    who = viewer(request)
    lines = assessing.waiting(who)
    saw_list(request, what="待审批的待遇核定", rows=len(lines), at=timezone.now())
    return answer(
        request,
        "desk/assessments.html",
        lines=lines,
        names=registry.person_names(who, [line.person_id for line in lines]),
        crumbs=[Crumb(label="权益"), Crumb(label="待遇核定")],
    )


@require_POST
@needs(Right.BENEFIT_PROPOSE)
def propose(request: HttpRequest, person_id: UUID) -> HttpResponse:
    """Put today's assessment of a person on record; a case puts it into force."""
    at = timezone.now()
    see_person(request, person_id, what="待遇核定", at=at)
    try:
        record_id = assessing.propose(person_id, wish=Wish(), by=viewer(request), at=at)
    except (Refused, NotAllowedNow) as reason:
        messages.error(request, str(reason))
        return redirect("desk:benefit", person_id)
    messages.success(request, "待遇核定已提出。它经“待遇核定”业务审批后生效。")
    return redirect("desk:assessment", record_id)


@require_GET
@needs(Right.PERSON_READ)
def assessment(request: HttpRequest, record_id: UUID) -> HttpResponse:
    """One assessment as it was made, with its whole derivation."""
    who = viewer(request)
    line = assessing.record(who, record_id)
    if line is None:
        raise Http404
    derivation = Node.from_json(line.answer["derivation"])
    may_return = who.may(Right.BENEFIT_CONFIRM) and line.state == "proposed"
    person = see_person(
        request,
        line.person_id,
        what="待遇核定",
        at=timezone.now(),
        purpose="复核待遇核定" if may_return else "",
    )
    return answer(
        request,
        "desk/assessment.html",
        line=line,
        person=person,
        amounts=_amounts(line.answer, derivation),
        steps=steps_of(derivation),
        mark=result_mark(line.answer["confidence"]),
        table_link=table_address,
        link=person_view.evidence_address(person.id),
        may_return=may_return,
        through=_cases(who, line),
        crumbs=[
            Crumb(label="人员权益", url=reverse("desk:people")),
            Crumb(label=person.name, url=reverse("desk:person", args=[person.id])),
            Crumb(label="待遇核定"),
        ],
    )


def _amounts(said: Mapping[str, Any], derivation: Node) -> list[tuple[str, Decimal]]:
    """The components with their names, in the order of the sum; a record's own order is that of the alphabet."""
    places = {node.id: place for place, node in enumerate(derivation.inputs)}
    names = sorted(said["amounts"], key=lambda name: places.get(name, len(places)))
    return [(said["labels"].get(name, name), Decimal(said["amounts"][name])) for name in names]


@dataclass(frozen=True, slots=True, kw_only=True)
class Through:
    """The business by which an assessment comes or came into force, as far as the viewer sees it."""

    open: Sequence[CaseLine] = ()
    decided_in: CaseLine | None = None
    to_open: CaseType | None = None


def _cases(who: Viewer, line: assessing.RecordLine) -> Through:
    if not who.may(Right.CASE_READ):
        return Through()
    if line.state != "proposed":
        decided_in = None
        if line.case_id is not None:
            with suppress(NotVisible):
                decided_in = cases.case(who, line.case_id).line
        return Through(decided_in=decided_in)
    kinds = [kind for kind in type_files.case_types(timezone.localdate()) if kind.effect == deciding.EFFECT]
    again = assessing.in_force_of(line.person_id) is not None
    wanted = next((kind for kind in kinds if (kind.code == AGAIN) == again), None)
    return Through(
        open=cases.open_cases_of(who, line.person_id, types=[kind.code for kind in kinds]),
        to_open=wanted if who.may(Right.CASE_ACCEPT) else None,
    )


@require_POST
@needs(Right.BENEFIT_CONFIRM)
def send_back(request: HttpRequest, record_id: UUID) -> HttpResponse:
    """A second person sends it back with the reason; into force it comes through a case only."""
    try:
        deciding.send_back(
            record_id, reason=request.POST.get("reason", ""), by=viewer(request), at=timezone.now()
        )
    except NotVisible:
        raise
    except (Refused, NotAllowedNow) as reason:
        messages.error(request, str(reason))
        return redirect("desk:assessment", record_id)
    messages.success(request, "已退回，理由写给了提出人。")
    return redirect("desk:assessments")


@require_GET
@needs(Right.BENEFIT_REPLAY)
def replays(request: HttpRequest) -> HttpResponse:
    """The latest assessments for an auditor, without names: each can be computed anew."""
    return answer(
        request,
        "desk/replays.html",
        lines=assessing.latest(viewer(request), limit=LATEST),
        crumbs=[Crumb(label="管理"), Crumb(label="核定重放")],
    )


@require_POST
@needs(Right.BENEFIT_REPLAY)
def replay(request: HttpRequest, record_id: UUID) -> HttpResponse:
    """Compute one anew from its grounds and the edition of its day, and say whether it is equal to the byte."""
    try:
        found = assessing.replay(record_id, by=viewer(request), at=timezone.now())
    except assessing.NotAssessable as reason:
        messages.error(request, str(reason))
        return redirect("desk:replays")
    tell = messages.success if found.equal else messages.error
    tell(request, f"{found.sentence}当时摘要 {found.stored[:16]}，重算摘要 {found.computed[:16]}。")
    return redirect("desk:replays")
