"""Reading the queue: how far a group of jobs is, what waits, what failed and why."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Count, Q, QuerySet

from nianlun.jobs import models
from nianlun.jobs.domain import Progress, State


@dataclass(frozen=True, slots=True, kw_only=True)
class JobLine:
    """One job as a page shows it; `sentence` says why the last attempt failed, empty if none did."""

    id: UUID
    kind: str
    key: str
    state: State
    attempts: int
    due_at: datetime
    sentence: str
    payload: Mapping[str, Any]


def progress(*, kind_prefix: str = "", key_prefix: str = "") -> Progress:
    """How many jobs of the group are in which state."""
    counted = _group(kind_prefix, key_prefix).order_by().values_list("state").annotate(Count("id"))
    return Progress(**dict(counted))


def unfinished(*, kind_prefix: str = "", key_prefix: str = "", limit: int = 100) -> list[JobLine]:
    """What waits or is being worked on, next one first."""
    states = [State.WAITING, State.HELD]
    return _lines(
        _group(kind_prefix, key_prefix).filter(state__in=states).order_by("patient", "due_at", "id")[:limit]
    )


def is_any_left(*, at: datetime) -> bool:
    """Whether something is being done, due, or waits to be tried again. What is planned for later does not count."""
    now = (
        Q(state=State.HELD)
        | Q(state=State.WAITING, due_at__lte=at)
        | Q(state=State.WAITING, attempts__gt=0)
    )
    return models.Job.objects.filter(now).exists()


def failed(*, kind_prefix: str = "", key_prefix: str = "", limit: int = 100) -> list[JobLine]:
    """What needs a person, latest first."""
    found = _group(kind_prefix, key_prefix).filter(state=State.FAILED)
    return _lines(found.order_by("-finished_at", "-id")[:limit])


def state_of(*, kind: str, key: str) -> State | None:
    """The state of one job, nothing when it was never added."""
    found = models.Job.objects.filter(kind=kind, key=key).values_list("state", flat=True).first()
    return State(found) if found else None


def failures(*, kind: str, keys: Collection[str]) -> dict[str, str]:
    """Why those of these jobs failed that did, by key."""
    found = models.Job.objects.filter(kind=kind, key__in=list(keys), state=State.FAILED)
    return dict(found.values_list("key", "sentence"))


def count_unfinished(*, kind: str, keys: Collection[str]) -> int:
    """How many of these jobs wait or are being worked on."""
    states = [State.WAITING, State.HELD]
    return models.Job.objects.filter(kind=kind, key__in=list(keys), state__in=states).count()


def _group(kind_prefix: str, key_prefix: str) -> QuerySet[models.Job]:
    found = models.Job.objects.all()
    if kind_prefix:
        found = found.filter(kind__startswith=kind_prefix)
    return found.filter(key__startswith=key_prefix) if key_prefix else found


def _lines(jobs: QuerySet[models.Job]) -> list[JobLine]:
    fields = ("id", "kind", "key", "attempts", "due_at", "sentence", "payload")
    return [
        JobLine(state=State(job.state), **{name: getattr(job, name) for name in fields}) for job in jobs
    ]
