"""What persons and employers were registered as before: who comes with an old paper is still found by it."""

from collections.abc import Collection
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from nianlun.kernel import cipher
from nianlun.kernel.cipher import Keyring
from nianlun.kernel.grams import normalised
from nianlun.kernel.identity import IdentityNumber
from nianlun.registry.keys import keyring, sealed_former, unsealed_former
from nianlun.registry.models import Employer, FormerIdentity, FormerUnit, Person
from nianlun.search.grams import filled, holding


def names_of_person(person_id: UUID) -> list[str]:
    """The names a person was registered under before, the latest first, without the one of now."""
    rows = FormerIdentity.objects.filter(person_id=person_id).order_by("-until", "-pk")
    now = Person.objects.filter(pk=person_id).values_list("name", flat=True).first()
    return [name for name in dict.fromkeys(rows.values_list("name", flat=True)) if name != now]


def was_called(person_id: UUID, name: str) -> bool:
    """Whether the person was registered under that name once."""
    return FormerIdentity.objects.filter(person_id=person_id, name_plain=normalised(name)).exists()


def numbered(rows: QuerySet[Person], indexes: Collection[bytes]) -> Person | None:
    """The person of a number among the rows, by its blind indexes: who has it now, else who had it before."""
    now = rows.filter(identity_number_index__in=indexes).first()
    if now is not None or Person.objects.filter(identity_number_index__in=indexes).exists():
        return now
    return rows.filter(pk__in=_had(indexes).values("person_id")).first()


def persons_with(indexes: Collection[bytes]) -> frozenset[UUID]:
    """All persons who have or had one of these numbers."""
    now = Person.objects.filter(identity_number_index__in=indexes).values_list("pk", flat=True)
    return frozenset([*now, *_had(indexes).values_list("person_id", flat=True)])


def numbers_of(person_ids: Collection[UUID]) -> list[str]:
    """The numbers these persons had before."""
    ring = keyring()
    rows = FormerIdentity.objects.filter(person_id__in=person_ids, mistaken=False)
    return [
        unsealed_former(bytes(row.identity_number_sealed), former_id=row.pk, keys=ring).text for row in rows
    ]


def persons_holding(text: str) -> QuerySet[Any]:
    """The ids of persons whose name, or one they had before, contains the text: the gram index narrows."""
    wanted = normalised(text)
    now = holding(Person.objects.all(), wanted).filter(name_plain__contains=wanted)
    had = holding(FormerIdentity.objects.all(), wanted).filter(name_plain__contains=wanted)
    return now.values("pk").union(had.values("person_id"))


def employers_holding(text: str) -> QuerySet[Any]:
    """The ids of employers whose name, or one they had before, contains the text."""
    wanted = normalised(text)
    now = holding(Employer.objects.all(), wanted).filter(name_plain__contains=wanted)
    had = holding(FormerUnit.objects.all(), wanted).filter(name_plain__contains=wanted)
    return now.values("pk").union(had.values("employer_id"))


def once_called(persons: QuerySet[Person], name: str) -> QuerySet[Person]:
    """Those of the persons who have or had this very name."""
    had = persons.filter(pk__in=FormerIdentity.objects.filter(name=name).values("person_id"))
    return persons.filter(pk__in=persons.filter(name=name).values("pk").union(had.values("pk")))


def unit_was_called(row: Employer, name: str) -> bool:
    """Whether a unit is or was registered under exactly that name."""
    wanted = normalised(name)
    had = FormerUnit.objects.filter(employer=row, name_plain=wanted)
    return row.name_plain == wanted or had.exists()


def keep_identity(
    row: Person, number: IdentityNumber, *, mistaken: bool, case_number: str, until: datetime
) -> None:
    """Keep who a person is registered as, before it is changed."""
    ring = keyring()
    before = FormerIdentity(
        person=row,
        name=row.name,
        name_plain=row.name_plain,
        grams=filled(row.name),
        identity_number_index=cipher.blind_index(number.text, keys=ring),
        key_version=ring.current,
        mistaken=mistaken,
        sex=row.sex,
        category=row.category,
        until=until,
        case_number=case_number,
    )
    before.identity_number_sealed = sealed_former(number, former_id=before.pk, keys=ring)
    before.save(force_insert=True)


def disown(number: IdentityNumber, *, person_id: UUID) -> None:
    """Mark a number as never the person's wherever it is kept among the former ones."""
    indexes = cipher.blind_indexes(number.text, keys=keyring())
    FormerIdentity.objects.filter(person_id=person_id, identity_number_index__in=indexes).update(
        mistaken=True
    )


def keep_unit(row: Employer, *, case_number: str, until: datetime) -> None:
    """Keep what an employer is registered as, before it is changed."""
    FormerUnit.objects.create(
        employer=row,
        name=row.name,
        name_plain=row.name_plain,
        grams=filled(row.name),
        credit_code=row.credit_code or "",
        until=until,
        case_number=case_number,
    )


def reseal(*, keys: Keyring, limit: int) -> int:
    """Bring up to `limit` former numbers to the current key, in the caller's transaction; how many."""
    rows = list(_old(keys).select_for_update(skip_locked=True).order_by("pk")[:limit])
    for row in rows:
        number = unsealed_former(bytes(row.identity_number_sealed), former_id=row.pk, keys=keys)
        row.identity_number_sealed = sealed_former(number, former_id=row.pk, keys=keys)
        row.identity_number_index = cipher.blind_index(number.text, keys=keys)
        row.key_version = keys.current
    columns = ("identity_number_sealed", "identity_number_index", "key_version")
    FormerIdentity.objects.bulk_update(rows, columns, batch_size=500)
    return len(rows)


def count_old(keys: Keyring) -> int:
    """How many former numbers still use an older key."""
    return _old(keys).count()


def _old(keys: Keyring) -> QuerySet[FormerIdentity]:
    return FormerIdentity.objects.exclude(key_version=keys.current)


def _had(indexes: Collection[bytes]) -> QuerySet[FormerIdentity]:
    return FormerIdentity.objects.filter(identity_number_index__in=indexes, mistaken=False)
