"""The working-day calendar: a year as twelve months, and bringing a year in after a look at what it moves."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from nianlun.access.domain import Refused, Right
from nianlun.access.gate import needs, viewer
from nianlun.cases import calendars
from nianlun.cases.calendars import Imported, NotACalendar
from nianlun.desk import case_calendar
from nianlun.desk.case_moves import number_of
from nianlun.desk.shell import answer
from nianlun.ui.shell import Crumb

LARGEST = 100_000
"""Bytes of a file; a year takes a tenth of it in any encoding."""
MOST_SHOWN = 100


@require_GET
@needs(Right.CALENDAR_READ)
def calendar(request: HttpRequest) -> HttpResponse:
    """This year, or the one asked for, with where it comes from; and which years are known."""
    who = viewer(request)
    years = calendars.years(who)
    asked = request.GET.get("year", "")
    on = timezone.localdate()
    shown = next((one for one in years if str(one.year) == (asked or str(on.year))), None)
    if asked and shown is None:
        raise Http404
    return answer(
        request,
        "desk/case_calendar.html",
        years=years,
        shown=shown,
        months=case_calendar.drawn(shown.arrangement) if shown else [],
        today=on,
        next_missing=on.year + 1
        if on.month >= 11 and on.year + 1 not in {one.year for one in years}
        else None,
        may_change=who.may(Right.CALENDAR_CHANGE),
        crumbs=[Crumb(label="工作日历")],
    )


@require_http_methods(["GET", "POST"])
@needs(Right.CALENDAR_CHANGE)
def bring_in(request: HttpRequest) -> HttpResponse:
    """A year from a file or as typed; first what it would move, then in force."""
    if request.method == "GET":
        return _page(request)
    source, reason = request.POST.get("source", "")[:200], request.POST.get("reason", "")[:400]
    try:
        text = _text(request)
        if request.POST.get("step") == "import":
            return _import(request, text, source=source, reason=reason)
        told = calendars.preview_import(viewer(request), text, source=source)
    except (NotACalendar, Refused) as fault:
        return _page(request, text=request.POST.get("text", ""), source=source, fault=str(fault))
    return _page(request, text=text, source=source, reason=reason, told=told)


def _import(request: HttpRequest, text: str, *, source: str, reason: str) -> HttpResponse:
    seen = request.POST.get("seen", "")
    try:
        told = calendars.import_year(
            viewer(request),
            text,
            source=source,
            reason=reason,
            seen=-1 if seen == "-1" else number_of(seen),
            at=timezone.now(),
        )
    except Refused as refusal:
        fresh = calendars.preview_import(viewer(request), text, source=source)
        return _page(request, text=text, source=source, reason=reason, told=fresh, fault=refusal.sentence)
    year = told.arrangement.year
    if told.changed:
        moved = f"，{len(told.moved)} 件业务的到期日已改" if told.moved else "，没有业务的到期日改变"
        messages.success(request, f"{year} 年的工作日历已导入{moved}。")
    else:
        messages.info(request, f"{year} 年的工作日历和现在的一样，没有改动。")
    return redirect(f"{reverse('desk:case-calendar')}?year={year}")


def _text(request: HttpRequest) -> str:
    """What was chosen as a file, else what was typed. Raises `NotACalendar` for a file that is no text."""
    file = request.FILES.get("file")
    if file is None:
        return request.POST.get("text", "")[:LARGEST]
    content: bytes = file.read(LARGEST + 1)
    if len(content) > LARGEST:
        raise NotACalendar("文件太大，不像一年的放假安排。请核对选对了文件。")
    for encoding in ("utf-8-sig", "gb18030"):  # what spreadsheets of either make write
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise NotACalendar("读不出文件里的文字。请另存为 UTF-8 的 CSV 或 TOML 再试。")


def _page(
    request: HttpRequest,
    *,
    text: str = "",
    source: str = "",
    reason: str = "",
    told: Imported | None = None,
    fault: str = "",
) -> HttpResponse:
    return answer(
        request,
        "desk/case_calendar_import.html",
        text=text,
        source=source,
        reason=reason,
        told=told,
        fault=fault,
        months=case_calendar.drawn(told.arrangement) if told else [],
        most=MOST_SHOWN,
        today=timezone.localdate(),
        crumbs=[
            Crumb(label="工作日历", url=reverse("desk:case-calendar")),
            Crumb(label="导入一年"),
        ],
        status=422 if fault else 200,
    )
