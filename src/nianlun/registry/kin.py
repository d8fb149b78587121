"""Who is close to whom: the natural person behind an account, and whom that person declared (S2.5)."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from nianlun.access.domain import Right, Viewer
from nianlun.kernel import cipher
from nianlun.kernel.cipher import Keyring
from nianlun.kernel.identity import IdentityNumber
from nianlun.registry import former, keys
from nianlun.registry.domain import KinLine, Relation
from nianlun.registry.models import Kin, KinConfirmation, Person, PersonLogin


def persons_close_to(account_id: int) -> frozenset[UUID]:
    """The registered persons whose business this account keeps away from: the own, spouse's and declared kin's.

    Both directions count: whom it declared, and who declared it.
    """
    circle = _circle(account_id)
    if not circle:
        return frozenset()
    return former.persons_with(_indexes(circle, keys.keyring()))


def numbers_close_to(account_id: int) -> frozenset[str]:
    """The identity numbers of the same people, registered or not: an application may name who is not."""
    return _circle(account_id)


def are_close(account_id: int, other_account_id: int) -> bool:
    """Whether one natural person, spouses or registered kin stand behind the two accounts."""
    if account_id == other_account_id:
        return True
    return not _own_numbers([other_account_id]).isdisjoint(_circle(account_id))


def kin_among(account_id: int, others: Collection[int]) -> set[int]:
    """Those of the other accounts behind which stands somebody close to this one's person, or that person."""
    circle = _circle(account_id) if others else frozenset()
    if _own_numbers(others).isdisjoint(circle):  # nearly always; nobody is asked about one by one
        return set()
    return {other for other in others if not _own_numbers([other]).isdisjoint(circle)}


def numbers_behind(account_id: int) -> tuple[str, ...]:
    """The identity numbers of the natural person behind an account, so that no password is made of one (S1.2)."""
    return tuple(_own_numbers([account_id]))


def declarations(account_id: int) -> list[KinLine]:
    """What this account's holder has declared and not withdrawn, the own number first."""
    ring = keys.keyring()
    rows = Kin.objects.filter(account_id=account_id, withdrawn_at=None).order_by("declared_at", "pk")
    lines = [
        KinLine(
            id=row.pk,
            relation=Relation(row.relation),
            name=row.name,
            masked_identity_number=str(_number(row, ring)),
            declared_at=row.declared_at,
            withdrawal_asked_at=row.withdrawal_asked_at,
        )
        for row in rows
    ]
    return sorted(lines, key=lambda line: line.relation is not Relation.SELF)


@dataclass(frozen=True, slots=True, kw_only=True)
class Withdrawal:
    """A declaration that somebody asks to count no longer."""

    id: UUID
    name: str
    agency_name: str
    relation: Relation
    relative: str
    reason: str
    asked_at: datetime


def withdrawals(viewer: Viewer, *, limit: int = 100) -> list[Withdrawal]:
    """What waits for internal control within the viewer's scope, but for the own; nothing for anybody else."""
    if not viewer.may(Right.GRANT_REVIEW) or not viewer.scope:
        return []
    rows = Kin.objects.select_related("account").filter(
        withdrawn_at=None, withdrawal_asked_at__isnull=False, account__scope__startswith=viewer.scope
    )
    rows = rows.exclude(account_id=viewer.account_id).order_by("withdrawal_asked_at", "pk")
    return [
        Withdrawal(
            id=row.pk,
            name=row.account.name,
            agency_name=row.account.agency_name,
            relation=Relation(row.relation),
            relative=row.name,
            reason=row.withdrawal_reason,
            asked_at=row.withdrawal_asked_at,
        )
        for row in rows[:limit]
        if row.withdrawal_asked_at is not None
    ]


def is_confirmed(account_id: int, *, year: int) -> bool:
    """Whether the holder has said of this year that nobody is missing."""
    return KinConfirmation.objects.filter(account_id=account_id, year=year).exists()


def accounts_of(number: str) -> set[int]:
    """All accounts behind which the person of this identity number is known to stand."""
    return _accounts_of(_indexes([number], keys.keyring()))


def _circle(account_id: int) -> frozenset[str]:
    """The numbers of the person behind the account and of everybody close to that person."""
    ring = keys.keyring()
    own = _own_numbers([account_id])
    same, others = {account_id}, set[int]()
    if own:
        indexes = _indexes(own, ring)
        same |= _accounts_of(indexes)
        by_others = Kin.objects.filter(identity_number_index__in=indexes, withdrawn_at=None)
        others = set(by_others.values_list("account_id", flat=True)) - same
    declared = Kin.objects.filter(account_id__in=same, withdrawn_at=None)
    return own.union((_number(row, ring).text for row in declared), _own_numbers(others))


def _own_numbers(account_ids: Collection[int]) -> frozenset[str]:
    """The identity numbers of the natural persons behind these accounts, as far as they are known."""
    if not account_ids:
        return frozenset()
    ring = keys.keyring()
    linked = Person.objects.filter(
        pk__in=PersonLogin.objects.filter(account_id__in=account_ids).values("person_id")
    )
    told = Kin.objects.filter(account_id__in=account_ids, relation=Relation.SELF, withdrawn_at=None)
    numbers = [
        keys.unsealed(bytes(row.identity_number_sealed), person_id=row.pk, keys=ring).text for row in linked
    ]
    known = {*numbers, *(_number(row, ring).text for row in told)}
    # who was given another number, or changed it, is still the one whom somebody declared by the former
    persons = former.persons_with(_indexes(known, ring)) if known else frozenset()
    return frozenset(known).union(
        former.numbers_of(persons),
        (
            keys.unsealed(bytes(row.identity_number_sealed), person_id=row.pk, keys=ring).text
            for row in Person.objects.filter(pk__in=persons)
        ),
    )


def _accounts_of(indexes: Collection[bytes]) -> set[int]:
    """All accounts behind which stands the person of one of these numbers."""
    linked = PersonLogin.objects.filter(person__identity_number_index__in=indexes)
    told = Kin.objects.filter(identity_number_index__in=indexes, relation=Relation.SELF, withdrawn_at=None)
    return {*linked.values_list("account_id", flat=True), *told.values_list("account_id", flat=True)}


def _indexes(numbers: Collection[str], ring: Keyring) -> list[bytes]:
    return [index for number in numbers for index in cipher.blind_indexes(number, keys=ring)]


def _number(row: Kin, ring: Keyring) -> IdentityNumber:
    return keys.unsealed_kin(bytes(row.identity_number_sealed), kin_id=row.pk, keys=ring)
