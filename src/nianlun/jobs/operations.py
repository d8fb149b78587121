"""Writing the queue. Every change of a held job asks for its lease token, so a late process changes nothing."""

from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from django.db import transaction
from django.db.models import F
from django.db.models.functions import Now

from nianlun.jobs import models
from nianlun.jobs.domain import (
    ATTEMPTS,
    INTERRUPTED,
    LEASE,
    Job,
    LeaseLost,
    State,
    last_word,
    pause_after,
)


def enqueue(
    kind: str,
    payload: Mapping[str, Any],
    *,
    key: str,
    at: datetime,
    due: datetime | None = None,
    patient: bool = False,
) -> bool:
    """Add a job, visible to workers when the surrounding transaction commits; false if it is there already.

    `kind` and `key` together name the work, finished or not: adding it twice does it once. What has been due
    longest comes first; `due` places a follow-up where the work it continues stood, else it is due at `at`.
    `patient` work, of which hours may be queued at once, is taken only when nothing else is due.
    """
    fields = {"payload": dict(payload), "patient": patient, "due_at": due or at, "enqueued_at": at}
    row = models.Job(kind=kind, key=key, **fields)
    models.Job.objects.bulk_create([row], ignore_conflicts=True)
    return models.Job.objects.filter(id=row.id).exists()


@transaction.atomic
def lease(*, kinds: Collection[str], holder: str, at: datetime) -> Job | None:
    """Take the job that has been due longest, patient ones last, for `LEASE` from `at`; nothing if none is due.

    Rows that another worker is taking at this moment are skipped, so no two get the same one. A job whose
    holders have died `ATTEMPTS` times is failed instead: it may be what kills them.
    """
    due = models.Job.objects.select_for_update(skip_locked=True).order_by("patient", "due_at", "id")
    due = due.filter(state__in=[State.WAITING, State.HELD], due_at__lte=at, kind__in=list(kinds))
    while row := due.first():
        if row.attempts >= ATTEMPTS:
            _finish(row.id, State.FAILED, sentence=INTERRUPTED)
            continue
        row.state, row.lease, row.holder = State.HELD, uuid4(), holder
        row.attempts += 1
        row.due_at = at + LEASE
        row.save(update_fields=["state", "lease", "holder", "attempts", "due_at"])
        return Job(
            id=row.id,
            kind=row.kind,
            key=row.key,
            payload=row.payload,
            attempt=row.attempts,
            lease=row.lease,
        )
    return None


@contextmanager
def effect(job: Job) -> Iterator[None]:
    """The transaction in which a handler writes what the job is for; the job is done with its commit.

    Raises `LeaseLost`, with nothing written, when the job has gone to another process. While the block runs
    the row is locked and nobody can take it, however long it lasts. Not to be nested in a transaction.
    """
    with transaction.atomic(durable=True):
        if not list(_ours(job).select_for_update().values_list("id")):
            raise LeaseLost(f"{job.kind} {job.key}")
        yield
        _finish(job.id, State.DONE)


def renew(job: Job, *, at: datetime) -> None:
    """Hold the job for `LEASE` from `at`. Raises `LeaseLost`."""
    _change(job, due_at=at + LEASE)


def fail(job: Job, *, sentence: str, at: datetime, for_good: bool = False) -> None:
    """Put the job back for later, or to failed when attempts are used up or cannot help. Raises `LeaseLost`."""
    pause = pause_after(job.attempt)
    if for_good or pause is None:
        text = sentence if for_good else last_word(sentence)
        _change(job, state=State.FAILED, lease=None, sentence=text, finished_at=Now())
    else:
        _change(job, state=State.WAITING, lease=None, sentence=sentence, due_at=at + pause)


def give_back(job: Job, *, at: datetime) -> None:
    """Return a job that was not finished for a reason outside it; the attempt does not count. Raises `LeaseLost`."""
    _change(job, state=State.WAITING, lease=None, due_at=at, attempts=F("attempts") - 1)


def retry(job_id: UUID, *, at: datetime) -> bool:
    """Give a failed job its attempts anew; false if it is not failed."""
    failed = models.Job.objects.filter(id=job_id, state=State.FAILED)
    return bool(failed.update(state=State.WAITING, attempts=0, due_at=at, finished_at=None))


def _ours(job: Job) -> Any:
    return models.Job.objects.filter(id=job.id, state=State.HELD, lease=job.lease)


def _change(job: Job, **fields: Any) -> None:
    if not _ours(job).update(**fields):
        raise LeaseLost(f"{job.kind} {job.key}")


def _finish(job_id: UUID, state: State, *, sentence: str = "") -> None:
    models.Job.objects.filter(id=job_id).update(
        state=state, lease=None, sentence=sentence, finished_at=Now()
    )
