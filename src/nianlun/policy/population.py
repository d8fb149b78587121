"""Pensions of a whole population at once, to the fen the same as each person's explained assessment.

    amounts = run(population, book=shipped())

Persons under the same rules are worked on together, by the very formulas that explain one case, in columns of
whole numbers. Whoever has no rule for region, month or a year that was paid gets a refusal, never a number.
"""

from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, fields, replace
from datetime import date
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from nianlun.kernel.months import Month, show_month
from nianlun.policy.cases import FIRST_YEAR, LAST_YEAR
from nianlun.policy.columns import Whole
from nianlun.policy.lawbook import LawBook
from nianlun.policy.population_enterprise import EnterpriseTerms
from nianlun.policy.population_government import GovernmentTerms
from nianlun.policy.population_part import (
    BAD_INPUT,
    CANNOT_ASSESS,
    COMPONENTS,
    NOT_IN_FORCE,
    Counts,
    Part,
    Refused,
    Results,
)
from nianlun.policy.population_resident import ResidentTerms
from nianlun.policy.tables import NotInForce, Span, regions

SCHEMES = ("enterprise", "government_institution", "resident")
_CLOSE = 2**24  # codes below this are told apart by a table of marks, 16 MB
ENTERPRISE, GOVERNMENT_INSTITUTION, RESIDENT = range(len(SCHEMES))


