"""Lawful destruction: asked for by one, approved by another, nothing resting on it, and for good (S2.5).

A sealed object loses its key at every location: its bytes may stay, nobody can read them again, in no backup of the
store either. Of any other object the bytes go. In both cases a mark with the digests stays beside the objects, so
that a check, here or by others, tells the destroyed from the lost.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from nianlun.access.domain import Refused, Right, Viewer, authorize
from nianlun.access.operations import refuse_in_emergency, tie
from nianlun.access.queries import still
from nianlun.journal import operations as journal
from nianlun.journal.domain import declare
from nianlun.vault import destruction_rules, incidents, settling
from nianlun.vault.models import Destruction, StoredObject
from nianlun.vault.ocfl import NotStored
from nianlun.vault.settling import digests_of

PROPOSED = declare("vault.destruction_proposed", "提出销毁 {about}，依据：{authority}")
REFUSED = declare("vault.destruction_refused", "不同意销毁 {about}，理由：{reason}。由{proposed_by}提出")
DESTROYED = declare(
    "vault.object_destroyed", "销毁 {about}，依据：{authority}。由{proposed_by}提出、{approved_by}批准"
)

_LONGEST = 300


class Hindered(Exception):
    """The object may not be destroyed now, or not so; the sentence says why and what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DestructionLine:
    """One request to destroy an object, as lists show it."""

    id: UUID
    object_id: str
    authority: str
    state: str
    state_label: str
    proposed_by: str
    proposed_by_id: int
    proposed_at: datetime
    decided_by: str
    decided_at: datetime | None
    reason: str


@transaction.atomic
def propose(object_id: str, authority: str, *, by: Viewer, at: datetime) -> UUID:
    """Ask for the destruction of an object on an authority, such as the number of the approved destruction list.

    An object for which it was asked already keeps that request; its id is returned. Raises `Refused`, `NotStored`,
    `NotVisible`, and `Hindered` with every reason that stands against it.
    """
    by = still(by)
    authorize(by, Right.VAULT_DESTROY)
    authority = _said(authority, what="销毁依据，如销毁清册的编号和批准文号")
    row = _held(object_id)
    if row.state == StoredObject.State.DESTROYED:
        raise Hindered("这份档案已经销毁。")
    _refuse_hindered(object_id, by=by, at=at)
    destruction, is_new = Destruction.objects.get_or_create(
        object=row,
        state=Destruction.State.PROPOSED,
        defaults={
            "authority": authority,
            "proposed_by_id": by.account_id,
            "proposed_by_name": by.name,
            "proposed_at": at,
        },
    )
    if is_new:
        details = {"authority": authority}
        journal.record(PROPOSED, by=by, about=object_id, about_id=object_id, details=details, at=at)
    return destruction.pk


@transaction.atomic
def decide(destruction_id: UUID, *, approve: bool, reason: str = "", by: Viewer, at: datetime) -> None:
    """Approve a request, which destroys the object for good, or refuse it with a reason. Never by who asked for it.

    Reading ends with the commit; keys and bytes go afterwards, at each location as soon as it answers
    (`settling.pending`). Deciding the same again changes nothing. Raises `Refused`, `NotStored`, `NotVisible`,
    `Hindered`.
    """
    by = still(by)
    authorize(by, Right.VAULT_DESTROY_APPROVE)
    refuse_in_emergency(by, "批准销毁")
    found = (
        Destruction.objects.filter(pk=destruction_id).values_list("object__object_id", flat=True).first()
    )
    if found is None:
        raise NotStored("没有这份销毁申请。请核对。")
    row = _held(found)
    # Raises `NotVisible`: another agency's request is not ours to refuse either.
    hindrances(found, by=by, at=at)
    destruction = Destruction.objects.select_for_update().get(pk=destruction_id)
    if destruction.state != Destruction.State.PROPOSED:
        if (destruction.state == Destruction.State.DONE) == approve:
            return
        raise Hindered(
            f"这份申请已由{destruction.decided_by_name}处理：{destruction.get_state_display()}。"
        )
    if who := tie(by.account_id, destruction.proposed_by_id):
        raise Refused(f"销毁须由两个人办理：提出和批准不能是{who}。请由另一位有权的人处理。")
    destruction.decided_by_id, destruction.decided_by_name, destruction.decided_at = (
        by.account_id,
        by.name,
        at,
    )
    if approve:
        _destroy(row, destruction, by=by, at=at)
        return
    destruction.state = Destruction.State.REFUSED
    destruction.reason = _said(reason, what="不同意的理由")
    destruction.save()
    details = {"reason": destruction.reason, "proposed_by": destruction.proposed_by_name}
    journal.record(REFUSED, by=by, about=row.object_id, about_id=row.object_id, details=details, at=at)


