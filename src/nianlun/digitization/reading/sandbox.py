"""Run a named function on untrusted bytes in a process of its own, within limits (security S4.3).

A `Child` serves one call after another; `run` starts one for a single call. The child is killed at a limit, the
caller gets `Refused`, and the calling process is not touched. What the child may not do is in `fences`.
"""

import contextlib
import json
import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from nianlun.digitization.reading import wire
from nianlun.digitization.reading.fences import Limits
from nianlun.digitization.reading.refusals import Refused, refusal
from nianlun.digitization.reading.scratch import Scratch

_START_SECONDS = 60.0  # imports on a busy machine; nothing untrusted has been read by then
_DAMAGED = "解析中断"


class NoFence(RuntimeError):
    """This machine lets us fence off the network by no means we know; no untrusted file may be read on it."""


class _Gone(Exception):
    """The child ended or stopped answering."""


class Child:
    """One sandboxed process. A context manager; after a `Refused` that killed it, the next call starts another."""

    def __init__(
        self,
        *,
        modules: Sequence[str],
        limits: Limits | None = None,
        file: int | None = None,
        calls: int = 1,
    ) -> None:
        """`modules` are imported at the start; `file` is a descriptor the child may read; it serves `calls` calls."""
        self._modules, self._limits, self._file, self._calls = (
            tuple(modules),
            limits or Limits(),
            file,
            calls,
        )
        self._process: subprocess.Popen[bytes] | None = None
        self._scratch: Scratch | None = None
        self._served = 0
        self.fences: tuple[str, ...] = ()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, reason: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def call(self, task: str, arguments: Mapping[str, Any], *, blobs: Sequence[bytes] = ()) -> wire.Message:
        """The answer of the function `module:function`. Raises `Refused`; or `NoFence`."""
        if self._process is not None and (self._served >= self._calls or self._process.poll() is not None):
            self.stop()
        if self._process is None:
            self._start()
        self._served += 1
        deadline = time.monotonic() + self._limits.wall_seconds
        try:
            self._send({"task": task, "arguments": dict(arguments), "file": self._file}, blobs, deadline)
            body, answer_blobs = self._receive(deadline)
        except TimeoutError:
            self.stop()
            raise refusal("too_slow") from None
        except (_Gone, wire.Garbled):
            raise self._epitaph() from None
        if "refused" in body:
            code = str(body["refused"])
            raise Refused(code, str(body["sentence"])) if "sentence" in body else refusal(code)
        if "failed" in body:
            raise (
                refusal("out_of_memory")
                if body.get("memory")
                else refusal("not_decodable", why="内容有损坏")
            )
        answer = body.get("answer")
        if not isinstance(answer, dict):
            raise refusal("not_decodable", why=_DAMAGED)
        return answer, answer_blobs

    def _start(self) -> None:
        self._scratch = Scratch()
        scratch = str(self._scratch.path)
        command = [sys.executable, "-P", "-s", "-m", "nianlun.digitization.reading.child"]
        limits = json.dumps(asdict(self._limits))
        self._process = subprocess.Popen(  # noqa: S603 - our own interpreter and module, no shell
            [*command, scratch, limits, *self._modules],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd=scratch,
            env=_environment(scratch),
            pass_fds=() if self._file is None else (self._file,),
            start_new_session=True,  # Ctrl-C at the terminal ends the caller, who ends us
            bufsize=0,
        )
        self._served = 0
        for stream in (self._process.stdin, self._process.stdout):
            if stream is not None:
                os.set_blocking(stream.fileno(), False)
        try:
            hello, _ = self._receive(time.monotonic() + _START_SECONDS)
        except (TimeoutError, _Gone, wire.Garbled) as reason:
            self.stop()
            raise RuntimeError("the reading process did not start") from reason
        self.fences = tuple(str(name) for name in hello.get("fences", ()))
        if not hello.get("fenced"):
            self.stop()
            raise NoFence("本机不允许隔离解析进程，不能读取文件。请系统管理员开启用户命名空间或 seccomp。")

    def stop(self) -> None:
        """End the child and take its scratch folder away. Safe to repeat."""
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            process.wait()
            for stream in (process.stdin, process.stdout):
                if stream is not None:
                    with contextlib.suppress(OSError):
                        stream.close()
        scratch, self._scratch = self._scratch, None
        if scratch is not None:
            scratch.remove()

    def _epitaph(self) -> Refused:
        """Why the child died by itself, from its end and from what it had used."""
        process = self._process
        if process is None:
            return refusal("not_decodable", why=_DAMAGED)
        code, peak = _end_of(process)
        self.stop()
        if code == -signal.SIGXCPU:
            return refusal("too_slow")
        if code == -signal.SIGKILL or peak > 0.8 * self._limits.memory_bytes:
            return refusal("out_of_memory")  # nobody but the kernel's memory guard kills it at this point
        return refusal("not_decodable", why=_DAMAGED)

    def _send(self, body: Mapping[str, Any], blobs: Sequence[bytes], deadline: float) -> None:
        stream = self._process.stdin if self._process is not None else None
        if stream is None:
            raise _Gone
        for chunk in wire.pack(body, blobs):
            view = memoryview(chunk)
            while view:
                _wait(stream.fileno(), select.POLLOUT, deadline)
                try:
                    view = view[os.write(stream.fileno(), view) :]
                except BlockingIOError:
                    continue
                except OSError as reason:
                    raise _Gone from reason

    def _receive(self, deadline: float) -> wire.Message:
        stream = self._process.stdout if self._process is not None else None
        if stream is None:
            raise _Gone
        descriptor = stream.fileno()

        def read_exactly(count: int) -> bytes:
            parts = bytearray()
            while len(parts) < count:
                _wait(descriptor, select.POLLIN, deadline)
                part = os.read(descriptor, min(count - len(parts), 1 << 20))
                if not part:
                    raise _Gone
                parts += part
            return bytes(parts)

        return wire.receive(read_exactly)


