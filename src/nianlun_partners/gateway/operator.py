"""The network behind the gateway: delivers what was taken to the telephone, and sends the receipt for it."""

import contextlib
import http.client
import json
import queue
import threading
import time
import uuid
from urllib.parse import urlsplit

from nianlun_partners.gateway.faults import Faults
from nianlun_partners.gateway.memory import Memory, Taken
from nianlun_partners.gateway.signing import signed

NO_SUCH_NUMBER = "0000"
"""A number that ends like this does not exist: so a failure can be had without any fault."""
CALL_PAUSES = (
    0.0,
    1.0,
    5.0,
)  # seconds before each try to send a receipt; afterwards it waits to be asked for
CALL_SECONDS = 5.0


class Operator:
    """Delivers in the order in which messages were taken."""

    def __init__(
        self, memory: Memory, *, faults: Faults, callback: str, secret: bytes, delay: float
    ) -> None:
        self.memory, self.faults, self.secret = memory, faults, secret
        self._callback, self._delay = callback, delay
        self._waiting: queue.Queue[str] = queue.Queue()
        self._queued: set[str] = set()

    def start(self) -> None:
        """Begin delivering, with what was pending when the gateway ended."""
        for taken in reversed(self.memory.messages()):
            if taken.state == "pending":
                self.deliver(taken)
        threading.Thread(target=self._run, name="operator", daemon=True).start()

    def deliver(self, taken: Taken) -> None:
        """Deliver a message in a moment, once."""
        if taken.state == "pending" and taken.id not in self._queued:
            self._queued.add(taken.id)
            self._waiting.put(taken.id)

    def _run(self) -> None:
        while True:
            taken = self.memory.message(self._waiting.get())
            if taken is not None:
                time.sleep(self._delay)
                self._settle(taken)

    def _settle(self, taken: Taken) -> None:
        fault = self.faults.kind
        if fault == "silent":
            self.memory.settle(taken.id, state="pending", reason="", shown=True)
            return
        fails = fault == "lose" or taken.to.endswith(NO_SUCH_NUMBER)
        settled = self.memory.settle(
            taken.id,
            state="failed" if fails else "delivered",
            reason="空号" if fails else "",
            shown=not fails and fault != "lie",
        )
        self._call(settled)
        if fault == "duplicate":
            self._call(settled)
        if fault == "contradict":
            self._call(
                self.memory.settle(taken.id, state="failed", reason="用户关机，超过有效期", shown=True)
            )
        if fault == "stray":
            unknown = {"id": f"g-{uuid.uuid4()}", "key": str(uuid.uuid4()), "receipt": f"r-{uuid.uuid4()}"}
            self._call(Taken(**{**settled.__dict__, **unknown}))

    def _call(self, taken: Taken) -> None:
        if not self._callback:
            return
        body = json.dumps(
            {
                "receipt": taken.receipt,
                "id": taken.id,
                "key": taken.key,
                "state": taken.state,
                "reason": taken.reason,
            },
            ensure_ascii=False,
        ).encode()
        for pause in CALL_PAUSES:
            time.sleep(pause)
            secret = b"another" if self.faults.kind == "forge" else self.secret
            path = urlsplit(self._callback).path
            headers = signed(secret, method="POST", path=path, body=body, now=time.time())
            status = self._posted(path, body, headers)
            if self.faults.kind == "replay":
                self._posted(path, body, headers)
            if status is not None and status < 500:
                return

    def _posted(self, path: str, body: bytes, headers: dict[str, str]) -> int | None:
        parts = urlsplit(self._callback)
        kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
        connection = kind(parts.hostname or "", parts.port, timeout=CALL_SECONDS)
        with contextlib.closing(connection):
            try:
                connection.request(
                    "POST", path, body, {"Content-Type": "application/json; charset=utf-8", **headers}
                )
                return connection.getresponse().status
            except (OSError, http.client.HTTPException):
                return None