@dataclass(frozen=True, slots=True, kw_only=True)
class Population:
    """One array entry a person; `bases` has a row a year, so that a year lies together in memory.

    Months are numbers of `kernel.months`. Service is counted in half months, money in fen, an index in
    ten-thousandths. Years from `deemed_since` to before `deemed_until` are deemed years of the index. Of residents
    only region, months and balance are asked.
    """

    scheme: Counts  # position in SCHEMES
    region: Counts  # six digits as a number
    benefit_month: Counts
    birth_month: Counts
    deemed: Counts
    paid_before_account: Counts
    total: Counts
    balance: Counts
    deemed_since: Counts
    deemed_until: Counts
    first_year: int
    bases: Counts  # years × persons, fen a month; 0 where nothing was paid
    index: Counts | None = None  # the mean index where it is known already; -1: from the bases
    annuity_balance: Counts | None = None  # occupational annuity, fen

    def __post_init__(self) -> None:
        for name, array in self.arrays().items():
            if array.shape[-1:] != (len(self),) or array.ndim != (2 if name == "bases" else 1):
                raise ValueError(f"{name} does not hold {len(self)} persons")
            if not FIRST_YEAR <= self.first_year <= LAST_YEAR + 1 - len(self.bases):
                raise ValueError(f"the years of the bases lie outside {FIRST_YEAR} to {LAST_YEAR}")
            if not np.issubdtype(array.dtype, np.integer):
                raise ValueError(f"{name} must hold whole numbers; floats are not exact")

    def __len__(self) -> int:
        return int(self.scheme.size)

    @property
    def bytes_per_person(self) -> float:
        """What one person takes in memory."""
        return sum(array.nbytes for array in self.arrays().values()) / max(len(self), 1)

    def ordered(self) -> "tuple[Population, Whole]":
        """The same persons with those under the same rules side by side, and where each stood before.

        Worth it once at load for a population that is run more than once: nothing has to be gathered then.
        """
        order: Whole = np.lexsort((self.benefit_month, self.region, self.scheme))
        arrays: dict[str, Any] = {
            name: np.ascontiguousarray(array[..., order]) for name, array in self.arrays().items()
        }
        return replace(self, **arrays), order

    def arrays(self) -> dict[str, Counts]:
        """The columns that are there, by name."""
        found = {field.name: getattr(self, field.name) for field in fields(self)}
        return {name: array for name, array in found.items() if isinstance(array, np.ndarray)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Amounts:
    """What each person gets, in fen a month; zero where refused or where there is no such component.

    `status` is 0 for an answer, otherwise 1 + the position in `refusals`. `provisional` as in an `Assessment`.
    """

    components: Mapping[str, Whole]
    total: Whole
    status: npt.NDArray[np.int32]
    provisional: npt.NDArray[np.bool_]
    refusals: tuple[Refused, ...]

    @property
    def answered(self) -> npt.NDArray[np.bool_]:
        """Who got a number."""
        found: npt.NDArray[np.bool_] = self.status == 0
        return found

    def refusal(self, person: int) -> Refused | None:
        """Why that person got none; None for an answer."""
        status = int(self.status[person])
        return self.refusals[status - 1] if status else None


class Terms(Protocol):
    """The rules of one scheme, region and month; equal keys mean the very same rules."""

    @property
    def key(self) -> tuple[object, ...]: ...

    def work(self, part: Part) -> None:
        """Answer or refuse each person of the part."""


class _Remembering(LawBook):
    """The same edition for one run, which asks for the same few rows again and again."""

    _found: dict[object, Span | str]

    def __init__(self, book: LawBook) -> None:
        super().__init__(
            files=book.files, tables=book.tables, digest=book.digest, law=book.law, known=book.known
        )
        object.__setattr__(self, "_found", {})

    def on(self, table: str, day: date, *, region: str | None = None, group: str = "") -> Span:
        """As the edition answers."""
        found, key = self._found, (table, day, region, group)
        if key not in found:
            try:
                found[key] = super().on(table, day, region=region, group=group)
            except NotInForce as reason:
                found[key] = str(reason)
        answer = found[key]
        if isinstance(answer, str):
            raise NotInForce(answer)
        return answer


def run(population: Population, *, book: LawBook, threads: int = 2, chunk: int = 65_536) -> Amounts:
    """Assess everyone by the tables of `book`, `chunk` persons at a time; `threads` chunks at once."""
    book = _Remembering(book)
    results = Results.of(len(population), COMPONENTS)
    parts = [
        (terms, rows[start : start + chunk])
        for terms, rows in _groups(population, book)
        for start in range(0, rows.size, chunk)
    ]
    numbers: dict[Refused, int] = {}

    def work(one: tuple[Terms | Refused, Whole]) -> Part:
        terms, rows = one
        part = Part(population.arrays(), population.first_year, rows, results)
        if isinstance(terms, Refused):
            part.refuse(np.ones(rows.size, dtype=np.bool_), terms.code, terms.sentence)
        else:
            terms.work(part)
        return part

    with ThreadPoolExecutor(threads) as pool:
        for part in pool.map(work, parts):
            for refused, rows in part.refused:
                results.status[rows] = numbers.setdefault(refused, len(numbers) + 1)
    return Amounts(
        components=results.components,
        total=results.total,
        status=results.status,
        provisional=results.provisional,
        refusals=tuple(numbers),
    )


def _groups(population: Population, book: LawBook) -> Iterator[tuple[Terms | Refused, Whole]]:
    """Persons by what is the same for all of them, in the order of the first of each."""
    kinds = np.stack([population.scheme, population.region, population.benefit_month]).astype(np.int64)
    if not kinds.size:
        return
    found, of_person = _distinct(kinds)
    known = {span.region for table in book.tables.values() for span in table.spans}
    known |= {absence.region for table in book.tables.values() for absence in table.absences}
    numbers: dict[tuple[object, ...], int] = {}
    all_terms: list[Terms | Refused] = []
    group = np.empty(found.shape[1], dtype=np.int64)
    for position, (scheme, region, month) in enumerate(found.T.tolist()):
        terms = _terms(scheme, region, month, book, known)
        key = (terms,) if isinstance(terms, Refused) else (type(terms), *terms.key)
        if key not in numbers:
            numbers[key] = len(all_terms)
            all_terms.append(terms)
        group[position] = numbers[key]
    # Sixteen bits where they suffice: NumPy sorts those by counting, ten times as fast.
    groups = group.astype(np.int16 if len(all_terms) < 2**15 else np.int64)[of_person]
    order = np.argsort(groups, kind="stable")
    ends = np.cumsum(np.bincount(groups, minlength=len(all_terms)))
    for number, terms in enumerate(all_terms):
        yield terms, order[ends[number - 1] if number else 0 : ends[number]]


def _distinct(kinds: Whole) -> tuple[Whole, Whole]:
    """The distinct columns of three rows, and which of them each person has. One sort of one number a person."""
    least = kinds.min(axis=1)
    _, *widths = (int(width) for width in kinds.max(axis=1) - least + 1)
    if widths[0] * widths[1] > 2**40 or int(least[0]) < 0 or int(kinds[0].max()) > 2**16:
        found, positions = np.unique(kinds, axis=1, return_inverse=True)
        return found, positions.reshape(-1)
    scheme, region, month = kinds - least[:, None]
    codes, positions = _counted((scheme * widths[0] + region) * widths[1] + month)
    rest, month = np.divmod(codes, widths[1])
    scheme, region = np.divmod(rest, widths[0])
    return np.stack([scheme, region, month]) + least[:, None], positions


def _counted(codes: Whole) -> tuple[Whole, Whole]:
    """What `np.unique` with its inverse gives, by marking instead of sorting where the codes lie close together."""
    span = int(codes.max()) + 1
    if span > _CLOSE:
        found, positions = np.unique(codes, return_inverse=True)
        return found, positions
    there = np.zeros(span, dtype=np.bool_)
    there[codes] = True
    places: Whole = np.cumsum(there, dtype=np.int64) - 1
    return np.flatnonzero(there), places[codes]


def _terms(scheme: int, region: int, month: Month, book: LawBook, known: set[str]) -> Terms | Refused:
    if not 0 <= scheme < len(SCHEMES):
        return Refused(BAD_INPUT, f"没有编号为 {scheme} 的险种。")
    if not 0 <= region <= 999_999:
        return Refused(BAD_INPUT, f"region 应是六位行政区划代码，现在是“{region}”。")
    if not FIRST_YEAR <= month // 12 <= LAST_YEAR:
        return Refused(BAD_INPUT, f"领取月份的年份应在 {FIRST_YEAR} 到 {LAST_YEAR} 之间。请核对。")
    # A county without rows of its own has those of its city or province: the same group, not one for each county.
    place = next((code for code in regions(f"{region:06d}") if code in known), "")
    try:
        if scheme == RESIDENT:
            return ResidentTerms.of(book, region=place, month=month)
        if scheme == GOVERNMENT_INSTITUTION:
            if month < GovernmentTerms.FIRST:
                return Refused(CANNOT_ASSESS, f"{show_month(month)} 退休在机关事业单位养老保险改革以前。")
            return GovernmentTerms.of(book, region=place, month=month)
        return EnterpriseTerms.of(book, region=place, month=month)
    except NotInForce as reason:
        return Refused(NOT_IN_FORCE, str(reason))
