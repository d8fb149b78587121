"""Months paid: what a posting is, and how postings become months and years. No database, no clock."""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from nianlun.kernel.money import ZERO
from nianlun.registry.domain import Scheme

EMPLOYEE_SCHEMES = frozenset({Scheme.ENTERPRISE, Scheme.FLEXIBLE, Scheme.GOVERNMENT_INSTITUTION})
"""Schemes whose months count as employee contribution; resident years do not (人社部发〔2014〕17号)."""


class Part(StrEnum):
    """Whose money it is: withheld from the person, or paid by the employer."""

    PERSONAL = "personal"
    EMPLOYER = "employer"

    @property
    def label(self) -> str:
        """What people call it."""
        return _PART_LABELS[self]


_PART_LABELS: Mapping[Part, str] = {Part.PERSONAL: "个人缴费", Part.EMPLOYER: "单位缴费"}


class Source(StrEnum):
    """Where the agency knows the posting from."""

    ROSTER = "roster"  # a workbook confirmed by a clerk
    TAX = "tax"  # collected by the tax office
    SAMPLE = "sample"  # the synthetic city
    REVERSAL = "reversal"  # takes another posting back

    @property
    def label(self) -> str:
        return {"roster": "缴费名册", "tax": "税务征收", "sample": "样本数据", "reversal": "冲销"}[
            self.value
        ]


@dataclass(frozen=True, slots=True, kw_only=True)
class Slot:
    """What may be paid once: one part of one person's month in one scheme at one employer."""

    person_id: UUID
    month: int
    scheme: Scheme
    part: Part
    employer_id: UUID | None


