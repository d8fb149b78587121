"""A real worker process for the tests: handlers that take their time, and a table that tells what they did.

Leases are shortened through the environment so that a test need not wait for those of the product.
"""

import os
import sys
import time
from datetime import timedelta

import django

django.setup()

from django.db import connection  # noqa: E402

from nianlun.jobs import operations, worker  # noqa: E402
from nianlun.jobs.domain import Job  # noqa: E402
from nianlun.jobs.registry import handles  # noqa: E402

if lease := os.environ.get("TESTS_LEASE"):
    operations.LEASE = timedelta(seconds=float(lease))
    worker.RENEWAL = operations.LEASE / 8


def note(what: str, job: Job) -> None:
    with connection.cursor() as cursor:
        cursor.execute("insert into tests_done (what, key, at) values (%s, %s, now())", [what, job.key])


@handles("tests.slow")
def do_slowly(job: Job, at: object) -> None:
    """Half the time before the effect's transaction, half inside it; a lock tells whether anyone else is at it."""
    with connection.cursor() as cursor:
        cursor.execute("select pg_try_advisory_lock(hashtext(%s))", [job.key])
        if not cursor.fetchone()[0]:
            note("held twice", job)
            return
    try:
        note("begun", job)
        time.sleep(job.payload["seconds"] / 2)
        with operations.effect(job):
            note("done", job)
            time.sleep(job.payload["seconds"] / 2)
    finally:
        with connection.cursor() as cursor:
            cursor.execute("select pg_advisory_unlock(hashtext(%s))", [job.key])


@handles("tests.broken")
def break_down(job: Job, at: object) -> None:
    raise ValueError("姓名 张伟")


@handles("tests.forgetful")
def forget_the_effect(job: Job, at: object) -> None:
    note("begun", job)


if __name__ == "__main__":
    from nianlun.jobs.registry import handlers

    one = worker.Worker(handlers(), name=sys.argv[1])
    one.obey_signals()
    one.run()
