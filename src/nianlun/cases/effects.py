"""What a grant does to the registers: registered by the components above, run in the approving transaction (业档一体).

A component says in its `case_effects.py` what it carries out:

    @effect("registry.person_registered")
    def register_person(case: CaseFacts, *, by: Viewer, at: datetime) -> Done: ...

It runs once: the case is locked, its version counted, and whatever it writes stands or falls with the decision. The
granted case is its authority: who decides need not hold the rights of whoever would do the same thing without one.

Where it carries out what lies outside the case, proposed by anybody at any time, `subject` tells what that is now: the
first review keeps it, and a grant that would bring something else into force is refused.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol
from uuid import UUID

from nianlun.access.domain import RIGHTS, Refused, Role, Viewer
from nianlun.cases.domain.facts import CaseFacts

WHAT_A_CASE_LENDS = RIGHTS[Role.CLERK] | RIGHTS[Role.REVIEWER]


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """What a grant brings into force: `what` it is called, `sentence` shows it, `made_of` tells it from any other."""

    what: str
    sentence: str
    made_of: tuple[str, ...]

    @property
    def digest(self) -> str:
        """Equal for the very same thing only, not for another that reads alike."""
        return hashlib.sha256("\n".join(self.made_of).encode()).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """What a grant did, as a sentence for the slip, and whom it registered, where the case was about nobody yet.

    `subject` is what it brought into force, where the effect has one.
    """

    sentence: str
    person_id: UUID | None = None
    employer_id: UUID | None = None
    subject: Subject | None = None


class Effect(Protocol):
    """Carries out a granted case and says what was done. Raises `Refused` where it cannot be done now."""

    def __call__(self, case: CaseFacts, /, *, by: Viewer, at: datetime) -> Done: ...


_effects: dict[str, Effect] = {}
_correcting: set[str] = set()
_subjects: dict[str, Callable[[CaseFacts], Subject | None]] = {}


def effect(
    name: str, *, corrects: bool = False, subject: Callable[[CaseFacts], Subject | None] | None = None
) -> Callable[[Effect], Effect]:
    """Register what the effect of that name does; `corrects` where it also puts right what it did before.

    `subject` tells what a grant would bring into force now, None where there is nothing; `Done` then says what it was.
    """

    def register(function: Effect) -> Effect:
        if name in _effects:
            raise ValueError(f"two effects named {name}")
        _effects[name] = function
        if corrects:
            _correcting.add(name)
        if subject is not None:
            _subjects[name] = subject
        return function

    return register


def run(name: str, case: CaseFacts, *, by: Viewer, at: datetime) -> Done:
    """Carry out a granted case. Raises `Refused` where nobody carries out what its type promises."""
    if name not in _effects:
        raise Refused(f"系统里还没有“{name}”这项办理结果的执行程序，不能批准。请联系系统管理员。")
    if case.corrects is not None:
        ensure_correctable(name)
    lent = replace(
        by, lent=by.lent | WHAT_A_CASE_LENDS
    )  # rights, no roles: they outlast a new look at the account
    return _effects[name](case, by=lent, at=at)


def subject_of(name: str, case: CaseFacts) -> Subject | None:
    """What a grant of the case would bring into force as things stand; None for what lies in the case itself."""
    return _subjects[name](case) if name in _subjects else None


def ensure_correctable(name: str) -> None:
    """Return where a correction can carry the effect out. Raises `Refused`: run anew, it would do the same twice."""
    if name not in _correcting:
        raise Refused("登记不能用更正业务重做，会登记出第二个。登记内容有误的，请办信息变更。")


def names() -> list[str]:
    """Every effect that is carried out by somebody."""
    return sorted(_effects)
