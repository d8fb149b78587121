"""What kinds of business the agency handles: materials, steps, risk, clock, papers. No database, no clock."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from nianlun.archives.domain import DocumentKind
from nianlun.cases.domain.applicants import Applicant


class NotInForce(LookupError):
    """No kind of business of that code is handled on the day; the message is a Chinese sentence."""


class TypeBroken(Exception):
    """A file of a kind of business breaks a rule; the message names the file, the key and what to write."""


class Risk(StrEnum):
    """How much harm a wrong decision does (经办条例 第三十七条: important and high-risk business in grades)."""

    HIGH = "high"
    ORDINARY = "ordinary"

    @property
    def label(self) -> str:
        """What stands beside the name of the business."""
        return {"high": "高风险", "ordinary": "一般"}[self.value]


class About(StrEnum):
    """Whom a case is about."""

    PERSON = "person"
    EMPLOYER = "employer"
    AGENCY = "agency"

    @property
    def label(self) -> str:
        """What people call it."""
        return {"person": "参保人", "employer": "参保单位", "agency": "经办机构"}[self.value]


class Origin(StrEnum):
    """How a case comes in."""

    COUNTER = "counter"
    ONLINE = "online"
    SYSTEM = "system"

    @property
    def label(self) -> str:
        """What people call it."""
        return {"counter": "柜台", "online": "网上", "system": "系统发起"}[self.value]


class Step(StrEnum):
    """The separate steps; their order here is the order in which they are taken."""

    FIRST_REVIEW = "first_review"
    SECOND_REVIEW = "second_review"
    APPROVAL = "approval"
    PAYMENT = "payment"

    @property
    def label(self) -> str:
        """What people call it."""
        return _STEPS[self]


_STEPS = {
    Step.FIRST_REVIEW: "初审",
    Step.SECOND_REVIEW: "复核",
    Step.APPROVAL: "审批",
    Step.PAYMENT: "支付",
}


class Substitute(StrEnum):
    """What may stand for a paper that the applicant does not bring."""

    SHARED_DATA = "shared_data"
    PROMISE = "promise"

    @property
    def label(self) -> str:
        """What people call it."""
        return {"shared_data": "共享数据核验", "promise": "告知承诺"}[self.value]


class FieldKind(StrEnum):
    """What a field of the application holds."""

    TEXT = "text"
    LONG_TEXT = "long_text"
    DAY = "day"
    MONTH = "month"
    YUAN = "yuan"
    COUNT = "count"
    CHOICE = "choice"
    FLAG = "flag"
    IDENTITY = "identity"

    @property
    def label(self) -> str:
        """How it is filled in."""
        return _FIELD_KINDS[self]


_FIELD_KINDS = {
    FieldKind.TEXT: "文字",
    FieldKind.LONG_TEXT: "说明",
    FieldKind.DAY: "日期",
    FieldKind.MONTH: "年月",
    FieldKind.YUAN: "金额（元）",
    FieldKind.COUNT: "数目",
    FieldKind.CHOICE: "选一项",
    FieldKind.FLAG: "是或否",
    FieldKind.IDENTITY: "公民身份号码",
}


class SlipKind(StrEnum):
    """The papers a case gives to the applicant, and the one it keeps for itself."""

    ACCEPTANCE = "acceptance"
    SUPPLEMENT = "supplement"
    NOT_ACCEPTED = "not_accepted"
    REFUSAL = "refusal"
    CONCLUSION = "conclusion"
    SUSPENSION = "suspension"
    WITHDRAWAL = "withdrawal"

    @property
    def label(self) -> str:
        """The paper's title."""
        return _SLIPS[self]


