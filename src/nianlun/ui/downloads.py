"""Files that a page gives out."""

from typing import TypeVar
from urllib.parse import quote

from django.http import HttpResponse
from django.http.response import HttpResponseBase

Kept = TypeVar("Kept", bound=HttpResponseBase)
SANDBOXED = "default-src 'none'; sandbox"


def closed(response: Kept) -> Kept:
    """What was given in, able to do nothing in the browser, and taken for nothing but what it says it is (S4.6)."""
    response["Content-Security-Policy"] = SANDBOXED
    response["X-Content-Type-Options"] = "nosniff"
    return response


def pdf(content: bytes, *, name: str) -> HttpResponse:
    """A PDF as a download that can do nothing in the browser (S4.6); `name` may be Chinese, without the suffix."""
    response = HttpResponse(content, content_type="application/pdf")
    response["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(name)}.pdf"
    return closed(response)
