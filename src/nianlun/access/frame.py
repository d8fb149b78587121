"""What the frame round every page of somebody signed in is filled with."""

from collections.abc import Callable, Mapping

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from nianlun.access.asker import signed_in_or_none, viewer_or_none
from nianlun.access.domain import Role, Viewer

Furnisher = Callable[[HttpRequest, Viewer], Mapping[str, object]]
_furnishers: list[Furnisher] = []


def furnish(furnisher: Furnisher) -> Furnisher:
    """Have the frame of every signed-in page filled by a higher component: navigation, duties.

    Called once, from that component's `AppConfig.ready`; the names it returns are those of `ui/page.html`.
    """
    if furnisher not in _furnishers:
        _furnishers.append(furnisher)
    return furnisher


def shell_context(request: HttpRequest) -> dict[str, object]:
    """What the frame of a page needs: the viewer, the way out, and what higher components furnish it with."""
    found = viewer_or_none(request)
    context: dict[str, object] = {
        "viewer": found,
        "reader_mark": _reader_mark(request),
        "sign_out_url": reverse("access:sign-out"),
        "navigation": (),
    }
    for furnisher in _furnishers if found else ():
        context |= furnisher(request, found)  # type: ignore[arg-type]  # found is no None in this loop
    return context


def _reader_mark(request: HttpRequest) -> str:
    """Who reads this page, and when, to stand pale over it (S3.6); nobody's over the own record."""
    found = signed_in_or_none(request)
    if found is None or found.viewer.role is Role.INSURED:
        return ""
    return f"{found.viewer.name} {found.login} {timezone.localtime():%Y-%m-%d %H:%M}"
