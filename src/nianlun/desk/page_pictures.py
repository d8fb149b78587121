"""Giving out the picture of a page, or the sentence why there is none."""

from django.http import HttpResponse

from nianlun.archives.queries import ItemLine
from nianlun.digitization import queries as digitization
from nianlun.digitization.reading import Refused as Unrenderable
from nianlun.ui.downloads import SANDBOXED
from nianlun.vault import queries as vault


def picture_of_page(item: ItemLine, *, number: int) -> HttpResponse:
    """The upright picture of one page, re-encoded by us from fully decoded pixels, in a sandbox (S4.6)."""
    try:
        picture = digitization.picture(item, number=number)
    except Unrenderable as reason:
        return without(reason.sentence, status=422)
    except vault.Unreadable as reason:
        return without(str(reason), status=status_of(reason))
    response = HttpResponse(picture.content, content_type=picture.media_type)
    response["Content-Security-Policy"] = SANDBOXED
    response["X-Content-Type-Options"] = "nosniff"
    return response


def without(sentence: str, *, status: int) -> HttpResponse:
    """Why there are no bytes."""
    return HttpResponse(sentence, status=status, content_type="text/plain; charset=utf-8")


def status_of(reason: Exception) -> int:
    """410 for what is destroyed or taken offline, 503 for what may come back."""
    return 410 if isinstance(reason, vault.Gone) else 503
