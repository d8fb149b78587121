"""What in one account's last hour calls for a question (S3.4). Each rule returns the readings that speak for it."""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from uuid import UUID
from zoneinfo import ZoneInfo

from nianlun.watch.domain.limits import Limits
from nianlun.watch.domain.readings import GLASS_BROKEN, Reading, Seen

HOUR = timedelta(hours=1)
BEIJING = ZoneInfo("Asia/Shanghai")
Facts = Mapping[UUID | None, Seen]
WorkingDays = Callable[[date], bool]


class Kind(StrEnum):
    """Why an alarm is raised."""

    MANY = "many"
    SAME_NAME = "same_name"
    CLOSE = "close"
    WELL_KNOWN = "well_known"
    DECEASED = "deceased"
    ELSEWHERE = "elsewhere"
    OFF_HOURS = "off_hours"
    IN_SEQUENCE = "in_sequence"
    UNMASKING = "unmasking"
    LISTS = "lists"
    GLASS = "glass"

    @property
    def label(self) -> str:
        """The kind as the security officer reads it."""
        return _LABELS[self]


_LABELS: Mapping[Kind, str] = {
    Kind.MANY: "一小时查阅人数过多",
    Kind.SAME_NAME: "反复查同姓名的人",
    Kind.CLOSE: "查本人或亲属",
    Kind.WELL_KNOWN: "查名单上的人",
    Kind.DECEASED: "查已故人员",
    Kind.ELSEWHERE: "查非辖区人员",
    Kind.OFF_HOURS: "下班时段查阅",
    Kind.IN_SEQUENCE: "连号翻看",
    Kind.UNMASKING: "显示证件号过多",
    Kind.LISTS: "翻看名单过多",
    Kind.GLASS: "启用应急权限",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One reason for an alarm about one account, with the readings that speak for it."""

    kind: Kind
    account_id: int
    since: datetime
    until: datetime
    evidence: tuple[int, ...]
    count: int
    """What was counted: persons, rows or deeds, as the kind has it."""


def monday_to_friday(day: date) -> bool:
    """Which days offices work where nobody knows the holidays."""
    return day.weekday() < 5


def findings(
    readings: Sequence[Reading],
    *,
    facts: Facts,
    limits: Limits,
    most_persons: int,
    is_working_day: WorkingDays = monday_to_friday,
) -> list[Finding]:
    """Everything odd about the readings of one account within one hour.

    `most_persons` is how many persons an account of this post may look at in an hour without a question. A person
    without facts is one that no longer exists; such a reading counts only towards the number of persons.
    """
    persons = [r for r in readings if r.sees_person]
    reckoned = [
        (Kind.MANY, *_many(persons, most=most_persons)),
        (Kind.SAME_NAME, *_same_name(persons, facts=facts, limits=limits)),
        (Kind.CLOSE, *_told(persons, facts=facts, trait=lambda seen: seen.close)),
        (Kind.WELL_KNOWN, *_told(persons, facts=facts, trait=lambda seen: seen.well_known)),
        (Kind.DECEASED, *_told(persons, facts=facts, trait=lambda seen: seen.deceased)),
        (Kind.ELSEWHERE, *_elsewhere(readings, facts=facts, limits=limits)),
        (Kind.OFF_HOURS, *_off_hours(persons, limits=limits, is_working_day=is_working_day)),
        (Kind.IN_SEQUENCE, *_in_sequence(persons, facts=facts, limits=limits)),
        (Kind.UNMASKING, *_unmasking(readings, limits=limits)),
        (Kind.LISTS, *_lists(readings, limits=limits)),
        (Kind.GLASS, *_glass(readings)),
    ]
    return [
        Finding(
            kind=kind,
            account_id=told[0].account_id,
            since=min(r.at for r in told),
            until=max(r.at for r in told),
            evidence=tuple(sorted(r.entry_id for r in told)),
            count=count,
        )
        for kind, told, count in reckoned
        if told
    ]


Told = tuple[list[Reading], int]
_NOTHING: Told = ([], 0)


def _many(persons: Sequence[Reading], *, most: int) -> Told:
    count = len({r.person_id for r in persons})
    return (list(persons), count) if count > most else _NOTHING


def _told(persons: Sequence[Reading], *, facts: Facts, trait: Callable[[Seen], bool]) -> Told:
    told = [r for r in persons if r.person_id in facts and trait(facts[r.person_id])]
    return told, len({r.person_id for r in told})


def _same_name(persons: Sequence[Reading], *, facts: Facts, limits: Limits) -> Told:
    """Persons of one name, or mostly of one surname at one agency: the registry knows nothing nearer to an address."""
    named = [r for r in persons if r.person_id in facts]
    ids = {r.person_id for r in named}
    suspect: set[UUID | None] = set()
    for least, share, trait in (
        (limits.same_name, 0, lambda seen: (seen.name,)),
        (limits.same_surname, limits.same_surname_share, lambda seen: (seen.name[:1], seen.division)),
    ):
        alike: dict[tuple[str, ...], set[UUID | None]] = defaultdict(set)
        for person_id in ids:
            if person_id is not None:
                alike[trait(facts[person_id])].add(person_id)
        for found in alike.values():
            if len(found) >= least and 100 * len(found) >= share * len(ids):
                suspect |= found
    return [r for r in named if r.person_id in suspect], len(suspect)


def _elsewhere(readings: Sequence[Reading], *, facts: Facts, limits: Limits) -> Told:
    """Persons outside the reader's division: one that was seen is enough, of those refused only several."""
    outside = [
        r
        for r in readings
        if r.person_id in facts
        and (r.scope == "" or not facts[r.person_id].division.startswith(r.scope))
        and (r.sees_person or not r.done)
    ]
    count = len({r.person_id for r in outside})
    if count >= limits.refused_elsewhere or any(r.sees_person for r in outside):
        return outside, count
    return _NOTHING


def is_office_time(at: datetime, *, limits: Limits, is_working_day: WorkingDays = monday_to_friday) -> bool:
    """Whether offices are open at this instant: on a working day, between the hours of the limits."""
    local = at.astimezone(BEIJING)
    return is_working_day(local.date()) and limits.office_from <= local.hour < limits.office_until


def _off_hours(persons: Sequence[Reading], *, limits: Limits, is_working_day: WorkingDays) -> Told:
    told = [r for r in persons if not is_office_time(r.at, limits=limits, is_working_day=is_working_day)]
    return told, len({r.person_id for r in told})


_ENDS_IN_NUMBER = re.compile(r"^(.*?)(\d{1,12})$", re.DOTALL)


def _in_sequence(persons: Sequence[Reading], *, facts: Facts, limits: Limits) -> Told:
    """Numbers without a gap, in whatever order: of persons, or of items not opened for their own examination."""
    told: list[Reading] = []
    longest = 0
    for code_of in (lambda r: _number(r, facts=facts), _code):
        by_series: dict[str, dict[int, list[Reading]]] = defaultdict(lambda: defaultdict(list))
        for reading in persons:
            if match := _ENDS_IN_NUMBER.match(code_of(reading)):
                by_series[match[1]][int(match[2])].append(reading)
        for series in by_series.values():
            for run in _runs(series):
                if len(run) >= limits.in_sequence:
                    told += [r for number in run for r in series[number]]
                    longest = max(longest, len(run))
    return list({r.entry_id: r for r in told}.values()), longest


def _number(reading: Reading, *, facts: Facts) -> str:
    return facts[reading.person_id].personal_number if reading.person_id in facts else ""


def _code(reading: Reading) -> str:
    code = str(reading.details.get("code", ""))
    return "" if code and reading.purpose == f"审核 {code}" else code


def _runs(numbers: Iterable[int]) -> list[list[int]]:
    runs: list[list[int]] = []
    for number in sorted(numbers):
        if runs and number == runs[-1][-1] + 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    return runs


def _unmasking(readings: Sequence[Reading], *, limits: Limits) -> Told:
    told = [r for r in readings if r.reveals]
    return (told, len(told)) if len(told) > limits.unmaskings else _NOTHING


def _lists(readings: Sequence[Reading], *, limits: Limits) -> Told:
    told = [r for r in readings if r.gives_list]
    rows = sum(r.rows for r in told)
    return (told, rows) if rows > limits.list_rows else _NOTHING


def _glass(readings: Sequence[Reading]) -> Told:
    told = [r for r in readings if r.done and r.action == GLASS_BROKEN]
    return told, len(told)
