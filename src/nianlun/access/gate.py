"""The one door of all pages: who is there, what the page needs, and what refusal looks like (S2.1).

A page carries its rule as `access_rule`, put there by `needs` or `open_page`; `DefaultDeny` enforces it before
the page runs. A page without a rule is never served.
"""

import logging
from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import Any
from urllib.parse import urlencode, urlsplit
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import ImproperlyConfigured
from django.db import InterfaceError, OperationalError, transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django_htmx.http import HttpResponseClientRedirect

from nianlun.access import (
    answers,
    asking,
    bearer,
    checks,
    domain,
    operations,
    queries,
    sessions,
    stepping_up,
    stops,
    trail,
)
from nianlun.access.asker import (
    PurposeMissing,
    purpose_for,
    require_fresh,
    signed_in,
    signed_in_or_none,
    viewer,
    viewer_or_none,
)
from nianlun.access.domain import NotVisible, QueriesStopped, Refused, Right, Viewer, authorize
from nianlun.access.frame import furnish, shell_context
from nianlun.access.passwords import TooBusy
from nianlun.access.queries import SignedIn
from nianlun.access.rules import ByToken, OpenPage, Page, by_token, needs, open_page
from nianlun.access.stepping_up import NotFresh

__all__ = [
    "ByToken",
    "DefaultDeny",
    "OpenPage",
    "PurposeMissing",
    "by_token",
    "furnish",
    "needs",
    "open_page",
    "purpose_for",
    "require_fresh",
    "safe_next",
    "shell_context",
    "signed_in",
    "signed_in_or_none",
    "viewer",
    "viewer_or_none",
]
log = logging.getLogger(__name__)