def hindrances(object_id: str, *, by: Viewer, at: datetime) -> list[str]:
    """Everything that stands against destroying an object today; raises `NotVisible` outside the viewer's scope."""
    return destruction_rules.reasons(object_id, by=by, on=timezone.localdate(at))


def of_object(object_id: str) -> list[DestructionLine]:
    """The requests to destroy an object, latest first."""
    rows = Destruction.objects.filter(object__object_id=object_id).order_by("-proposed_at", "-id")
    return [_line(row) for row in rows.select_related("object")]


def destruction(destruction_id: UUID) -> DestructionLine | None:
    """One request, nothing where there is none."""
    row = Destruction.objects.select_related("object").filter(pk=destruction_id).first()
    return _line(row) if row else None


def waiting(*, limit: int = 100) -> list[DestructionLine]:
    """The requests nobody has decided on, oldest first."""
    rows = Destruction.objects.filter(state=Destruction.State.PROPOSED).order_by("proposed_at", "id")
    return [_line(row) for row in rows.select_related("object")[:limit]]


def _destroy(row: StoredObject, destruction: Destruction, *, by: Viewer, at: datetime) -> None:
    _refuse_hindered(row.object_id, by=by, at=at)
    destruction.state = Destruction.State.DONE
    destruction.digests = digests_of(row)
    destruction.save()
    row.state = StoredObject.State.DESTROYED
    row.save(update_fields=["state"])
    destruction_rules.forget(row.object_id)
    incidents.close_destroyed(row, by=by, at=at)
    settling.settle_later(row, cause=f"destroyed {destruction.pk}", at=at)
    details = {
        "authority": destruction.authority,
        "proposed_by": destruction.proposed_by_name,
        "approved_by": by.name,
        "files": len(destruction.digests),
    }
    journal.record(DESTROYED, by=by, about=row.object_id, about_id=row.object_id, details=details, at=at)


def _held(object_id: str) -> StoredObject:
    row = StoredObject.objects.select_for_update().filter(object_id=object_id).first()
    if row is None:
        raise NotStored(f"库里没有对象 {object_id}。请核对编号。")
    return row


def _refuse_hindered(object_id: str, *, by: Viewer, at: datetime) -> None:
    if found := hindrances(object_id, by=by, at=at):
        raise Hindered("现在不能销毁：" + "；".join(reason.rstrip("。") for reason in found) + "。")


def _said(text: str, *, what: str) -> str:
    text = " ".join(text.split())
    if not 2 <= len(text) <= _LONGEST:
        raise Hindered(f"请写明{what}，2 至 {_LONGEST} 个字。")
    return text


def _line(row: Destruction) -> DestructionLine:
    return DestructionLine(
        id=row.pk,
        object_id=row.object.object_id,
        authority=row.authority,
        state=row.state,
        state_label=row.get_state_display(),
        proposed_by=row.proposed_by_name,
        proposed_by_id=row.proposed_by_id,
        proposed_at=row.proposed_at,
        decided_by=row.decided_by_name,
        decided_at=row.decided_at,
        reason=row.reason,
    )
