"""Checking the whole vault in the background."""

from datetime import datetime
from uuid import UUID

from nianlun.jobs import operations as jobs
from nianlun.jobs.domain import Job
from nianlun.jobs.registry import handles
from nianlun.vault import operations


@handles(operations.VERIFY_ALL)
def verify_all(job: Job, at: datetime) -> None:
    """Read everything, then write the outcome in one transaction with the job's end."""
    report = operations.examine(None, at=at)
    with jobs.effect(job):
        operations.conclude(report, by=None, at=at, check_id=UUID(job.payload["check"]))
