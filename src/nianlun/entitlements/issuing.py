"""Giving the forms out: each gets a code, is entered in the register of issued documents, and only then leaves."""

from collections.abc import Callable
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from nianlun.access.domain import Viewer
from nianlun.entitlements import form, form_content
from nianlun.entitlements.inquiry import Answered
from nianlun.journal import certificates
from nianlun.kernel.document_codes import new_code
from nianlun.ui.stamp import Stamp
from nianlun.ui.typesetting import page_count

MakesStamp = Callable[[str], Stamp]
"""From the code of a paper to its stamp; the page knows at which site it is verified."""


def determination_form(
    question: Answered, *, by: Viewer, issued_by: str, stamp: MakesStamp, at: datetime
) -> bytes:
    """The determination form as PDF/A. Raises `NothingToPrint` and `GlyphMissing`, with nothing entered."""
    return _issue(
        certificates.Kind.DETERMINATION,
        question,
        made=form_content.determination,
        by=by,
        issued_by=issued_by,
        stamp=stamp,
        at=at,
    )


def explanation_form(
    question: Answered,
    *,
    supposed: bool = False,
    by: Viewer,
    issued_by: str,
    stamp: MakesStamp,
    at: datetime,
) -> bytes:
    """The explanation as PDF/A; one of what is `supposed` takes no other's place. Raises as the form does."""
    return _issue(
        certificates.Kind.EXPLANATION,
        question,
        made=form_content.explained,
        supposed=supposed,
        by=by,
        issued_by=issued_by,
        stamp=stamp,
        at=at,
    )


@transaction.atomic
def _issue(
    kind: certificates.Kind,
    question: Answered,
    *,
    made: Callable[..., form_content.FormContent],
    supposed: bool = False,
    by: Viewer,
    issued_by: str,
    stamp: MakesStamp,
    at: datetime,
) -> bytes:
    working = question.working
    content = made(
        working, question.view, on=timezone.localdate(at), issued_by=issued_by, edition=question.edition
    )
    code = new_code()
    paper = form.typeset(content, stamp=stamp(code))
    certificates.seal(
        code,
        paper,
        kind=kind,
        # A supposition replaces nothing but itself.
        about_id=f"{working.person.id} {form.number(content)}" if supposed else str(working.person.id),
        person_id=working.person.id,
        holder=working.person.name,
        agency_name=working.person.agency_name,
        division=working.person.division,
        pages=page_count(paper),
        by=by,
        at=at,
    )
    return paper
