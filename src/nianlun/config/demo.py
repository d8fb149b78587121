"""`make demo`: everything on one machine, from an empty folder to a signed-in page, until Ctrl-C."""

import argparse
import contextlib
import errno
import fcntl
import http.client
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import FrameType
from typing import IO

from nianlun.config.children import Children, end_group, end_left_over
from nianlun.config.demo_secrets import gateway_secret, log_key
from nianlun.config.places import Hindered, demo_folder, var_folder
from nianlun.config.postgres import OWNER, Server, embedded
from nianlun.kernel.notes import LogKey

SETTINGS = "nianlun.config.settings.demo"
COMMAND = [sys.executable, "-m", "nianlun.config.command"]
WITNESS = [sys.executable, "-m", "nianlun_partners.witness"]
GATEWAY = [sys.executable, "-m", "nianlun_partners.gateway"]
READY_SECONDS = 60
STOP_SECONDS = 8
MADE_BY_DEMO = (
    "checkpoints",
    "witness",
    "gateway",
    "vault",
    "vault-offsite",
    "media-out",
    "media-in",
    "quarantine",
    "derived",
    "private",
    "static",
    "demo",
    "postgres",
)


class _Stop(BaseException):
    """A signal asked the demo to end; raised in the main thread wherever it is."""


def run(args: argparse.Namespace) -> int:
    """Run the demo until a signal, or remove its data. Raises `Hindered`."""
    folder = demo_folder()
    folder.mkdir(parents=True, exist_ok=True)
    with _only_one(folder):
        if args.reset:
            return _reset()
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, _raise_stop)
        return _Demo(folder, port=_port()).run()


def _raise_stop(_number: int, _frame: FrameType | None) -> None:
    raise _Stop


def _port() -> int:
    text = os.environ.get("NIANLUN_PORT") or "8000"
    if not text.isdecimal() or not 0 < int(text) < 65536:
        raise Hindered(f"NIANLUN_PORT 是 {text}，不是 1 到 65535 之间的端口号。请改正后再试。")
    return int(text)


