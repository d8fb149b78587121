"""Opening the account of an insured person at the counter: one checks the card, another releases, half a code each."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from nianlun.access.domain import Right
from nianlun.access.gate import needs, viewer
from nianlun.desk.seeing import saw_list, see_person
from nianlun.desk.shell import answer
from nianlun.notices import operations as notices
from nianlun.notices.domain import declare_kind
from nianlun.registry import logins
from nianlun.registry.domain import NotRegistrable, PersonLine
from nianlun.registry.logins import GivenHalf
from nianlun.ui.shell import Crumb

CHANGED = declare_kind(
    "desk.login",
    "网上服务",
    sms="您的网上服务有变动：{title}。不是您本人办的，请拨 12333。",
    statutory=True,
)
_WORK = "发放网上服务的开通码"


@require_GET
@needs(Right.PERSON_READ)
def login(request: HttpRequest, person_id: UUID) -> HttpResponse:
    """The account of a person and what is under way with it."""
    who, at = viewer(request), timezone.now()
    line = logins.login_of(person_id, at=at)
    under_way = line is not None and line.request is not None and who.may(Right.LOGIN_RELEASE)
    person = see_person(request, person_id, what="网上服务账号", at=at, purpose=_WORK if under_way else "")
    return answer(
        request,
        "desk/login.html",
        person=person,
        login=line,
        me=who.account_id,
        may_open=who.may(Right.LOGIN_OPEN),
        may_release=who.may(Right.LOGIN_RELEASE),
        crumbs=[
            Crumb(label="人员权益", url="/people/"),
            Crumb(label=person.name, url=f"/people/{person_id}/"),
            Crumb(label="网上服务"),
        ],
    )


@require_GET
@needs(Right.LOGIN_RELEASE)
def waiting(request: HttpRequest) -> HttpResponse:
    """What waits for the second half."""
    at = timezone.now()
    lines = logins.waiting_logins(viewer(request), at=at)
    saw_list(request, what="等发放的网上服务", rows=len(lines), at=at)
    return answer(request, "desk/logins.html", waiting=lines, crumbs=[Crumb(label="网上服务开通")])


@never_cache
@require_POST
@needs(Right.LOGIN_OPEN, fresh=True)
def open_login(request: HttpRequest, person_id: UUID) -> HttpResponse:
    """Open or reset the account, and show the first half of the code, this once."""
    at = timezone.now()
    person = see_person(request, person_id, what="网上服务账号", at=at)
    seen = request.POST.get("document") == "seen"
    try:
        given = logins.open_login(viewer(request), person_id=person_id, document_seen=seen, at=at)
    except NotRegistrable as fault:
        messages.error(request, str(fault))
        return redirect("desk:login", person_id)
    title = "开通网上服务" if given.is_new else "重设网上服务口令"
    _tell(person, title, given=given)
    return _shown(request, person, given=given, which="前半")


@never_cache
@require_POST
@needs(Right.LOGIN_RELEASE, fresh=True)
def release(request: HttpRequest, person_id: UUID) -> HttpResponse:
    """Release the second half and show it, this once."""
    at = timezone.now()
    person = see_person(request, person_id, what="网上服务账号", at=at, purpose=_WORK)
    given = logins.release_login(viewer(request), person_id=person_id, at=at)
    _tell(person, "网上服务的开通码已发放", given=given)
    return _shown(request, person, given=given, which="后半")


@require_POST
@needs(Right.PERSON_READ)
def void(request: HttpRequest, person_id: UUID) -> HttpResponse:
    """Make both halves worthless; the operation asks for the right of either hand."""
    logins.void_login(viewer(request), person_id=person_id, at=timezone.now())
    messages.success(request, "已作废，两半都不能再用。")
    return redirect("desk:login", person_id)


def _shown(request: HttpRequest, person: PersonLine, *, given: GivenHalf, which: str) -> HttpResponse:
    crumbs = [Crumb(label=person.name, url=f"/people/{person.id}/"), Crumb(label="网上服务")]
    return answer(request, "desk/login_half.html", person=person, given=given, which=which, crumbs=crumbs)


def _tell(person: PersonLine, title: str, *, given: GivenHalf) -> None:
    """Tell the owner by every channel: who learns of it without having been at the counter can object."""
    notices.send(
        person_id=person.id,
        kind=CHANGED,
        title=title,
        text=f"{title}，账号 {given.username}，由{person.agency_name}办理。不是您本人办的，请拨 12333。",
        about="registry.person",
        about_id=str(person.id),
        division=person.division,
        key=f"desk.login:{given.request_key}",
        at=timezone.now(),
    )
