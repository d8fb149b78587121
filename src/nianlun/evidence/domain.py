"""Which of the things that documents claim is taken as fact. No database, no clock."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from uuid import UUID

from nianlun.archives.domain import Grade
from nianlun.kernel.dates import PartialDate
from nianlun.kernel.months import month_of


class Unsettled(Exception):
    """The documents alone do not decide; a person must. The message says why, in Chinese."""


class Kind(StrEnum):
    """What a claim is about."""

    NAME = "name"
    IDENTITY_NUMBER = "identity_number"
    SEX = "sex"
    BIRTH_DATE = "birth_date"
    WORK_START = "work_start"
    ENDED_ON = "ended_on"
    UNIT = "unit"
    POST = "post"
    EMPLOYMENT_KIND = "employment_kind"
    EMPLOYMENT = "employment"
    RECORDED_ON = "recorded_on"
    DOCUMENT_KIND = "document_kind"
    SEAL = "seal"

    @property
    def label(self) -> str:
        return _LABELS[self]

    @property
    def is_date(self) -> bool:
        return self in _DATES


_LABELS = {
    Kind.NAME: "姓名",
    Kind.IDENTITY_NUMBER: "证件号码",
    Kind.SEX: "性别",
    Kind.BIRTH_DATE: "出生日期",
    Kind.WORK_START: "参加工作时间",
    Kind.ENDED_ON: "离开时间",
    Kind.UNIT: "工作单位",
    Kind.POST: "工种职务",
    Kind.EMPLOYMENT_KIND: "用工形式",
    Kind.EMPLOYMENT: "履历",
    Kind.RECORDED_ON: "形成日期",
    Kind.DOCUMENT_KIND: "材料种类",
    Kind.SEAL: "印章",
}
_DATES = {Kind.BIRTH_DATE, Kind.WORK_START, Kind.ENDED_ON, Kind.RECORDED_ON}
RULED = (Kind.BIRTH_DATE, Kind.WORK_START)
"""The kinds of which a person has one fact, and which only a ruling of two people can set."""

EIGHT = "劳社部发〔1999〕8号 第二条"
WITHOUT_FILE = "没有人事档案，按居民身份证等证件（经办惯例，出处待核）"
"""From memory (M): the rule of practice for persons without a file; no article was seen. It says so wherever shown."""
SIXTEEN_YEARS = 16 * 12


@dataclass(frozen=True, slots=True, kw_only=True)
class DateClaim:
    """One confirmed statement of a date, with what decides its weight."""

    id: UUID
    value: PartialDate
    recorded_on: PartialDate | None  # when the document was made, not when it was scanned
    in_personnel_file: bool
    altered: bool
    grade: Grade
    written_by_the_person: bool
    title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Ruling:
    """What the rule takes as fact, what decided it, what stood against it, and the reason in words."""

    value: PartialDate
    decisive: tuple[UUID, ...]
    against: tuple[UUID, ...]
    rule: str
    reason: str


def agree(one: PartialDate, other: PartialDate) -> bool:
    """Whether two dates can be the same day, each as exact as it was written."""
    return one.earliest <= other.latest and other.earliest <= one.latest


def settle_birth_date(claims: Sequence[DateClaim], *, has_personnel_file: bool = True) -> Ruling:
    """Rule on a birth date that documents state, by 劳社部发〔1999〕8号 第二条.

    Identity card and personnel file are read together; where they differ, the date that the file recorded first
    prevails. An altered first entry, or two that differ, is not ours to decide. Who never had a personnel file,
    such as residents and many flexible workers, is ruled by the papers that do exist, if all of them agree.
    Raises `Unsettled`.
    """
    if not has_personnel_file:
        return _settle_without_file(claims)
    first = _first_recorded(
        [c for c in claims if c.in_personnel_file], missing="人事档案中没有注明形成日期的出生时间记载"
    )
    value = _most_exact(first, among=[c for c in claims if not c.altered])
    return _ruling(
        value,
        claims=claims,
        first=first,
        reason=f"《{first[0].title}》形成最早（{_made(first[0])}），按档案最先记载认定。",
    )


def settle_work_start(claims: Sequence[DateClaim], *, born: PartialDate | None) -> Ruling:
    """Rule on when a person began work: the first record made at the event by a competent body prevails.

    The rule carries the principle of 劳社部发〔1999〕8号 第二条 over to the work start. What the person wrote
    afterwards never decides alone, and nobody began before his sixteenth birthday without a decision by people.
    Raises `Unsettled`.
    """
    at_the_event = [c for c in claims if c.grade in (Grade.A, Grade.B) and not c.written_by_the_person]
    first = _first_recorded(at_the_event, missing="没有当时形成的招工、入伍或派遣材料，只有事后填写的记载")
    value = _most_exact(first, among=[c for c in at_the_event if not c.altered])
    if born is not None and month_of(value.latest) < month_of(born.earliest) + SIXTEEN_YEARS:
        raise Unsettled(f"按 {value.text} 参加工作时未满 16 周岁")
    return _ruling(
        value,
        claims=claims,
        first=first,
        reason=f"《{first[0].title}》当时形成且在先（{_made(first[0])}），采信其记载。",
    )


def _settle_without_file(claims: Sequence[DateClaim]) -> Ruling:
    sound = [c for c in claims if not c.altered]
    if not sound:
        raise Unsettled("没有人事档案，也没有写明出生日期的证件")
    if any(not agree(a.value, b.value) for a in sound for b in sound):
        raise Unsettled("没有人事档案，证件之间又互相矛盾")
    value = min((c.value for c in sound), key=_width)
    return Ruling(
        value=value,
        decisive=tuple(sorted(c.id for c in sound)),
        against=tuple(sorted(c.id for c in claims if c.altered and not agree(c.value, value))),
        rule=WITHOUT_FILE,
        reason=f"本人没有人事档案，{len(sound)} 处证件和登记记载一致，按此认定。",
    )


def _first_recorded(claims: Sequence[DateClaim], *, missing: str) -> list[DateClaim]:
    dated = [(c.recorded_on.earliest, c) for c in claims if c.recorded_on is not None]
    if not dated:
        raise Unsettled(missing)
    first_day = min(day for day, _ in dated)
    first = sorted((c for day, c in dated if day == first_day), key=lambda c: c.id)
    if any(c.altered for c in first):
        raise Unsettled(f"最先记载《{first[0].title}》有涂改")
    if any(not agree(a.value, b.value) for a in first for b in first):
        raise Unsettled("最先记载互相矛盾")
    if any(_overtaken(c, first=first[0]) for c in claims if c not in first):
        raise Unsettled(f"《{first[0].title}》只写到年月，分不清谁形成在先")
    return first


def _overtaken(claim: DateClaim, *, first: DateClaim) -> bool:
    """Whether a claim that differs may have been made before the first one, dates being as inexact as they are."""
    if claim.recorded_on is None or first.recorded_on is None or agree(claim.value, first.value):
        return False
    return claim.recorded_on.earliest <= first.recorded_on.latest


def _most_exact(first: Sequence[DateClaim], *, among: Sequence[DateClaim]) -> PartialDate:
    """The first record's date, to the day where a paper that agrees with it says the day."""
    value = min((c.value for c in first), key=_width)
    compatible = [c for c in among if agree(c.value, value) and _within(c.value, value)]
    exact = sorted(compatible, key=lambda c: (_width(c.value), _day_made(c), c.id))
    return exact[0].value if exact else value


def _within(inner: PartialDate, outer: PartialDate) -> bool:
    return outer.earliest <= inner.earliest and inner.latest <= outer.latest


def _width(value: PartialDate) -> int:
    return (value.latest - value.earliest).days


def _day_made(claim: DateClaim) -> date:
    return claim.recorded_on.earliest if claim.recorded_on else date.max


def _made(claim: DateClaim) -> str:
    return claim.recorded_on.text if claim.recorded_on else "日期不明"


def _ruling(
    value: PartialDate, *, claims: Sequence[DateClaim], first: Sequence[DateClaim], reason: str
) -> Ruling:
    against = [c for c in claims if not agree(c.value, value)]
    if against:
        reason += f"与之不同的 {len(against)} 处记载形成在后，或不是当时形成，不采信。"
    return Ruling(
        value=value,
        decisive=tuple(sorted(c.id for c in first)),
        against=tuple(sorted(c.id for c in against)),
        rule=EIGHT,
        reason=reason,
    )
