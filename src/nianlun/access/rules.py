"""The rule every page carries as `access_rule`: the right it needs, or the reason why it is for everybody (S2.1)."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from nianlun.access.domain import SHOWS_PERSONS, Right, Viewer

Page = Callable[..., HttpResponseBase]


@dataclass(frozen=True, slots=True)
class OpenPage:
    """The rule of a page for everybody, with the reason why it may be."""

    reason: str


Answer = Callable[[HttpRequest, int, str], HttpResponseBase]


@dataclass(frozen=True, slots=True)
class ByToken:
    """The rule of an address for programs: the right a token has to lend, and the form in which refusals are put.

    `answer` takes the request, a status and a sentence; `form` says that a form is sent to the address, not JSON.
    """

    right: Right
    answer: Answer
    form: bool = False


def by_token(right: Right, *, answer: Answer, form: bool = False) -> Callable[[Page], Page]:
    """The address is for programs that show a token lending the right (S2.8). Who is signed in counts for nothing."""

    def mark(page: Page) -> Page:
        @wraps(page)
        def behind(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if not isinstance(getattr(request, "viewer", None), Viewer):
                raise ImproperlyConfigured("DefaultDeny is missing from MIDDLEWARE")
            return page(request, *args, **kwargs)

        behind.access_rule = ByToken(right, answer, form)  # type: ignore[attr-defined]  # as above
        return behind

    return mark


def needs(
    right: Right, *, polled: bool = False, fresh: bool = False, shows_persons: bool | None = None
) -> Callable[[Page], Page]:
    """The page is for signed-in viewers whose role holds the right.

    Anybody else is sent to sign in, or answered as if there were no such page, and that is journaled.
    `polled` marks a page the browser fetches by itself: it does not keep an idle session alive.
    `fresh` marks an important deed: it asks for the second factor again unless that was proven within five
    minutes (S1.7), and goes on with what was sent. A page that knows only later calls `require_fresh`.
    `shows_persons` says whether the page is closed to an account whose queries are stopped (S3.4), where the right
    alone does not tell (`domain.SHOWS_PERSONS`).
    """

    def mark(page: Page) -> Page:
        @wraps(page)
        def behind(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if not isinstance(getattr(request, "viewer", None), Viewer):
                raise ImproperlyConfigured("DefaultDeny is missing from MIDDLEWARE")
            return page(request, *args, **kwargs)

        behind.access_rule = right  # type: ignore[attr-defined]  # the rule travels with the page
        behind.access_polled = polled  # type: ignore[attr-defined]
        behind.access_fresh = fresh  # type: ignore[attr-defined]
        shows = right in SHOWS_PERSONS if shows_persons is None else shows_persons
        behind.access_shows_persons = shows  # type: ignore[attr-defined]
        return behind

    return mark


def open_page(reason: str) -> Callable[[Page], Page]:
    """The page is for everybody; the reason says why that is safe."""

    def mark(page: Page) -> Page:
        @wraps(page)
        def opened(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            return page(request, *args, **kwargs)

        opened.access_rule = OpenPage(reason)  # type: ignore[attr-defined]  # the rule travels with the page
        return opened

    return mark
