"""Keeping the derived careers up to date. They hold nothing that is not in postings, claims and facts."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from nianlun.entitlements.gathering import gather
from nianlun.entitlements.lanes import state_name
from nianlun.entitlements.models import CareerLine
from nianlun.lawbook import queries as lawbook
from nianlun.registry import queries as registry
from nianlun.registry.domain import PersonLine

_BATCH = 200


@transaction.atomic
def refresh_career(person_id: UUID, *, at: datetime) -> None:
    """Compute a person's career anew from what is known at `at`. Raises `NotVisible` for an unknown person."""
    _write([_line(registry.system_person(person_id), at=at)])


def refresh_careers(persons: Iterable[UUID], *, at: datetime) -> int:
    """The same for many, in transactions of a few hundred, so that it can be interrupted; returns how many."""
    done, batch = 0, []
    for person_id in persons:
        batch.append(_line(registry.system_person(person_id), at=at))
        if len(batch) == _BATCH:
            done += _write(batch)
            batch = []
    return done + _write(batch)


@transaction.atomic
def _write(rows: list[CareerLine]) -> int:
    names = [field.name for field in CareerLine._meta.concrete_fields if not field.primary_key]
    if rows:
        CareerLine.objects.bulk_create(
            rows, update_conflicts=True, unique_fields=["person"], update_fields=names
        )
    return len(rows)


def _line(person: PersonLine, *, at: datetime) -> CareerLine:
    on = timezone.localdate(at)
    working = gather(person, on=on, book=lawbook.current(at))
    career = working.career
    return CareerLine(
        person_id=person.id,
        first_month=career.first,
        states=career.states,
        kinds=career.kinds,
        contribution_months=career.contribution_months,
        deemed_months=career.deemed_months,
        statutory_month=working.retirement.statutory_month,
        as_of=on,
        computed_at=at,
        **{state_name(state): count for state, count in career.counts.items()},
    )
