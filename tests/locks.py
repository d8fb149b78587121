"""Meeting of two transactions: a test goes on when somebody really waits."""

import time

from django.db import connection


def wait_until_somebody_waits_for_a_lock(*, seconds: float = 20) -> None:
    """Return when a session of this database waits for a lock; raises `AssertionError` after `seconds`."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_stat_clear_snapshot()")
            cursor.execute(
                "SELECT count(*) FROM pg_stat_activity"
                " WHERE datname = current_database() AND wait_event_type = 'Lock'"
            )
            if cursor.fetchone()[0]:
                return
        time.sleep(0.05)
    raise AssertionError("the second never met the first")
