"""Booking amounts that are not booked yet. Nothing is edited, nothing deleted."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import connection, transaction
from django.utils import timezone

from nianlun.access.domain import Viewer
from nianlun.contributions import domain, queries
from nianlun.contributions.domain import Held, NewPosting, Source
from nianlun.jobs import operations as jobs
from nianlun.journal import operations as journal
from nianlun.journal.domain import declare
from nianlun.kernel.identifiers import uuid7

BOOKED = declare("contributions.booked", "记入缴费记录 {rows} 条，来源：{source}")

PERSON_CHANGED = "contributions.person_changed"
"""Job kind, one a person: whoever derives something from postings handles it."""

_COLUMNS = (
    "id, key, person_id, month, months, scheme, part, amount, base, employer_id, source, place, roster_id, booked_on,"
    " reverses_id"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Booked:
    """What became of the lines: `added` and `known` are counts of postings."""

    added: int
    known: int
    conflicts: tuple[tuple[NewPosting, Held], ...]


@transaction.atomic
def book(
    lines: Sequence[NewPosting],
    *,
    source: Source,
    by: Viewer | None,
    at: datetime,
    roster_id: UUID | None = None,
    tell: bool = True,
) -> Booked:
    """Book amounts that are not booked yet. A slot that holds another amount is left alone and reported.

    `tell` queues the work that derives from postings; whoever books for a whole city and derives everything
    afterwards switches it off.
    """
    sorted_out = domain.sort_out(lines, held=held_for(lines))
    booked_on = timezone.localdate(at)
    rows = [
        (
            uuid7(),
            key,
            line.person_id,
            line.month,
            line.months,
            line.scheme.value,
            line.part.value,
            line.amount,
            line.base,
            line.employer_id,
            source.value,
            line.place,
            roster_id,
            booked_on,
            None,
        )
        for line, key in sorted_out.fresh
    ]
    added = _insert(rows)
    journal.record(BOOKED, by=by, rows=added, details={"source": source.label}, at=at)
    if tell and added:
        tell_of_postings({line.person_id for line, _ in sorted_out.fresh}, cause=str(rows[0][0]), at=at)
    # A row lost to a booking made at the same moment met an equal key and is known now.
    known = len(sorted_out.known) + len(rows) - added
    return Booked(added=added, known=known, conflicts=sorted_out.conflicts)


def held_for(lines: Sequence[NewPosting]) -> dict[domain.Slot, Held]:
    """What the slots of these lines hold now."""
    if not lines:
        return {}
    months = [line.month for line in lines]
    return queries.held({line.person_id for line in lines}, since=min(months), until=max(months) + 1)


def _insert(rows: Sequence[tuple[object, ...]]) -> int:
    """Copy the rows in and keep those whose key is new; a city of three hundred has two hundred thousand."""
    if not rows:
        return 0
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE TEMPORARY TABLE IF NOT EXISTS incoming_posting"
            " (LIKE contributions_posting) ON COMMIT DELETE ROWS"
        )
        with cursor.copy(f"COPY incoming_posting ({_COLUMNS}) FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)
        cursor.execute(
            f"INSERT INTO contributions_posting ({_COLUMNS}) SELECT {_COLUMNS} FROM incoming_posting"  # noqa: S608
            " ON CONFLICT (key) DO NOTHING"  # the columns are a constant above
        )
        added = int(cursor.rowcount)
        cursor.execute("DELETE FROM incoming_posting")
    return added


def tell_of_postings(person_ids: Collection[UUID], *, cause: str, at: datetime) -> None:
    """Have whatever follows from the postings of these persons worked out again, after this transaction."""
    for person_id in sorted(person_ids):
        jobs.enqueue(PERSON_CHANGED, {"person": str(person_id)}, key=f"{person_id}:{cause}", at=at)
