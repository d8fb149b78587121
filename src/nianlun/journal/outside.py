"""One request to a registered address outside, with a time limit; no redirect is followed (S7.4)."""

import http.client
import ssl
from urllib.parse import urlsplit

_LARGEST_ANSWER = 1 << 20  # bytes


class Unreachable(Exception):
    """No answer came; the sentence says why."""


def post(url: str, body: bytes, *, kind: str, seconds: float) -> tuple[int, bytes]:
    """Status and body of the answer. `seconds` is how long each step may take. Raises `Unreachable`."""
    return _asked("POST", url, body, headers={"Content-Type": kind}, seconds=seconds)


def get(url: str, *, seconds: float) -> tuple[int, bytes]:
    """As `post`, asking without a body."""
    return _asked("GET", url, None, headers={}, seconds=seconds)


def _asked(
    method: str, url: str, body: bytes | None, *, headers: dict[str, str], seconds: float
) -> tuple[int, bytes]:
    parts = urlsplit(url)
    connection: http.client.HTTPConnection
    try:
        if parts.scheme == "https":
            connection = http.client.HTTPSConnection(
                parts.hostname or "", parts.port, timeout=seconds, context=ssl.create_default_context()
            )
        else:
            connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=seconds)
        try:
            target = parts.path + (f"?{parts.query}" if parts.query else "")
            connection.request(method, target or "/", body, headers)
            answer = connection.getresponse()
            return answer.status, answer.read(_LARGEST_ANSWER)
        finally:
            connection.close()
    except TimeoutError:
        raise Unreachable(f"对方 {seconds:g} 秒内没有答复。") from None
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise Unreachable(f"连不上对方（{type(error).__name__}），请检查地址和网络。") from error
