"""Who shows a token at the door (S2.8). Unknown, expired, revoked and unreleased tokens are answered alike."""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from nianlun.access import queries, trail
from nianlun.access.domain import Viewer
from nianlun.access.rules import ByToken

NOT_KNOWN = "没有令牌，或令牌不能用。请核对 Authorization 头；过期的请系统管理员重新签发。"


@dataclass(frozen=True, slots=True)
class Turned:
    """Turned away: with what status, why, and after how many seconds to come again."""

    status: int
    sentence: str
    wait_seconds: int = 0


def turned_away(request: HttpRequest, rule: ByToken, turned: Turned) -> HttpResponseBase:
    """The answer to whoever is turned away, in the form of the address that was asked for."""
    response = rule.answer(request, turned.status, turned.sentence)
    if turned.status == 401:
        response["WWW-Authenticate"] = "Bearer"
    if turned.wait_seconds:
        response["Retry-After"] = str(turned.wait_seconds)
    return response


def recognise(request: HttpRequest, *, at: datetime) -> Viewer | Turned:
    """The viewer whose token stands in the request's `Authorization` header; cookies are not looked at.

    That the cookies of a browser count for nothing here is what makes forged forms harmless. A token that is known
    but does not work leaves its trace; unknown text does not, or anybody could fill the journal.
    """
    word, _, text = request.headers.get("Authorization", "").partition(" ")
    found = queries.shown_token(text.strip(), at=at) if word.lower() == "bearer" else None
    if found is None:
        return Turned(401, NOT_KNOWN)
    if found.wait_seconds:
        sentence = f"这个令牌这一分钟的次数用完了。请过 {found.wait_seconds} 秒再试。"
        return Turned(429, sentence, found.wait_seconds)
    if found.viewer is None:
        with transaction.atomic():
            trail.record(
                trail.TOKEN_REFUSED,
                by=None,
                about=found.name,
                about_id=str(found.token_id),
                details={"method": request.method, "path": request.path[:200]},
                outcome="refused",
                at=at,
            )
        return Turned(401, NOT_KNOWN)
    return found.viewer
