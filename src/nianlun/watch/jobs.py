"""What the watch has done in the background."""

import logging
from datetime import datetime
from uuid import UUID

from django.db import DatabaseError

from nianlun.jobs import operations as jobs
from nianlun.jobs.domain import ATTEMPTS, Job, LeaseLost
from nianlun.jobs.registry import handles
from nianlun.watch import exports

log = logging.getLogger("nianlun.watch")


@handles(exports.MAKE)
def make_export(job: Job, at: datetime) -> None:
    """Make the file that was asked for, in the transaction that says it is ready."""
    export_id = UUID(job.payload["export"])
    try:
        with jobs.effect(job):
            exports.make(export_id, at=at)
    except (DatabaseError, LeaseLost):
        raise
    except Exception:  # a list of another component may fail anyhow; its asker must not wait for ever
        if job.attempt < ATTEMPTS:
            raise
        log.exception("%s", export_id)
        with jobs.effect(job):
            exports.give_up(export_id)
