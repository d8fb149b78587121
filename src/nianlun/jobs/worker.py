"""The process that does the jobs: takes one, keeps its lease alive, lets the handler work, takes the next."""

import contextlib
import logging
import os
import signal
import socket
import threading
import time
from collections.abc import Mapping
from types import FrameType
from typing import Self

from django.db import InterfaceError, OperationalError, connection
from django.utils import timezone

from nianlun.jobs import operations, queries
from nianlun.jobs.domain import RENEWAL, GivenUp, Job, LeaseLost, State
from nianlun.jobs.registry import Handler

POLL = 0.5  # seconds between looks into an empty queue
GRACE = 5.0  # seconds that a job in hand may go on after SIGTERM
LONGEST_WAIT = 10.0  # seconds between tries to reach a database that does not answer

log = logging.getLogger("nianlun.jobs")


class _Interrupted(BaseException):
    """SIGTERM's grace is over; raised inside a handler, which must not swallow it."""


class _Heartbeat:
    """Renews a lease from a second thread while the handler computes."""

    def __init__(self, job: Job) -> None:
        self.job = job
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._beat, name="lease", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join()

    def _beat(self) -> None:
        try:
            while not self._ended.wait(RENEWAL.total_seconds()):
                try:
                    operations.renew(self.job, at=timezone.now())
                except LeaseLost:
                    return
                except (OperationalError, InterfaceError):
                    connection.close()  # try again with a new one; if that fails too the lease just runs out
        finally:
            connection.close()  # connections are per thread, and this thread ends


class Worker:
    """One worker. `run` returns after SIGTERM or SIGINT, or with `until_empty` when nothing is left to do now."""

    def __init__(self, handlers: Mapping[str, Handler], *, name: str = "") -> None:
        self.handlers = dict(handlers)
        self.name = name or f"{socket.gethostname()}:{os.getpid()}"
        self.stopping = threading.Event()
        self._in_handler = False

    def run(self, *, until_empty: bool = False) -> int:
        """Do jobs until told to stop; how many were taken."""
        taken, wait = 0, POLL
        while not self.stopping.is_set():
            try:
                job = operations.lease(kinds=self.handlers.keys(), holder=self.name, at=timezone.now())
                if job is None and until_empty and not queries.is_any_left(at=timezone.now()):
                    break
                wait = POLL
            except (OperationalError, InterfaceError) as error:
                log.warning("数据库没有应答，%.1f 秒后再试：%s", wait, str(error).strip().split("\n")[0])
                connection.close()
                self.stopping.wait(wait)
                wait = min(wait * 2, LONGEST_WAIT)
                continue
            if job is None:
                self.stopping.wait(POLL)
                continue
            taken += 1
            self.handle(job)
        return taken

    def handle(self, job: Job) -> None:
        """Do one leased job. Whatever the handler raises ends up as the job's state, never as the worker's end."""
        began = time.monotonic()
        try:
            with _Heartbeat(job):
                self._call(job)
            log.info("%s %s 用时 %.1f 秒", job.kind, job.key, time.monotonic() - began)
        except LeaseLost:
            log.warning("%s %s 已由别的进程接手，本次结果作废", job.kind, job.key)
        except (OperationalError, InterfaceError):
            log.warning("%s %s 处理中数据库断开，租约到期后重做", job.kind, job.key, exc_info=True)
            connection.close()

    def _call(self, job: Job) -> None:
        try:
            self._in_handler = True
            self.handlers[job.kind](job, timezone.now())
            self._in_handler = False
            if queries.state_of(kind=job.kind, key=job.key) == State.HELD:
                raise RuntimeError(f"the handler of {job.kind} returned without operations.effect")
        except _Interrupted:
            connection.close()  # it may have been in the middle of a statement
            log.info("%s %s 未做完，交回队列", job.kind, job.key)
            with contextlib.suppress(LeaseLost):  # done after all
                operations.give_back(job, at=timezone.now())
        except (LeaseLost, OperationalError, InterfaceError):
            raise
        except GivenUp as reason:
            operations.fail(job, sentence=str(reason), at=timezone.now(), for_good=True)
        except Exception as error:  # a handler's fault must cost one job, not the worker
            log.exception("%s %s 第 %d 次没有做成", job.kind, job.key, job.attempt)
            connection.close()
            operations.fail(job, sentence=_sentence(error), at=timezone.now())
        finally:
            self._in_handler = False

    def obey_signals(self) -> None:
        """SIGTERM and SIGINT end the worker after the job in hand, or `GRACE` later with that job given back."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._asked_to_stop)
        signal.signal(signal.SIGALRM, self._out_of_grace)

    def _asked_to_stop(self, _number: int, _frame: FrameType | None) -> None:
        self.stopping.set()
        signal.setitimer(signal.ITIMER_REAL, GRACE)

    def _out_of_grace(self, _number: int, _frame: FrameType | None) -> None:
        if self._in_handler:
            raise _Interrupted


def _sentence(error: Exception) -> str:
    """Our own exceptions carry a sentence for people; another's text may hold anything, personal data included."""
    if type(error).__module__.startswith("nianlun."):
        return str(error)
    return f"处理程序出错（{type(error).__name__}）。请稍后重试；再不成，请告知系统管理员。"