@dataclass(frozen=True, slots=True, kw_only=True)
class NewPosting:
    """An amount about to be booked. `place` names sheet and row of the workbook, or the like."""

    person_id: UUID
    month: int
    scheme: Scheme
    part: Part
    amount: Decimal  # yuan
    base: Decimal  # yuan a month
    employer_id: UUID | None
    place: str = ""
    months: int = 1  # how many from `month` on it pays for; residents pay a year at once

    @property
    def slot(self) -> Slot:
        return Slot(
            person_id=self.person_id,
            month=self.month,
            scheme=self.scheme,
            part=self.part,
            employer_id=self.employer_id,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class PostingLine:
    """One booked amount, as read back."""

    id: UUID
    month: int
    scheme: Scheme
    part: Part
    amount: Decimal
    base: Decimal
    employer_id: UUID | None
    employer_name: str
    source: str
    reverses_id: UUID | None
    months: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class PaidMonth:
    """One month paid in one scheme at one employer, after reversals. Amounts in yuan."""

    month: int
    scheme: Scheme
    employer_id: UUID | None
    employer_name: str
    base: Decimal
    personal: Decimal
    employer_part: Decimal
    sources: tuple[str, ...]
    postings: tuple[UUID, ...]

    @property
    def counts_as_employee(self) -> bool:
        return self.scheme in EMPLOYEE_SCHEMES


@dataclass(frozen=True, slots=True, kw_only=True)
class YearRow:
    """One calendar year of an account: twelve slots, January first, None where nothing is paid."""

    year: int
    slots: tuple[tuple[PaidMonth, ...] | None, ...]
    months: int
    personal: Decimal
    employer_part: Decimal


def posting_key(slot: Slot, *, round_no: int) -> bytes:
    """The idempotency key of a posting: the slot and how often it has been taken back before.

    Sixteen bytes of SHA-256. A second import of the same row meets the same key and adds nothing; after a
    reversal the round is one higher, so that the corrected amount can be booked.
    """
    text = f"{slot.person_id}|{slot.month}|{slot.scheme}|{slot.part}|{slot.employer_id or ''}|{round_no}"
    return hashlib.sha256(text.encode()).digest()[:16]


@dataclass(frozen=True, slots=True)
class Held:
    """What a slot holds now, if anything, and how often it has been taken back."""

    amount: Decimal | None
    base: Decimal | None
    rounds: int


EMPTY = Held(None, None, 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sorted:
    """Postings about to be booked, by what becomes of them: new with their keys, booked before, or in conflict."""

    fresh: tuple[tuple[NewPosting, bytes], ...]
    known: tuple[NewPosting, ...]
    conflicts: tuple[tuple[NewPosting, Held], ...]


def sort_out(lines: Iterable[NewPosting], *, held: Mapping[Slot, Held]) -> Sorted:
    """Tell new postings from known ones; one that differs from what its slot holds is a conflict, never a sum."""
    now = dict(held)
    fresh: list[tuple[NewPosting, bytes]] = []
    known: list[NewPosting] = []
    conflicts: list[tuple[NewPosting, Held]] = []
    for line in lines:
        slot = line.slot
        there = now.get(slot, EMPTY)
        if there.amount is None:
            fresh.append((line, posting_key(slot, round_no=there.rounds)))
            now[slot] = Held(line.amount, line.base, there.rounds)
        elif (there.amount, there.base) == (line.amount, line.base):
            known.append(line)
        else:
            conflicts.append((line, there))
    return Sorted(fresh=tuple(fresh), known=tuple(known), conflicts=tuple(conflicts))


def paid_months(postings: Iterable[PostingLine]) -> list[PaidMonth]:
    """Months with money in them, oldest first; what was taken back is gone. The order given is no matter."""
    lines = list(postings)
    taken_back = {line.reverses_id for line in lines if line.reverses_id}
    live: dict[tuple[int, Scheme, str, str], list[PostingLine]] = defaultdict(list)
    for line in lines:
        if line.reverses_id is None and line.id not in taken_back:
            for month in range(line.month, line.month + line.months):
                live[(month, line.scheme, line.employer_name, str(line.employer_id or ""))].append(line)
    return [_paid_month(live[key], month=key[0]) for key in sorted(live)]


def _paid_month(lines: Sequence[PostingLine], *, month: int) -> PaidMonth:
    first = lines[0]
    # The money of a payment for several months stands in its first, so that sums stay exact.
    own = [line for line in lines if line.month == month]
    return PaidMonth(
        month=month,
        scheme=first.scheme,
        employer_id=first.employer_id,
        employer_name=first.employer_name,
        base=max(line.base for line in lines),
        personal=sum((line.amount for line in own if line.part == Part.PERSONAL), ZERO),
        employer_part=sum((line.amount for line in own if line.part == Part.EMPLOYER), ZERO),
        sources=tuple(sorted({line.source for line in lines})),
        postings=tuple(sorted(line.id for line in lines)),
    )


def employee_months(paid: Iterable[PaidMonth]) -> frozenset[int]:
    """Distinct months that count for the employee schemes: a month paid twice counts once."""
    return frozenset(p.month for p in paid if p.counts_as_employee)


BOOKED_LATE = 3
"""Months by which what an employer pays may be booked late: for as long the last one paid counts as employed."""


def is_employed(own_last: int, other_last: int | None, *, this_month: int) -> bool:
    """Whether somebody whom an employer paid for last in `own_last` is employed there now.

    `other_last` is the last month that anybody else paid for this person. Who is paid for by another unit in a
    later month has gone there; who is paid for by both in the same month is employed by both.
    """
    return this_month - own_last <= BOOKED_LATE and (other_last is None or other_last <= own_last)


def year_rows(paid: Iterable[PaidMonth]) -> list[YearRow]:
    """The account by calendar years of twelve slots, oldest first, without the years that nothing was paid."""
    months: dict[int, list[PaidMonth]] = defaultdict(list)
    for one in sorted(paid, key=lambda p: (p.month, p.scheme, p.employer_name)):
        months[one.month].append(one)
    rows = []
    for year in sorted({month // 12 for month in months}):
        slots = tuple(tuple(found) if (found := months.get(year * 12 + m)) else None for m in range(12))
        held = [one for slot in slots if slot for one in slot]
        rows.append(
            YearRow(
                year=year,
                slots=slots,
                months=sum(slot is not None for slot in slots),
                personal=sum((one.personal for one in held), ZERO),
                employer_part=sum((one.employer_part for one in held), ZERO),
            )
        )
    return rows
