"""Opening media with a private key: one at a time, since each keeps a process busy for as long as a disc is read."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection

from nianlun.media.domain import NotNow

TURN = 0x6E6C6D6F


@contextmanager
def one_at_a_time() -> Iterator[None]:
    """Hold the installation's one turn for opening a medium. Raises `NotNow` while somebody else has it."""
    if not _asked("SELECT pg_try_advisory_lock(%s)"):
        raise NotNow("正在用私钥打开另一份介质，或您刚才点过一次。一次只打开一份，请等它读完再试。")
    try:
        yield
    finally:
        _asked("SELECT pg_advisory_unlock(%s)")


def _asked(statement: str) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(statement, [TURN])
        return bool(cursor.fetchone()[0])
