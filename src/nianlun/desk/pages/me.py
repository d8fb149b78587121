"""A member of staff's own page: post, sessions, second factors, and whose files were opened."""

from collections import defaultdict
from datetime import date

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET

from nianlun.access import ledger
from nianlun.access import queries as access
from nianlun.access.domain import Right
from nianlun.access.gate import needs, signed_in, viewer
from nianlun.desk.seeing import saw_list
from nianlun.desk.shell import answer
from nianlun.journal import queries as journal
from nianlun.journal.queries import EntryLine
from nianlun.registry import queries as registry
from nianlun.ui.shell import Crumb

_READS = 50


@require_GET
@needs(Right.DESK_READ)
def me(request: HttpRequest) -> HttpResponse:
    """The own account at a glance, and where to change what."""
    now, at = signed_in(request), timezone.now()
    return answer(
        request,
        "desk/me.html",
        who=now.viewer,
        login=access.login_and_name(now.viewer.account_id)[0],
        rights=sorted(right.label for right in now.viewer.rights),
        here=now.session_id,
        sessions=access.sessions(now.viewer, at=at),
        factors=access.factors(now.viewer),
        posts=ledger.own(now.viewer, at=at),
        codes_left=access.recovery_codes_left(now.viewer),
    )


@require_GET
@needs(Right.DESK_READ)
def reads(request: HttpRequest) -> HttpResponse:
    """Whose files one had to do with and for what purpose, by day; the persons themselves see the same."""
    who = viewer(request)
    before = request.GET.get("before", "")[:80]
    found = journal.deeds_on_persons(who.account_id, before=before, limit=_READS + 1)
    entries = found[:_READS]
    names = registry.person_names(who, [entry.person_id for entry in entries if entry.person_id])
    saw_list(request, what="本人的查阅记录", rows=len(names), at=timezone.now())
    days: dict[date, list[EntryLine]] = defaultdict(list)
    for entry in entries:
        days[timezone.localdate(entry.at)].append(entry)
    return answer(
        request,
        "desk/my_reads.html",
        days=list(days.items()),
        names=names,
        before=before,
        more=entries[-1].cursor if len(found) > _READS else "",
        crumbs=[Crumb(label="我的账号", url=reverse("desk:me")), Crumb(label="我的查阅记录")],
    )
