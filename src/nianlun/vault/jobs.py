"""Checking in the background."""

from datetime import datetime
from uuid import UUID

from nianlun.jobs import operations as jobs
from nianlun.jobs.domain import Job
from nianlun.jobs.registry import handles
from nianlun.vault import runs


@handles(runs.CHECK_SLICE)
def check_slice(job: Job, at: datetime) -> None:
    """Read the next objects of a run, then write what was found in one transaction with the next slice's queueing."""
    read = runs.read_slice(UUID(job.payload["run"]))
    with jobs.effect(job):
        runs.conclude(read, number=job.payload["number"], at=at)
