"""Two at a time, answers in order: reading and hashing let go of the interpreter, so two cores can share them."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

Asked = TypeVar("Asked")
Answer = TypeVar("Answer")
_AHEAD = 8  # how many are begun before the first must have answered; bounds memory


def side_by_side(
    work: Callable[[Asked], Answer], items: Iterable[Asked], *, threads: int = 2
) -> Iterator[Answer]:
    """The answers of `work` to the items, in their order; what it raises is raised at its turn."""
    waiting: deque[Future[Answer]] = deque()
    pool = ThreadPoolExecutor(threads)
    try:
        for item in items:
            waiting.append(pool.submit(work, item))
            if len(waiting) >= _AHEAD:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
    finally:
        pool.shutdown(cancel_futures=True)
