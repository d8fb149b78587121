"""Reading the journal: as sentences for the auditor and for the person concerned."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Q, QuerySet

from nianlun.journal import domain
from nianlun.journal.models import Entry


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryLine:
    """One entry as people read it; `what` is the sentence of the action."""

    id: int
    at: datetime
    account_id: int | None
    agency_name: str
    role_label: str
    name: str
    purpose: str
    what: str
    action: str
    outcome: str
    outcome_label: str
    address: str
    person_id: UUID | None
    rows: int

    @property
    def cursor(self) -> str:
        """Where the page after this line begins, for `entries(before=…)`."""
        return f"{self.at.isoformat()}~{self.id}"


Belonging = Callable[[str], Q]
_belonging: list[Belonging] = []


def belongs(to: Belonging) -> Belonging:
    """Have a higher component say, as a condition on entries, which entries without a scope fall into one.

    Insured persons and employers have no scope; what they do themselves belongs to their agency. Only the reading
    decides that: what an entry says, and so its digest, stays as it was written.
    """
    if to not in _belonging:
        _belonging.append(to)
    return to


def entries(
    *,
    scope: str,
    action: str = "",
    person_id: UUID | None = None,
    account_id: int | None = None,
    name: str = "",
    outcome: str = "",
    since: datetime | None = None,
    until: datetime | None = None,
    before: str = "",
    limit: int = 50,
) -> list[EntryLine]:
    """The entries of actors within a scope, and of those who belong to it, latest first; empty filters ask for all.

    What the system did without an actor is seen by every scope but the empty one, which sees nothing.
    `before` is the `cursor` of the last line of the page before; a cursor nobody gave out is ignored.
    """
    if scope == "":
        return []
    rows = Entry.objects.filter(_of_scope(scope))
    exact = {
        "action": action,
        "person_id": person_id,
        "account_id": account_id,
        "name": name,
        "outcome": outcome,
    }
    rows = rows.filter(**{field: value for field, value in exact.items() if value})
    if since is not None:
        rows = rows.filter(at__gte=since)
    if until is not None:
        rows = rows.filter(at__lt=until)
    return _lines(_before(rows, before), limit=limit)


@dataclass(frozen=True, slots=True, kw_only=True)
class Destroyed:
    """How the content of an entry came to be destroyed: by whom, when, on whose word and authority."""

    at: datetime
    by: str
    approved_by: str
    authority: str
    entry_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryText:
    """One entry with all it says. `destroyed` tells of an emptied one how that came, if any entry tells it."""

    line: EntryLine
    about: str
    details: Mapping[str, object]
    emptied: bool
    destroyed: Destroyed | None


def entry(entry_id: int, *, scope: str) -> EntryText | None:
    """One entry of the scope, as `entries` bounds it; None for any other."""
    if scope == "" or not 0 < entry_id < 2**63:
        return None
    rows = Entry.objects.filter(_of_scope(scope), pk=entry_id)
    row = rows.first()
    if row is None:
        return None
    emptied = row.action == domain.EMPTIED
    return EntryText(
        line=_line(row),
        about=f"{row.about} {row.about_id}".strip(),
        details=row.details,
        emptied=emptied,
        destroyed=_destroyed(entry_id) if emptied else None,
    )


def _destroyed(entry_id: int) -> Destroyed | None:
    notices = Entry.objects.filter(action=domain.CONTENTS_DESTROYED)
    notice = notices.filter(details__entries__has_key=str(entry_id)).order_by("pk").first()
    if notice is None:
        return None
    told = notice.details
    return Destroyed(
        at=notice.at,
        by=f"{notice.agency_name} {notice.role_label} {notice.name}",
        approved_by=" ".join(
            str(told.get(name, "")) for name in ("approved_by_agency", "approved_by_role", "approved_by")
        ),
        authority=str(told.get("authority", "")),
        entry_id=notice.pk,
    )


def reads_of_person(
    person_id: UUID, limit: int = 100, *, but_of: int | None = None, before: str = ""
) -> list[EntryLine]:
    """Who had to do with this person's file, latest first, for that person to see (S3.3).

    Every deed of somebody counts, not only reading: who changes a file has seen it; so does asking without signing
    in. What the system does by itself does not, and refused attempts are left to the auditor. What the account
    `but_of` did is left out, so that one's own looking does not push others out of sight.
    """
    rows = Entry.objects.filter(person_id=person_id, outcome=domain.DONE).exclude(account_id=None, role="")
    if but_of is not None:
        rows = rows.exclude(account_id=but_of)
    return _lines(_before(rows, before), limit=limit)


def deeds_on_persons(account_id: int, *, before: str = "", limit: int = 50) -> list[EntryLine]:
    """Whose files an account had to do with and what for, latest first, for its owner to see."""
    rows = Entry.objects.filter(account_id=account_id, outcome=domain.DONE).exclude(person_id=None)
    return _lines(_before(rows, before), limit=limit)


def entries_about(
    about_id: str,
    *,
    purpose: str,
    person_id: UUID | None,
    since: datetime,
    but_of: int | None = None,
    limit: int = 200,
) -> list[EntryLine]:
    """What was done with one thing, or for it, since it came in: who, when, what; the latest first.

    What was done for it is told by the purpose, and only of its person. Refused attempts are left to the auditor,
    and the account `but_of` knows what it did itself.
    """
    rows = Entry.objects.filter(outcome=domain.DONE, at__gte=since).exclude(account_id=None, role="")
    if but_of is not None:
        rows = rows.exclude(account_id=but_of)
    if person_id is None:
        rows = rows.filter(about_id=about_id)
    else:
        rows = rows.filter(Q(about_id=about_id) | Q(purpose=purpose), person_id=person_id)
    return _lines(rows, limit=limit)


def entry_count(*, since: datetime | None = None) -> int:
    """How many entries there are, from an instant on."""
    rows = Entry.objects.all()
    return (rows if since is None else rows.filter(at__gte=since)).count()


def _of_scope(scope: str) -> Q:
    """What actors of the scope did, and those who belong to it, and what the system did by itself."""
    known = Q(scope__startswith=scope) | Q(account_id=None, scope="")
    for to in _belonging:
        known |= Q(scope="") & to(scope)
    return known


def _before(rows: QuerySet[Entry], cursor: str) -> QuerySet[Entry]:
    instant, _, number = cursor.partition("~")
    try:
        at, entry_id = datetime.fromisoformat(instant), int(number)
    except ValueError:
        return rows
    if at.tzinfo is None or not 0 < entry_id < 2**63:
        return rows
    return rows.filter(Q(at__lt=at) | Q(at=at, pk__lt=entry_id))


def _lines(rows: QuerySet[Entry], *, limit: int) -> list[EntryLine]:
    return [_line(row) for row in rows.order_by("-at", "-pk")[:limit]]


def _line(row: Entry) -> EntryLine:
    return EntryLine(
        id=row.pk,
        at=row.at,
        account_id=row.account_id,
        agency_name=row.agency_name,
        role_label=row.role_label,
        name=row.name,
        purpose=row.purpose,
        what=domain.tell(row.action, about=row.about, rows=row.rows, details=row.details),
        action=row.action,
        outcome=row.outcome,
        outcome_label=domain.OUTCOMES.get(row.outcome, row.outcome),
        address=row.address,
        person_id=row.person_id,
        rows=row.rows,
    )
