"""No identity number stands in an address: there browsers keep it, and proxies write it down (S5.5).

Forms in which people search are sent by POST; this is the net below them, for addresses typed or kept by hand.
"""

import re
import unicodedata
from collections.abc import Callable

from django.contrib import messages
from django.http import HttpRequest, HttpResponseRedirect
from django.http.response import HttpResponseBase

NOT_HERE = "证件号码不能写在地址里，已经去掉。请在检索框里输入。"
_DAY = r"(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])"
_NUMBER = re.compile(
    rf"(?<![0-9A-Za-z])(\d{{6}}(18|19|20)\d\d{_DAY}\d{{3}}[\dXx]|\d{{8}}{_DAY}\d{{3}})(?![0-9A-Za-z])"
)
"""Eighteen characters or the old fifteen, with a day of birth in its place; the last one may be wrong."""
_FOR_PROGRAMS = "/api/"


def number_in(text: str) -> str:
    """The identity number that stands in the text, however it was spaced or typed; empty where there is none."""
    found = _NUMBER.search("".join(unicodedata.normalize("NFKC", text).split()))
    return found[0] if found else ""


def holds_number(text: str) -> bool:
    """Whether an identity number stands in the text."""
    return number_in(text) != ""


class NoNumbersInAddresses:
    """Middleware: sends a browser on from an address with an identity number to the same one without it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if request.method in {"GET", "HEAD"} and not request.path.startswith(_FOR_PROGRAMS):
            kept = request.GET.copy()
            for name, values in request.GET.lists():
                if holds_number(name) or any(map(holds_number, values)):
                    del kept[name]
            if len(kept) != len(request.GET):
                messages.warning(request, NOT_HERE)
                query = kept.urlencode()
                return HttpResponseRedirect(f"{request.path}?{query}" if query else request.path)
        return self.get_response(request)
