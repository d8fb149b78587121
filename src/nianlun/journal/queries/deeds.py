"""The journal read for its readers: who looked at whom, how many in an hour, and everyone an account ever saw."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from django.db.models import Count, Max, Min, Q
from django.db.models.functions import TruncHour

from nianlun.journal.domain import DONE
from nianlun.journal.models import Entry

_OWN = ("insured", "employer")
"""Roles of those who see only what is their own: nobody looks at that too often."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Deed:
    """One entry of a member of staff that names a person, gives out rows, or is asked for by its action."""

    entry_id: int
    at: datetime
    account_id: int
    role: str
    role_label: str
    name: str
    agency_name: str
    scope: str
    action: str
    about: str
    person_id: UUID | None
    purpose: str
    rows: int
    outcome: str
    details: Mapping[str, object]


_COLUMNS = tuple(name for name in Deed.__dataclass_fields__ if name != "entry_id")


def deeds(
    *,
    since: datetime,
    until: datetime,
    accounts: Collection[int] | None = None,
    actions: Collection[str] = (),
) -> list[Deed]:
    """What accounts did about persons from `since` to before `until`, oldest first; of all accounts unless named."""
    rows = Entry.objects.filter(at__gte=since, at__lt=until, account_id__isnull=False).exclude(
        role__in=_OWN
    )
    rows = rows.filter(Q(person_id__isnull=False) | Q(rows__gt=0) | Q(action__in=actions))
    if accounts is not None:
        rows = rows.filter(account_id__in=accounts)
    return [_deed(row) for row in rows.order_by("at", "pk").only("pk", *_COLUMNS)]


def deeds_by_id(ids: Collection[int]) -> list[Deed]:
    """These entries, oldest first; those of nobody are left out."""
    rows = Entry.objects.filter(pk__in=set(ids), account_id__isnull=False)
    return [_deed(row) for row in rows.order_by("at", "pk")]


def _deed(row: Entry) -> Deed:
    return Deed(entry_id=row.pk, **{name: getattr(row, name) for name in _COLUMNS})


@dataclass(frozen=True, slots=True, kw_only=True)
class HourOfWork:
    """How many different persons an account saw in one full hour."""

    hour: datetime
    account_id: int
    role: str
    persons: int


def hours_of_work(*, since: datetime, until: datetime, leaving_out: Collection[str]) -> list[HourOfWork]:
    """Every account's full hours from `since` to before `until` in which it saw anybody."""
    rows = Entry.objects.filter(at__gte=since, at__lt=until, account_id__isnull=False)
    rows = rows.filter(person_id__isnull=False, outcome=DONE)
    rows = rows.exclude(role__in=_OWN).exclude(action__in=leaving_out)
    rows = rows.annotate(hour=TruncHour("at", tzinfo=UTC))
    counted = rows.values("hour", "account_id", "role").annotate(persons=Count("person_id", distinct=True))
    return [
        HourOfWork(
            hour=row["hour"], account_id=row["account_id"] or 0, role=row["role"], persons=row["persons"]
        )
        for row in counted.order_by("hour", "account_id")
    ]


def first_instant() -> datetime | None:
    """When the journal begins."""
    return Entry.objects.order_by("pk").values_list("at", flat=True).first()


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonSeen:
    """One person whom an account saw within a period: first, last, and in how many entries."""

    person_id: UUID
    first_at: datetime
    last_at: datetime
    times: int


def persons_seen(
    account_id: int, *, since: datetime, until: datetime, leaving_out: Collection[str] = ()
) -> list[PersonSeen]:
    """Everyone whose data the account was given from `since` to before `until`, by when first (S8.4)."""
    rows = Entry.objects.filter(account_id=account_id, at__gte=since, at__lt=until)
    rows = rows.filter(person_id__isnull=False, outcome=DONE).exclude(action__in=leaving_out)
    found = rows.values("person_id").annotate(first=Min("at"), last=Max("at"), times=Count("pk"))
    return [
        PersonSeen(
            person_id=row["person_id"], first_at=row["first"], last_at=row["last"], times=row["times"]
        )
        for row in found.order_by("first", "person_id")
        if row["person_id"] is not None
    ]


def rows_listed(account_id: int, *, since: datetime, until: datetime) -> int:
    """How many rows of lists and searches the account was given beside: whose they were is not in the journal."""
    rows = Entry.objects.filter(account_id=account_id, at__gte=since, at__lt=until, person_id=None)
    return sum(rows.filter(outcome=DONE, rows__gt=0).values_list("rows", flat=True))
