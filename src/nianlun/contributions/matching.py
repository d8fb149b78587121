"""Whose rows they are: persons and employers of a workbook found in the registry, within the viewer's sight."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import UUID

from nianlun.access.domain import Viewer
from nianlun.contributions.domain import NewPosting, Part
from nianlun.contributions.roster import Problem, RosterRow
from nianlun.kernel.grams import normalised
from nianlun.registry import queries as registry
from nianlun.registry.domain import PersonLine, Scheme

_WITHOUT_EMPLOYER = frozenset({Scheme.FLEXIBLE, Scheme.RESIDENT})


class _NoMatch(Exception):
    """The row cannot be attributed; the message is the sentence for the clerk."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MatchedRow:
    """A row, whose it is, and what it would book."""

    row: RosterRow
    person: PersonLine
    postings: tuple[NewPosting, ...]


@dataclass(frozen=True, slots=True)
class Matched:
    rows: tuple[MatchedRow, ...]
    problems: tuple[Problem, ...]

    @property
    def postings(self) -> list[NewPosting]:
        return [posting for row in self.rows for posting in row.postings]


@dataclass
class Matching:
    """One workbook's look-ups; each person and each employer is asked for once."""

    viewer: Viewer
    close: frozenset[UUID]
    _persons: dict[str, PersonLine | None] = field(default_factory=dict)
    _employers: dict[str, list[UUID]] = field(default_factory=dict)

    def match(self, rows: Sequence[RosterRow]) -> Matched:
        """Every row attributed, or its problem named."""
        found: list[MatchedRow] = []
        problems: list[Problem] = []
        for row in rows:
            try:
                found.append(self._row(row))
            except _NoMatch as reason:
                problems.append(Problem(sheet=row.sheet, row=row.row, sentence=str(reason)))
        return Matched(tuple(found), tuple(problems))

    def _row(self, row: RosterRow) -> MatchedRow:
        person = self._person(row.identity_number.text)
        if person is None:
            raise _NoMatch("本辖区没有登记这个证件号码的参保人。请先登记参保人，或核对证件号码。")
        if normalised(person.name) != normalised(row.name) and not registry.was_called(person.id, row.name):
            raise _NoMatch(f"表中姓名“{row.name[:20]}”与登记的“{person.name}”不同。请核对证件号码和姓名。")
        if person.id in self.close:
            raise _NoMatch("这一行是您本人或近亲属的缴费，请交给同事办理。")
        if row.month < row.identity_number.birth_date.year * 12:
            raise _NoMatch("费款所属期早于出生年份。请核对年月。")
        scheme = row.scheme or person.scheme
        if row.months > 1 and scheme is not Scheme.RESIDENT:
            raise _NoMatch(f"只有城乡居民按年缴费，{scheme.label}请把所属期写到月，例如 2024-03。")
        employer_id = None if scheme in _WITHOUT_EMPLOYER else self._employer(row.unit)
        parts = ((Part.PERSONAL, row.personal), (Part.EMPLOYER, row.employer_part))
        postings = tuple(
            NewPosting(
                person_id=person.id,
                month=row.month,
                months=row.months,
                scheme=scheme,
                part=part,
                amount=amount,
                base=row.base,
                employer_id=employer_id,
                place=row.place,
            )
            for part, amount in parts
            if amount > 0
        )
        return MatchedRow(row=row, person=person, postings=postings)

    def _person(self, number: str) -> PersonLine | None:
        if number not in self._persons:
            self._persons[number] = registry.find_by_identity_number(self.viewer, number)
        return self._persons[number]

    def _employer(self, unit: str) -> UUID | None:
        if not unit:
            return None
        if unit not in self._employers:
            self._employers[unit] = [line.id for line in registry.employers_called(self.viewer, unit)]
        found = self._employers[unit]
        if not found:
            raise _NoMatch(f"没有登记单位“{unit[:40]}”。请先登记单位，或按登记的全称填写。")
        if len(found) > 1:
            raise _NoMatch(f"登记了 {len(found)} 个叫“{unit[:40]}”的单位，分不清是哪一个。请先合并登记。")
        return found[0]
