"""Sessions as a browser carries them: a key in a cookie, the browser's own mark in another (S1.6)."""

import hashlib
import secrets
from datetime import datetime, timedelta

from django.conf import settings
from django.contrib.auth import HASH_SESSION_KEY, SESSION_KEY, login, logout
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils import timezone

from nianlun.access import domain, operations, queries
from nianlun.access.domain import FactorKind, NotVisible, SessionEnd
from nianlun.access.models import Account
from nianlun.access.queries import SignedIn

DEVICE_COOKIE = "nl_device"
_DEVICE_LASTS = 2 * 365 * 86_400  # seconds
_SALT = "nianlun.access.device"
_NOTED_EVERY = timedelta(seconds=30)
"""How exactly idleness is known: noting each request would cost a write each; a session may end this much early."""
LAPSED = "您的岗位授权已到期或已收回，系统已退出。请由所在部门重新申请。"


def open_session(
    request: HttpRequest, account_id: int, *, factor: FactorKind | None, persona: bool = False
) -> None:
    """Sign the account in: the session gets a new id (S1.6) and its limits count from now. Raises `NotVisible`."""
    at = timezone.now()
    left = (
        queries.signed_in(request.session.session_key or "", at=at)
        if SESSION_KEY in request.session
        else None
    )
    if isinstance(left, SignedIn):
        operations.replace_session(left.session_id, at=at)
    request.session.flush()  # nothing of before, not even of the same account, is carried through the door
    account = Account.objects.filter(pk=account_id, is_active=True).first()
    if account is None:
        raise NotVisible
    login(request, account, backend=settings.AUTHENTICATION_BACKENDS[0])
    operations.begin_session(
        account_id,
        key=_key(request),
        device=device_of(request),
        address=getattr(request, "source_address", ""),
        browser=domain.browser_name(request.headers.get("User-Agent", "")),
        factor=factor,
        details={"persona": True} if persona else {},
        at=at,
    )


def recognise(request: HttpRequest, *, at: datetime, polled: bool) -> SignedIn | str | None:
    """Who is signed in; the sentence that tells why a session has just ended; None where nobody is."""
    if SESSION_KEY not in request.session or not request.session.session_key:
        return None
    found = queries.signed_in(request.session.session_key, at=at)
    if not isinstance(found, SignedIn) or str(found.viewer.account_id) != request.session[SESSION_KEY]:
        logout(request)
        return found.sentence if isinstance(found, SessionEnd) else None
    ended = domain.session_ended(
        found.viewer.role, signed_in_at=found.signed_in_at, seen_at=found.seen_at, at=at
    )
    if found.viewer.lapsed:
        ended = LAPSED
    if ended is not None:
        operations.time_out(found.viewer, session_id=found.session_id, at=at)
        logout(request)
        return ended
    if not polled and at - found.seen_at >= _NOTED_EVERY:
        operations.keep_session(found.session_id, at=at)
    return found


def renew(request: HttpRequest, signed_in: SignedIn, *, password_changed: bool = False) -> None:
    """Let this session go on under a new id: what opens doors has changed (S1.6)."""
    if password_changed:
        account = Account.objects.get(pk=signed_in.viewer.account_id)
        request.session[HASH_SESSION_KEY] = account.get_session_auth_hash()
    request.session.cycle_key()
    operations.move_session(signed_in.session_id, key=_key(request))


def device_of(request: HttpRequest) -> str:
    """The digest of the mark this browser carries; the browser gets one where it has none."""
    token = request.get_signed_cookie(DEVICE_COOKIE, default=None, salt=_SALT)
    if token is None:
        token = getattr(request, "new_device", None) or secrets.token_urlsafe(32)
        request.new_device = token  # type: ignore[attr-defined]  # given to the browser by `mark_device`
    return hashlib.sha256(token.encode()).hexdigest()


def mark_device(request: HttpRequest, response: HttpResponseBase) -> None:
    """Give the browser its mark, if it was asked for one and had none."""
    token = getattr(request, "new_device", None)
    if token is not None:
        response.set_signed_cookie(
            DEVICE_COOKIE,
            token,
            salt=_SALT,
            max_age=_DEVICE_LASTS,
            secure=settings.SESSION_COOKIE_SECURE,
            httponly=True,
            samesite="Lax",
        )


def _key(request: HttpRequest) -> str:
    key = request.session.session_key
    if key is None:
        raise RuntimeError("a session that was just opened has no key")
    return key
