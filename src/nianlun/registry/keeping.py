"""Agencies, employers and persons as the files kept with objects tell of them, and back.

Identity numbers go out as they lie in the table: sealed, and never plain (S5.1). The key file opens both alike.
"""

from collections.abc import Collection, Iterable, Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

from nianlun.kernel.grams import normalised
from nianlun.registry.models import Agency, Employer, Person
from nianlun.search.grams import filled


def agencies(ids: Collection[UUID]) -> dict[UUID, dict[str, Any]]:
    """Agencies by id."""
    rows = Agency.objects.filter(pk__in=set(ids))
    return {row.pk: {"id": str(row.pk), "name": row.name, "division": row.division} for row in rows}


def restore_agencies(contents: Iterable[Mapping[str, Any]]) -> None:
    rows = [Agency(pk=UUID(c["id"]), name=c["name"], division=c["division"]) for c in contents]
    Agency.objects.bulk_create(rows, ignore_conflicts=True)


def persons(ids: Collection[UUID]) -> dict[UUID, dict[str, Any]]:
    """Persons by id, with their agency."""
    rows = list(Person.objects.filter(pk__in=set(ids)))
    of = agencies({row.agency_id for row in rows})
    return {
        row.pk: {
            "id": str(row.pk),
            "agency": of[row.agency_id],
            "name": row.name,
            "personal_number": row.personal_number,
            "sex": row.sex,
            "scheme": row.scheme,
            "category": row.category,
            "identity_number": {
                "sealed": bytes(row.identity_number_sealed).hex(),
                "index": bytes(row.identity_number_index).hex(),
                "key_version": row.key_version,
            },
            "registered_at": row.registered_at.isoformat(),
            "is_sample": row.is_sample,
        }
        for row in rows
    }


def restore_persons(contents: Iterable[Mapping[str, Any]]) -> None:
    """Bring persons back. Of two that differ only in the key they are sealed with, the newer key counts."""
    told = {UUID(c["id"]): c for c in contents}
    restore_agencies(c["agency"] for c in told.values())
    Person.objects.bulk_create([_person(c) for c in told.values()], ignore_conflicts=True)
    for row in Person.objects.filter(pk__in=told):
        number = told[row.pk]["identity_number"]
        if number["key_version"] > row.key_version:
            _seal(row, number)
            row.save(update_fields=["identity_number_sealed", "identity_number_index", "key_version"])


def employers(ids: Collection[UUID]) -> dict[UUID, dict[str, Any]]:
    """Employers by id, with the agency they belong to."""
    rows = list(Employer.objects.filter(pk__in=set(ids)))
    of = agencies({row.agency_id for row in rows})
    return {
        row.pk: {
            "id": str(row.pk),
            "agency": of[row.agency_id],
            "name": row.name,
            "credit_code": row.credit_code,
            "since": row.since.isoformat() if row.since else None,
            "until": row.until.isoformat() if row.until else None,
            "is_sample": row.is_sample,
        }
        for row in rows
    }


def restore_employers(contents: Iterable[Mapping[str, Any]]) -> None:
    told = list(contents)
    restore_agencies(c["agency"] for c in told)
    rows = [
        Employer(
            pk=UUID(c["id"]),
            agency_id=UUID(c["agency"]["id"]),
            name=c["name"],
            name_plain=normalised(c["name"]),
            grams=filled(c["name"]),
            credit_code=c["credit_code"],
            since=date.fromisoformat(c["since"]) if c["since"] else None,
            until=date.fromisoformat(c["until"]) if c["until"] else None,
            is_sample=c["is_sample"],
        )
        for c in told
    ]
    Employer.objects.bulk_create(rows, ignore_conflicts=True)


def count_persons() -> int:
    return Person.objects.count()


def _person(content: Mapping[str, Any]) -> Person:
    row = Person(
        pk=UUID(content["id"]),
        agency_id=UUID(content["agency"]["id"]),
        name=content["name"],
        name_plain=normalised(content["name"]),
        grams=filled(content["name"]),
        personal_number=content["personal_number"],
        sex=content["sex"],
        scheme=content["scheme"],
        category=content["category"],
        registered_at=datetime.fromisoformat(content["registered_at"]),
        is_sample=content["is_sample"],
    )
    _seal(row, content["identity_number"])
    return row


def _seal(row: Person, number: Mapping[str, Any]) -> None:
    row.identity_number_sealed = bytes.fromhex(number["sealed"])
    row.identity_number_index = bytes.fromhex(number["index"])
    row.key_version = number["key_version"]
