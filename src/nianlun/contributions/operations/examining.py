"""What a roster says, held against the registry and the account; nothing is written but a refusal's trace."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from django.utils import timezone

from nianlun.access.domain import Viewer
from nianlun.contributions import domain
from nianlun.contributions.domain import Held, NewPosting
from nianlun.contributions.matching import Matching
from nianlun.contributions.operations.booking import held_for
from nianlun.contributions.roster import Problem, Roster, RosterRow, read_roster
from nianlun.contributions.workbook import NotAWorkbook, read_workbook
from nianlun.journal import operations as journal
from nianlun.journal.domain import declare
from nianlun.kernel.digests import digest_bytes
from nianlun.kernel.money import ZERO, show_money
from nianlun.kernel.months import month_of, show_month

REFUSED = declare("contributions.roster_refused", "拒收缴费名册《{about}》：{reason}")


@dataclass(frozen=True, slots=True, kw_only=True)
class PreviewLine:
    """One readable row as the clerk confirms it; the identity number masked."""

    row: RosterRow
    person_id: UUID
    masked_identity_number: str
    news: bool  # adds something that is not booked yet


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportOutcome:
    """What a workbook holds; with `import_id`, that it was handed in.

    `refused` is a sentence when the file as a whole cannot be read. Counts are of rows, amounts in yuan.
    """

    name: str
    sha512: str
    refused: str = ""
    lines: tuple[PreviewLine, ...] = ()
    problems: tuple[Problem, ...] = ()
    known_rows: int = 0
    import_id: UUID | None = None

    @property
    def persons(self) -> int:
        return len({line.person_id for line in self.lines})

    @property
    def news(self) -> int:
        return sum(line.news for line in self.lines)

    @property
    def personal(self) -> Decimal:
        return sum((line.row.personal for line in self.lines if line.news), ZERO)

    @property
    def employer_part(self) -> Decimal:
        return sum((line.row.employer_part for line in self.lines if line.news), ZERO)


def examine(
    viewer: Viewer, *, content: bytes, name: str, close: Collection[UUID], at: datetime
) -> tuple[ImportOutcome, list[NewPosting]]:
    """What a workbook says, checked against the registry and the account; a refused file leaves its trace (S4.7).

    Rows of persons in `close` are problems: they are for a colleague.
    """
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
    return _matched(viewer, roster=roster, name=name, sha512=digest, close=frozenset(close))


def _matched(
    viewer: Viewer, *, roster: Roster, name: str, sha512: str, close: frozenset[UUID]
) -> tuple[ImportOutcome, list[NewPosting]]:
    """Find the persons and employers that the rows name, and tell new rows from booked ones and conflicts."""
    matched = Matching(viewer, close=close).match(roster.rows)
    sorted_out = domain.sort_out(
        [p for m in matched.rows for p in m.postings], held=held_for(matched.postings)
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
