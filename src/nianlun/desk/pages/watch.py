"""Unusual reading: what waits for an answer, what was answered, who stands on the list, and whom an account saw."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from nianlun.access import stops
from nianlun.access.domain import NotVisible, Refused, Right
from nianlun.access.gate import needs, viewer
from nianlun.desk.seeing import saw_list
from nianlun.desk.shell import answer, fragment
from nianlun.journal import queries as journal
from nianlun.journal.domain import tell
from nianlun.kernel.identifiers import uuid_or_none
from nianlun.registry import queries as registry
from nianlun.ui.forms import whole_number
from nianlun.ui.shell import Crumb
from nianlun.watch import alarms, listed, office_days, queries, stopping
from nianlun.watch.alarms import VERDICTS, AlarmLine

PER_PAGE = 50
SHOWN_DEEDS = 200
SHOWN_PERSONS = 1000
_CRUMB = "异常提醒"


@require_GET
@needs(Right.WATCH_READ)
def overview(request: HttpRequest) -> HttpResponse:
    """Open alarms and stopped accounts; the part with them fetches itself anew."""
    context = _waiting(request)
    return answer(request, "desk/watch.html", crumbs=[Crumb(label=_CRUMB)], status=200, **context)


@require_GET
@needs(Right.WATCH_READ, polled=True)
def waiting(request: HttpRequest) -> HttpResponse:
    """What waits, for the page that shows it."""
    return fragment(request, "desk/watch_waiting.html", **_waiting(request))


def _waiting(request: HttpRequest) -> dict[str, object]:
    who = viewer(request)
    before = request.GET.get("before", "")[:80]
    found = alarms.alarms(who, before=before, limit=PER_PAGE + 1)
    earlier = whole_number(request.GET.get("stopped", ""))
    stopped = stops.stops(who, before=earlier, limit=PER_PAGE + 1)
    return {
        "stops": stopped[:PER_PAGE],
        "stopped": stops.count_stops(who),
        "more_stops": stopped[PER_PAGE - 1].id if len(stopped) > PER_PAGE else "",
        "lines": found[:PER_PAGE],
        "more": found[PER_PAGE - 1].cursor if len(found) > PER_PAGE else "",
        "before": before or earlier,
        "may_settle": who.may(Right.WATCH_SETTLE),
        "own_account": who.account_id,
        "now": timezone.now(),
        "guessed_year": today.year if office_days.is_guessed(today := timezone.localdate()) else None,
    }


@require_GET
@needs(Right.WATCH_READ)
def settled(request: HttpRequest) -> HttpResponse:
    """The alarms that were answered, with the answers."""
    before = request.GET.get("before", "")[:80]
    found = alarms.alarms(viewer(request), is_open=False, before=before, limit=PER_PAGE + 1)
    return answer(
        request,
        "desk/watch_settled.html",
        lines=found[:PER_PAGE],
        more=found[PER_PAGE - 1].cursor if len(found) > PER_PAGE else "",
        before=before,
        crumbs=_crumbs("已处理"),
    )


@require_GET
@needs(Right.WATCH_READ)
def alarm(request: HttpRequest, alarm_id: UUID) -> HttpResponse:
    """One alarm with the entries that speak for it."""
    return _alarm(request, alarms.alarm(viewer(request), alarm_id))


@require_POST
@needs(Right.WATCH_SETTLE)
def settle(request: HttpRequest, alarm_id: UUID) -> HttpResponse:
    """Say what it was."""
    who = viewer(request)
    verdict, note = request.POST.get("verdict", ""), request.POST.get("note", "")
    try:
        alarms.settle(who, alarm_id, verdict=verdict, note=note, at=timezone.now())
    except Refused as reason:
        line = alarms.alarm(who, alarm_id)
        if not line.is_open:
            raise
        faults = [("note", reason.sentence)]
        return _alarm(request, line, faults=faults, typed=note[: alarms.LONGEST_NOTE], verdict=verdict)
    messages.success(request, "已记下处理结果。")
    return redirect("desk:watch")


def _alarm(
    request: HttpRequest,
    line: AlarmLine,
    *,
    faults: Sequence[tuple[str, str]] = (),
    typed: str = "",
    verdict: str = "",
) -> HttpResponse:
    who = viewer(request)
    deeds = journal.deeds_by_id(line.evidence[-SHOWN_DEEDS:])
    names = registry.person_names(
        who, [deed.person_id for deed in deeds if deed.person_id], right=Right.WATCH_READ
    )
    saw_list(request, what="异常提醒的留痕", rows=len(names), at=timezone.now())
    told = {
        deed.entry_id: tell(deed.action, about=deed.about, rows=deed.rows, details=deed.details)
        for deed in deeds
    }
    return answer(
        request,
        "desk/watch_alarm.html",
        line=line,
        deeds=deeds,
        told=told,
        names=names,
        may_settle=who.may(Right.WATCH_SETTLE) and line.is_open and line.account_id != who.account_id,
        may_read=who.may(Right.JOURNAL_READ),
        verdicts=VERDICTS,
        longest=alarms.LONGEST_NOTE,
        faults=faults,
        typed=typed,
        verdict=verdict,
        status=422 if faults else 200,
        crumbs=_crumbs(line.kind.label),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@needs(Right.WATCH_SETTLE, fresh=True)
def lift(request: HttpRequest, stop_id: int) -> HttpResponse:
    """Let a stopped account look at persons again."""
    who = viewer(request)
    stop = stops.stop(who, stop_id)
    if stop.is_lifted:
        messages.info(request, "这个账号的查询已经由别人恢复。")
        return redirect("desk:watch")
    reason, faults = request.POST.get("reason", ""), []
    if request.method == "POST":
        try:
            stopping.resume(who, stop_id, reason=reason, at=timezone.now())
        except Refused as refusal:
            faults = [("reason", refusal.sentence)]
        else:
            messages.success(request, "已恢复查询，对方的下一次操作起就能再查。")
            return redirect("desk:watch")
    return answer(
        request,
        "desk/watch_lift.html",
        stop=stop,
        reason=reason[:300],
        faults=faults,
        status=422 if faults else 200,
        crumbs=_crumbs("恢复查询"),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@needs(Right.WATCH_SETTLE)
def listed_persons(request: HttpRequest) -> HttpResponse:
    """The list of well-known persons, and the form that adds one."""
    who, before = viewer(request), uuid_or_none(request.GET.get("before", ""))
    found = listed.listed(who, before=before, limit=PER_PAGE + 1)
    number, reason = request.POST.get("number", "").strip()[:30], request.POST.get("reason", "")[:300]
    faults: list[tuple[str, str]] = []
    if request.method == "POST":
        try:
            listed.enlist(who, number=number.replace("\x00", ""), reason=reason, at=timezone.now())
        except Refused as refusal:
            faults = [("number", refusal.sentence)]
        else:
            messages.success(request, "已列入名单。以后有人查此人，会有提醒。")
            return redirect("desk:watch-listed")
    return answer(
        request,
        "desk/watch_listed.html",
        lines=found[:PER_PAGE],
        more=found[PER_PAGE - 1].id if len(found) > PER_PAGE else "",
        before=before,
        faults=faults,
        reason=reason,
        longest=listed.LONGEST_REASON,
        status=422 if faults else 200,
        crumbs=_crumbs("重点留意名单"),
    )


@require_POST
@needs(Right.WATCH_SETTLE)
def delist(request: HttpRequest, listed_id: UUID) -> HttpResponse:
    """Take a person off the list."""
    listed.delist(viewer(request), listed_id, at=timezone.now())
    messages.success(request, "已移出名单。")
    return redirect("desk:watch-listed")


@require_GET
@needs(Right.WATCH_READ)
def seen(request: HttpRequest) -> HttpResponse:
    """Everyone an account saw between two days, for telling them after a leak (S8.4)."""
    who = viewer(request)
    today = timezone.localdate()
    asked = {
        "account": request.GET.get("account", "").replace("\x00", "").strip()[:64],
        "since": request.GET.get("since", "").strip()[:10] or str(today),
        "until": request.GET.get("until", "").strip()[:10] or str(today),
    }
    faults, found, names = [], None, {}
    days = {}
    for name, label in (("since", "起始日"), ("until", "截止日")):
        try:
            days[name] = date.fromisoformat(asked[name])
            days[name] + timedelta(days=1)
        except (ValueError, OverflowError):
            faults.append((name, f"{label}应写成 2026-11-23 这样。"))
    if asked["account"] and not faults:
        try:
            found = queries.seen_by_in_scope(
                who,
                asked["account"],
                since=_midnight(days["since"]),
                until=_midnight(days["until"] + timedelta(days=1)),
            )
        except NotVisible:
            faults.append(("account", "您的辖区里没有这个账号。请核对账号名。"))
    if found is not None:
        shown = [person.person_id for person in found.persons[:SHOWN_PERSONS]]
        names = registry.person_names(who, shown, right=Right.WATCH_READ)
        saw_list(request, what=f"账号 {asked['account']} 看过的人", rows=len(shown), at=timezone.now())
    return answer(
        request,
        "desk/watch_seen.html",
        asked=asked,
        found=found,
        names=names,
        most=SHOWN_PERSONS,
        faults=faults,
        status=422 if faults else 200,
        crumbs=_crumbs("某账号看过谁"),
    )


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time()))


def _crumbs(here: str) -> list[Crumb]:
    return [Crumb(label=_CRUMB, url=reverse("desk:watch")), Crumb(label=here)]
