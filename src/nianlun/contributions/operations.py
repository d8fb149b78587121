"""Booking contributions and taking them back. Nothing is edited, nothing deleted."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from django.db import connection, transaction
from django.utils import timezone

from nianlun.access.domain import Right, Role, Viewer, authorize
from nianlun.contributions import domain, queries
from nianlun.contributions.domain import Held, NewPosting, Source
from nianlun.contributions.matching import Matching
from nianlun.contributions.models import Posting, RosterImport
from nianlun.contributions.roster import Problem, Roster, RosterRow, read_roster
from nianlun.contributions.workbook import NotAWorkbook, read_workbook
from nianlun.jobs import operations as jobs
from nianlun.journal import operations as journal
from nianlun.journal.domain import declare
from nianlun.kernel.digests import digest_bytes
from nianlun.kernel.identifiers import uuid7
from nianlun.kernel.money import show_money
from nianlun.kernel.months import month_of, show_month
from nianlun.registry import queries as registry
from nianlun.vault import keeping
from nianlun.vault import operations as vault

BOOKED = declare("contributions.booked", "记入缴费记录 {rows} 条，来源：{source}")
REVERSED = declare("contributions.reversed", "冲销缴费记录 {rows} 条，理由：{reason}")
CHECKED = declare("contributions.roster_checked", "核对缴费名册《{about}》{rows} 行")
IMPORTED = declare("contributions.roster_imported", "导入缴费名册《{about}》{rows} 行，新增 {added} 条")
REFUSED = declare("contributions.roster_refused", "拒收缴费名册《{about}》：{reason}")

PERSON_CHANGED = "contributions.person_changed"
"""Job kind, one a person: whoever derives something from postings handles it."""

_COLUMNS = (
    "id, key, person_id, month, months, scheme, part, amount, base, employer_id, source, place, roster_id, booked_on,"
    " reverses_id"
)


class NotReversible(ValueError):
    """The postings cannot be taken back; the message says why, in Chinese."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PreviewLine:
    """One readable row as the clerk confirms it; the identity number masked."""

    row: RosterRow
    person_id: UUID
    masked_identity_number: str
    news: bool  # adds something that is not booked yet


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportOutcome:
    """What a workbook holds and, when `import_id` is given, what of it was booked.

    `refused` is a sentence when the file as a whole cannot be read. `added` counts postings, the others rows.
    """

    name: str
    sha512: str
    refused: str = ""
    lines: tuple[PreviewLine, ...] = ()
    problems: tuple[Problem, ...] = ()
    known_rows: int = 0
    added: int = 0
    import_id: UUID | None = None

    @property
    def persons(self) -> int:
        return len({line.person_id for line in self.lines})

    @property
    def news(self) -> int:
        return sum(line.news for line in self.lines)


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
    sorted_out = domain.sort_out(lines, held=_held(lines))
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


@transaction.atomic
def reverse(
    viewer: Viewer, *, person_id: UUID, postings: Collection[UUID], reason: str, at: datetime
) -> int:
    """Take postings of one person back by their exact negatives; returns how many were.

    Raises `NotReversible` with nothing written, `Refused` without the right, `NotVisible` out of sight.
    """
    authorize(viewer, Right.CONTRIBUTION_IMPORT)
    registry.person(viewer, person_id)
    if person_id in registry.persons_close_to(viewer.account_id):
        raise NotReversible("不能冲销本人或近亲属的缴费记录。请交给同事办理。")
    reason = " ".join(reason.split())
    if len(reason) < 4:
        raise NotReversible("请写明冲销的理由，至少四个字。")
    rows = list(Posting.objects.filter(person_id=person_id, pk__in=set(postings)).order_by("month", "id"))
    if len(rows) != len(set(postings)):
        raise NotReversible("选中的记录有的已不在此人名下。请刷新后重新选择。")
    if any(row.reverses_id for row in rows):
        raise NotReversible("冲销记录本身不能再冲销。需要恢复时，请重新记入。")
    if Posting.objects.filter(reverses_id__in=[row.pk for row in rows]).exists():
        raise NotReversible("选中的记录有的已经冲销过。请刷新看最新状态。")
    booked_on = timezone.localdate(at)
    Posting.objects.bulk_create(
        Posting(
            key=row.pk.bytes,  # one reversal a posting
            person_id=person_id,
            month=row.month,
            months=row.months,
            scheme=row.scheme,
            part=row.part,
            amount=-row.amount,
            base=-row.base,
            employer_id=row.employer_id,
            source=Source.REVERSAL.value,
            place=reason[:80],
            booked_on=booked_on,
            reverses=row,
        )
        for row in rows
    )
    journal.record(
        REVERSED, by=viewer, person_id=person_id, rows=len(rows), details={"reason": reason}, at=at
    )
    if rows:
        tell_of_postings({person_id}, cause=f"reversed:{rows[0].pk}", at=at)
        rosters = RosterImport.objects.filter(pk__in={row.roster_id for row in rows if row.roster_id})
        keeping.changed(rosters.values_list("vault_object", flat=True), at=at)
    return len(rows)


