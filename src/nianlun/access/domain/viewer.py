"""Who looks, what that viewer may do, and the two ways of saying no."""

from dataclasses import dataclass
from datetime import datetime

from nianlun.access.domain.rights import Right
from nianlun.access.domain.roles import RIGHTS, Role


class Refused(Exception):
    """What is asked for is there, but may not be done by this viewer now. Answered with 403 and the sentence."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


class NotVisible(Exception):
    """Outside what this viewer may see; answered exactly as if it did not exist (S2.2)."""

    def __init__(self, sentence: str = "没有找到，或不在您的业务范围内。请核对。") -> None:
        super().__init__(sentence)


@dataclass(frozen=True, slots=True, kw_only=True)
class Viewer:
    """The account a request acts for, as it stands at this request.

    `scope` is the division-code prefix of what it may see: "13" all of Hebei, "130602" one district, "" nothing.
    `standing_in` are the roles it fills beside its own for a time: for a colleague on leave, or behind broken glass.
    `glass_until` is when the emergency ends in which it fills one of them.
    `lapsed` is an account of staff whose post nobody has given, or no longer: it may do nothing at all.
    `lent` are the rights that a token lends to the account of a program for this request, or a granted case to whoever
    decides it while it takes effect.
    `device` is a digest of the browser it came with, empty where there is none, as for a command.
    """

    account_id: int
    role: Role
    name: str
    agency_name: str
    scope: str
    standing_in: frozenset[Role] = frozenset()
    device: str = ""
    glass_until: datetime | None = None
    lapsed: bool = False
    lent: frozenset[Right] = frozenset()

    @property
    def rights(self) -> frozenset[Right]:
        """Everything its roles allow."""
        if self.lapsed:
            return frozenset()
        return RIGHTS[self.role].union(self.lent, *(RIGHTS[role] for role in self.standing_in))

    def may(self, right: Right) -> bool:
        """Whether a role of its holds the right; for showing or hiding a button, never instead of `authorize`."""
        return right in self.rights


def authorize(viewer: Viewer, right: Right, *, scope_of: str | None = None) -> None:
    """Return where the viewer may do this, to a thing of the division `scope_of` if one is given.

    The one place where that is decided (S2.1). Raises `Refused` where its roles lack the right and
    `NotVisible` where the thing lies outside the viewer's scope.
    """
    if viewer.lapsed:
        raise Refused(f"您的岗位授权已到期或已收回，不能{right.label}。请由所在部门重新申请。")
    if not viewer.may(right):
        raise Refused(
            f"您的岗位是{viewer.role.label}，不能{right.label}。如工作需要，请由所在部门在“权限”里申请。"
        )
    if scope_of is not None and not covers(viewer.scope, division=scope_of):
        raise NotVisible


def covers(scope: str, *, division: str) -> bool:
    """Whether a division lies within a scope. An empty scope covers nothing, not everything."""
    return scope != "" and division.startswith(scope)
