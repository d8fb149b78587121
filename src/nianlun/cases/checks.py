"""What the system finds in an application before a person reviews it (系统预审).

A component says in its `case_checks.py` what it can check truthfully, by a name that kinds of business call it by:

    @pre_check("contributions.months_free")
    def months_free(case: CaseFacts, *, on: date) -> list[Finding]: ...

`stop` stands in the way of a review, `look` wants a word from the reviewer. What holds for every kind of business is
always checked: the form is filled in, every paper is shown or stood in for, no promise has run out, no twin is open.
"""

from collections.abc import Callable
from datetime import date
from typing import Protocol

from nianlun.cases.domain.facts import CaseFacts
from nianlun.cases.domain.findings import ALWAYS, Finding


class PreCheck(Protocol):
    """Looks at an application on a day and says what it found; nothing where all is well."""

    def __call__(self, case: CaseFacts, /, *, on: date) -> list[Finding]: ...


_checks: dict[str, PreCheck] = {}


def pre_check(name: str) -> Callable[[PreCheck], PreCheck]:
    """Register the check of that name."""

    def register(function: PreCheck) -> PreCheck:
        if _checks.setdefault(name, function) is not function:
            raise ValueError(f"two checks named {name}")
        return function

    return register


def names() -> list[str]:
    """Every check that a kind of business may name."""
    return sorted(_checks)


def check_named(name: str) -> PreCheck:
    """The check of that name. Raises `KeyError` where nobody makes it."""
    return _checks[name]


def findings(case: CaseFacts, *, on: date) -> list[Finding]:
    """Everything the system finds in the case as it stands on the day, what stops it first."""
    found = [finding for check in ALWAYS for finding in check(case, on=on)]
    for name in case.type.checks:
        if name in _checks:
            found += check_named(name)(case, on=on)
        else:
            found.append(Finding.look(f"系统还不会做“{name}”这项预审，请人工核对。"))
    return sorted(found, key=lambda finding: not finding.stops)
