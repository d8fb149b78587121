"""Giving batches to contractors, taking them back, and closing a batch when its work is done (S2.6)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction

from nianlun.access import queries as access
from nianlun.access.domain import NotVisible, Refused, Right, Viewer, authorize
from nianlun.digitization.models import Assignment, Batch, Sheet
from nianlun.journal import operations as journal
from nianlun.journal.domain import declare
from nianlun.vault.domain import Secrecy

ASSIGNED = declare("digitization.batch_assigned", "把批次《{title}》分给 {name}")
RELEASED = declare("digitization.batch_released", "从 {name} 收回批次《{title}》")
CLOSED = declare("digitization.batch_closed", "关闭批次《{title}》")

UNFINISHED = (Sheet.State.WAITING, Sheet.State.FILED)


@dataclass(frozen=True, slots=True, kw_only=True)
class AssignmentLine:
    """One contractor who works on a batch."""

    account_id: int
    name: str
    agency_name: str
    assigned_at: datetime


def assignments(batch_id: UUID) -> list[AssignmentLine]:
    """Who works on a batch that the caller may see, in the order of assignment."""
    rows = Assignment.objects.filter(batch_id=batch_id).order_by("assigned_at", "pk")
    return [
        AssignmentLine(
            account_id=row.account_id,
            name=row.account.name,
            agency_name=row.account.agency_name,
            assigned_at=row.assigned_at,
        )
        for row in rows.select_related("account")
    ]


def assignable(viewer: Viewer, batch_id: UUID) -> list[access.AccountLine]:
    """The contractors of the viewer's scope who do not work on the batch yet."""
    taken = set(Assignment.objects.filter(batch_id=batch_id).values_list("account_id", flat=True))
    return [line for line in access.contractors(scope=viewer.scope) if line.id not in taken]


@transaction.atomic
def assign(batch_id: UUID, *, account_id: int, by: Viewer, at: datetime) -> None:
    """Let a contractor work on a batch; assigning again changes nothing.

    Raises `NotVisible` for a batch or an account out of scope, `Refused` for a closed batch, and for one of work
    secrets, which stay with the agency's own people.
    """
    batch = _locked(batch_id, by=by)
    contractor = {line.id: line for line in access.contractors(scope=by.scope)}.get(account_id)
    if contractor is None:
        raise NotVisible
    if batch.closed_at is not None:
        raise Refused("这个批次已经关闭，不能再分派。")
    if batch.secrecy == Secrecy.WORK_SECRET.value:
        raise Refused("工作秘密不能分给外包人员。请由本机构的人员办理。")
    _, is_new = Assignment.objects.get_or_create(
        batch=batch,
        account_id=account_id,
        defaults={"assigned_by_id": by.account_id, "assigned_at": at},
    )
    if is_new:
        _tell(ASSIGNED, batch, by=by, at=at, details={"name": contractor.name})


@transaction.atomic
def release(batch_id: UUID, *, account_id: int, by: Viewer, at: datetime) -> None:
    """Take a batch back from a contractor, who no longer sees it from the next request on. Raises `NotVisible`."""
    batch = _locked(batch_id, by=by)
    gone, _ = Assignment.objects.filter(batch=batch, account_id=account_id).delete()
    if gone:
        name = access.names([account_id]).get(account_id, "")
        _tell(RELEASED, batch, by=by, at=at, details={"name": name})


@transaction.atomic
def close(batch_id: UUID, *, by: Viewer, at: datetime) -> None:
    """End the work on a batch: nothing more comes in, and contractors see nothing of it. Closing again is nothing.

    Raises `NotVisible`, and `Refused` while files still wait to be read.
    """
    batch = _locked(batch_id, by=by)
    if batch.closed_at is not None:
        return
    if waiting := batch.sheets.filter(state__in=UNFINISHED).count():
        raise Refused(f"还有 {waiting} 件没有识读完，不能关闭。请等识读完再关。")
    batch.closed_at, batch.closed_by_name = at, by.name
    batch.save(update_fields=["closed_at", "closed_by_name"])
    _tell(CLOSED, batch, by=by, at=at, details={})


def _locked(batch_id: UUID, *, by: Viewer) -> Batch:
    authorize(by, Right.BATCH_ARRANGE)
    batch = (
        Batch.objects.select_for_update(of=("self",)).select_related("agency").filter(pk=batch_id).first()
    )
    if batch is None:
        raise NotVisible
    authorize(by, Right.BATCH_ARRANGE, scope_of=batch.agency.division)
    return batch


def _tell(action: str, batch: Batch, *, by: Viewer, at: datetime, details: Mapping[str, str]) -> None:
    journal.record(
        action,
        by=by,
        about="digitization.batch",
        about_id=str(batch.pk),
        person_id=batch.person_id,
        details={"title": batch.title, **details},
        at=at,
    )
