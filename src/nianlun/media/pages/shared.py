"""What all pages of the register put round what they show."""

from collections.abc import Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from nianlun.access.gate import shell_context
from nianlun.ui.shell import Crumb

ROOT = Crumb(label="离线介质", url="/media/")
TONES = {
    "planned": "act",
    "writing": "wait",
    "written": "wait",
    "verified": "wait",
    "shelved": "ok",
    "lent": "wait",
    "closed": "plain",
    "retired": "plain",
}


def answer(
    request: HttpRequest, template: str, *, crumbs: Sequence[Crumb], status: int = 200, **context: Any
) -> HttpResponse:
    """A page of the register inside its frame."""
    frame = {
        **shell_context(request),
        "crumbs": crumbs,
        "tones": TONES,
        "today": timezone.localdate(),
        "size_word": size_word,
    }
    return render(request, template, {**frame, **context}, status=status)


def size_word(size: int | None) -> str:
    """Bytes in the unit people read."""
    if size is None:
        return "—"
    for unit, factor in (("TB", 10**12), ("GB", 10**9), ("MB", 10**6), ("KB", 10**3)):
        if size >= factor:
            return f"{size / factor:.1f} {unit}"
    return f"{size} 字节"
