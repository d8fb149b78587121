"""How much the insured person is to receive a month, in plain words; the own one only."""

from dataclasses import dataclass
from decimal import Decimal

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET

from nianlun.access.domain import Right
from nianlun.access.gate import needs, viewer
from nianlun.entitlements import inquiry, issuing
from nianlun.entitlements.benefit import BenefitView
from nianlun.entitlements.form_content import NothingToPrint
from nianlun.entitlements.inquiry import Answered
from nianlun.entitlements.wish import Wish
from nianlun.kernel.months import NotAMonth, parse_month
from nianlun.policy.assessment import Assessment
from nianlun.portal.frame import answer, own_person
from nianlun.ui.downloads import pdf
from nianlun.ui.stamp import stamp
from nianlun.ui.typesetting import GlyphMissing
from nianlun.ui.widgets.explanation import explanation

YEARS = range(2000, 2101)
IN_PLAIN_WORDS = {
    "basic": "缴费年头越长、工资越高，这一项越多。",
    "account": "您个人账户里的钱，按月发给您。",
    "transitional": "补您建立个人账户以前的工龄。",
    "annuity": "职业年金账户里的钱，按月发给您。",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class PlainPart:
    """One part of the pension with a sentence that explains it; yuan a month."""

    label: str
    amount: Decimal
    words: str


@require_GET
@needs(Right.OWN_READ)
def benefit(request: HttpRequest) -> HttpResponse:
    """About how much a month, in which parts, and what another retirement month would make of it."""
    at = timezone.now()
    person_id = own_person(request, what="每月能领多少", at=at)
    who = viewer(request)
    typed = request.GET.get("retire", "").strip()[:20]
    month, fault = _month(typed)
    now = inquiry.answered(who, person_id, wish=Wish(), at=at)
    supposed = (
        inquiry.answered(who, person_id, wish=Wish(retire_month=month), at=at).view
        if month is not None and month != now.view.month
        else None
    )
    return answer(
        request,
        "portal/benefit.html",
        view=now.view,
        parts=_parts(now.view.assessment),
        missing=inquiry.missing_in_words(now.view),
        retirement=now.working.retirement,
        typed=typed,
        faults=[("retire", fault)] if fault else [],
        supposed=supposed,
        difference=_difference(now.view, supposed),
    )


@require_GET
@needs(Right.OWN_READ)
def why(request: HttpRequest) -> HttpResponse:
    """The same steps as the staff see, without tables and papers."""
    at = timezone.now()
    person_id = own_person(request, what="每月能领多少的算法", at=at)
    view = inquiry.answered(viewer(request), person_id, wish=Wish(), at=at).view
    if view.assessment is None:
        return redirect("portal:benefit")
    return answer(
        request,
        "portal/benefit_why.html",
        shown=explanation(view.assessment),
        assumptions=view.assumptions,
        back_url=reverse("portal:benefit"),
    )


@require_GET
@needs(Right.OWN_READ)
def explanation_sheet(request: HttpRequest) -> HttpResponse:
    """The explanation to keep, as PDF."""
    at = timezone.now()
    person_id = own_person(request, what="待遇推算说明（下载）", at=at)
    who = viewer(request)
    question: Answered = inquiry.answered(who, person_id, wish=Wish(), at=at)
    try:
        content = issuing.explanation_form(
            question, by=who, issued_by="本人下载", stamp=lambda code: stamp(request, code=code), at=at
        )
    except (NothingToPrint, GlyphMissing) as reason:
        messages.error(request, str(reason))
        return redirect("portal:benefit")
    return pdf(content, name="待遇推算说明")


def _parts(answered: Assessment | None) -> list[PlainPart]:
    if answered is None:
        return []
    return [
        PlainPart(label=answered.labels.get(name, name), amount=amount, words=IN_PLAIN_WORDS.get(name, ""))
        for name, amount in answered.amounts.items()
    ]


def _month(text: str) -> tuple[int | None, str]:
    """The month that was typed, and what is wrong with it."""
    if not text:
        return None, ""
    try:
        month = parse_month(text)
    except NotAMonth:
        return None, f"退休月份应写成 2027-03 的形式，现在是“{text}”。"
    if month // 12 not in YEARS:
        return None, f"退休年份应在 {YEARS[0]} 到 {YEARS[-1]} 之间。"
    return month, ""


def _difference(now: BenefitView, supposed: BenefitView | None) -> Decimal | None:
    one = now.assessment.total if now.assessment else None
    other = supposed.assessment.total if supposed and supposed.assessment else None
    return None if one is None or other is None else other - one
