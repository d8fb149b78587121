"""The list of well-known persons, kept by the security officer: numbers and reasons lie sealed."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

from nianlun.access.domain import NotVisible, Refused, Right, Viewer, authorize
from nianlun.access.queries import still
from nianlun.journal import operations as journal
from nianlun.journal.domain import declare
from nianlun.kernel import cipher
from nianlun.kernel.identifiers import uuid7
from nianlun.kernel.identity import NotAnIdentityNumber, mask
from nianlun.registry import keys, traits
from nianlun.registry import queries as registry
from nianlun.watch.models import Listed

LISTED = declare("watch.person_listed", "把 {about} 列入重点留意名单")
UNLISTED = declare("watch.person_unlisted", "把 {about} 移出重点留意名单")
SHORTEST_REASON, LONGEST_REASON = 4, 200


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedLine:
    """One person of the list, the number masked."""

    id: UUID
    masked_number: str
    reason: str
    listed_by: str
    listed_at: datetime


@transaction.atomic
def enlist(viewer: Viewer, *, number: str, reason: str, at: datetime) -> None:
    """Put a person on the list by identity number, registered or not. Raises `Refused` with the reason."""
    viewer = still(viewer)
    authorize(viewer, Right.WATCH_SETTLE)
    try:
        plain = registry.read_identity_number(number).text
    except NotAnIdentityNumber as fault:
        raise Refused(str(fault)) from fault
    tidy = " ".join(reason.split())
    if not SHORTEST_REASON <= len(tidy) <= LONGEST_REASON:
        raise Refused(f"列入名单要写明理由，{SHORTEST_REASON} 至 {LONGEST_REASON} 个字。")
    ring, row_id = keys.keyring(), uuid7()
    if _within(viewer).filter(number_index__in=cipher.blind_indexes(plain, keys=ring)).exists():
        raise Refused("这个证件号已经在名单上。")
    if viewer.scope == "":
        raise NotVisible
    row = Listed(
        pk=row_id,
        number_sealed=cipher.seal(plain, keys=ring, about=_place("number", row_id)),
        number_index=cipher.blind_index(plain, keys=ring),
        reason_sealed=cipher.seal(tidy, keys=ring, about=_place("reason", row_id)),
        listed_by=viewer.name,
        listed_at=at,
        scope=viewer.scope,
    )
    Listed.objects.bulk_create([row], ignore_conflicts=True)
    if not Listed.objects.filter(pk=row_id).exists():
        raise Refused("这个证件号已经在名单上。")
    journal.record(LISTED, by=viewer, about=mask(plain), about_id=str(row_id), at=at)


@transaction.atomic
def delist(viewer: Viewer, listed_id: UUID, *, at: datetime) -> None:
    """Take a person off the list. Raises `Refused`, and `NotVisible` out of scope or where somebody was faster."""
    viewer = still(viewer)
    authorize(viewer, Right.WATCH_SETTLE)
    row = _within(viewer).select_for_update().filter(pk=listed_id).first()
    if row is None:
        raise NotVisible
    masked = mask(_number(row))
    row.delete()
    journal.record(UNLISTED, by=viewer, about=masked, about_id=str(listed_id), at=at)


def listed(viewer: Viewer, *, before: UUID | None = None, limit: int = 50) -> list[ListedLine]:
    """The list, latest first, from below the line `before` on; for those who keep it. Raises `Refused`."""
    authorize(viewer, Right.WATCH_SETTLE)
    ring = keys.keyring()
    rows = _within(viewer) if before is None else _within(viewer).filter(pk__lt=before)
    return [
        ListedLine(
            id=row.pk,
            masked_number=mask(_number(row)),
            reason=cipher.unseal(bytes(row.reason_sealed), keys=ring, about=_place("reason", row.pk)),
            listed_by=row.listed_by,
            listed_at=row.listed_at,
        )
        for row in rows.order_by("-pk")[:limit]
    ]


def listed_persons() -> frozenset[UUID]:
    """Which registered persons stand on anybody's list, for the rules: whoever reads them, wherever, is asked."""
    return traits.persons_numbered(_numbers())


def _within(viewer: Viewer) -> QuerySet[Listed]:
    rows = Listed.objects.all()
    return rows.filter(scope__startswith=viewer.scope) if viewer.scope else rows.none()


def _numbers() -> Iterator[str]:
    for row in Listed.objects.only("pk", "number_sealed"):
        yield _number(row)


def _number(row: Listed) -> str:
    return cipher.unseal(bytes(row.number_sealed), keys=keys.keyring(), about=_place("number", row.pk))


def _place(column: str, row_id: UUID) -> str:
    return f"watch.listed.{column}:{row_id}"
