"""The real system for a test: a database of its own, the web server and a worker as processes, all gone afterwards."""

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import psycopg

ROOT = Path(__file__).resolve().parents[2]
COMMAND = [sys.executable, "-m", "nianlun.config.command"]
PATIENCE = 180.0  # seconds; a busy machine is no fault of the system


@dataclass
class System:
    """A running installation. `city` is what `small_city` printed."""

    var: Path
    database: str
    port: int
    environment: dict[str, str]
    city: dict[str, Any] = field(default_factory=dict)
    web: subprocess.Popen[bytes] | None = None
    worker: subprocess.Popen[bytes] | None = None
    sequencer: subprocess.Popen[bytes] | None = None

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def password(self, username: str) -> str:
        return next(a["password"] for a in self.city["accounts"] if a["username"] == username)

    def fill(self, kind: str) -> None:
        """Seed the database with `small_city`."""
        made = subprocess.run(
            [sys.executable, "-m", "tests.journeys.small_city", kind],
            cwd=ROOT, env=self.environment, capture_output=True, check=False,
        )  # fmt: skip
        assert made.returncode == 0, made.stderr.decode()
        self.city = json.loads(made.stdout)

    def start_web(self) -> None:
        self.web = self._start("web", "serve", "--port", str(self.port))

    def start_worker(self) -> None:
        self.worker = self._start("worker", "work")

    def start_sequencer(self) -> None:
        self.sequencer = self._start("sequencer", "journal", "run")

    def _start(self, name: str, *command: str) -> subprocess.Popen[bytes]:
        with (self.var / f"{name}.log").open("ab") as log:
            return subprocess.Popen(
                [*COMMAND, *command], cwd=ROOT, env=self.environment, stdin=subprocess.DEVNULL, stdout=log,
                stderr=log, start_new_session=True,
            )  # fmt: skip

    def run(self, *command: str) -> subprocess.CompletedProcess[str]:
        """One `nianlun` command, to its end."""
        return subprocess.run(
            [*COMMAND, *command],
            cwd=ROOT,
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
        )

    def wait_until_healthy(self) -> None:
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            assert self.web is not None and self.web.poll() is None, self.log("web")
            if self.healthy():
                return
            time.sleep(0.1)
        raise AssertionError(f"no answer on /healthz: {self.log('web')}")

    def healthy(self) -> bool:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
        try:
            connection.request("GET", "/healthz")
            return connection.getresponse().status == 200
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()

    def kill(self, name: str) -> None:
        """kill -9 of one process alone; what it had started is left to fend for itself for a moment, then ended."""
        process: subprocess.Popen[bytes] = getattr(self, name)
        process.kill()
        process.wait()
        time.sleep(0.2)
        end_group(process.pid)  # as the supervisor does before it starts the next one

    def log(self, name: str) -> str:
        with suppress(FileNotFoundError):
            return (self.var / f"{name}.log").read_text(encoding="utf-8", errors="replace")[-4000:]
        return ""

    def rows(self, statement: str, *values: object) -> list[tuple[Any, ...]]:
        """Look into the database, past every rule."""
        with psycopg.connect(self.database) as connection:
            return connection.execute(statement, values).fetchall()

    def change(self, statement: str, *values: object) -> None:
        """Put the past as it would be after days that a test cannot wait for."""
        with psycopg.connect(self.database) as connection:
            connection.execute(statement, values)

    def wait_for(self, statement: str, *values: object, what: str) -> list[tuple[Any, ...]]:
        """Rows, once there are any."""
        until = time.monotonic() + PATIENCE
        while not (found := self.rows(statement, *values)):
            assert time.monotonic() < until, f"{what} did not come about: {self.log('worker')}"
            time.sleep(0.3)
        return found

    def item(self, purpose: str) -> str:
        """The item of one of the city's papers, once it is read and its claims stand on the review desk."""
        sheet = self.city["papers"][purpose]
        self.wait_for(
            "SELECT 1 FROM evidence_examination WHERE item_id = %s", sheet, what=f"claims of {purpose}"
        )
        return str(sheet)

    def stop(self) -> None:
        for process in (self.web, self.worker, self.sequencer):
            if process is None:
                continue
            with suppress(ProcessLookupError):
                process.terminate()
            with suppress(subprocess.TimeoutExpired):
                process.wait(timeout=15)
            end_group(process.pid)
            process.wait()


def end_group(leader: int) -> None:
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(leader, signal.SIGKILL)


@contextmanager
def installation(kind: str, *, called: str = "") -> Iterator[System]:
    """A fresh installation filled with `kind`, its web server answering and its worker at work.

    Two of a kind at the same time have to be `called` differently.
    """
    base = os.environ["DATABASE_URL"]
    name = f"journeys_{os.getpid()}_{called or kind}"
    _replace(base, name)
    with tempfile.TemporaryDirectory(prefix="nianlun-journeys-") as folder:
        var = Path(folder)
        (var / "demo").mkdir()
        url = urlunsplit(urlsplit(base)._replace(path=f"/{name}"))
        kept = {k: v for k, v in os.environ.items() if not k.startswith(("NIANLUN_", "DJANGO_"))}
        system = System(var=var, database=url, port=_free_port(), environment={
            **kept, "DATABASE_URL": url, "NIANLUN_VAR": str(var), "OMP_NUM_THREADS": "1", "PYTHONUTF8": "1",
            "DJANGO_SETTINGS_MODULE": "nianlun.config.settings.demo", "PYTHONUNBUFFERED": "1",
            "PYTHONPATH": os.pathsep.join([str(ROOT / "src"), str(ROOT)]),
        })  # fmt: skip
        try:
            system.fill(kind)
            system.start_web()
            system.start_worker()
            system.wait_until_healthy()
            yield system
        finally:
            system.stop()
            _drop(base, name)


def _replace(base: str, name: str) -> None:
    _drop(base, name)
    with psycopg.connect(base, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")


def _drop(base: str, name: str) -> None:
    with psycopg.connect(base, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
