"""The demo's supervisor with its real children: web server, worker, database."""

import http.client
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from nianlun.config.postgres import embedded

pytestmark = pytest.mark.slow


class Demo:
    """`nianlun demo` in a folder of its own; the sample city is left out, it is not what is tested here."""

    def __init__(self, var: Path) -> None:
        self.var = var
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        kept = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
        own = {
            "NIANLUN_VAR": str(var),
            "NIANLUN_PORT": str(self.port),
            "PYTHONPATH": os.pathsep.join(sys.path),
        }
        self.environment = {**kept, **own, "NIANLUN_WORKERS": "1", "NIANLUN_SAMPLE": "0"}
        self.output = var.parent / "output"
        self.supervisors: list[subprocess.Popen[bytes]] = []

    def start(self) -> subprocess.Popen[bytes]:
        with self.output.open("wb") as output:
            self.supervisors.append(subprocess.Popen(
                [sys.executable, "-m", "nianlun.config.command", "demo"],
                env=self.environment, stdout=output, stderr=output,
            ))  # fmt: skip
        return self.supervisors[-1]

    def ready(self) -> bool:
        return "按 Ctrl-C" in self.output.read_text(encoding="utf-8")

    def health(self) -> int:
        asked = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
        try:
            asked.request("GET", "/healthz")
            return asked.getresponse().status
        except OSError:
            return 0
        finally:
            asked.close()

    def children(self) -> list[int]:
        return [int(number) for number in json.loads((self.var / "demo/children.json").read_text())]


@pytest.fixture
def demo() -> Iterator[Demo]:
    folder = Path(tempfile.mkdtemp(prefix="nianlun-test-演示 "))
    folder.chmod(0o755)
    (folder / "var").mkdir()
    one = Demo(folder / "var")
    yield one
    for supervisor in one.supervisors:
        supervisor.terminate()
        supervisor.wait(timeout=30)
    embedded(one.var).remove()
    shutil.rmtree(folder, ignore_errors=True)


def wait_for(what: Callable[[], object], *, seconds: float = 120) -> None:
    until = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < until
        time.sleep(0.1)


def gone(number: int) -> bool:
    try:
        return Path(f"/proc/{number}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except OSError:
        return True


def test_the_demo_starts_heals_and_stops(demo):
    supervisor = demo.start()
    wait_for(demo.ready)
    assert demo.health() == 200
    first = demo.children()
    assert len(first) == 6  # witness, gateway, sequencer, watch, web server, worker
    for child in first:
        os.kill(child, signal.SIGKILL)
    wait_for(lambda: len(demo.children()) == 6 and not set(first) & set(demo.children()))
    wait_for(lambda: demo.health() == 200)

    os.kill(embedded(demo.var).pid(), signal.SIGKILL)
    wait_for(lambda: demo.health() == 200)

    children, began = demo.children(), time.monotonic()
    supervisor.send_signal(signal.SIGINT)
    assert supervisor.wait(timeout=30) == 0
    assert time.monotonic() - began < 15
    assert all(gone(child) for child in children)
    assert embedded(demo.var).pid() is None


def test_a_killed_demo_leaves_nothing_that_hinders_the_next(demo):
    first = demo.start()
    wait_for(demo.ready)
    children = demo.children()
    first.kill()
    first.wait()
    second = demo.start()
    wait_for(lambda: demo.ready() or second.poll() is not None)
    assert second.poll() is None, demo.output.read_text()
    assert all(gone(child) for child in children)
    second.send_signal(signal.SIGTERM)
    assert second.wait(timeout=30) == 0


def test_a_port_in_use_is_said_in_one_sentence(demo):
    with socket.socket() as other:
        other.bind(("127.0.0.1", demo.port))
        other.listen()
        assert demo.start().wait(timeout=60) == 2
    assert f"端口 {demo.port} 已被别的程序占用" in demo.output.read_text(encoding="utf-8")
    assert f"NIANLUN_PORT={demo.port + 1}" in demo.output.read_text(encoding="utf-8")
