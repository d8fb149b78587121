"""What an employer sees: its own people, and of each the months it paid itself. Nothing before, after or beside."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_POST

from nianlun.access.domain import NotVisible, Right
from nianlun.access.gate import needs, shell_context, viewer
from nianlun.contributions import domain, of_employer
from nianlun.contributions.domain import PaidMonth
from nianlun.journal import operations as journal
from nianlun.journal.domain import declare
from nianlun.kernel.identifiers import uuid_or_none
from nianlun.kernel.months import month_of
from nianlun.registry import employer_logins as registry
from nianlun.registry.domain import EmployerLine
from nianlun.ui.addresses import holds_number
from nianlun.ui.shell import Crumb

STAFF_LISTED = declare("portal.own_staff_listed", "参保单位查看本单位职工名单，{rows} 人")
EMPLOYEE_SEEN = declare("portal.employee_seen", "查看在{employer}期间的缴费，{rows} 个月")
PURPOSE = "参保单位核对本单位职工缴费"
PER_PAGE = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class YearLine:
    """One calendar year of contributions with this employer; `months` in words."""

    year: int
    months: str
    count: int
    base: Decimal
    personal: Decimal
    employer_part: Decimal


@require_GET
@needs(Right.EMPLOYER_READ)
def staff(request: HttpRequest) -> HttpResponse:
    """The people employed with the viewer's employer now; `q` searches among them by name."""
    at = timezone.now()
    employer = _own(request)
    text = request.GET.get("q", "").strip()[: registry.LONGEST_QUERY]
    ids = of_employer.employed_now(employer.id, this_month=_this_month(at))
    found = registry.employees(
        ids, text=text, after=uuid_or_none(request.GET.get("after", "")), limit=PER_PAGE + 1
    )
    lines = found[:PER_PAGE]
    if lines:
        journal.record(
            STAFF_LISTED,
            by=viewer(request),
            about="registry.employer",
            about_id=str(employer.id),
            purpose=PURPOSE,
            rows=len(lines),
            at=at,
        )
    return _answer(
        request,
        "portal/employer_staff.html",
        employer=employer,
        lines=lines,
        count=len(ids),
        text=text,
        more=lines[-1].id if len(found) > PER_PAGE else None,
    )


@require_POST
@needs(Right.EMPLOYER_READ)
@sensitive_post_parameters()
def find(request: HttpRequest) -> HttpResponse:
    """On to the list with the name in its address; an identity number gets into none (S5.5)."""
    text = request.POST.get("q", "").strip()[: registry.LONGEST_QUERY]
    page = reverse("portal:employer")
    if holds_number(text):
        messages.warning(request, "这里按姓名查，不能按证件号码。")
        return HttpResponseRedirect(page)
    return HttpResponseRedirect(f"{page}?{urlencode({'q': text})}" if text else page)


@require_GET
@needs(Right.EMPLOYER_READ)
def employee(request: HttpRequest, person_id: UUID) -> HttpResponse:
    """One of them: the months that this employer paid, year by year. The person is told of the look."""
    at = timezone.now()
    employer = _own(request)
    if not of_employer.employed_now(employer.id, this_month=_this_month(at), person_id=person_id):
        raise NotVisible
    [line] = registry.employees([person_id])
    paid = of_employer.months_paid_by(employer.id, person_id=person_id)
    months = {one.month for one in paid}
    journal.record(
        EMPLOYEE_SEEN,
        by=viewer(request),
        about="registry.person",
        about_id=str(person_id),
        person_id=person_id,
        purpose=PURPOSE,
        rows=len(months),
        details={"employer": employer.name},
        at=at,
    )
    return _answer(
        request,
        "portal/employer_employee.html",
        employer=employer,
        line=line,
        years=_years(paid),
        since=min(months),
        latest=max(months),
        count=len(months),
        crumbs=[Crumb(label="本单位职工", url=reverse("portal:employer")), Crumb(label=line.name)],
    )


def _own(request: HttpRequest) -> EmployerLine:
    """The employer the viewer acts for. Raises `NotVisible` for an account that acts for none yet."""
    found = registry.own_employer(viewer(request))
    if found is None:
        raise NotVisible
    return found


def _answer(request: HttpRequest, template: str, **context: object) -> HttpResponse:
    return render(request, template, {**frame(request), **context})


def frame(request: HttpRequest) -> dict[str, object]:
    """What the frame of an employer's page needs: no search, and the own name leads to the own password."""
    return {
        **shell_context(request),
        "now": timezone.now(),
        "may_search": False,
        "own_url": reverse("portal:employer-password"),
    }


def _years(paid: Iterable[PaidMonth]) -> list[YearLine]:
    """Newest year first."""
    return [
        YearLine(
            year=row.year,
            months=months_in_words(number for number, slot in enumerate(row.slots, start=1) if slot),
            count=row.months,
            base=max(one.base for slot in row.slots if slot for one in slot),
            personal=row.personal,
            employer_part=row.employer_part,
        )
        for row in reversed(domain.year_rows(paid))
    ]


def months_in_words(numbers: Iterable[int]) -> str:
    """ "1 至 5 月，8 月": runs of months as people say them."""
    runs: list[list[int]] = []
    for number in numbers:
        if runs and runs[-1][-1] == number - 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    return "，".join(f"{run[0]} 至 {run[-1]} 月" if len(run) > 1 else f"{run[0]} 月" for run in runs)


def _this_month(at: datetime) -> int:
    return month_of(timezone.localdate(at))
