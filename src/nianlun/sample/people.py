"""What the sample city is made of: agencies, employers, people and their working lives. Pure values."""

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum

from nianlun.kernel.identity import Sex


class Flaw(StrEnum):
    """The kinds of contradiction that real files hold (劳社部发〔1999〕8号 and the practice around it)."""

    CARD_AGAINST_FILE = "card_against_file"
    ALTERED_FIRST_ENTRY = "altered_first_entry"
    FIRST_ENTRIES_DIFFER = "first_entries_differ"
    WORK_START_DIFFERS = "work_start_differs"
    DOUBLE_PAID = "double_paid"
    MISSING_YEARS = "missing_years"
    RETROACTIVE_GRADING = "retroactive_grading"
    LUNAR_BIRTH_DATE = "lunar_birth_date"
    WRONG_OLD_NUMBER = "wrong_old_number"
    NAME_VARIANT = "name_variant"


@dataclass(frozen=True, slots=True, kw_only=True)
class Agency:
    """A social insurance agency of the city; `division` is its GB/T 2260 code (six digits)."""

    division: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Employer:
    """A unit that hired people. `closed` is the year it ended, None if it still stands."""

    code: str  # this system's unit number, e.g. "13060001"
    name: str
    short: str
    kind: str  # mill, army, commune, private, school, hospital, office
    division: str
    founded: int
    closed: int | None = None
    successor: str = ""  # code of the unit it was merged into
    credit_code: str = ""  # GB 32100, only for units that stood in 2015 or later
    posts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Spell:
    """A stretch of a working life. Months are year*12+month-1, half-open."""

    since: int
    until: int
    kind: str  # work, army, sent_down, laid_off, flexible, farming
    employer: str = ""  # unit code; empty while on one's own
    post: str = ""
    status: str = ""  # 固定工, 合同制工人, 干部, 临时工 …
    first_day: date | None = None
    last_day: date | None = None
    end_reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Contribution:
    """Money booked for one month (`months` = 12 for a resident's yearly payment), in yuan."""

    month: int
    payer: str  # unit code, or "" where the person paid alone
    agency: str  # division code of the agency that booked it
    base: Decimal
    unit_part: Decimal
    own_part: Decimal
    booked: int  # month in which it was booked; later than `month` for a back payment
    months: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """One inhabitant. `birth_date` is that of the identity card; what the file says may differ."""

    index: int
    name: str
    sex: Sex
    birth_date: date
    identity_number: str
    old_number: str  # the fifteen digits in use until 2013, "" for those born later
    division: str
    scheme: str  # enterprise, flexible, government_institution, resident
    category: int  # 60, 55 or 50: the age of 国发〔1978〕104号
    personal_number: str
    native_place: str
    address: str
    education: str
    nation: str
    life: str  # the pattern the career follows, e.g. "sent_down"
    work_start: date | None
    spells: tuple[Spell, ...]
    contributions: tuple[Contribution, ...] = field(repr=False)

    @property
    def sex_word(self) -> str:
        return "男" if self.sex == "male" else "女"


@dataclass(frozen=True, slots=True, kw_only=True)
class Contradiction:
    """Ground truth: what was put wrong on purpose. `stated` is the deviating text, `true` the other one."""

    person: int
    kind: Flaw
    note: str
    stated: str = ""
    true: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class City:
    """The whole sample: everything follows from `seed` and the number of persons."""

    seed: int
    name: str
    as_of: date
    agencies: tuple[Agency, ...]
    employers: tuple[Employer, ...]
    persons: tuple[Person, ...]
    contradictions: tuple[Contradiction, ...]
    heroes: dict[str, int]  # role in a demonstration -> index of the person

    def employer(self, code: str) -> Employer:
        return next(e for e in self.employers if e.code == code)

    def flaws(self, person: int) -> dict[Flaw, Contradiction]:
        return {c.kind: c for c in self.contradictions if c.person == person}
