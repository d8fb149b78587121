"""The gateway's address: messages in, what became of them, and the telephone that is only drawn."""

import json
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from nianlun_partners.gateway.faults import FAULTS
from nianlun_partners.gateway.memory import OtherContent, Taken
from nianlun_partners.gateway.operator import Operator
from nianlun_partners.gateway.signing import holds
from nianlun_partners.gateway.telephone import page

LARGEST_BODY = 1 << 14  # bytes
LONGEST = {"key": 100, "channel": 20, "to": 100, "text": 500}
CHANNELS = {"sms", "email"}
HANG_SECONDS = 60.0
DRIP_SECONDS = 1.0
JSON = "application/json; charset=utf-8"


class Refused(Exception):
    """A request that is not done; the status and a sentence."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status, self.reason = status, reason


class Door(ThreadingHTTPServer):
    """The gateway's address."""

    daemon_threads = True

    def __init__(self, address: tuple[str, int], *, operator: Operator) -> None:
        super().__init__(address, Request)
        self.operator = operator


class Request(BaseHTTPRequestHandler):
    """One connection."""

    protocol_version = "HTTP/1.1"
    timeout = 30  # seconds without a byte
    server: Door

    def do_GET(self) -> None:
        """The telephone for people, its content for programs, or one message for who sent it."""
        path = urlsplit(self.path).path
        memory, faults = self.server.operator.memory, self.server.operator.faults
        try:
            if path == "/":
                shown = page(memory.messages(), fault=faults.kind)
                self._answer(200, shown.encode(), kind="text/html; charset=utf-8")
            elif path == "/telephone.json":
                arrived = [taken.__dict__ for taken in memory.messages() if taken.shown]
                self._say(200, {"messages": arrived, "taken": len(memory.messages())})
            elif path.startswith("/messages/"):
                self._check(b"")
                taken = memory.message(path.removeprefix("/messages/"))
                if taken is None:
                    raise Refused(404, "没有收过这条消息。")
                self._say(200, _told(taken))
            else:
                raise Refused(404, "没有这个地址。")
        except Refused as refusal:
            self._say(refusal.status, {"reason": refusal.reason})

    def do_POST(self) -> None:
        """A message, or a choice of how to misbehave."""
        path = urlsplit(self.path).path
        try:
            body = self._body()
            if path == "/faults":
                self._choose(body)
            elif path == "/messages":
                self._check(body)
                self._take(body)
            else:
                raise Refused(404, "没有这个地址。")
        except Refused as refusal:
            self._say(refusal.status, {"reason": refusal.reason})

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  as the class above names it
        """Say nothing: what matters is in the folder."""

    def _take(self, body: bytes) -> None:
        operator, fault = self.server.operator, self.server.operator.faults.kind
        fields = _fields(body)
        if fault == "refuse":
            raise Refused(422, "号码在黑名单里。")
        if fault == "redirect":
            self.send_response(302)
            self.send_header("Location", "/elsewhere")
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        try:
            taken = operator.memory.take(**fields, at=time.time())
        except OtherContent:
            raise Refused(409, "这个编号已经用于另一条消息。") from None
        operator.deliver(taken)
        if fault == "error":
            raise Refused(500, "网关出错。")
        if fault == "hang":
            time.sleep(HANG_SECONDS)
            self.close_connection = True
        elif fault == "slow":
            self._drip(json.dumps(_told(taken)).encode())
        elif fault == "garbage":
            self._answer(200, b"<html>OK</html>", kind="text/html")
        elif fault == "huge":
            self._answer(200, b'{"id": "' + b"x" * (8 << 20) + b'"}', kind=JSON)
        else:
            self._say(200, _told(taken))

    def _choose(self, body: bytes) -> None:
        """From the page of this very gateway only: another site's page must not send forms here."""
        origin = self.headers.get("Origin")
        if origin is not None and urlsplit(origin).netloc != self.headers.get("Host"):
            raise Refused(403, "请在本网关的页面上选择。")
        if not self.server.operator.faults.choose(
            parse_qs(body.decode("utf-8", "replace")).get("fault", [""])[0]
        ):
            raise Refused(422, f"只有这几种：{'、'.join(FAULTS)}。")
        self.send_response(303)
        self.send_header("Location", "/")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def _check(self, body: bytes) -> None:
        if not holds(
            self.server.operator.secret,
            method=self.command,
            path=urlsplit(self.path).path,
            body=body,
            stamp=self.headers.get("Gateway-Time", ""),
            signature=self.headers.get("Gateway-Signature", ""),
        ):
            raise Refused(401, "签名不对，或时间相差太多。")

    def _body(self) -> bytes:
        length = self.headers.get("Content-Length", "")
        if not (length.isascii() and length.isdigit()) or int(length) > LARGEST_BODY:
            self.close_connection = True  # the body stays unread
            raise Refused(413, "请求没有写明长度，或太长。")
        return self.rfile.read(int(length))

    def _drip(self, body: bytes) -> None:
        self.send_response(200)
        self.send_header("Content-Type", JSON)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        try:
            for byte in body:
                self.wfile.write(bytes([byte]))
                self.wfile.flush()
                time.sleep(DRIP_SECONDS)
        except OSError:
            self.close_connection = True

    def _say(self, status: int, content: dict[str, Any]) -> None:
        self._answer(status, json.dumps(content, ensure_ascii=False).encode(), kind=JSON)

    def _answer(self, status: int, body: bytes, *, kind: str) -> None:
        try:
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)
        except OSError:  # whoever asked has gone
            self.close_connection = True


def _told(taken: Taken) -> dict[str, str]:
    return {
        "id": taken.id,
        "key": taken.key,
        "state": taken.state,
        "reason": taken.reason,
        "receipt": taken.receipt,
    }


def _fields(body: bytes) -> dict[str, str]:
    try:
        content = json.loads(body)
    except ValueError:
        raise Refused(400, "请求不是 JSON。") from None
    if not isinstance(content, dict) or set(content) != set(LONGEST):
        raise Refused(400, f"要有且只有这几项：{'、'.join(LONGEST)}。")
    for name, longest in LONGEST.items():
        if not isinstance(content[name], str) or not 0 < len(content[name]) <= longest:
            raise Refused(422, f"{name} 应为 1 至 {longest} 个字符。")
    if content["channel"] not in CHANNELS:
        raise Refused(422, "channel 应为 sms 或 email。")
    return content
