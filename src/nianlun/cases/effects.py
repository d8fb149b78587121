"""What a grant does to the registers: registered by the components above, run in the approving transaction (业档一体).

A component says in its `cases.py` what it carries out:

    @effect("registry.person_registered")
    def register_person(case: CaseFacts, *, by: Viewer, at: datetime) -> str: ...   # what was done, as a sentence

It runs once: the case is locked, its version counted, and whatever it writes stands or falls with the decision.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Protocol

from nianlun.access.domain import Refused, Viewer
from nianlun.cases.domain.facts import CaseFacts


class Effect(Protocol):
    """Carries out a granted case and says what was done. Raises `Refused` where it cannot be done now."""

    def __call__(self, case: CaseFacts, /, *, by: Viewer, at: datetime) -> str: ...


_effects: dict[str, Effect] = {}


def effect(name: str) -> Callable[[Effect], Effect]:
    """Register what the effect of that name does."""

    def register(function: Effect) -> Effect:
        if name in _effects:
            raise ValueError(f"two effects named {name}")
        _effects[name] = function
        return function

    return register


def run(name: str, case: CaseFacts, *, by: Viewer, at: datetime) -> str:
    """Carry out a granted case. Raises `Refused` where nobody carries out what its type promises."""
    if name not in _effects:
        raise Refused(f"系统里还没有“{name}”这项办理结果的执行程序，不能批准。请联系系统管理员。")
    return _effects[name](case, by=by, at=at)


def names() -> list[str]:
    """Every effect that is carried out by somebody."""
    return sorted(_effects)
