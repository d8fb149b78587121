"""Tokens of programs: the list, making one, letting it work, revoking it (S2.8)."""

from collections.abc import Callable, Mapping
from datetime import datetime, time, timedelta
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from nianlun.access import domain, gate, operations, queries
from nianlun.access.domain import NotAToken, Right, TokenScope, Viewer
from nianlun.kernel.identifiers import uuid_or_none
from nianlun.ui.shell import Crumb

_PAGE = 50
_ROOT = Crumb(label="接口令牌", url="/tokens/")


@gate.needs(Right.TOKEN_READ)
@require_safe
def tokens(request: HttpRequest) -> HttpResponse:
    """The tokens of the viewer's scope, and what the viewer may do about each."""
    who, at = gate.viewer(request), timezone.now()
    after = uuid_or_none(request.GET.get("after", ""))
    lines = queries.tokens(who, at=at, after=after, limit=_PAGE + 1)
    context = {
        **gate.shell_context(request),
        "lines": lines[:_PAGE],
        "more": lines[_PAGE - 1].id if len(lines) > _PAGE else None,
        "after": after,
        "me": who.account_id,
        "may_make": who.may(Right.TOKEN_CHANGE),
        "may_release": who.may(Right.GRANT_GIVE),
        "crumbs": [Crumb(label=_ROOT.label)],
    }
    return render(request, "access/tokens.html", context)


@gate.needs(Right.TOKEN_CHANGE, fresh=True)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def make(request: HttpRequest) -> HttpResponse:
    """The form for a token; once made, its text, this once."""
    who, at, fault = gate.viewer(request), timezone.now(), ""
    if request.method == "POST":
        try:
            made = _made(who, request.POST, scopes=request.POST.getlist("scopes"), at=at)
        except (NotAToken, domain.Refused) as reason:
            fault = str(reason)
        except domain.NotVisible:
            fault = f"辖区应在您自己的辖区 {who.scope} 之内。"
        else:
            shell = {**gate.shell_context(request), "crumbs": [_ROOT, Crumb(label="已签发")]}
            return render(request, "access/token_made.html", {**shell, "text": made.text})
    sent = request.POST if request.method == "POST" else {"scope": who.scope, "agency": who.agency_name}
    context = {
        **gate.shell_context(request),
        "fault": fault,
        "sent": sent,
        "chosen": request.POST.getlist("scopes"),
        "scopes": list(TokenScope),
        "per_minute": domain.PER_MINUTE,
        "most": domain.MOST_PER_MINUTE,
        "crumbs": [_ROOT, Crumb(label="签发")],
    }
    return render(request, "access/make_token.html", context, status=422 if fault else 200)


@gate.needs(Right.GRANT_GIVE, fresh=True)
@require_POST
def release(request: HttpRequest, token_id: UUID) -> HttpResponse:
    """Let a token work that a colleague has made."""
    return _done(request, operations.release_token, token_id, said="令牌已启用，从现在起可以用。")


@gate.needs(Right.TOKEN_READ, fresh=True)
@require_POST
def revoke(request: HttpRequest, token_id: UUID) -> HttpResponse:
    """End a token at once."""
    return _done(request, operations.revoke_token, token_id, said="令牌已吊销，从现在起不能用。")


def _done(
    request: HttpRequest, operation: Callable[..., None], token_id: UUID, *, said: str
) -> HttpResponse:
    operation(gate.viewer(request), token_id, at=timezone.now())
    messages.success(request, said)
    return redirect("access:tokens")


def _made(who: Viewer, sent: Mapping[str, str], *, scopes: list[str], at: datetime) -> operations.MadeToken:
    wanted = [TokenScope(one) for one in scopes if one in set(TokenScope)]
    often = sent.get("per_minute", "").strip() or str(domain.PER_MINUTE)
    return operations.make_token(
        who,
        name=sent.get("name", ""),
        scope=sent.get("scope", "").strip(),
        agency_name=sent.get("agency", ""),
        scopes=wanted,
        until=_until(sent.get("last", "")),
        per_minute=int(often) if often.isascii() and often.isdecimal() and len(often) < 7 else 0,
        at=at,
    )


def _until(text: str) -> datetime:
    """The end of the last day as the form names it. Raises `NotAToken`."""
    try:
        day = parse_date(text)
    except ValueError:
        day = None
    if day is None or not 2000 <= day.year < 2200:
        raise NotAToken("请填有效期的最后一天，例如 2027-06-30。")
    return timezone.make_aware(datetime.combine(day + timedelta(days=1), time.min))
