"""Roles: the posts of an agency and those outside it, and which rights each holds."""

from collections.abc import Mapping
from enum import StrEnum

from nianlun.access.domain.rights import Right


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
    INTERNAL_CONTROL = "internal_control"
    FINANCE = "finance"
    SCANNER = "scanner"
    EMPLOYER = "employer"
    INSURED = "insured"
    PROGRAM = "program"

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
    Role.INTERNAL_CONTROL: "内控审核",
    Role.FINANCE: "基金财务",
    Role.SCANNER: "外包扫描员",
    Role.EMPLOYER: "参保单位",
    Role.INSURED: "参保人",
    Role.PROGRAM: "接口程序",
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
        Right.LOGIN_OPEN,
        Right.CASE_READ,
        Right.CASE_ACCEPT,
        Right.CASE_REVIEW,
        Right.CASE_HEAR,
        Right.NOTICE_READ,
        Right.EXPORT_ASK,
        Right.GRANT_ASK,
    },
    Role.ARCHIVIST: _ABOUT_PERSONS
    | {
        Right.BATCH_READ,
        Right.BATCH_ADD,
        Right.BATCH_ARRANGE,
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
        Right.CASE_READ,
        Right.CASE_FILE,
        Right.CASE_HEAR,
        Right.EXPORT_ASK,
        Right.GRANT_ASK,
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
            Right.GRANT_ASK,
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
        Right.CONTRIBUTION_CONFIRM,
        Right.LOGIN_RELEASE,
        Right.DOCUMENT_WITHDRAW,
        Right.CASE_READ,
        Right.CASE_CONFIRM,
        Right.CASE_HEAR,
        Right.NOTICE_READ,
        Right.EXPORT_ASK,
        Right.GRANT_ASK,
        Right.GLASS_BREAK,
    },
    Role.LEADER: _ABOUT_PERSONS
    | {
        Right.BATCH_READ,
        Right.REVIEW_READ,
        Right.POLICY_IMPACT,
        Right.VAULT_READ,
        Right.VAULT_DESTROY_APPROVE,
        Right.MEDIA_READ,
        Right.CASE_READ,
        Right.CASE_APPROVE,
        Right.CASE_HEAR,
        Right.CASE_OVERSEE,
        Right.NOTICE_READ,
        Right.EXPORT_APPROVE,
        Right.GRANT_ASK,
        Right.GRANT_APPROVE,
        Right.GRANT_READ,
        Right.GLASS_BREAK,
        Right.GLASS_OPEN,
        Right.CALENDAR_READ,
    },
    Role.POLICY_OFFICER: frozenset(
        {
            Right.DESK_READ,
            Right.POLICY_READ,
            Right.POLICY_DRAFT,
            Right.POLICY_IMPACT,
            Right.CALENDAR_READ,
            Right.CALENDAR_CHANGE,
            Right.GRANT_ASK,
        }
    ),
    Role.POLICY_REVIEWER: frozenset(
        {
            Right.DESK_READ,
            Right.POLICY_READ,
            Right.POLICY_APPROVE,
            Right.POLICY_IMPACT,
            Right.CALENDAR_READ,
            Right.GRANT_ASK,
        }
    ),
    Role.SYSTEM_OFFICER: frozenset(
        {
            Right.DESK_READ,
            Right.POLICY_READ,
            Right.STAFF_READ,
            Right.STAFF_CHANGE,
            Right.VAULT_READ,
            Right.VAULT_CHECK,
            Right.TOKEN_READ,
            Right.TOKEN_CHANGE,
            Right.GRANT_READ,
            Right.GRANT_ASK,
            Right.GLASS_BREAK,
            Right.CALENDAR_READ,
        }
    ),
    Role.SECURITY_OFFICER: frozenset(
        {
            Right.DESK_READ,
            Right.POLICY_READ,
            Right.STAFF_READ,
            Right.JOURNAL_PROVE,
            Right.GRANT_READ,
            Right.GRANT_GIVE,
            Right.WATCH_READ,
            Right.WATCH_SETTLE,
            Right.GLASS_OPEN,
            Right.TOKEN_READ,
        }
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
            Right.GRANT_READ,
            Right.WATCH_READ,
            Right.TOKEN_READ,
            Right.CALENDAR_READ,
        }
    ),
    Role.INTERNAL_CONTROL: frozenset(
        {
            Right.DESK_READ,
            Right.POLICY_READ,
            Right.GRANT_READ,
            Right.GRANT_REVIEW,
            Right.GLASS_OPEN,
            Right.WATCH_READ,
            Right.CASE_OVERSEE,
        }
    ),
    Role.FINANCE: frozenset(
        {Right.DESK_READ, Right.POLICY_READ, Right.CASE_READ, Right.CASE_PAY, Right.GRANT_ASK}
    ),
    Role.SCANNER: frozenset({Right.DESK_READ, Right.BATCH_READ, Right.BATCH_ADD}),
    Role.EMPLOYER: frozenset({Right.EMPLOYER_READ}),
    Role.INSURED: frozenset({Right.OWN_READ}),
    Role.PROGRAM: frozenset(),  # what it may do, its token lends it (`domain.SCOPES`)
}
"""What each role may do. Scope, secrecy and the business in hand narrow it further."""
