"""Writing and reading media in the background."""

import logging
from datetime import datetime
from uuid import UUID

from django.db import DatabaseError
from django.utils import timezone

from nianlun.jobs import operations as jobs
from nianlun.jobs.domain import ATTEMPTS, Job
from nianlun.jobs.registry import handles
from nianlun.media import inspecting, recovering, writing
from nianlun.media.imaging.faults import MediumError
from nianlun.vault.ocfl import StorageError

log = logging.getLogger("nianlun.media")


@handles(writing.WRITE)
def write(job: Job, at: datetime) -> None:
    """Write a set; a set that cannot be written goes back to planned with the reason."""
    set_id = UUID(job.payload["set"])
    try:
        made = writing.produce(set_id)
    except (MediumError, StorageError) as reason:
        with jobs.effect(job):
            writing.record_failed(set_id, problem=str(reason), at=at)
        return
    with jobs.effect(job):
        writing.record_written(set_id, made, at=timezone.now())
    writing.forget_draft(set_id)


@handles(recovering.RENEW)
def renew(job: Job, at: datetime) -> None:
    """Write the medium that takes the place of an older one."""
    medium_id = UUID(job.payload["medium"])
    try:
        made = writing.write_renewed(medium_id, inspecting.in_folder() / job.payload["source"])
    except MediumError as reason:
        with jobs.effect(job):
            recovering.record_renewal_failed(medium_id, problem=str(reason), at=at)
        return
    with jobs.effect(job):
        recovering.record_renewed(
            medium_id, made, by_id=job.payload["by"], by_name=job.payload["name"], at=timezone.now()
        )
    writing.forget_draft(medium_id)


@handles(inspecting.INSPECT)
def inspect(job: Job, at: datetime) -> None:
    """Read a medium and put on record what was found."""
    event_id = UUID(job.payload["event"])
    try:
        found = inspecting.read(event_id)
    except DatabaseError:
        raise
    except Exception:  # a hostile medium may lead a reader anywhere; it must not lock its row for ever
        if job.attempt < ATTEMPTS:
            raise
        log.exception("%s", event_id)
        found = inspecting.unread()
    with jobs.effect(job):
        inspecting.conclude(event_id, found, at=at, on=timezone.localdate())
