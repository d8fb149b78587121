"""What others have to say before an object is destroyed, and what they have to forget afterwards.

The vault knows bytes; what rests on them is known higher up. A component says so in its `destruction.py`, which is
read when the system starts:

    @refuses_destruction
    def while_kept(object_id: str, *, by: Viewer, on: date) -> str: ...   # a sentence, or "" if nothing hinders

    @forgets_destroyed
    def forget(object_id: str) -> None: ...   # what was derived from the bytes, in the transaction of the destruction
"""

from collections.abc import Callable
from datetime import date
from typing import Protocol

from nianlun.access.domain import Viewer


class Guard(Protocol):
    """Why an object may not be destroyed, as a sentence; empty if nothing hinders. May raise `NotVisible`."""

    def __call__(self, object_id: str, /, *, by: Viewer, on: date) -> str: ...


Forgetting = Callable[[str], None]

_guards: list[Guard] = []
_forgettings: list[Forgetting] = []


def refuses_destruction(guard: Guard) -> Guard:
    """Register a guard: nothing is destroyed while it has a reason."""
    _guards.append(guard)
    return guard


def forgets_destroyed(forget: Forgetting) -> Forgetting:
    """Register what takes away, in the same transaction, what was derived from an object."""
    _forgettings.append(forget)
    return forget


def reasons(object_id: str, *, by: Viewer, on: date) -> list[str]:
    """Everything that stands against destroying an object on a day; raises `NotVisible` outside the viewer's scope."""
    found = (guard(object_id, by=by, on=on) for guard in _guards)
    return [reason for reason in found if reason]


def forget(object_id: str) -> None:
    """Have every component forget what it derived from the object."""
    for each in _forgettings:
        each(object_id)
