"""Where the request being answered came from, for every entry written while answering it."""

from collections.abc import Callable
from contextvars import ContextVar
from ipaddress import ip_network

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from nianlun.journal.domain import source_address

_address: ContextVar[str] = ContextVar("source_address", default="")


def request_address() -> str:
    """The source address of the current request; "" in jobs and commands."""
    return _address.get()


class SourceAddress:
    """Middleware: fixes the source address of the request, also as `request.source_address`.

    `settings.TRUSTED_PROXIES` lists the networks whose X-Forwarded-For is believed; by default none.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response
        self.trusted = tuple(ip_network(text) for text in getattr(settings, "TRUSTED_PROXIES", ()))

    def __call__(self, request: HttpRequest) -> HttpResponse:
        address = source_address(
            request.META.get("REMOTE_ADDR", ""),
            forwarded=request.META.get("HTTP_X_FORWARDED_FOR", ""),
            trusted=self.trusted,
        )
        request.source_address = address  # type: ignore[attr-defined]  # ours, set for the gate
        token = _address.set(address)
        try:
            return self.get_response(request)
        finally:
            _address.reset(token)
