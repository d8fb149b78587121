"""What is registered of persons, employers and agencies. No database, no clock, no Django."""

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import IntEnum, StrEnum
from uuid import UUID

from nianlun.kernel.identifiers import uuid7
from nianlun.kernel.identity import IdentityNumber


class Sex(StrEnum):
    MALE = "male"
    FEMALE = "female"

    @property
    def label(self) -> str:
        return "男" if self is Sex.MALE else "女"


class Scheme(StrEnum):
    """Under which arrangement of the basic old-age insurance a person is insured."""

    ENTERPRISE = "enterprise"
    FLEXIBLE = "flexible"
    GOVERNMENT_INSTITUTION = "government_institution"
    RESIDENT = "resident"

    @property
    def label(self) -> str:
        return _SCHEME_LABELS[self]


_SCHEME_LABELS = {
    Scheme.ENTERPRISE: "企业职工",
    Scheme.FLEXIBLE: "灵活就业人员",
    Scheme.GOVERNMENT_INSTITUTION: "机关事业单位",
    Scheme.RESIDENT: "城乡居民",
}


class Category(IntEnum):
    """The original statutory age of 国发〔1978〕104号 that later law counts from, in years.

    Men have 60. Women have 50 as workers, 55 as cadres, and 60 where residents' insurance or the rules for
    senior experts and leading cadres say so.
    """

    SIXTY = 60
    FIFTY_FIVE = 55
    FIFTY = 50


class Relation(StrEnum):
    """How somebody is related to a member of staff, as avoidance of interest asks (人社部规〔2019〕1号 第五条).

    `SELF` is the member of staff: the number by which the natural person behind an account is known.
    """

    SELF = "self"
    SPOUSE = "spouse"
    LINE = "line"
    COLLATERAL = "collateral"
    IN_LAW = "in_law"

    @property
    def label(self) -> str:
        return _RELATION_LABELS[self]


_RELATION_LABELS = {
    Relation.SELF: "本人",
    Relation.SPOUSE: "配偶",
    Relation.LINE: "父母、子女等直系血亲",
    Relation.COLLATERAL: "兄弟姐妹等三代以内旁系血亲",
    Relation.IN_LAW: "近姻亲",
}


class NotRegistrable(ValueError):
    """What is to be registered contradicts itself; the message tells what and what to do."""


class AlreadyRegistered(ValueError):
    """The identity number or personal number belongs to a registered person already."""


def agreed_category(sex: Sex, category: int) -> Category:
    """The category, if there is one like it for this sex. Raises `NotRegistrable`."""
    try:
        agreed = Category(category)
    except ValueError:
        raise NotRegistrable(f"原法定退休年龄只有 60、55、50 岁三种，现在是 {category} 岁。") from None
    if sex is Sex.MALE and agreed is not Category.SIXTY:
        raise NotRegistrable(f"男职工的原法定退休年龄是 60 岁，现在是 {category} 岁。请核对性别或类别。")
    return agreed


def given_name(text: str) -> str:
    """A name without the spaces and controls that typing and copying leave in it. Raises `NotRegistrable`."""
    tidy = " ".join("".join(c for c in text if c.isprintable()).split())
    if not 0 < len(tidy) <= 100:
        raise NotRegistrable("姓名或名称应为 1 至 100 个字。请核对。")
    return tidy


def check_death(
    died_on: date | None, *, born: date, recorded: date | None, correcting: bool, on: date
) -> None:
    """Return where that day of death can be put in the register; None takes a wrong record back.

    `recorded` is the day that stands there. Only a correction changes it. Raises `NotRegistrable`.
    """
    if died_on is None:
        if not correcting:
            raise NotRegistrable("只有更正业务才能撤销死亡登记。请对原来登记死亡的业务办更正。")
        if recorded is None:
            raise NotRegistrable("这个人没有登记死亡，不用撤销。")
        return
    if died_on > on:
        raise NotRegistrable(f"死亡日期 {died_on} 还没有到。请核对。")
    if died_on < born:
        raise NotRegistrable(f"死亡日期 {died_on} 早于证件号码上的出生日期 {born}。请核对。")
    if recorded not in (None, died_on) and not correcting:
        raise NotRegistrable(
            f"已经登记的死亡日期是 {recorded}，本业务填的是 {died_on}。登记有误的，请对原来的业务办更正。"
        )


def check_closing(
    ended_on: date, *, since: date | None, until: date | None, correcting: bool, on: date
) -> None:
    """Return where a unit can be closed on that day; only a correction changes the day. Raises `NotRegistrable`."""
    if ended_on > on:
        raise NotRegistrable(f"终止日期 {ended_on} 还没有到，单位终止以后再办注销。请核对。")
    if since is not None and ended_on <= since:
        raise NotRegistrable(f"终止日期 {ended_on} 不晚于成立日期 {since}。请核对。")
    if until is not None and not correcting:
        raise NotRegistrable(f"这个单位已经注销，终止日期是 {until}。登记有误的，请对原来的业务办更正。")


@dataclass(frozen=True, slots=True, kw_only=True)
class NewPerson:
    """A person as handed in for registration."""

    name: str
    identity_number: IdentityNumber
    scheme: Scheme
    category: int
    agency_id: UUID
    personal_number: str
    sex: Sex | None = None  # None: as the identity number says
    is_sample: bool = False
    id: UUID = field(default_factory=uuid7)


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonLine:
    """One person as lists and page heads show it."""

    id: UUID
    name: str
    masked_identity_number: str
    sex: Sex
    scheme: Scheme
    category: int
    agency_id: UUID
    agency_name: str
    division: str
    personal_number: str
    is_sample: bool
    died_on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class EmployeeLine:
    """One person as the employer's own list shows them: nothing the employer does not know."""

    id: UUID
    name: str
    masked_identity_number: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EmployerLine:
    """One employer, present or long closed."""

    id: UUID
    name: str
    credit_code: str
    agency_name: str
    division: str
    is_sample: bool
    until: date | None = None  # the first day it no longer existed


@dataclass(frozen=True, slots=True, kw_only=True)
class AgencyLine:
    """One agency that runs the insurance in a division."""

    id: UUID
    name: str
    division: str


@dataclass(frozen=True, slots=True, kw_only=True)
class KinLine:
    """One declaration of a member of staff about the own circle."""

    id: UUID
    relation: Relation
    name: str
    masked_identity_number: str
    declared_at: datetime
    withdrawal_asked_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Changed:
    """One line of the register before and after, as people may read it: numbers are masked."""

    what: str
    before: str
    after: str


def scope_of_division(division: str) -> str:
    """The prefix that covers a division and all below it: 130600 is a whole city, so 1306; 130606 a district.

    In GB/T 2260 a level that is not divided further ends in two zeros.
    """
    while len(division) > 2 and division.endswith("00"):
        division = division[:-2]
    return division
