"""One set of offline media on its shelves, so that the register of a demo has something to show and to inspect."""

import shutil
from collections.abc import Callable
from datetime import datetime
from uuid import UUID

from django.utils import timezone

from nianlun.access import queries as access
from nianlun.jobs import operations as jobs
from nianlun.jobs.registry import handlers
from nianlun.jobs.worker import Worker
from nianlun.media import inspecting, operations, queries, writing
from nianlun.vault.domain import Secrecy

FONDS = "B001"
_TOKEN = UUID("01990000-0000-7000-8000-000000000001")
_PLACES = {"A": "一号库-3 柜-2 格", "B": "异地库（满城）-1 柜-5 格"}


def shelve_a_set(*, at: datetime, tell: Callable[[str, int, int], None]) -> None:
    """Plan, write, read back and shelve the work secrets; one medium comes back from a loan and is due at once.

    Does nothing where a set is there already, or where the city is too small to have work secrets.
    """
    keeper, second = access.viewer_named("shilei"), access.viewer_named("zhaolin")
    if queries.media_sets(keeper, limit=1) or not queries.waiting(keeper, Secrecy.WORK_SECRET):
        return
    today = timezone.localdate(at)
    set_id = operations.plan(
        keeper,
        fonds=FONDS,
        secrecy=Secrecy.WORK_SECRET.value,
        media_kinds=("bd_r", "disk"),
        token=_TOKEN,
        at=at,
        on=today,
        is_sample=True,
    )
    writing.request_write(keeper, set_id, at=at)
    _work(writing.WRITE)
    for medium in queries.media_set(keeper, set_id).media:
        image = writing.image_path(medium)
        shutil.copyfile(image, inspecting.in_folder() / image.name)
        inspecting.request_reading(second, medium.id, source=image.name, at=timezone.now())
        _work(inspecting.INSPECT)
        operations.shelve(
            keeper,
            medium.id,
            serial=f"SAMPLE-{medium.letter}",
            location=_PLACES[medium.letter],
            keeper=keeper.name,
            at=timezone.now(),
            on=today,
        )
    operations.lend(keeper, medium.id, purpose="市局恢复演练", at=timezone.now())
    operations.take_back(keeper, medium.id, at=timezone.now(), on=today)
    tell("离线介质", 1, 1)


def _work(kind: str) -> None:
    """Do the one job of this kind that was just asked for; all others wait for the worker."""
    known = handlers()
    job = jobs.lease(kinds=[kind], holder="样例", at=timezone.now())
    if job is not None:
        Worker(known).handle(job)
