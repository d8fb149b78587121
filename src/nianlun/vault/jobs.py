"""Checking in the background."""

from datetime import datetime
from uuid import UUID

from nianlun.jobs import operations as jobs
from nianlun.jobs.domain import Job
from nianlun.jobs.registry import handles
from nianlun.vault import keeping, runs


@handles(runs.CHECK_SLICE)
def check_slice(job: Job, at: datetime) -> None:
    """Read the next objects of a run, then write what was found in one transaction with the next slice's queueing."""
    read = runs.read_slice(UUID(job.payload["run"]))
    with jobs.effect(job):
        runs.conclude(read, number=job.payload["number"], at=at)


@handles(keeping.KEEP_RECORD)
def keep_record(job: Job, at: datetime) -> None:
    """Write with an object what is known of it by now, in the transaction that counts its changes as written."""
    with jobs.effect(job):
        keeping.write(job.payload["object"], at=at)