def run(
    task: str, arguments: Mapping[str, Any], *, path: Path | None = None, limits: Limits | None = None
) -> wire.Message:
    """Call `module:function` once in a fresh child that may read the file at `path`, and nothing else of the caller's.

    Raises `Refused` (`too_slow`, `out_of_memory`, `not_decodable` or what the task itself refuses), `NoFence`, and
    `OSError` when the path cannot be opened.
    """
    file = None if path is None else os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
    try:
        with Child(modules=[task.partition(":")[0]], limits=limits, file=file) as child:
            return child.call(task, arguments)
    finally:
        if file is not None:
            os.close(file)


def _wait(descriptor: int, event: int, deadline: float) -> None:
    poll = select.poll()
    poll.register(descriptor, event)
    left = deadline - time.monotonic()
    if left <= 0 or not poll.poll(left * 1000):
        raise TimeoutError


def _end_of(process: subprocess.Popen[bytes]) -> tuple[int | None, int]:
    """The exit code and the most memory (bytes) of a child that has closed its side; (None, 0) if it hangs on."""
    patience = time.monotonic() + 5
    while time.monotonic() < patience:
        try:
            ended, status, usage = os.wait4(process.pid, os.WNOHANG)
        except ChildProcessError:
            return process.poll(), 0
        if ended:
            process.returncode = os.waitstatus_to_exitcode(status)
            return process.returncode, usage.ru_maxrss * 1024
        time.sleep(0.01)
    return None, 0


def _environment(scratch: str) -> dict[str, str]:
    """Nothing of the service's environment, so no database address and no key; one thread for every library."""
    threads = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
    return {
        "PATH": os.defpath,
        "LANG": "C.UTF-8",
        "HOME": scratch,
        "TMPDIR": scratch,
        "PYTHONPATH": os.pathsep.join(str(Path(entry).resolve()) for entry in sys.path if entry),
        "PYTHONDONTWRITEBYTECODE": "1",
        **threads,
    }
