"""The way out to an object store: one address, looked at before each connection, and no other (S7.4).

The library that speaks S3 resolves names by itself and follows redirects wherever they lead. So it is given a proxy
in this very process that lets it through to the configured endpoint alone.
"""

import contextlib
import os
import socket
import socketserver
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from http import HTTPStatus
from urllib.parse import urlsplit

from nianlun.kernel.outgoing import Network, NotAllowed, connect

_CONNECT_SECONDS = 10.0
_IDLE_SECONDS = 120.0
_LARGEST_HEAD = 1 << 16  # bytes
_CHUNK = 1 << 16
_PORTS = {"http": 80, "https": 443}


class Gate(socketserver.ThreadingTCPServer):
    """A proxy on this machine that leads to one endpoint. `refusal` tells why the last connection was not made."""

    daemon_threads = True

    def __init__(self, endpoint: str, *, networks: Sequence[Network]) -> None:
        super().__init__(("127.0.0.1", 0), _Visitor)
        self.target = _target(endpoint)
        self.networks = tuple(networks)
        self.refusal = ""
        threading.Thread(target=self.serve_forever, name="gate", daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    def reach(self, target: tuple[str, int]) -> socket.socket:
        """A connection to the endpoint. Raises `NotAllowed` for any other place, and `OSError`."""
        try:
            if target != self.target:
                raise NotAllowed(f"对方要转到 {target[0]}，不是登记的地址，没有跟去。请查存储服务。")
            found = connect(*target, networks=self.networks, seconds=_CONNECT_SECONDS)
        except NotAllowed as reason:
            self.refusal = str(reason)
            raise
        self.refusal = ""
        return found


_lock = threading.Lock()
_gates: dict[tuple[int, str, tuple[Network, ...]], Gate] = {}


def gate_to(endpoint: str, *, networks: Sequence[Network]) -> Gate:
    """The gate of this process to an endpoint; one serves all who go there."""
    key = (os.getpid(), endpoint, tuple(networks))  # a forked process has no threads of its parent
    with _lock:
        if key not in _gates:
            _gates[key] = Gate(endpoint, networks=networks)
        return _gates[key]


class _Visitor(socketserver.BaseRequestHandler):
    """One connection of the library."""

    server: Gate
    request: socket.socket

    def handle(self) -> None:
        self.request.settimeout(_IDLE_SECONDS)
        try:
            asked, rest = _request(self.request, b"")
            beyond = self.server.reach(asked.target)
        except NotAllowed:
            self._answer(HTTPStatus.FORBIDDEN)
            return
        except ValueError:
            self._answer(HTTPStatus.BAD_REQUEST)
            return
        except OSError:
            self._answer(HTTPStatus.BAD_GATEWAY)
            return
        with beyond, contextlib.suppress(OSError, ValueError, NotAllowed):
            beyond.settimeout(_IDLE_SECONDS)
            for line in (
                self.request,
                beyond,
            ):  # head and body go separately: each waiting for an answer costs 40 ms
                line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            back = threading.Thread(target=_copy, args=(beyond, self.request), daemon=True)
            if asked.method == "CONNECT":
                self.request.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
                beyond.sendall(rest)
                back.start()
                _copy(self.request, beyond)
            else:
                back.start()
                self._one_by_one(asked, rest, beyond)
            back.join()

    def _one_by_one(self, asked: "_Asked", rest: bytes, beyond: socket.socket) -> None:
        """Every request on an open line is looked at, not only the first."""
        try:
            while True:
                beyond.sendall(asked.head)
                rest = _hand_on(self.request, beyond, rest, count=asked.length)
                asked, rest = _request(self.request, rest)
                if asked.method == "CONNECT" or asked.target != self.server.target:
                    raise NotAllowed
        finally:
            with contextlib.suppress(OSError):
                beyond.shutdown(socket.SHUT_RDWR)

    def _answer(self, status: HTTPStatus) -> None:
        said = f"HTTP/1.1 {status.value} {status.phrase}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
        with contextlib.suppress(OSError):  # whoever asked has gone
            self.request.sendall(said.encode())


@dataclass(frozen=True, slots=True)
class _Asked:
    """One request: how, for which machine, its head as it goes on, and how long its body is."""

    method: str
    target: tuple[str, int]
    head: bytes
    length: int


def _request(visitor: socket.socket, read: bytes) -> tuple[_Asked, bytes]:
    """The head of the next request, and what came with it. Raises `ValueError` for what is none."""
    while b"\r\n\r\n" not in read:
        more = visitor.recv(_CHUNK)
        if not more or len(read) > _LARGEST_HEAD:
            raise ValueError("no request")
        read += more
    head, _, rest = read.partition(b"\r\n\r\n")
    first, *lines = head.split(b"\r\n")
    method, wanted, version = first.decode("ascii").split(" ")
    if method == "CONNECT":
        return _Asked(method, _target(f"https://{wanted}"), b"", 0), rest
    fields = dict(line.lower().split(b":", 1) for line in lines)
    if b"transfer-encoding" in fields:
        raise ValueError("a body without a length")
    parts = urlsplit(wanted)
    place = f"{parts.path or '/'}{'?' + parts.query if parts.query else ''}"
    kept = [f"{method} {place} {version}".encode(), *(line for line in lines if not _is_for_us(line))]
    length = int(fields.get(b"content-length", b"0"))
    return _Asked(method, _target(wanted), b"\r\n".join([*kept, b"", b""]), length), rest


def _is_for_us(line: bytes) -> bool:
    return line.lower().startswith((b"proxy-connection:", b"proxy-authorization:"))


def _target(address: str) -> tuple[str, int]:
    parts = urlsplit(address)
    if parts.scheme not in _PORTS or not parts.hostname:
        raise ValueError("no address")
    return parts.hostname.lower(), parts.port or _PORTS[parts.scheme]


def _hand_on(source: socket.socket, sink: socket.socket, read: bytes, *, count: int) -> bytes:
    """Pass on so many bytes, the first of which are read already; returns what was read beyond them."""
    sink.sendall(read[:count])
    left = count - len(read)
    while left > 0:
        data = source.recv(min(_CHUNK, left))
        if not data:
            raise ValueError("the body ends early")
        sink.sendall(data)
        left -= len(data)
    return read[count:]


def _copy(source: socket.socket, sink: socket.socket) -> None:
    """Pass on everything until one side ends, and end the other side with it."""
    with contextlib.suppress(OSError):
        while data := source.recv(_CHUNK):
            sink.sendall(data)
    with contextlib.suppress(OSError):
        sink.shutdown(socket.SHUT_RDWR)
