"""What tests of the log share: a deed, a log of its own for one test, and what an administrator can do to it."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from django.db import connection, transaction

from nianlun.journal import domain, operations
from nianlun.journal.models import Entry

DEED = domain.declare("tests.deed", "做了 {about}")
AT = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)


def deed(about: str, *, at: datetime = AT, **more: Any) -> int:
    with transaction.atomic():
        return operations.record(DEED, by=None, about=about, at=at, **more)


def entry(about: str) -> Entry:
    return Entry.objects.get(about=about)


@contextmanager
def behind_the_back() -> Iterator[Any]:
    """What a database administrator can do: no trigger, no foreign key."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        yield cursor
