"""The witness's address: add-checkpoint, and what may be asked without writing."""

import base64
import time
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

from nianlun_partners.witness.memory import Witness
from nianlun_partners.witness.notes import NUMBER, Answer, Refused

LARGEST_BODY = 1 << 16  # bytes


@dataclass(frozen=True)
class Faults:
    """How this witness misbehaves, for tests of whoever relies on it."""

    delay: float = 0  # seconds before each answer
    fail_every: int = 0  # each so-many-th cosignature is made and kept, but answered with 503
    lie: bool = False  # the signature answered is not the one made


class Door(ThreadingHTTPServer):
    """The witness's address."""

    daemon_threads = True

    def __init__(self, address: tuple[str, int], *, witness: Witness, faults: Faults) -> None:
        super().__init__(address, Request)
        self.witness, self.faults, self.count = witness, faults, 0


class Request(BaseHTTPRequestHandler):
    """One connection."""

    protocol_version = "HTTP/1.1"
    timeout = 30  # seconds without a byte
    server: Door

    def do_GET(self) -> None:
        """The last checkpoint seen of a log, or the witness's key."""
        asked = urlsplit(self.path)
        try:
            if asked.path == "/key":
                self._answer(Answer(200, f"{self.server.witness.key.vkey()}\n"))
            elif asked.path == "/checkpoint":
                origin = parse_qs(asked.query).get("origin", [""])[0]
                self._answer(Answer(200, self.server.witness.checkpoint(origin)))
            else:
                raise Refused(404, "没有这个地址。")
        except Refused as refusal:
            self._answer(refusal.answer)

    def do_POST(self) -> None:
        """A new checkpoint."""
        try:
            self._answer(Answer(200, self._faulty(self.server.witness.add_checkpoint(self._body()))))
        except Refused as refusal:
            self._answer(refusal.answer)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  as the class above names it
        """Say nothing: what matters is in the folder."""

    def _body(self) -> str:
        length = self.headers.get("Content-Length", "")
        if not NUMBER.fullmatch(length) or int(length) > LARGEST_BODY:
            self.close_connection = True  # the body stays unread
            raise Refused(413 if NUMBER.fullmatch(length) else 411, "请求没有写明长度，或太长。")
        body = self.rfile.read(int(length))
        if self.path != "/add-checkpoint":
            raise Refused(404, "没有这个地址。")
        try:
            return body.decode()
        except UnicodeDecodeError:
            raise Refused(400, "请求不是 UTF-8。") from None

    def _faulty(self, line: str) -> str:
        faults = self.server.faults
        time.sleep(faults.delay)
        self.server.count += 1
        if faults.fail_every and self.server.count % faults.fail_every == 0:
            raise Refused(503, "见证方暂不可用。")
        if faults.lie:
            name, spelled = line[2:].rsplit(" ", 1)
            data = bytearray(base64.b64decode(spelled))
            data[-1] ^= 1
            return f"— {name} {base64.b64encode(data).decode()}\n"
        return line

    def _answer(self, answer: Answer) -> None:
        body = answer.body.encode()
        self.send_response(answer.status)
        self.send_header("Content-Type", answer.kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
