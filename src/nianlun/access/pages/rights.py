"""权限：requests waiting for the viewer's hand, one request with its four hands, asking, and the ledger."""

from datetime import date, datetime, timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from nianlun.access import gate, ledger, queries
from nianlun.access.domain import FAMILY, NotVisible, Right, Role, Viewer
from nianlun.access.domain.grants import LONGEST_TERM, NotGrantable, Standing, Step, may_ask_for
from nianlun.access.operations import LoginTaken, granting
from nianlun.ui.shell import Crumb

ROOT = Crumb(label="权限", url="/rights/")
TONES = {"waiting": "wait", "given": "ok", "refused": "bad", "withdrawn": "plain", "expired": "plain"}
SHOWS = {"held": "现有", "soon": "30 天内到期", "over": "已到期或收回"}
_PAGE = 50


def answer(
    request: HttpRequest, template: str, *, crumbs: list[Crumb], status: int = 200, **context: Any
) -> HttpResponse:
    """A page about rights inside its frame."""
    frame = {
        **gate.shell_context(request),
        "crumbs": crumbs,
        "tones": TONES,
        "may_read": gate.viewer(request).may(Right.GRANT_READ),
    }
    return render(request, template, {**frame, **context}, status=status)


@require_safe
@gate.needs(Right.DESK_READ)
def waiting(request: HttpRequest) -> HttpResponse:
    """What waits for the viewer's hand, what the viewer has a part in, and what the viewer holds."""
    who, at = gate.viewer(request), timezone.now()
    return answer(
        request,
        "access/rights.html",
        crumbs=[Crumb(label=ROOT.label)],
        waiting=ledger.waiting_for(who, at=at),
        concerning=ledger.concerning(who, at=at),
        own=ledger.own(who, at=at),
        may_ask=who.may(Right.GRANT_ASK),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@gate.needs(Right.GRANT_ASK, fresh=True)
def ask(request: HttpRequest) -> HttpResponse:
    """The form for a request: for somebody with an account, or for a new one."""
    sent = request.POST
    if request.method != "POST":
        return _ask_form(request)
    account_id = sent.get("account", "")
    try:
        number = granting.ask(
            gate.viewer(request),
            account_id=_number(account_id) if account_id else None,
            username=sent.get("username", ""),
            name=sent.get("name", ""),
            agency_name=sent.get("agency", ""),
            role=_role(sent.get("role", "")),
            scope=_scope(sent.get("scope", "")),
            until=_day(sent.get("last", "")) + timedelta(days=1),
            reason=sent.get("reason", ""),
            contract=sent.get("contract", ""),
            at=timezone.now(),
        )
    except NotGrantable as reason:
        return _ask_form(request, fault=str(reason))
    except NotVisible:
        return _ask_form(request, fault="辖区或账号不在您的业务范围内。请核对。")
    messages.success(request, "已申请，等待内控审核。")
    return redirect("access:rights-request", number)


@require_safe
@gate.needs(Right.DESK_READ)
def show_request(request: HttpRequest, request_id: int) -> HttpResponse:
    """One request with its four hands, and the step the viewer may take."""
    return _request_page(request, request_id)


@require_POST
@gate.needs(Right.DESK_READ, fresh=True)
def sign(request: HttpRequest, request_id: int) -> HttpResponse:
    """Agree or refuse, at the step the page showed."""
    sent = request.POST
    try:
        step = Step(sent.get("step", ""))
    except ValueError:
        raise NotVisible from None
    agreed = sent.get("answer") == "agree"
    try:
        standing = granting.sign(
            gate.viewer(request),
            request_id,
            step=step,
            agreed=agreed,
            reason=sent.get("reason", ""),
            at=timezone.now(),
        )
    except (NotGrantable, LoginTaken) as reason:
        return _request_page(request, request_id, fault=str(reason))
    if standing is Standing.GIVEN:
        messages.success(
            request, "已赋权，从对方的下一次操作起生效。新账号的口令由本人在登录页“忘记口令”里领取。"
        )
    else:
        messages.success(request, "已同意，转下一步。" if agreed else "已退回。")
    return redirect("access:rights-request", request_id)


@require_POST
@gate.needs(Right.GRANT_ASK)
def withdraw(request: HttpRequest, request_id: int) -> HttpResponse:
    """Take an own request back."""
    granting.withdraw(gate.viewer(request), request_id, at=timezone.now())
    messages.success(request, "已撤回。")
    return redirect("access:rights-request", request_id)


@require_safe
@gate.needs(Right.GRANT_READ)
def show_ledger(request: HttpRequest) -> HttpResponse:
    """Who holds what since when until when, and by whose four hands."""
    who, at = gate.viewer(request), timezone.now()
    asked = request.GET
    show = asked.get("show", "held") if asked.get("show", "held") in SHOWS else "held"
    role = Role(asked["role"]) if asked.get("role", "") in {post.value for post in FAMILY} else None
    after = asked.get("after", "")
    lines = ledger.grants(
        who,
        show=show,
        role=role,
        after=_number(after) if after else 0,
        limit=_PAGE + 1,
        at=at,
    )
    return answer(
        request,
        "access/rights_ledger.html",
        crumbs=[ROOT, Crumb(label="台账")],
        lines=lines[:_PAGE],
        more=lines[_PAGE - 1].id if len(lines) > _PAGE else 0,
        after=after,
        show=show,
        shows=SHOWS,
        role=role,
        posts=list(FAMILY),
        may_end=who.may(Right.GRANT_GIVE),
        who=who,
        at=at,
    )


@require_http_methods(["GET", "HEAD", "POST"])
@gate.needs(Right.GRANT_GIVE, fresh=True)
def end(request: HttpRequest, grant_id: int) -> HttpResponse:
    """Take a post away, with the reason."""
    fault = ""
    if request.method == "POST":
        try:
            granting.end(
                gate.viewer(request), grant_id, reason=request.POST.get("reason", ""), at=timezone.now()
            )
        except NotGrantable as reason:
            fault = str(reason)
        else:
            messages.success(request, "已收回，从对方的下一次操作起生效。")
            return redirect("access:rights-ledger")
    return answer(
        request,
        "access/rights_end.html",
        crumbs=[ROOT, Crumb(label="台账", url="/rights/ledger/"), Crumb(label="收回")],
        status=422 if fault else 200,
        line=ledger.grant(gate.viewer(request), grant_id, at=timezone.now()),
        fault=fault,
        reason=request.POST.get("reason", ""),
    )


def _ask_form(request: HttpRequest, *, fault: str = "") -> HttpResponse:
    who, today = gate.viewer(request), timezone.localdate()
    roles = {who.role, *who.standing_in}
    preset = {"last": f"{today + LONGEST_TERM - timedelta(days=1):%Y-%m-%d}", "scope": who.scope}
    return answer(
        request,
        "access/rights_ask.html",
        crumbs=[ROOT, Crumb(label="申请权限")],
        status=422 if fault else 200,
        fault=fault,
        sent=request.POST.dict() if request.method == "POST" else preset | request.GET.dict(),
        posts=[post for post in FAMILY if may_ask_for(roles, post)],
        accounts=queries.staff_to_ask_for(who),
        today=today,
    )


def _request_page(request: HttpRequest, request_id: int, *, fault: str = "") -> HttpResponse:
    who = gate.viewer(request)
    line = ledger.request(who, request_id, at=timezone.now())
    return answer(
        request,
        "access/rights_request.html",
        crumbs=[ROOT, Crumb(label=f"申请 {line.id}")],
        status=422 if fault else 200,
        line=line,
        hands={hand.step: hand for hand in line.hands},
        steps=list(Step),
        may_sign=_may_sign(who, line),
        may_withdraw=line.standing is Standing.WAITING and line.hands[0].account_id == who.account_id,
        fault=fault,
    )


def _may_sign(who: Viewer, line: ledger.RequestLine) -> bool:
    """For showing the buttons; the operation asks again, also about the viewer's other accounts."""
    taken_part = who.account_id in {line.account_id, *(hand.account_id for hand in line.hands)}
    return line.waiting_for is not None and who.may(line.waiting_for.right) and not taken_part


def _number(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 19):
        raise NotVisible
    return int(text)


def _role(text: str) -> Role:
    try:
        return Role(text)
    except ValueError:
        raise NotGrantable("请选择岗位。") from None


def _scope(text: str) -> str:
    if not (text.isascii() and text.isdigit() and len(text) <= 12):
        raise NotGrantable("辖区应为行政区划代码的前几位数字，例如 130606。")
    return text


def _day(text: str) -> date:
    try:
        found = datetime.strptime(text, "%Y-%m-%d").date()  # noqa: DTZ007  a day has no zone
    except ValueError:
        raise NotGrantable("请填写权限用到哪一天，例如 2027-06-30。") from None
    if not 2000 <= found.year <= 2200:
        raise NotGrantable("权限用到的日期不对。请核对。")
    return found