_SLIPS = {
    SlipKind.ACCEPTANCE: "受理通知书",
    SlipKind.SUPPLEMENT: "补正材料通知书",
    SlipKind.NOT_ACCEPTED: "不予受理决定书",
    SlipKind.REFUSAL: "不予批准决定书",
    SlipKind.CONCLUSION: "办结单",
    SlipKind.SUSPENSION: "中止办理通知书",
    SlipKind.WITHDRAWAL: "撤销决定书",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class When:
    """In which cases a paper or a field is asked for: where `field` of the application has one of the values."""

    field: str
    values: tuple[str, ...]

    def holds(self, details: Mapping[str, str]) -> bool:
        """Whether it applies to an application filled in like this."""
        return details.get(self.field, "") in self.values


@dataclass(frozen=True, slots=True, kw_only=True)
class Requirement:
    """A paper the agency may ask for, by which law, and what may stand for it (经办条例 第三十一条).

    `condition` says to whom it applies, in plain words; `when` says the same to the machine where the application
    itself tells. A condition without `when` is for the clerk to judge. `no_substitute` says why nothing else will do.
    """

    code: str
    name: str
    required: bool
    legal_basis: str
    confidence: str
    original: bool
    substitutes: frozenset[Substitute] = frozenset()
    no_substitute: str = ""
    promise_days: int | None = None
    condition: str = ""
    when: When | None = None
    document_kind: DocumentKind = DocumentKind.OTHER
    help: str = ""

    def needed(self, details: Mapping[str, str]) -> bool | None:
        """Whether an application filled in like this must show it; None where a person has to judge."""
        if not self.required:
            return False
        if self.when is not None:
            return self.when.holds(details)
        return None if self.condition else True


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One thing the application asks for. `choices` are (value, label) pairs of a `CHOICE`."""

    code: str
    label: str
    kind: FieldKind
    required: bool
    choices: tuple[tuple[str, str], ...] = ()
    when: When | None = None
    help: str = ""

    def asked(self, details: Mapping[str, str]) -> bool:
        """Whether an application filled in like this has to answer it."""
        return self.required and (self.when is None or self.when.holds(details))


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """How many working days the agency has, and who says so. `statutory` is false for a promise of its own."""

    days: int
    source: str
    confidence: str
    statutory: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class SlipRule:
    """A paper this kind of business gives out, with what it adds to the usual wording."""

    kind: SlipKind
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseType:
    """A kind of business as it is handled from `since` to before `until`.

    `limit` is None where neither law nor promise sets one. `title` is the title under which a concluded case is
    filed, with {name}, {number} and {year} in it. `effect` names what a grant does to the registers, such as
    "registry.person_registered", or is empty. `definition` is the whole text of the definition, by which a case
    can be judged as it was opened, whatever the files say later; `digest` names it.
    """

    code: str
    name: str
    process: str
    since: date
    until: date | None
    about: About
    applicant: Applicant
    origins: tuple[Origin, ...]
    risk: Risk
    high_risk_reason: str
    steps: tuple[Step, ...]
    batch: bool
    hearing: bool
    posting_days: int | None
    posting_when: When | None
    limit: Limit | None
    no_limit: str
    legal_basis: str
    confidence: str
    fields: tuple[Field, ...]
    requirements: tuple[Requirement, ...]
    slips: tuple[SlipRule, ...]
    retention_item: str
    retention: str
    title: str
    effect: str
    checks: tuple[str, ...]
    refusal_appeal: str
    plain_name: str
    plain_steps: tuple[str, ...]
    definition: str = field(repr=False, compare=False)
    digest: str

    def requirement(self, code: str) -> Requirement | None:
        """The paper of that code, or None."""
        return next((one for one in self.requirements if one.code == code), None)

    def field(self, code: str) -> Field | None:
        """The field of that code, or None."""
        return next((one for one in self.fields if one.code == code), None)

    def slip(self, kind: SlipKind) -> SlipRule | None:
        """What is said about a paper, or None where this kind of business does not give it out."""
        return next((one for one in self.slips if one.kind is kind), None)

    def days_to_post(self, details: Mapping[str, str]) -> int | None:
        """How many working days an application filled in like this is posted before it is granted; None for not."""
        if self.posting_when is not None and not self.posting_when.holds(details):
            return None
        return self.posting_days

    def named_in(self, details: Mapping[str, str]) -> tuple[str, ...]:
        """The identity numbers an application names: others than the one it is about gain by it, too (S2.5)."""
        numbers = (details.get(one.code, "") for one in self.fields if one.kind is FieldKind.IDENTITY)
        return tuple(number for number in numbers if number)

    def in_force(self, on: date) -> bool:
        """Whether it is handled like this on the day."""
        return self.since <= on and (self.until is None or on < self.until)
