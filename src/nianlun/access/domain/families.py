"""Four families of posts that never meet in one natural person, and three officers who never meet either (S2.4)."""

from collections.abc import Iterable, Mapping
from enum import StrEnum

from nianlun.access.domain.roles import Role


class Family(StrEnum):
    """Posts of one kind of duty. A person may change families, but never holds two at a time."""

    BUSINESS = "business"
    FUND = "fund"
    DATA = "data"
    CONTROL = "control"

    @property
    def label(self) -> str:
        return _LABELS[self]


_LABELS = {
    Family.BUSINESS: "业务运行",
    Family.FUND: "基金财务",
    Family.DATA: "数据管理",
    Family.CONTROL: "稽核内控",
}

FAMILY: Mapping[Role, Family] = {
    Role.CLERK: Family.BUSINESS,
    Role.REVIEWER: Family.BUSINESS,
    Role.LEADER: Family.BUSINESS,
    Role.FINANCE: Family.FUND,
    Role.ARCHIVIST: Family.DATA,
    Role.KEEPER: Family.DATA,
    Role.POLICY_OFFICER: Family.DATA,
    Role.POLICY_REVIEWER: Family.DATA,
    Role.SYSTEM_OFFICER: Family.DATA,
    Role.SCANNER: Family.DATA,
    Role.AUDITOR: Family.CONTROL,
    Role.INTERNAL_CONTROL: Family.CONTROL,
    Role.SECURITY_OFFICER: Family.CONTROL,
}
"""The family of each post of the agency. Insured persons and employers hold no post: they are in none."""

OFFICERS = frozenset({Role.SYSTEM_OFFICER, Role.SECURITY_OFFICER, Role.AUDITOR})
"""三员: whoever runs the system, whoever gives the rights, whoever reads the journal."""


class FamiliesMeet(Exception):
    """Posts would meet in one person that must not; the message names them and the rule."""


def keep_apart(roles: Iterable[Role]) -> None:
    """Return where one natural person may hold these posts together. Raises `FamiliesMeet` (S2.4)."""
    posts = [role for role in Role if role in set(roles) and role in FAMILY]
    families = list(dict.fromkeys(FAMILY[role] for role in posts))
    if len(families) > 1:
        named = "、".join(f"{role.label}（{FAMILY[role].label}）" for role in posts)
        raise FamiliesMeet(f"{named}不能由一人兼任：业务运行、基金财务、数据管理、稽核内控四类岗位要分开。")
    officers = [role for role in posts if role in OFFICERS]
    if len(officers) > 1:
        named = "、".join(role.label for role in officers)
        raise FamiliesMeet(f"{named}不能由一人兼任：系统、安全、审计三员要分开。")