@contextlib.contextmanager
def _only_one(folder: Path) -> Iterator[IO[str]]:
    with (folder / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Hindered("演示正在另一个终端里运行。请先在那里按 Ctrl-C 停止。") from None
        end_left_over(folder / "children.json")
        yield lock


def _reset() -> int:
    embedded().remove()
    for name in MADE_BY_DEMO:
        shutil.rmtree(var_folder() / name, ignore_errors=True)
    _say("演示的数据已全部删除。再运行 make demo 会从头建立。")
    if os.environ.get("DATABASE_URL"):
        _say("DATABASE_URL 指向的数据库没有动。")
    return 0


class _Demo:
    def __init__(self, folder: Path, *, port: int) -> None:
        self.folder = folder
        self.port = port
        self.server: Server | None = None
        self.telephone = ""
        self.step: subprocess.Popen[bytes] | None = None
        self.environment = {
            **os.environ, "DJANGO_SETTINGS_MODULE": SETTINGS, "NIANLUN_VAR": str(var_folder()),
            "NIANLUN_PORT": str(port), "PYTHONUNBUFFERED": "1", "PYTHONUTF8": "1",
            "OMP_NUM_THREADS": "1",  # a reader process computes on one core; several of them share the machine
        }  # fmt: skip
        self.children = Children(record=folder / "children.json", environment=self.environment)

    def run(self) -> int:
        try:
            self._prepare()
            self._serve()
        except _Stop:
            _say("\n正在停止……")
        finally:
            for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
                signal.signal(number, signal.SIG_IGN)  # a second Ctrl-C must not leave a server behind
            if self.step is not None and self.step.poll() is None:
                end_group(self.step.pid)
            self.children.stop(seconds=STOP_SECONDS)
            if self.server:
                self.server.stop()
        _say("已停止。数据都在，下次 make demo 接着用。")
        return 0

    def _prepare(self) -> None:
        _refuse_busy(self.port)
        if not os.environ.get("DATABASE_URL"):
            _say("启动数据库……")
            self.server = embedded()
            url = self.server.start()
            self.environment["DATABASE_URL"] = self.children.environment["DATABASE_URL"] = url
        _say("更新数据库的表……")
        owner = {"NIANLUN_OWNER_URL": self.server.url(role=OWNER)} if self.server else {}
        self._do("migrate", also=owner)
        self._do("manage", "collectstatic", "--noinput", "--verbosity=0")
        self._seed()

    def _seed(self) -> None:
        """Fill a database that this demo has not filled yet; one killed half way is filled on from there."""
        mark = self.folder / "seeded"
        database = self.environment["DATABASE_URL"]
        if mark.exists() and mark.read_text(encoding="utf-8") == database:
            return
        if os.environ.get("NIANLUN_SAMPLE") == "0":
            return
        _say("建立样例城市（只有第一次，约两分钟）……")
        self._do("sample", "seed")
        mark.write_text(database, encoding="utf-8")

    def _do(self, *command: str, also: Mapping[str, str] | None = None) -> None:
        """One step in a process of its own. Its output is the progress a person watches."""
        environment = {**self.environment, **(also or {})}
        self.step = subprocess.Popen([*COMMAND, *command], env=environment, start_new_session=True)  # noqa: S603
        if status := self.step.wait():
            raise Hindered(f"演示没有启动：{command[0]} 这一步没有做成（状态 {status}）。原因见上。")

    def _witness(self) -> None:
        """Start the journal's witness, which stands for an office apart: its own folder, its own key."""
        port = _free_port()
        command = [*WITNESS, "--folder", str(var_folder() / "witness"), "--name", "nianlun.demo/witness"]
        command += ["--log", LogKey.load(log_key(self.folder)).vkey, "--port", str(port)]
        self.children.start("日志见证方", command, log=self.folder / "witness.log")
        until = time.monotonic() + READY_SECONDS
        while not (vkey := _asked(port, "/key")):
            self._tend()
            if time.monotonic() > until:
                raise Hindered(f"日志见证方没有就绪。请查看 {self.folder / 'witness.log'}。")
            time.sleep(0.1)
        # In a file, so that commands in another terminal know it too. The port is another each time.
        (self.folder / "witness").write_text(f"http://127.0.0.1:{port} {vkey.strip()}\n", encoding="utf-8")

    def _gateway(self) -> None:
        """Start the message gateway, which stands for the operator's service and draws a telephone."""
        port = _free_port()
        command = [*GATEWAY, "--folder", str(var_folder() / "gateway"), "--port", str(port)]
        command += ["--secret-file", str(gateway_secret(self.folder))]
        command += ["--callback", f"http://127.0.0.1:{self.port}/gateway/receipts/"]
        self.children.start("短信网关", command, log=self.folder / "gateway.log")
        until = time.monotonic() + READY_SECONDS
        while _asked(port, "/") is None:
            self._tend()
            if time.monotonic() > until:
                raise Hindered(f"短信网关没有就绪。请查看 {self.folder / 'gateway.log'}。")
            time.sleep(0.1)
        self.telephone = f"http://127.0.0.1:{port}/"
        (self.folder / "gateway").write_text(f"{self.telephone.rstrip('/')}\n", encoding="utf-8")

    def _serve(self) -> None:
        self._witness()
        self._gateway()
        self.children.start("日志排序", [*COMMAND, "journal", "run"], log=self.folder / "journal.log")
        self.children.start("异常提醒", [*COMMAND, "watch", "run"], log=self.folder / "watch.log")
        web_log = self.folder / "web.log"
        self.children.start("网页服务", [*COMMAND, "serve", "--port", str(self.port)], log=web_log)
        workers = int(os.environ.get("NIANLUN_WORKERS") or min(2, os.cpu_count() or 1))
        for number in range(1, workers + 1):
            self.children.start(
                f"后台处理 {number}", [*COMMAND, "work"], log=self.folder / f"worker-{number}.log"
            )
        until = time.monotonic() + READY_SECONDS
        while not _healthy(self.port):
            self._tend()
            if time.monotonic() > until:
                raise Hindered(f"网页服务 {READY_SECONDS} 秒内没有就绪。请查看 {web_log}。")
            time.sleep(0.2)
        self._announce()
        while True:
            self._tend()
            time.sleep(0.5)

    def _tend(self) -> None:
        if self.server and self.server.pid() is None:
            _say("数据库停了，重新启动。")
            self.server.start()
        for name in self.children.tend(now=time.monotonic()):
            _say(f"{name}停了，重新启动。日志在 {self.folder}。")

    def _announce(self) -> None:
        _say(f"\n年轮已就绪：http://127.0.0.1:{self.port}/")
        self._do("personas", "--address", f"http://127.0.0.1:{self.port}")
        _say(f"\n演示手机（收到的短信和邮件，可让网关出毛病）：{self.telephone}")
        _say("\n按 Ctrl-C 停止。")


def _refuse_busy(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(
            socket.SOL_SOCKET, socket.SO_REUSEADDR, 1
        )  # a port in TIME_WAIT is free for a server
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            if error.errno == errno.EACCES:
                raise Hindered(f"没有权限使用端口 {port}。请用 NIANLUN_PORT 换一个 1024 以上的。") from None
            raise Hindered(
                f"端口 {port} 已被别的程序占用。请换一个，如 NIANLUN_PORT={port + 1} make demo。"
            ) from None


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _healthy(port: int) -> bool:
    return _asked(port, "/healthz") is not None


def _asked(port: int, path: str) -> str | None:
    """What a server of ours answers, or nothing if it does not, or not well."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", path)
        answer = connection.getresponse()
        return answer.read().decode("utf-8", errors="replace") if answer.status == 200 else None
    except (OSError, http.client.HTTPException):
        return None
    finally:
        connection.close()


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()
