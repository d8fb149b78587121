"""Filling another post for a time: for a colleague on leave, or behind broken glass. No database, no clock."""

from datetime import timedelta
from enum import StrEnum

from nianlun.access.domain.families import FAMILY, FamiliesMeet, keep_apart
from nianlun.access.domain.grants import NotGrantable
from nianlun.access.domain.roles import Role

LONGEST_LEAVE = timedelta(days=30)
GLASS_LASTS = timedelta(minutes=60)
"""How long broken glass stays open, and how long somebody has to open it."""


def check_substitute(absent: Role, substitute: Role) -> None:
    """Return where the substitute's post allows filling the other's: one family. Raises `NotGrantable`."""
    if Role.SCANNER in (absent, substitute):
        raise NotGrantable("外包人员不代班，也不由别人代班。请由档案员另派批次。")
    if FAMILY.get(absent) is None or FAMILY.get(absent) != FAMILY.get(substitute):
        raise NotGrantable("代班的人要与您同一类岗位。请另选一位。")
    _keep_apart(absent, substitute)


def may_substitute(absent: Role, substitute: Role) -> bool:
    """The same as an answer, for offering only who can."""
    try:
        check_substitute(absent, substitute)
    except NotGrantable:
        return False
    return True


def check_glass(own: Role, wanted: Role) -> None:
    """Return where the post may be filled in an emergency: another one of the own family. Raises `NotGrantable`."""
    if wanted in (own, Role.SCANNER) or FAMILY.get(wanted) is None or FAMILY.get(own) != FAMILY.get(wanted):
        raise NotGrantable("应急权限只限本人岗位同一类的另一个岗位。请另选，或请该岗位的人办理。")
    _keep_apart(own, wanted)


def may_break_glass(own: Role, wanted: Role) -> bool:
    """The same as an answer, for offering only what can be had."""
    try:
        check_glass(own, wanted)
    except NotGrantable:
        return False
    return True


def _keep_apart(*roles: Role) -> None:
    try:
        keep_apart(roles)
    except FamiliesMeet as reason:
        raise NotGrantable(str(reason)) from None


class GlassState(StrEnum):
    """Where an emergency stands."""

    ASKED = "asked"
    REFUSED = "refused"
    OPEN = "open"
    CLOSED = "closed"
    REVIEWED = "reviewed"

    @property
    def label(self) -> str:
        return _GLASS[self]


_GLASS = {
    GlassState.ASKED: "待同意",
    GlassState.REFUSED: "未启用",
    GlassState.OPEN: "使用中",
    GlassState.CLOSED: "待审查",
    GlassState.REVIEWED: "已审查",
}
