"""What a person is to receive a month: the answer, how it comes about, what if; and the same on paper."""

from collections.abc import Callable
from datetime import datetime
from functools import partial
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET

from nianlun.access.domain import Right, Viewer
from nianlun.access.gate import needs, viewer
from nianlun.desk import person_view
from nianlun.desk.seeing import see_person
from nianlun.desk.shell import answer
from nianlun.desk.wish_form import WishForm, read_wish
from nianlun.entitlements import assessing, inquiry, issuing
from nianlun.entitlements.form_content import NothingToPrint
from nianlun.entitlements.inquiry import Answered
from nianlun.entitlements.wish import Wish
from nianlun.policy.provinces import PROVINCES
from nianlun.ui.downloads import pdf
from nianlun.ui.shell import Crumb
from nianlun.ui.stamp import stamp
from nianlun.ui.typesetting import GlyphMissing
from nianlun.ui.widgets.explanation import explanation

Print = Callable[..., bytes]


@require_GET
@needs(Right.PERSON_READ)
def benefit(request: HttpRequest, person_id: UUID) -> HttpResponse:
    """The monthly amount with its derivation; suppositions come in the address and are set beside it."""
    who = viewer(request)
    at = timezone.now()
    line = see_person(request, person_id, what="每月能领多少", at=at)
    now, form, supposed = _asked(request, who, person_id, at=at)
    shown = supposed or now
    view = now.view
    obstacle = assessing.obstacle(now.working, view) if who.may(Right.BENEFIT_PROPOSE) else ""
    return answer(
        request,
        "desk/benefit.html",
        person=line,
        held=now,
        supposed=supposed,
        form=form,
        believable=inquiry.believable(now.working),
        compared=inquiry.compared(view, supposed.view) if supposed else [],
        present=explanation(view.assessment) if view.assessment else None,
        shown=explanation(shown.view.assessment) if shown.view.assessment else None,
        missing=inquiry.missing_in_words(shown.view),
        link=person_view.evidence_address(person_id),
        table_link=table_address,
        provinces=PROVINCES,
        wished=form.address if supposed else "",
        records=assessing.of_person(who, person_id),
        may_propose=who.may(Right.BENEFIT_PROPOSE) and not obstacle,
        obstacle=obstacle if view.assessment is not None and not view.estimate else "",
        crumbs=[
            Crumb(label="人员权益", url=reverse("desk:people")),
            Crumb(label=line.name, url=reverse("desk:person", args=[person_id])),
            Crumb(label="每月能领多少"),
        ],
    )


@require_GET
@needs(Right.PERSON_READ)
def form(request: HttpRequest, person_id: UUID) -> HttpResponse:
    """The determination form of what is, never of what is supposed."""
    at = timezone.now()
    see_person(request, person_id, what="待遇计发表（打印）", at=at)
    question = inquiry.answered(viewer(request), person_id, wish=Wish(), at=at)
    return _paper(request, question, issuing.determination_form, name="待遇计发表", at=at)


@require_GET
@needs(Right.PERSON_READ)
def explanation_sheet(request: HttpRequest, person_id: UUID) -> HttpResponse:
    """The explanation on paper, with the suppositions of the address if there are any."""
    who = viewer(request)
    at = timezone.now()
    see_person(request, person_id, what="待遇推算说明（打印）", at=at)
    now, _, supposed = _asked(request, who, person_id, at=at)
    made = partial(issuing.explanation_form, supposed=supposed is not None)
    return _paper(request, supposed or now, made, name="待遇推算说明", at=at)


def table_address(name: str) -> str:
    """The page of a policy table."""
    return reverse("lawbook:table", args=[name])


def _asked(
    request: HttpRequest, who: Viewer, person_id: UUID, *, at: datetime
) -> tuple[Answered, WishForm, Answered | None]:
    now = inquiry.answered(who, person_id, wish=Wish(), at=at)
    form = read_wish(request.GET, believable=[c.id for c in inquiry.believable(now.working)])
    if form.faults or form.wish.is_plain:
        return now, form, None
    return now, form, inquiry.answered(who, person_id, wish=form.wish, at=at)


def _paper(
    request: HttpRequest, question: Answered, made: Print, *, name: str, at: datetime
) -> HttpResponse:
    person, who = question.working.person, viewer(request)
    try:
        content = made(
            question, by=who, issued_by=who.name, stamp=lambda code: stamp(request, code=code), at=at
        )
    except (NothingToPrint, GlyphMissing) as reason:
        messages.error(request, str(reason))
        return redirect("desk:benefit", person.id)
    return pdf(content, name=f"{name} {person.personal_number} {timezone.localdate(at)}")