@transaction.atomic
def check_roster(viewer: Viewer, *, content: bytes, name: str, at: datetime) -> ImportOutcome:
    """Say what importing a workbook would do, and write nothing but the journal. Raises `Refused`."""
    authorize(viewer, Right.CONTRIBUTION_IMPORT)
    outcome, _ = _examine(viewer, content=content, name=name, at=at)
    if not outcome.refused:
        journal.record(CHECKED, by=viewer, about=outcome.name, rows=len(outcome.lines), at=at)
    return outcome


@transaction.atomic
def import_roster(
    viewer: Viewer, *, content: bytes, name: str, at: datetime, skip_problems: bool = False
) -> ImportOutcome:
    """Book the rows of a workbook that the viewer has confirmed. Importing it again adds nothing.

    With problems in some rows nothing is booked, unless the viewer chose to leave those rows out. Raises
    `Refused` without the right.
    """
    authorize(viewer, Right.CONTRIBUTION_IMPORT)
    outcome, postings = _examine(viewer, content=content, name=name, at=at)
    if outcome.refused or not outcome.lines or (outcome.problems and not skip_problems):
        return outcome
    roster = RosterImport(
        sha512=outcome.sha512,
        name=outcome.name,
        rows=len(outcome.lines),
        added_postings=0,
        known_rows=outcome.known_rows,
        refused_rows=len(outcome.problems),
        by_id=viewer.account_id or None,
        at=at,
    )
    roster.vault_object = f"urn:nianlun:roster:{roster.pk}"
    roster.save(force_insert=True)
    booked = book(postings, source=Source.ROSTER, by=viewer, at=at, roster_id=roster.pk)
    roster.added_postings = booked.added
    roster.save(update_fields=["added_postings"])
    files = {"original.xlsx": content, **keeping.files_of([roster.vault_object])[roster.vault_object]}
    vault.store(roster.vault_object, files, by=viewer, message="导入缴费名册", at=at)
    journal.record(
        IMPORTED,
        by=viewer,
        about=outcome.name,
        about_id=str(roster.pk),
        rows=len(outcome.lines),
        details={"added": booked.added, "sha512": outcome.sha512, "left_out": len(outcome.problems)},
        at=at,
    )
    return replace(outcome, added=booked.added, import_id=roster.pk)


def command_line() -> Viewer:
    """Whom a command without an account acts for: the operator of the machine, who sees every division."""
    return Viewer(
        account_id=0, role=Role.CLERK, name="命令行", agency_name="", scope=registry.widest_scope()
    )


def _examine(
    viewer: Viewer, *, content: bytes, name: str, at: datetime
) -> tuple[ImportOutcome, list[NewPosting]]:
    """What a workbook says, checked against the registry and the account; a refused file leaves its trace (S4.7)."""
    name = (
        "".join(c for c in name.replace("\\", "/").rpartition("/")[2] if c.isprintable())[:200]
        or "名册.xlsx"
    )
    digest = digest_bytes(content).sha512
    try:
        sheets = read_workbook(content)
    except NotAWorkbook as reason:
        details = {"reason": str(reason), "sha512": digest}
        journal.record(REFUSED, by=viewer, about=name, details=details, outcome="refused", at=at)
        return ImportOutcome(name=name, sha512=digest, refused=str(reason)), []
    roster = read_roster(sheets, this_month=month_of(timezone.localdate(at)))
    return match_roster(viewer, roster=roster, name=name, sha512=digest)


def match_roster(
    viewer: Viewer, *, roster: Roster, name: str, sha512: str
) -> tuple[ImportOutcome, list[NewPosting]]:
    """Find the persons and employers that the rows name, and tell new rows from booked ones and conflicts."""
    matched = Matching(viewer, close=registry.persons_close_to(viewer.account_id)).match(roster.rows)
    sorted_out = domain.sort_out(
        [p for m in matched.rows for p in m.postings], held=_held(matched.postings)
    )
    fresh = {id(posting) for posting, _ in sorted_out.fresh}
    clashes = {posting.place: there for posting, there in sorted_out.conflicts}
    lines: list[PreviewLine] = []
    postings: list[NewPosting] = []
    problems = [*roster.problems, *matched.problems]
    for row in matched.rows:
        if row.row.place in clashes:
            problems.append(_clash(row.row, clashes[row.row.place]))
            continue
        postings += row.postings
        lines.append(
            PreviewLine(
                row=row.row,
                person_id=row.person.id,
                masked_identity_number=row.person.masked_identity_number,
                news=any(id(posting) in fresh for posting in row.postings),
            )
        )
    outcome = ImportOutcome(
        name=name,
        sha512=sha512,
        lines=tuple(lines),
        problems=tuple(sorted(problems, key=lambda p: (p.sheet, p.row))),
        known_rows=sum(not line.news for line in lines),
    )
    return outcome, postings


def _clash(row: RosterRow, there: Held) -> Problem:
    amount = show_money(there.amount) if there.amount is not None else "另一金额"
    return Problem(
        sheet=row.sheet,
        row=row.row,
        sentence=f"{show_month(row.month)} 已记有 {amount}，与表中不同。如需更正，先冲销原记录再导入。",
    )


def _held(lines: Sequence[NewPosting]) -> dict[domain.Slot, Held]:
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
