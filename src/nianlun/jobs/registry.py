"""Which function does which kind of job. Components register in their `jobs.py`."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.utils.module_loading import autodiscover_modules

from nianlun.jobs.domain import Job

Handler = Callable[[Job, datetime], Any]

_handlers: dict[str, Handler] = {}


def handles(kind: str) -> Callable[[Handler], Handler]:
    """Register `handler(job, at)` for jobs of the kind.

    The handler prepares outside any transaction and writes inside `operations.effect(job)`, exactly once:

        @handles("digitization.read_page")
        def read_page(job: Job, at: datetime) -> None:
            lines = reading.read(...)            # may take long; the lease is renewed meanwhile
            with jobs.effect(job):
                operations.store_lines(..., at=at)
    """

    def register(handler: Handler) -> Handler:
        if _handlers.setdefault(kind, handler) is not handler:
            raise ValueError(f"two handlers for {kind}")
        return handler

    return register


def handlers() -> dict[str, Handler]:
    """All handlers of the installed components."""
    autodiscover_modules("jobs")
    return dict(_handlers)
