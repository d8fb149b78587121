"""Threads that a process keeps for good: starting one for each file takes longer than digesting a page."""

import os
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from threading import BoundedSemaphore
from typing import ParamSpec, TypeVar

Given = ParamSpec("Given")
Answer = TypeVar("Answer")


class Crew:
    """A few threads for calls that let go of the interpreter. A forked process gets its own, its parent's are gone.

    At most `waiting` calls are begun and not yet done; whoever brings one more waits, so that what the calls
    hold in memory stays small however fast they come.
    """

    def __init__(self, threads: int, *, waiting: int) -> None:
        self._threads, self._waiting = threads, waiting
        self._gather()
        os.register_at_fork(after_in_child=self._gather)

    def submit(
        self, work: Callable[Given, Answer], *arguments: Given.args, **named: Given.kwargs
    ) -> Future[Answer]:
        """Begin a call. It must not submit to the same crew."""
        room = self._room
        room.acquire()
        try:
            begun = self._pool.submit(work, *arguments, **named)
        except BaseException:  # what was not begun gives its place back
            room.release()
            raise
        begun.add_done_callback(lambda _: room.release())
        return begun

    def _gather(self) -> None:
        self._pool = ThreadPoolExecutor(self._threads)
        self._room = BoundedSemaphore(self._waiting)