def safe_next(request: HttpRequest, *, otherwise: str = "/") -> str:
    """The address of our own that `next` names; anything else becomes `otherwise`."""
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    ours = url_has_allowed_host_and_scheme(
        wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return wanted if ours and wanted.startswith("/") else otherwise


class DefaultDeny:
    """Middleware, the innermost: lets a request through to the page its rule allows, and to no other.

    It stands outside the transaction of the page (ATOMIC_REQUESTS), so that a refusal stays in the journal
    when what the page had begun is rolled back.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        request.viewer = None  # type: ignore[attr-defined]  # set by process_view
        request.signed_in = None  # type: ignore[attr-defined]  # as above
        # For the pages of the journal, which stands beside this component and cannot ask it.
        request.shell_context = partial(shell_context, request)  # type: ignore[attr-defined]
        response = self.get_response(request)
        if getattr(request, "behind_sign_in", False) or viewer_or_none(request) is not None:
            response["Cache-Control"] = "no-store"  # S5.5: the back button shows nothing after signing out
        sessions.mark_device(request, response)
        return response

    def process_view(
        self, request: HttpRequest, page: Page, args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> HttpResponseBase | None:
        rule = getattr(page, "access_rule", None)
        if isinstance(rule, OpenPage):
            self._admit_to_open_page(request)
            return None
        if isinstance(rule, ByToken):
            return self._admit_by_token(request, rule, kwargs)
        try:
            right = Right(str(rule))
        except ValueError:
            log.error("no access rule on %s.%s", page.__module__, getattr(page, "__qualname__", page))
            if checks.is_production(settings):
                return answers.not_found(request)
            raise ImproperlyConfigured(f"no access rule on {page}") from None
        request.behind_sign_in = True  # type: ignore[attr-defined]
        at = timezone.now()
        try:
            ended = self._recognise(request, at=at, polled=getattr(page, "access_polled", False))
        except (OperationalError, InterfaceError):
            return self._unavailable(request)
        found = viewer_or_none(request)
        if found is None:
            return self._to_sign_in(request, sentence=ended)
        try:
            authorize(found, right)
        except Refused as refusal:
            self._journal(request, kwargs, sentence=refusal.sentence, at=at)
            return answers.not_found(request)
        if found.glass_until:
            self._note_emergency(request, found, page, at=at)
        if getattr(page, "access_shows_persons", right in domain.SHOWS_PERSONS) and stops.is_stopped(
            found.account_id
        ):
            self._journal(request, kwargs, sentence=answers.STOPPED, at=at)
            return answers.stopped(request, shell_context(request))
        # PostgreSQL holds no character zero, and nobody types one.
        if _zero_in_address(kwargs):
            return answers.not_found(request)
        if _holds_zero(request):
            return answers.malformed(request)
        try:
            return self._step_up(request, fresh=getattr(page, "access_fresh", False), at=at)
        except (OperationalError, InterfaceError):
            return self._unavailable(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponseBase | None:
        """Turn what a page raises into its answer. The transaction of the page has been rolled back by now."""
        match = request.resolver_match
        kwargs = dict(match.kwargs) if match else {}
        if isinstance(exception, PurposeMissing):
            return self._to_purpose(request, exception.person_id)
        if isinstance(exception, NotFresh):
            return self._ask_again(request)
        if isinstance(exception, NotVisible):
            self._journal(request, kwargs, sentence="不存在或不在可见范围", at=timezone.now())
            return answers.not_found(request)
        if isinstance(exception, Http404):
            return answers.not_found(request)
        if isinstance(exception, QueriesStopped):
            return self._stop(request, kwargs, exception)
        if isinstance(exception, Refused):
            self._journal(request, kwargs, sentence=exception.sentence, at=timezone.now())
            return answers.refused(request, sentence=exception.sentence)
        if isinstance(exception, TooBusy):
            return answers.busy(request)
        if isinstance(exception, OperationalError | InterfaceError):
            return self._unavailable(request)
        return None

    def _stop(
        self, request: HttpRequest, kwargs: dict[str, Any], exception: QueriesStopped
    ) -> HttpResponseBase:
        """Stop the account now that what it was reading is undone; two requests at once stop it once."""
        at = timezone.now()
        operations.stop_queries(viewer(request), reason=exception.reason, at=at)
        self._journal(request, kwargs, sentence=exception.reason, at=at)
        return answers.stopped(request, shell_context(request))

    def _admit_to_open_page(self, request: HttpRequest) -> None:
        """Recognise whoever is signed in, so that an open page can greet them; it opens without that too."""
        if settings.SESSION_COOKIE_NAME not in request.COOKIES:
            return
        try:
            self._recognise(request, at=timezone.now(), polled=True)
        except (OperationalError, InterfaceError):
            log.warning("an open page is served without looking who is there: the database is away")

    def _admit_by_token(
        self, request: HttpRequest, rule: ByToken, kwargs: dict[str, Any]
    ) -> HttpResponseBase | None:
        """Let a program through whose token lends the right; every refusal is put as the address puts its own."""
        request.answered_by = rule.answer  # type: ignore[attr-defined]  # read by `answers`
        at = timezone.now()
        try:
            found = bearer.recognise(request, at=at)
            if isinstance(found, bearer.Turned):
                return bearer.turned_away(request, rule, found)
            request.viewer = found  # type: ignore[attr-defined]
            if not found.may(rule.right):
                sentence = f"这个令牌的范围里没有“{rule.right.label}”。请系统管理员另签一个。"
                self._journal(request, kwargs, sentence=sentence, at=at)
                return answers.refused(request, sentence=sentence)
            if rule.right in domain.SHOWS_PERSONS and stops.is_stopped(found.account_id):
                self._journal(request, kwargs, sentence=answers.STOPPED, at=at)
                return answers.stopped(request, {})
        except (OperationalError, InterfaceError):
            return self._unavailable(request)
        if _zero_in_address(kwargs):
            return answers.not_found(request)
        # Where JSON is asked for, the body is left unread: whoever sends a form there is told so by the address.
        return answers.malformed(request) if _holds_zero(request, form=rule.form) else None

    def _recognise(self, request: HttpRequest, *, at: datetime, polled: bool) -> str | None:
        """Set `request.viewer` from the account as it is now; returns why a session has just ended, if so (S1.6)."""
        found = sessions.recognise(request, at=at, polled=polled)
        if not isinstance(found, SignedIn):
            return found
        request.viewer, request.signed_in = found.viewer, found  # type: ignore[attr-defined]
        return None

    def _step_up(self, request: HttpRequest, *, fresh: bool, at: datetime) -> HttpResponseBase | None:
        """Take the second factor where it is among what was sent; ask for it where the page is for fresh proof."""
        now = signed_in(request)
        if asking.answered(request) and not stepping_up.is_open(now, at=at):
            if fault := stepping_up.take_answer(request, now, at=at):
                return stepping_up.question(request, now, fault=fault)
            self._recognise(request, at=at, polled=True)
            return None
        return self._ask_again(request) if fresh and not stepping_up.is_open(now, at=at) else None

    def _ask_again(self, request: HttpRequest) -> HttpResponseBase:
        """The question before an important deed: with the form in its lap, or on a page of its own that leads back."""
        now = signed_in(request)
        if not queries.has_factor(now.viewer.account_id):
            # Whoever lost the last factor while signed in sets one up at the door, after the password.
            return self._to_sign_in(request, sentence="这一步要有第二步验证。请重新登录，按提示设置。")
        carried = request.method == "POST" and not request.FILES and not getattr(request, "htmx", False)
        if carried:
            return stepping_up.question(request, now)
        return _redirect(request, stepping_up.address(request, _here(request)))

    def _to_sign_in(self, request: HttpRequest, *, sentence: str | None) -> HttpResponseBase:
        if sentence:
            messages.info(request, sentence)
        return _redirect(request, f"{reverse('access:sign-in')}?{urlencode({'next': _here(request)})}")

    def _to_purpose(self, request: HttpRequest, person_id: UUID) -> HttpResponseBase:
        if request.method == "POST":
            return answers.purpose_first(request, person_id=person_id)
        form = reverse("access:purpose", kwargs={"person_id": person_id})
        return _redirect(request, f"{form}?{urlencode({'next': _here(request)})}")

    def _journal(
        self, request: HttpRequest, kwargs: dict[str, Any], *, sentence: str, at: datetime
    ) -> None:
        match = request.resolver_match
        person_id = kwargs.get("person_id")
        with transaction.atomic():
            trail.record(
                trail.PAGE_REFUSED,
                by=viewer_or_none(request),
                about=_wanted(match.func) if match else "",
                about_id=",".join(str(value) for value in kwargs.values()),
                person_id=person_id if isinstance(person_id, UUID) else None,
                details={
                    "page": match.view_name if match else "",
                    "method": request.method,
                    "reason": sentence,
                },
                outcome="refused",
                at=at,
            )

    def _note_emergency(self, request: HttpRequest, found: Viewer, page: Page, *, at: datetime) -> None:
        """Every request under broken glass is in the journal, whatever becomes of it."""
        match = request.resolver_match
        with transaction.atomic():
            trail.record(
                trail.GLASS_USED,
                by=found,
                about=_wanted(page),
                about_id=",".join(str(value) for value in match.kwargs.values()) if match else "",
                details={"page": match.view_name if match else "", "method": request.method},
                outcome="emergency",
                at=at,
            )

    def _unavailable(self, request: HttpRequest) -> HttpResponse:
        log.exception("the database does not answer")
        return answers.unavailable(request)


def _wanted(page: Page) -> str:
    """What somebody wanted who asked for the page, in the words of the right it needs."""
    try:
        rule = getattr(page, "access_rule", "")
        return Right(str(rule.right if isinstance(rule, ByToken) else rule)).label
    except ValueError:
        return "打开页面"


def _here(request: HttpRequest) -> str:
    """Where to go on afterwards: this page, or the page a form or a fragment was sent from."""
    fragment = getattr(request, "htmx", False)
    if request.method == "GET" and not fragment:
        return request.get_full_path()
    referer = urlsplit(request.headers.get("Referer", ""))
    return f"{referer.path}?{referer.query}".rstrip("?") if referer.netloc == request.get_host() else "/"


def _zero_in_address(kwargs: dict[str, Any]) -> bool:
    return any("\x00" in value for value in kwargs.values() if isinstance(value, str))


def _holds_zero(request: HttpRequest, *, form: bool = True) -> bool:
    sent = [request.GET, request.POST] if form and request.method == "POST" else [request.GET]
    return any("\x00" in value for fields in sent for _, values in fields.lists() for value in values)


def _redirect(request: HttpRequest, address: str) -> HttpResponseBase:
    if getattr(request, "htmx", False):
        return HttpResponseClientRedirect(address)  # a fragment's 302 would land inside the page
    return redirect(address)
