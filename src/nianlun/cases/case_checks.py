"""What the registers below can say of an application: whether somebody is there already, what cannot be changed."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date

from nianlun.cases import register_changes
from nianlun.cases.checks import pre_check
from nianlun.cases.domain.facts import CaseFacts
from nianlun.cases.domain.findings import Finding
from nianlun.kernel.credit_codes import CreditCode, NotACreditCode
from nianlun.kernel.identity import NotAnIdentityNumber
from nianlun.registry import changing, changing_units
from nianlun.registry import queries as registry
from nianlun.registry.domain import AlreadyRegistered, NotRegistrable

ANYWHERE = ""
"""A number is looked for in all divisions: one person has one relation in the whole country."""


@pre_check("registry.person_not_registered")
def person_not_registered(case: CaseFacts, *, on: date) -> list[Finding]:
    """Somebody with this number is insured already, here or elsewhere. Whose it is, is not said."""
    text = case.details.get("identity_number", "")
    try:
        registry.read_identity_number(text)
    except NotAnIdentityNumber as reason:
        return [Finding.stop(str(reason))] if text else []
    if registry.person_with_identity_number(text, division=ANYWHERE) is None:
        return []
    return [
        Finding.stop("这个公民身份号码已经登记参保。请查现有记录，不要重复登记；在别处参保的办关系转入。")
    ]


@pre_check("registry.employer_not_registered")
def employer_not_registered(case: CaseFacts, *, on: date) -> list[Finding]:
    """A unit with this credit code is registered already."""
    text = case.details.get("credit_code", "").strip().upper()
    try:
        CreditCode(text)
    except NotACreditCode as reason:
        return [Finding.stop(str(reason))] if text else []
    there = registry.employer_with_credit_code(text)
    if there is None:
        return []
    return [Finding.stop(f"这个统一社会信用代码已经登记为“{there.name}”。请查现有登记，信息有变的办变更。")]


@pre_check("registry.death_recordable")
def death_recordable(case: CaseFacts, *, on: date) -> list[Finding]:
    """A day of death that cannot be, or differs from the one on record."""
    died_on, alive = register_changes.died_on(case), case.details.get("cause") == register_changes.ALIVE
    if case.person_id is None or (died_on is None and not alive):
        return []
    with _found() as found:
        changing.check_death(case.person_id, died_on=died_on, correcting=case.corrects is not None, on=on)
    return found


@pre_check("registry.identity_changeable")
def identity_changeable(case: CaseFacts, *, on: date) -> list[Finding]:
    """A change of name, number or sex that the register would refuse."""
    change = register_changes.identity_change(case)
    if (
        case.person_id is None
        or change is None
        or not (change.name or change.identity_number or change.sex)
    ):
        return []
    with _found() as found:
        changing.check_identity(case.person_id, change)
    return found


@pre_check("registry.employer_changeable")
def employer_changeable(case: CaseFacts, *, on: date) -> list[Finding]:
    """A change of a unit's name or code that the register would refuse."""
    change = register_changes.unit_change(case)
    if case.employer_id is None or change is None or not (change.name or change.credit_code):
        return []
    with _found() as found:
        changing_units.check_employer(case.employer_id, change)
    return found


@pre_check("registry.employer_closable")
def employer_closable(case: CaseFacts, *, on: date) -> list[Finding]:
    """A last day that cannot be, or a unit that was closed before."""
    ended_on = register_changes.day(case, "ended_on")
    if case.employer_id is None or ended_on is None:
        return []
    with _found() as found:
        changing_units.check_closing(
            case.employer_id, ended_on=ended_on, correcting=case.corrects is not None, on=on
        )
    return found


@contextmanager
def _found() -> Iterator[list[Finding]]:
    """What the register would refuse at the grant, found before it."""
    found: list[Finding] = []
    try:
        yield found
    except (NotRegistrable, AlreadyRegistered, NotAnIdentityNumber) as reason:
        found.append(Finding.stop(str(reason)))
