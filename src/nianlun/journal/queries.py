"""Reading the journal: as sentences for the auditor and for the person concerned, and as a chain to be proved."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Self
from uuid import UUID

from django.db.models import Q, QuerySet

from nianlun.journal import domain
from nianlun.journal.models import Entry, Link, Pending


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
    """The entries of actors within a scope, latest first; empty filters ask for everything.

    What the system did without an actor is seen by every scope but the empty one, which sees nothing.
    `before` is the `cursor` of the last line of the page before; a cursor nobody gave out is ignored.
    """
    if scope == "":
        return []
    rows = Entry.objects.filter(Q(scope__startswith=scope) | Q(account_id=None))
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


def reads_of_person(person_id: UUID, limit: int = 100) -> list[EntryLine]:
    """Who had to do with this person's file, latest first, for that person to see (S3.3).

    Every deed of a person with an account counts, not only reading: who changes a file has seen it.
    Refused attempts are left to the auditor.
    """
    rows = Entry.objects.filter(person_id=person_id, outcome=domain.DONE).exclude(account_id=None)
    return _lines(rows, limit=limit)


def entry_count(*, since: datetime | None = None) -> int:
    """How many entries there are, from an instant on."""
    rows = Entry.objects.all()
    return (rows if since is None else rows.filter(at__gte=since)).count()


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


@dataclass(frozen=True, slots=True)
class Head:
    """The end of the chain at some time. Kept elsewhere, it proves that nothing was cut off since."""

    position: int
    digest: bytes

    def __str__(self) -> str:
        return f"{self.position}:{self.digest.hex()}"

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read what `str` wrote. Raises ValueError."""
        position, _, digest = text.strip().partition(":")
        return cls(int(position), bytes.fromhex(digest))


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is not as it was written."""

    entry_id: int
    sentence: str


@dataclass(frozen=True, slots=True)
class ChainReport:
    """What proving the chain found: `linked` links that hold or not, `pending` entries not linked yet."""

    linked: int
    pending: int
    head: Head
    faults: tuple[Fault, ...]

    @property
    def sound(self) -> bool:
        return not self.faults


def chain_head() -> Head:
    """The present end of the chain."""
    last = Link.objects.order_by("-position").first()
    return Head(last.position, bytes(last.digest)) if last else Head(0, domain.GENESIS)


def verify_chain(*, known_heads: Iterable[Head] = ()) -> ChainReport:
    """Prove every entry against the chain and name those that were changed, removed, moved or slipped in (S6.2).

    Cutting off the very end leaves a shorter chain that holds in itself; only a head noted elsewhere, given as
    one of `known_heads`, shows it.
    """
    known = {head.position: head.digest for head in known_heads}
    faults: list[Fault] = []
    position, previous, heads_met = 0, domain.GENESIS, 0
    for link, entry in _chain():
        position += 1
        if link.position != position:
            faults.append(Fault(link.entry_id, f"链上缺第 {position} 至 {link.position - 1} 条"))
            position = link.position
        elif bytes(link.previous) != previous:
            faults.append(Fault(link.entry_id, f"第 {position} 条与前一条不衔接"))
        if entry is None:
            faults.append(Fault(link.entry_id, f"第 {position} 条的留痕已被删除"))
        elif entry.content().digest() != bytes(entry.digest):
            faults.append(Fault(link.entry_id, f"第 {position} 条的内容已被改动"))
        expected = domain.link_digest(
            previous=bytes(link.previous),
            position=link.position,
            entry_id=link.entry_id,
            content=bytes(entry.digest) if entry else b"",
        )
        if entry is not None and expected != bytes(link.digest):
            faults.append(Fault(link.entry_id, f"第 {position} 条的摘要不对"))
        if position in known:
            heads_met += 1
            if known[position] != bytes(link.digest):
                faults.append(Fault(link.entry_id, f"第 {position} 条与另存的链头不符"))
        previous = bytes(link.digest)
    if heads_met < len(known):
        faults.append(Fault(0, f"链尾被截：另存的链头在第 {max(known)} 条，现在只到第 {position} 条"))
    faults += _outside_the_chain()
    return ChainReport(position, Pending.objects.count(), Head(position, previous), tuple(faults))


def _chain() -> Iterator[tuple[Link, Entry | None]]:
    """Every link in order with its entry, if that is still there. Read in pieces: the journal outgrows memory."""
    after = -1
    while links := list(Link.objects.filter(position__gt=after).order_by("position")[:2000]):
        found = Entry.objects.in_bulk([link.entry_id for link in links])
        for link in links:
            yield link, found.get(link.entry_id)
        after = links[-1].position


def _outside_the_chain() -> Iterator[Fault]:
    """Entries that neither stand in the chain nor wait for it, and waiting ones that were removed or changed."""
    waiting = Pending.objects.values_list("entry_id", flat=True)
    for entry_id in Entry.objects.filter(link=None).exclude(pk__in=waiting).values_list("pk", flat=True):
        yield Fault(entry_id, "不在链上，也不在待入链之列")
    waiting_ids = list(waiting)
    there = Entry.objects.in_bulk(waiting_ids)
    for entry_id in waiting_ids:
        entry = there.get(entry_id)
        if entry is None:
            yield Fault(entry_id, "入链之前已被删除")
        elif entry.content().digest() != bytes(entry.digest):
            yield Fault(entry_id, "入链之前内容已被改动")
