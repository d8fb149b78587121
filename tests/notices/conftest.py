"""The gateway as a program of its own, and a worker that does what is due."""

import contextlib
import http.client
import json
import secrets
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit
from uuid import UUID

import pytest
from django.utils import timezone

from nianlun.jobs import operations as jobs
from nianlun.jobs.models import Job
from nianlun.jobs.worker import Worker
from nianlun.notices import gateway as client
from nianlun.notices import jobs as handlers
from nianlun.notices.operations import ASK, SEND

PATIENCE = 30.0


@dataclass
class Gateway:
    """A gateway that was started."""

    folder: Path
    secret: str
    callback: str = ""
    fault: str = "none"
    process: subprocess.Popen[str] | None = None
    address: str = ""

    def start(self) -> None:
        command = [sys.executable, "-m", "nianlun_partners.gateway", "--folder", str(self.folder / "kept")]
        command += [
            "--secret-file",
            str(self.folder / "secret"),
            "--delay",
            "0",
            "--callback",
            self.callback,
            "--fault",
            self.fault,
        ]
        port = urlsplit(self.address).port or 0  # after a kill under the same address
        self.process = subprocess.Popen([*command, "--port", str(port)], stdout=subprocess.PIPE, text=True)
        assert self.process.stdout is not None
        self.address = self.process.stdout.readline().strip()
        assert self.address, "the gateway did not start"

    def end(self) -> None:
        """kill -9: it must keep what it answered for."""
        assert self.process is not None
        self.process.kill()
        self.process.wait()

    def misbehave(self, kind: str) -> None:
        assert self._ask("POST", "/faults", urlencode({"fault": kind}))[0] == 303

    def arrived(self) -> list[dict[str, Any]]:
        """What the telephone shows."""
        return self.told()["messages"]

    def taken(self) -> int:
        return int(self.told()["taken"])

    def told(self) -> dict[str, Any]:
        return json.loads(self._ask("GET", "/telephone.json")[1])

    def arrival(self, message_id: UUID) -> dict[str, Any]:
        """A message on the telephone, once it is there."""
        until = time.monotonic() + PATIENCE
        while not (found := [one for one in self.arrived() if one["key"] == str(message_id)]):
            assert time.monotonic() < until, f"{message_id} did not arrive"
            time.sleep(0.02)
        (arrived,) = found
        return arrived

    def _ask(self, method: str, path: str, body: str | None = None) -> tuple[int, bytes]:
        parts = urlsplit(self.address)
        connection = http.client.HTTPConnection(str(parts.hostname), parts.port, timeout=10)
        with contextlib.closing(connection):
            connection.request(method, path, body)
            answer = connection.getresponse()
            return answer.status, answer.read()


@pytest.fixture(scope="session")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gateway]:
    """One gateway for all tests that do not kill it."""
    made = new_gateway(tmp_path_factory.mktemp("gateway"))
    made.start()
    yield made
    made.end()


def new_gateway(folder: Path, *, callback: str = "", fault: str = "none") -> Gateway:
    secret = secrets.token_hex(20)
    (folder / "secret").write_text(secret)
    return Gateway(folder, secret, callback, fault)


@pytest.fixture
def gateway(running: Gateway, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Gateway]:
    """The running gateway, well-behaved and configured; what hangs is given up after a moment."""
    settings.GATEWAY_URL, settings.GATEWAY_SECRET = running.address, running.secret
    monkeypatch.setattr(client, "STEP_SECONDS", 0.5)
    monkeypatch.setattr(client, "AT_MOST_SECONDS", 0.8)
    running.misbehave("none")
    yield running
    running.misbehave("none")


@pytest.fixture
def work() -> Callable[..., int]:
    """Do the jobs of the outbox that are due; with `kind` those of that kind though they are not due yet."""

    def do(*, ahead_of_time: str = "") -> int:
        if ahead_of_time:
            Job.objects.filter(kind=ahead_of_time, state="waiting").update(due_at=timezone.now())
        worker = Worker({SEND: handlers.send_message, ASK: handlers.ask_receipt}, name="test")
        taken = 0
        while job := jobs.lease(kinds=worker.handlers.keys(), holder="test", at=timezone.now()):
            worker.handle(job)
            taken += 1
        return taken

    return do
