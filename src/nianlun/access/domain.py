"""Who may do what, and when an account is locked. No database, no clock, no Django."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum


class Refused(Exception):
    """What is asked for is there, but may not be done by this viewer now. Answered with 403 and the sentence."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


class NotVisible(Exception):
    """Outside what this viewer may see; answered exactly as if it did not exist (S2.2)."""

    def __init__(self, sentence: str = "没有找到，或不在您的业务范围内。请核对。") -> None:
        super().__init__(sentence)


class Role(StrEnum):
    """Each account has one role, so that duties which must not meet in one person do not (S2.4)."""

    CLERK = "clerk"
    ARCHIVIST = "archivist"
    KEEPER = "keeper"
    REVIEWER = "reviewer"
    LEADER = "leader"
    POLICY_OFFICER = "policy_officer"
    POLICY_REVIEWER = "policy_reviewer"
    SYSTEM_OFFICER = "system_officer"
    SECURITY_OFFICER = "security_officer"
    AUDITOR = "auditor"
    SCANNER = "scanner"
    INSURED = "insured"

    @property
    def label(self) -> str:
        """What people call the role."""
        return _ROLE_LABELS[self]


_ROLE_LABELS: Mapping[Role, str] = {
    Role.CLERK: "经办",
    Role.ARCHIVIST: "档案员",
    Role.KEEPER: "档案保管员",
    Role.REVIEWER: "复核",
    Role.LEADER: "领导",
    Role.POLICY_OFFICER: "政策岗",
    Role.POLICY_REVIEWER: "政策复核",
    Role.SYSTEM_OFFICER: "系统管理员",
    Role.SECURITY_OFFICER: "安全管理员",
    Role.AUDITOR: "审计员",
    Role.SCANNER: "外包扫描员",
    Role.INSURED: "参保人",
}


class Right(StrEnum):
    """One thing a role may do. Pages name the right they need; operations ask for theirs again."""

    BATCH_READ = "batch.read"
    BATCH_ADD = "batch.add"
    REVIEW_READ = "review.read"
    REVIEW_DECIDE = "review.decide"
    REVIEW_CONFIRM = "review.confirm"
    PERSON_READ = "person.read"
    PERSON_SEARCH = "person.search"
    PERSON_ADD = "person.add"
    PERSON_REVEAL_IDENTITY = "person.reveal_identity"
    ITEM_READ = "item.read"
    ITEM_DESCRIBE = "item.describe"
    ITEM_CERTIFY = "item.certify"
    DOCUMENT_WITHDRAW = "document.withdraw"
    RULING_READ = "ruling.read"
    RULING_MAKE = "ruling.make"
    RULING_CONFIRM = "ruling.confirm"
    BENEFIT_PROPOSE = "benefit.propose"
    BENEFIT_CONFIRM = "benefit.confirm"
    BENEFIT_REPLAY = "replay.read"
    CONTRIBUTION_READ = "contribution.read"
    CONTRIBUTION_IMPORT = "contribution.import"
    POLICY_READ = "policy.read"
    POLICY_DRAFT = "policy.draft"
    POLICY_APPROVE = "policy.approve"
    POLICY_IMPACT = "policy.impact"
    VAULT_READ = "vault.read"
    VAULT_CHECK = "vault.check"
    VAULT_RESTORE = "vault.restore"
    VAULT_DESTROY = "vault.destroy"
    VAULT_DESTROY_APPROVE = "vault.destroy_approve"
    MEDIA_READ = "media.read"
    MEDIA_WRITE = "media.write"
    MEDIA_INSPECT = "media.inspect"
    JOURNAL_READ = "journal.read"
    JOURNAL_PROVE = "journal.prove"
    STAFF_READ = "staff.read"
    STAFF_CHANGE = "staff.change"
    DESK_READ = "desk.read"
    OWN_READ = "own.read"

    @property
    def label(self) -> str:
        """What the right allows, to complete 可以…… or 不能……."""
        return _RIGHT_LABELS[self]


