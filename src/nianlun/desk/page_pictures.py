"""Giving out the picture of a page, or the sentence why there is none."""

from django.http import HttpResponse

from nianlun.desk.seeing import Opened
from nianlun.digitization import queries as digitization
from nianlun.digitization.reading import OpenedFile
from nianlun.digitization.reading import Refused as Unrenderable
from nianlun.ui.downloads import closed
from nianlun.vault import queries as vault
from nianlun.watch import marking


def picture_of_page(opened: Opened, *, number: int, name: str = "") -> HttpResponse:
    """The upright picture of one page, re-encoded by us from fully decoded pixels, in a sandbox (S4.6).

    It carries the number of the entry that tells who was given it (S3.5); a `name` is burned into it (S2.6).
    """
    try:
        picture = digitization.picture(opened.item, number=number)
    except Unrenderable as reason:
        return without(reason.sentence, status=422)
    except vault.Unreadable as reason:
        return without(str(reason), status=status_of(reason))
    content, media_type = picture.content, picture.media_type
    if name:
        content = marking.burned(content, text=name)
        media_type = "image/jpeg" if media_type == "image/jpeg" else "image/png"
    content = marking.numbered(content, entry_id=opened.entry_id)
    response = HttpResponse(content, content_type=media_type)
    return closed(response)


def drawn(held: str, file_name: str, page: int, *, entry_id: int) -> HttpResponse:
    """The upright picture of one page of a file in the vault, drawn anew in a limited process and kept nowhere."""
    try:
        vault.ensure_online(held)
        with vault.reading_path(held, file_name) as path, OpenedFile(path) as file:
            picture = file.page_image(page)
    except Unrenderable as reason:
        return without(reason.sentence, status=422)
    except vault.Unreadable as reason:
        return without(str(reason), status=status_of(reason))
    content = marking.numbered(picture.content, entry_id=entry_id)
    return closed(HttpResponse(content, content_type=picture.media_type))


def without(sentence: str, *, status: int) -> HttpResponse:
    """Why there are no bytes."""
    return HttpResponse(sentence, status=status, content_type="text/plain; charset=utf-8")


def status_of(reason: Exception) -> int:
    """410 for what is destroyed or taken offline, 503 for what may come back."""
    return 410 if isinstance(reason, vault.Gone) else 503
