"""Checking and copying in the background."""

from datetime import datetime
from uuid import UUID

from nianlun.jobs import operations as jobs
from nianlun.jobs.domain import Job
from nianlun.jobs.registry import handles
from nianlun.vault import copies, keeping, rotation, runs, schedules, settling


@handles(runs.CHECK_SLICE)
def check_slice(job: Job, at: datetime) -> None:
    """Read the next objects of a run, then write what was found in one transaction with the next slice's queueing."""
    read = runs.read_slice(UUID(job.payload["run"]))
    with jobs.effect(job):
        runs.conclude(read, number=job.payload["number"], tries=job.payload.get("tries", 0), at=at)


@handles(schedules.DUE_CHECK)
def due_check(job: Job, at: datetime) -> None:
    """Begin the check that a schedule asks for now."""
    with jobs.effect(job):
        planned = datetime.fromisoformat(job.payload["planned"])
        schedules.come_due(job.payload["location"], planned=planned, at=at)


@handles(copies.COPY_OBJECT)
def copy_object(job: Job, at: datetime) -> None:
    """Bring one object to one location. What hinders it is noted on the copy; the location is tried again later."""
    arrival = copies.bring_up(job.payload["object"], job.payload["location"])
    with jobs.effect(job):
        copies.note([arrival], at=at)
        if arrival.problem:
            copies.catch_up_later(arrival.location, at=at, pause=True)


@handles(copies.CATCH_UP)
def catch_up(job: Job, at: datetime) -> None:
    """Bring the next objects of a location up to date."""
    read = copies.read_slice(job.payload["location"], after=job.payload["after"])
    with jobs.effect(job):
        copies.conclude_slice(read, payload=job.payload, at=at)


@handles(keeping.KEEP_RECORD)
def keep_record(job: Job, at: datetime) -> None:
    """Write with an object what is known of it by now, in the transaction that counts its changes as written."""
    with jobs.effect(job):
        keeping.write(job.payload["object"], at=at)


@handles(settling.SETTLE)
def settle_object(job: Job, at: datetime) -> None:
    """Bring one location in line with an object that went offline, came back or was destroyed."""
    with jobs.effect(job):
        if problem := settling.settle(job.payload):
            settling.settle_again(job.payload, key=job.key, problem=problem, at=at)


@handles(rotation.REWRAP)
def rewrap_keys(job: Job, at: datetime) -> None:
    """Wrap the next objects' keys with the newest class keys; what a location hinders is tried again later."""
    with jobs.effect(job):
        rotation.continue_rewrapping(job.payload, key=job.key, at=at)
