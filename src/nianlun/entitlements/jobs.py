"""Background work: a career is computed anew when postings or evidence of its person have changed."""

from datetime import datetime
from uuid import UUID

from nianlun.contributions.operations import PERSON_CHANGED as POSTINGS_CHANGED
from nianlun.entitlements import impact, operations
from nianlun.evidence.operations import PERSON_CHANGED as EVIDENCE_CHANGED
from nianlun.jobs import operations as jobs
from nianlun.jobs.domain import Job
from nianlun.jobs.registry import handles
from nianlun.lawbook.recording import IN_FORCE
from nianlun.registry import queries as registry


@handles(POSTINGS_CHANGED)
def postings_changed(job: Job, at: datetime) -> None:
    """After postings were booked or taken back."""
    _refresh(job, at)


@handles(EVIDENCE_CHANGED)
def evidence_changed(job: Job, at: datetime) -> None:
    """After claims were confirmed or a ruling came into force."""
    _refresh(job, at)


def _refresh(job: Job, at: datetime) -> None:
    with jobs.effect(job):
        operations.refresh_career(UUID(str(job.payload["person"])), at=at)


@handles(impact.COUNT)
def count_impact(job: Job, at: datetime) -> None:
    """Assess everybody in scope under the draft; the outcome commits with the job's end."""
    impact_id = UUID(str(job.payload["impact"]))
    lines = impact.count(impact_id, at=at)
    with jobs.effect(job):
        impact.conclude(impact_id, lines, at=at)


@handles(IN_FORCE)
def edition_in_force(job: Job, at: datetime) -> None:
    """After an edition of the law came into force: every stored career is made again; interrupted, all anew."""
    operations.refresh_careers(registry.all_ids(), at=at)
    with jobs.effect(job):
        pass  # what was to be done stands in transactions of its own, and may be done twice
