"""Agencies, employers and persons as the files kept with objects tell of them, and back.

Identity numbers go out as they lie in the table: sealed, and never plain (S5.1). The key file opens both alike.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

from nianlun.kernel.grams import normalised
from nianlun.registry.models import Agency, Employer, FormerIdentity, FormerUnit, Person
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
    formers: dict[UUID, list[dict[str, Any]]] = defaultdict(list)
    for former in FormerIdentity.objects.filter(person__in=rows).order_by("pk"):
        formers[former.person_id].append(_former(former))
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
            "died_on": _day(row.died_on),
            "death_recorded_on": _day(row.death_recorded_on),
            "revision": row.revision,
            "former": formers[row.pk],
            "is_sample": row.is_sample,
        }
        for row in rows
    }


def restore_persons(contents: Iterable[Mapping[str, Any]]) -> None:
    """Bring persons back. Objects tell of one as it was when they were written: the later state counts.

    Of two that differ only in the key they are sealed with, the newer key counts.
    """
    told = {UUID(c["id"]): c for c in contents}
    restore_agencies(c["agency"] for c in told.values())
    Person.objects.bulk_create([_person(c) for c in told.values()], ignore_conflicts=True)
    for row in Person.objects.filter(pk__in=told):
        content = told[row.pk]
        number = content["identity_number"]
        if content.get("revision", 0) > row.revision:
            _person(content).save(force_update=True)
        elif content.get("revision", 0) == row.revision and number["key_version"] > row.key_version:
            _seal(row, number)
            row.save(update_fields=["identity_number_sealed", "identity_number_index", "key_version"])
    for person_id, content in told.items():
        formers = [_former_row(person_id, former) for former in content.get("former", ())]
        FormerIdentity.objects.bulk_create(formers, ignore_conflicts=True)


def employers(ids: Collection[UUID]) -> dict[UUID, dict[str, Any]]:
    """Employers by id, with the agency they belong to."""
    rows = list(Employer.objects.filter(pk__in=set(ids)))
    formers: dict[UUID, list[dict[str, Any]]] = defaultdict(list)
    for former in FormerUnit.objects.filter(employer__in=rows).order_by("pk"):
        same = {name: getattr(former, name) for name in _UNIT.split()}
        formers[former.employer_id].append(
            {"id": str(former.pk), "until": former.until.isoformat(), **same}
        )
    of = agencies({row.agency_id for row in rows})
    return {
        row.pk: {
            "id": str(row.pk),
            "agency": of[row.agency_id],
            "name": row.name,
            "credit_code": row.credit_code,
            "since": _day(row.since),
            "until": _day(row.until),
            "is_sample": row.is_sample,
            "revision": row.revision,
            "former": formers[row.pk],
        }
        for row in rows
    }


def restore_employers(contents: Iterable[Mapping[str, Any]]) -> None:
    """Bring employers back; of one that is told of differently, the later state counts."""
    told = {UUID(c["id"]): c for c in contents}
    restore_agencies(c["agency"] for c in told.values())
    rows = {pk: _employer(c) for pk, c in told.items()}
    Employer.objects.bulk_create(rows.values(), ignore_conflicts=True)
    for row in Employer.objects.filter(pk__in=told):
        if rows[row.pk].revision > row.revision:
            rows[row.pk].save(force_update=True)
    for pk, content in told.items():
        formers = [_former_unit(pk, former) for former in content.get("former", ())]
        FormerUnit.objects.bulk_create(formers, ignore_conflicts=True)


def last_personal_numbers() -> dict[str, int]:
    """The highest number that each agency has given out itself, by its division: division and eight figures."""
    last: dict[str, int] = {}
    given = Person.objects.filter(personal_number__regex=r"^[0-9]{10,20}$")
    for number, division in given.values_list("personal_number", "agency__division").iterator():
        if len(number) == len(division) + 8 and number.startswith(division):
            last[division] = max(last.get(division, 0), int(number[len(division) :]))
    return last


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
        died_on=_as_day(content.get("died_on")),
        death_recorded_on=_as_day(content.get("death_recorded_on")),
        revision=content.get("revision", 0),
    )
    _seal(row, content["identity_number"])
    return row


def _seal(row: Person | FormerIdentity, number: Mapping[str, Any]) -> None:
    row.identity_number_sealed = bytes.fromhex(number["sealed"])
    row.identity_number_index = bytes.fromhex(number["index"])
    row.key_version = number["key_version"]


def _employer(content: Mapping[str, Any]) -> Employer:
    return Employer(
        pk=UUID(content["id"]),
        agency_id=UUID(content["agency"]["id"]),
        name=content["name"],
        name_plain=normalised(content["name"]),
        grams=filled(content["name"]),
        credit_code=content["credit_code"],
        since=_as_day(content["since"]),
        until=_as_day(content["until"]),
        is_sample=content["is_sample"],
        revision=content.get("revision", 0),
    )


# Columns of former states that stand in the file as in the table.
_IDENTITY = "name mistaken sex category case_number"
_UNIT = "name credit_code case_number"


def _former(row: FormerIdentity) -> dict[str, Any]:
    return {
        "id": str(row.pk),
        "identity_number": {
            "sealed": bytes(row.identity_number_sealed).hex(),
            "index": bytes(row.identity_number_index).hex(),
            "key_version": row.key_version,
        },
        "until": row.until.isoformat(),
        **{name: getattr(row, name) for name in _IDENTITY.split()},
    }


def _former_row(person_id: UUID, content: Mapping[str, Any]) -> FormerIdentity:
    row = FormerIdentity(
        pk=UUID(content["id"]),
        person_id=person_id,
        name_plain=normalised(content["name"]),
        grams=filled(content["name"]),
        until=datetime.fromisoformat(content["until"]),
        **{name: content[name] for name in _IDENTITY.split()},
    )
    _seal(row, content["identity_number"])
    return row


def _former_unit(employer_id: UUID, content: Mapping[str, Any]) -> FormerUnit:
    return FormerUnit(
        pk=UUID(content["id"]),
        employer_id=employer_id,
        name_plain=normalised(content["name"]),
        grams=filled(content["name"]),
        until=datetime.fromisoformat(content["until"]),
        **{name: content[name] for name in _UNIT.split()},
    )


def _day(day: date | None) -> str | None:
    return day.isoformat() if day else None


def _as_day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
