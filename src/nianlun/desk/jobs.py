"""What the staff's pages have done in the background."""

from datetime import datetime
from uuid import UUID

from nianlun.desk.log_proof import PROVE_LOG
from nianlun.jobs import operations as jobs
from nianlun.jobs.domain import Job
from nianlun.jobs.registry import handles
from nianlun.journal import log_checks


@handles(PROVE_LOG)
def prove_log(job: Job, at: datetime) -> None:
    """Prove the whole log as somebody asked, then keep what was found."""
    check_id = UUID(job.payload["check"])
    found = log_checks.prove(check_id)
    with jobs.effect(job):
        log_checks.conclude(check_id, found=found, at=at)