_RIGHT_LABELS: Mapping[Right, str] = {
    Right.BATCH_READ: "查看扫描批次",
    Right.BATCH_ADD: "新建批次、送入扫描件",
    Right.REVIEW_READ: "查看待审核的页和主张",
    Right.REVIEW_DECIDE: "审核主张",
    Right.REVIEW_CONFIRM: "复核主张",
    Right.PERSON_READ: "查看参保人",
    Right.PERSON_SEARCH: "检索参保人和档案",
    Right.PERSON_ADD: "登记参保人",
    Right.PERSON_REVEAL_IDENTITY: "显示完整证件号",
    Right.ITEM_READ: "查看档案的件和页",
    Right.ITEM_DESCRIBE: "著录档案",
    Right.ITEM_CERTIFY: "出具档案复制件",
    Right.DOCUMENT_WITHDRAW: "查看和撤回出具的文件",
    Right.RULING_READ: "查看认定",
    Right.RULING_MAKE: "作出认定",
    Right.RULING_CONFIRM: "复核认定",
    Right.BENEFIT_PROPOSE: "提出待遇核定",
    Right.BENEFIT_CONFIRM: "复核待遇核定",
    Right.BENEFIT_REPLAY: "重放待遇核定",
    Right.CONTRIBUTION_READ: "查看缴费记录",
    Right.CONTRIBUTION_IMPORT: "导入缴费记录",
    Right.POLICY_READ: "查看政策库",
    Right.POLICY_DRAFT: "起草政策修订",
    Right.POLICY_APPROVE: "批准政策修订",
    Right.POLICY_IMPACT: "查看政策草案影响到的人",
    Right.VAULT_READ: "查看档案库和核对结果",
    Right.VAULT_CHECK: "核对档案库、设定核对计划",
    Right.VAULT_RESTORE: "恢复损坏的对象",
    Right.VAULT_DESTROY: "提出销毁",
    Right.VAULT_DESTROY_APPROVE: "批准销毁",
    Right.MEDIA_READ: "查看离线介质台账",
    Right.MEDIA_WRITE: "规划、写入和上架离线介质",
    Right.MEDIA_INSPECT: "回读和巡检离线介质",
    Right.JOURNAL_READ: "查看操作日志",
    Right.JOURNAL_PROVE: "查看日志证明、核对整个日志",
    Right.STAFF_READ: "查看工作人员账号",
    Right.STAFF_CHANGE: "启用和停用账号",
    Right.DESK_READ: "进入工作台",
    Right.OWN_READ: "查看自己的权益记录",
}

_ABOUT_PERSONS = frozenset(
    {
        Right.DESK_READ,
        Right.POLICY_READ,
        Right.PERSON_READ,
        Right.PERSON_SEARCH,
        Right.ITEM_READ,
        Right.RULING_READ,
        Right.CONTRIBUTION_READ,
    }
)

