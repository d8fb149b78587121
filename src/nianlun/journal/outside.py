"""One request to a registered address outside, with a time limit; no redirect is followed (S7.4).

What its name resolves to is looked at, and just that address is spoken to (`kernel.outgoing`).
"""

import contextlib
import http.client
import socket
import ssl
import threading
from collections.abc import Iterator, Mapping
from urllib.parse import urlsplit

from django.conf import settings

from nianlun.kernel import outgoing

_LARGEST_ANSWER = 1 << 20  # bytes


class Unreachable(Exception):
    """No answer came; the sentence says why."""


def post(
    url: str,
    body: bytes,
    *,
    kind: str,
    seconds: float,
    headers: Mapping[str, str] | None = None,
    at_most: float | None = None,
) -> tuple[int, bytes]:
    """Status and body of the answer, which is cut off where it is too long. Raises `Unreachable`.

    `seconds` is how long each step may take, `at_most` how long all of them together: an answer that comes
    byte by byte would else never end.
    """
    given = {"Content-Type": kind, **(headers or {})}
    return _asked("POST", url, body, headers=given, seconds=seconds, at_most=at_most)


def get(
    url: str, *, seconds: float, headers: Mapping[str, str] | None = None, at_most: float | None = None
) -> tuple[int, bytes]:
    """As `post`, asking without a body."""
    return _asked("GET", url, None, headers=dict(headers or {}), seconds=seconds, at_most=at_most)


def _asked(
    method: str,
    url: str,
    body: bytes | None,
    *,
    headers: dict[str, str],
    seconds: float,
    at_most: float | None,
) -> tuple[int, bytes]:
    parts = urlsplit(url)
    secure = parts.scheme == "https"
    try:
        host, port = parts.hostname or "", parts.port or (443 if secure else 80)
        kind = http.client.HTTPSConnection if secure else http.client.HTTPConnection
        connection = kind(host, port, timeout=seconds)
        try:
            target = parts.path + (f"?{parts.query}" if parts.query else "")
            plain = outgoing.connect(host, port, networks=settings.OUTGOING, seconds=seconds)
            connection.sock = plain
            if secure:
                connection.sock = ssl.create_default_context().wrap_socket(plain, server_hostname=host)
            with _cut_off(connection.sock, after=at_most):
                connection.request(method, target or "/", body, headers)
                answer = connection.getresponse()
                return answer.status, answer.read(_LARGEST_ANSWER)
        finally:
            connection.close()
    except outgoing.NotAllowed as reason:
        raise Unreachable(str(reason)) from reason
    except TimeoutError:
        raise Unreachable(f"对方 {at_most or seconds:g} 秒内没有答复。") from None
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise Unreachable(f"连不上对方（{type(error).__name__}），请检查地址和网络。") from error


@contextlib.contextmanager
def _cut_off(open_socket: socket.socket, *, after: float | None) -> Iterator[None]:
    """Break a connection that is still in use after so many seconds; whoever reads from it gets an error."""
    if after is None:
        yield
        return
    ended = threading.Event()

    def cut() -> None:
        ended.set()
        with contextlib.suppress(OSError):
            open_socket.shutdown(socket.SHUT_RDWR)

    timer = threading.Timer(after, cut)
    timer.daemon = True
    timer.start()
    try:
        yield
    except (OSError, http.client.HTTPException, ValueError):
        if ended.is_set():
            raise TimeoutError from None
        raise
    finally:
        timer.cancel()
