"""An object store for the tests: moto, a mock of S3 that runs as a real server on this machine, and a liar before it.

moto keeps everything in memory and answers correctly; what real services do wrong is done by `Liar`, which stands
between it and the program and can alter any answer.
"""

import http.client
import os
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count

from moto.server import ThreadedMotoServer

KEY, SECRET = "test-key", "test-secret"
_numbers = count(1)


@dataclass
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes
    length: int | None = None  # what Content-Length claims, if not the truth


@dataclass
class Asked:
    method: str
    path: str  # with the query
    body: bytes
    forward: Callable[[], Answer]


Fault = Callable[[Asked], Answer | None]
"""What to answer to a request; None for the honest answer."""


@dataclass
class Liar:
    """A proxy that hands requests on to the store unless its `fault` answers them; remembers what was asked."""

    behind: str
    fault: Fault | None = None
    asked: list[tuple[str, str]] = field(default_factory=list)
    url: str = ""

    def start(self) -> None:
        liar = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            wbufsize = 1 << 16
            disable_nagle_algorithm = True

            def handle_any(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                headers = {k: v for k, v in self.headers.items() if k.lower() not in {"connection"}}
                asked = Asked(
                    self.command,
                    self.path,
                    body,
                    lambda: _forward(liar.behind, self.command, self.path, headers, body),
                )
                liar.asked.append((self.command, self.path))
                answer = (liar.fault and liar.fault(asked)) or asked.forward()
                self.send_response(answer.status)
                for name, value in answer.headers.items():
                    self.send_header(name, value)
                length = answer.length if answer.length is not None else len(answer.body)
                if self.command == "HEAD":
                    length = int(answer.headers.get("X-Length", "0"))
                self.send_header("Content-Length", str(length))
                self.end_headers()
                if self.command != "HEAD":
                    self.wfile.write(answer.body)
                self.wfile.flush()
                if length != len(answer.body) and self.command != "HEAD":
                    self.close_connection = True

            do_GET = do_PUT = do_POST = do_DELETE = do_HEAD = handle_any  # noqa: N815  as the library calls them

            def log_message(self, *args: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()


def _forward(behind: str, method: str, path: str, headers: dict[str, str], body: bytes) -> Answer:
    connection = http.client.HTTPConnection(behind.removeprefix("http://"), timeout=30)
    try:
        connection.request(method, path, body=body, headers=headers)
        got = connection.getresponse()
        return _answer(got.status, dict(got.getheaders()), got.read())
    finally:
        connection.close()


def _answer(status: int, headers: dict[str, str], body: bytes) -> Answer:
    kept = {
        k: v
        for k, v in headers.items()
        if k.lower() in {"etag", "last-modified", "content-type", "content-range", "x-amz-version-id"}
    }
    kept["X-Length"] = headers.get("Content-Length") or headers.get("content-length") or "0"
    return Answer(status, kept, body)


class ObjectStore:
    """One moto server with one liar before it; every test asks for a bucket of its own."""

    def __init__(self) -> None:
        self._moto = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
        self._moto.start()
        host, port = self._moto.get_host_and_port()
        self.direct = f"http://{host}:{port}"
        self.liar = Liar(self.direct)
        self.liar.start()
        os.environ |= {"NIANLUN_S3_KEY": KEY, "NIANLUN_S3_SECRET": SECRET}

    def bucket(self, *, through_liar: bool = False) -> str:
        """A new bucket's url."""
        name = f"bucket-{next(_numbers)}"
        assert _forward(self.direct, "PUT", f"/{name}", {}, b"").status == 200
        return self.url(name, through_liar=through_liar)

    def url(self, name: str, *, through_liar: bool = False) -> str:
        return f"s3://{name}/vault?endpoint={self.liar.url if through_liar else self.direct}"

    def stop(self) -> None:
        self.liar.stop()
        self._moto.stop()