RIGHTS: Mapping[Role, frozenset[Right]] = {
    Role.CLERK: _ABOUT_PERSONS
    | {
        Right.BATCH_READ,
        Right.REVIEW_READ,
        Right.REVIEW_DECIDE,
        Right.PERSON_ADD,
        Right.PERSON_REVEAL_IDENTITY,
        Right.RULING_MAKE,
        Right.BENEFIT_PROPOSE,
        Right.CONTRIBUTION_IMPORT,
    },
    Role.ARCHIVIST: _ABOUT_PERSONS
    | {
        Right.BATCH_READ,
        Right.BATCH_ADD,
        Right.REVIEW_READ,
        Right.REVIEW_DECIDE,
        Right.PERSON_ADD,
        Right.ITEM_DESCRIBE,
        Right.ITEM_CERTIFY,
        Right.DOCUMENT_WITHDRAW,
        Right.VAULT_READ,
        Right.VAULT_CHECK,
        Right.VAULT_RESTORE,
        Right.VAULT_DESTROY,
        Right.MEDIA_READ,
        Right.MEDIA_INSPECT,
    },
    Role.KEEPER: frozenset(
        {
            Right.DESK_READ,
            Right.POLICY_READ,
            Right.VAULT_READ,
            Right.VAULT_CHECK,
            Right.VAULT_RESTORE,
            Right.MEDIA_READ,
            Right.MEDIA_WRITE,
            Right.MEDIA_INSPECT,
        }
    ),
    Role.REVIEWER: _ABOUT_PERSONS
    | {
        Right.BATCH_READ,
        Right.REVIEW_READ,
        Right.REVIEW_CONFIRM,
        Right.PERSON_REVEAL_IDENTITY,
        Right.RULING_CONFIRM,
        Right.BENEFIT_CONFIRM,
        Right.DOCUMENT_WITHDRAW,
    },
    Role.LEADER: _ABOUT_PERSONS
    | {
        Right.BATCH_READ,
        Right.REVIEW_READ,
        Right.POLICY_IMPACT,
        Right.VAULT_READ,
        Right.VAULT_DESTROY_APPROVE,
        Right.MEDIA_READ,
    },
    Role.POLICY_OFFICER: frozenset(
        {Right.DESK_READ, Right.POLICY_READ, Right.POLICY_DRAFT, Right.POLICY_IMPACT}
    ),
    Role.POLICY_REVIEWER: frozenset(
        {Right.DESK_READ, Right.POLICY_READ, Right.POLICY_APPROVE, Right.POLICY_IMPACT}
    ),
    Role.SYSTEM_OFFICER: frozenset(
        {
            Right.DESK_READ,
            Right.POLICY_READ,
            Right.STAFF_READ,
            Right.STAFF_CHANGE,
            Right.VAULT_READ,
            Right.VAULT_CHECK,
        }
    ),
    Role.SECURITY_OFFICER: frozenset(
        {Right.DESK_READ, Right.POLICY_READ, Right.STAFF_READ, Right.JOURNAL_PROVE}
    ),
    Role.AUDITOR: frozenset(
        {
            Right.DESK_READ,
            Right.POLICY_READ,
            Right.JOURNAL_READ,
            Right.JOURNAL_PROVE,
            Right.VAULT_READ,
            Right.MEDIA_READ,
            Right.BENEFIT_REPLAY,
        }
    ),
    Role.SCANNER: frozenset({Right.DESK_READ, Right.BATCH_READ, Right.BATCH_ADD}),
    Role.INSURED: frozenset({Right.OWN_READ}),
}
"""What each role may do. Scope, secrecy and the business in hand narrow it further."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Viewer:
    """The account a request acts for, as it stands at this request.

    `scope` is the division-code prefix of what it may see: "13" all of Hebei, "130602" one district, "" nothing.
    """

    account_id: int
    role: Role
    name: str
    agency_name: str
    scope: str

    def may(self, right: Right) -> bool:
        """Whether the role holds the right; for showing or hiding a button, never instead of `authorize`."""
        return right in RIGHTS[self.role]


def authorize(viewer: Viewer, right: Right, *, scope_of: str | None = None) -> None:
    """Return where the viewer may do this, to a thing of the division `scope_of` if one is given.

    The one place where that is decided (S2.1). Raises `Refused` where the role lacks the right and
    `NotVisible` where the thing lies outside the viewer's scope.
    """
    if right not in RIGHTS[viewer.role]:
        raise Refused(f"您的岗位是{viewer.role.label}，不能{right.label}。如工作需要，请向系统管理员申请。")
    if scope_of is not None and not covers(viewer.scope, division=scope_of):
        raise NotVisible


def covers(scope: str, *, division: str) -> bool:
    """Whether a division lies within a scope. An empty scope covers nothing, not everything."""
    return scope != "" and division.startswith(scope)


# Signing in

FAILURES_TO_LOCK = 5
LOCKED_FOR = timedelta(minutes=15)
FAILURES_OF_A_SOURCE = 30
SOURCE_WINDOW = timedelta(minutes=10)
COUNTED_FOR = timedelta(days=1)
"""Failures longer ago than this no longer count towards a lock."""


class Outcome(StrEnum):
    """How an attempt to sign in ended. It counts as failed until it has succeeded."""

    FAILED = "failed"
    SUCCEEDED = "succeeded"


def locked_until(attempts: Sequence[tuple[datetime, Outcome]], *, at: datetime) -> datetime | None:
    """When the lock on one login ends, or None where it is not locked at `at` (S1.4).

    `attempts` are those that were let through to the password, oldest first. The fifth failure in a row
    locks for fifteen minutes; a success or the end of a lock starts the count anew. What is tried during
    a lock is not among the attempts, so hammering does not lengthen it.
    """
    in_a_row, until = 0, None
    for tried_at, outcome in attempts:
        in_a_row = 0 if outcome is Outcome.SUCCEEDED else in_a_row + 1
        if in_a_row == FAILURES_TO_LOCK:
            in_a_row, until = 0, tried_at + LOCKED_FOR
    return until if until is not None and at < until else None


# Sessions

IDLE_STAFF = timedelta(minutes=15)
IDLE_INSURED = timedelta(minutes=10)
LONGEST_SESSION = timedelta(hours=8)


def session_ended(role: Role, *, signed_in_at: datetime, seen_at: datetime, at: datetime) -> str | None:
    """The sentence that tells why a session is over, or None while it lasts (S1.6)."""
    idle = IDLE_INSURED if role is Role.INSURED else IDLE_STAFF
    if at - seen_at >= idle:
        return f"您已 {idle.seconds // 60} 分钟没有操作，系统已退出。请重新登录。"
    if at - signed_in_at >= LONGEST_SESSION:
        return "登录已满 8 小时，系统已退出。请重新登录。"
    return None


# Purpose

PURPOSE_LASTS = timedelta(hours=8)
SHORTEST_PURPOSE, LONGEST_PURPOSE = 4, 200


class NotAPurpose(ValueError):
    """The text does not say what business a person's file is opened for; the message tells how to say it."""


def purpose_text(text: str) -> str:
    """The stated purpose, tidied. Raises `NotAPurpose` with a sentence for people (S3.1)."""
    tidy = " ".join(text.split())
    letters = [character for character in tidy if character.isalnum()]
    if len(letters) < SHORTEST_PURPOSE:
        raise NotAPurpose(
            f"事由至少写 {SHORTEST_PURPOSE} 个字，说清办哪件事，例如“退休待遇核定前核对档案”。"
        )
    if len(tidy) > LONGEST_PURPOSE:
        raise NotAPurpose(f"事由最多 {LONGEST_PURPOSE} 个字，现在是 {len(tidy)} 个字。")
    if len(set(letters)) < 3 or not any(character.isalpha() for character in letters):
        raise NotAPurpose("事由看不出办哪件事。请写明业务，例如“退休待遇核定前核对档案”。")
    return tidy
