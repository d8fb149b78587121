"""Files that a page gives out."""

from urllib.parse import quote

from django.http import HttpResponse

SANDBOXED = "default-src 'none'; sandbox"


def pdf(content: bytes, *, name: str) -> HttpResponse:
    """A PDF as a download that can do nothing in the browser (S4.6); `name` may be Chinese, without the suffix."""
    response = HttpResponse(content, content_type="application/pdf")
    response["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(name)}.pdf"
    response["Content-Security-Policy"] = SANDBOXED
    response["X-Content-Type-Options"] = "nosniff"
    return response
