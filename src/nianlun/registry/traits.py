"""What the watch over readers needs to know of those who are looked at; for rules, never for a page."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from uuid import UUID

from nianlun.kernel import cipher
from nianlun.registry import former, keys
from nianlun.registry.models import Person


@dataclass(frozen=True, slots=True, kw_only=True)
class Traits:
    """Name, division of the agency and 个人编号 of one person."""

    name: str
    division: str
    personal_number: str


def traits(ids: Collection[UUID]) -> dict[UUID, Traits]:
    """The traits of these persons; unknown ones are left out."""
    rows = Person.objects.filter(pk__in=set(ids))
    named = rows.values_list("pk", "name", "agency__division", "personal_number")
    return {
        person_id: Traits(name=name, division=division, personal_number=number)
        for person_id, name, division, number in named
    }


def persons_numbered(numbers: Iterable[str]) -> frozenset[UUID]:
    """Which persons these identity numbers belong or belonged to, under every version of the keys."""
    ring = keys.keyring()
    indexes = [index for number in numbers for index in cipher.blind_indexes(number, keys=ring)]
    if not indexes:
        return frozenset()
    return former.persons_with(indexes)


def deceased(ids: Collection[UUID]) -> frozenset[UUID]:
    """Which of these persons have died, as far as it was recorded."""
    rows = Person.objects.filter(pk__in=set(ids), died_on__isnull=False)
    return frozenset(rows.values_list("pk", flat=True))
