"""How a right is given: four steps by four persons, for a term (S2.4). No database, no clock."""

from collections.abc import Mapping, Set
from datetime import date, timedelta
from enum import StrEnum

from nianlun.access.domain.families import FAMILY
from nianlun.access.domain.rights import Right
from nianlun.access.domain.roles import Role

LONGEST_TERM = timedelta(days=366)
"""A post is given for a year at most; a contractor's as long as the contract."""
REQUEST_LASTS = timedelta(days=30)
ENDING_SOON = timedelta(days=30)
SHORTEST_REASON, LONGEST_REASON = 4, 300


class NotGrantable(ValueError):
    """What is asked for contradicts itself or the rules; the message says what and what to do."""


class Step(StrEnum):
    """One of the four hands, in their order."""

    ASKED = "asked"
    REVIEWED = "reviewed"
    APPROVED = "approved"
    GIVEN = "given"

    @property
    def label(self) -> str:
        return _STEPS[self][0]

    @property
    def right(self) -> Right:
        """The right that takes this step."""
        return _STEPS[self][1]


_STEPS: Mapping[Step, tuple[str, Right]] = {
    Step.ASKED: ("业务部门申请", Right.GRANT_ASK),
    Step.REVIEWED: ("内控审核", Right.GRANT_REVIEW),
    Step.APPROVED: ("领导核准", Right.GRANT_APPROVE),
    Step.GIVEN: ("系统赋权", Right.GRANT_GIVE),
}


class Standing(StrEnum):
    """Where a request stands."""

    WAITING = "waiting"
    GIVEN = "given"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"

    @property
    def label(self) -> str:
        return _STANDINGS[self]


_STANDINGS = {
    Standing.WAITING: "在办",
    Standing.GIVEN: "已赋权",
    Standing.REFUSED: "已退回",
    Standing.WITHDRAWN: "已撤回",
    Standing.EXPIRED: "已过期",
}


def next_step(taken: Set[Step]) -> Step | None:
    """Whose turn it is after these steps; None after the fourth."""
    return next((step for step in Step if step not in taken), None)


def may_ask_for(roles: Set[Role], post: Role) -> bool:
    """Whether holders of these posts speak for the department of that post: its own family, or its leader."""
    return Role.LEADER in roles or FAMILY.get(post) in {FAMILY.get(role) for role in roles}


def check_term(role: Role, *, on: date, until: date, contract: str) -> None:
    """Return where the post may be held to the day before `until`. Raises `NotGrantable`."""
    if until <= on:
        raise NotGrantable("到期日应晚于今天。请核对。")
    if role is Role.SCANNER:
        if not contract:
            raise NotGrantable("外包人员的权限以合同期为限。请填写合同编号，到期日不晚于合同终止日。")
    elif until - on > LONGEST_TERM:
        raise NotGrantable("权限最长一年。请把到期日改到一年以内，到期前可以再申请。")


def check_post(role: Role) -> None:
    """Return for a post of the agency. Raises `NotGrantable` for accounts that are none of the agency's staff."""
    if role not in FAMILY:
        raise NotGrantable(f"{role.label}不是经办机构的岗位，不走权限申请。")


def reason_text(text: str) -> str:
    """The reason, tidied. Raises `NotGrantable`."""
    tidy = " ".join(text.split())
    if not SHORTEST_REASON <= len(tidy) <= LONGEST_REASON:
        raise NotGrantable(f"请写明理由，{SHORTEST_REASON} 至 {LONGEST_REASON} 个字。")
    return tidy
