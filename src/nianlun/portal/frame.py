"""What every page of the insured person shares: whose it is, the trace it leaves, the bar at its foot."""

from datetime import datetime
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from nianlun.access.domain import NotVisible
from nianlun.access.gate import shell_context, viewer
from nianlun.journal import operations as journal
from nianlun.journal.domain import declare
from nianlun.kernel.hotline import HOTLINE
from nianlun.notices import queries as notices
from nianlun.registry import queries as registry
from nianlun.ui.shell import Tab

OWN_SEEN = declare("portal.own_record_seen", "本人查看{what}")
TABS = (
    ("年轮", "portal:home", "ring"),
    ("退休时间", "portal:dates", "paper"),
    ("能领多少", "portal:benefit", "card"),
    ("办事", "portal:cases", "pen"),
    ("通知", "portal:notices", "bell"),
    ("谁看过", "portal:reads", "eye"),
)


def own_person(request: HttpRequest, *, what: str, at: datetime) -> UUID:
    """The person whom this login belongs to, and nobody else; journaled. Raises `NotVisible`."""
    who = viewer(request)
    person_id = registry.own_person_id(who)
    if person_id is None:
        raise NotVisible
    journal.record(
        OWN_SEEN,
        by=who,
        about="registry.person",
        about_id=str(person_id),
        person_id=person_id,
        purpose="本人查询",
        rows=1,
        details={"what": what},
        at=at,
    )
    return person_id


def answer(request: HttpRequest, template: str, **context: object) -> HttpResponse:
    """A page of the insured person inside its frame."""
    home = reverse("portal:home")
    unread = {"portal:notices": notices.unread_count(viewer(request))}
    tabs = [
        Tab(label=label, url=url, icon=icon, active=_active(request.path, url, home=home), count=count)
        for label, url, icon, count in (
            (label, reverse(name), icon, unread.get(name, 0)) for label, name, icon in TABS
        )
    ]
    return render(
        request, template, {**shell_context(request), "tabs": tabs, "hotline": HOTLINE, **context}
    )


def _active(path: str, url: str, *, home: str) -> bool:
    return path == url if url == home else path.startswith(url)
