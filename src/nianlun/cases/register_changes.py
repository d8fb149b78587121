"""What an application to change the register asks for, read from its form for the checks and the effect."""

from datetime import date

from nianlun.cases.domain.facts import CaseFacts
from nianlun.registry.changing import IdentityChange
from nianlun.registry.changing_units import UnitChange
from nianlun.registry.domain import Sex

ALIVE = "alive"
"""Among the causes of a death: it was recorded wrongly and the person lives."""


def day(case: CaseFacts, field: str) -> date | None:
    """A day of the form; None where it is not filled in."""
    text = case.details.get(field, "")
    return date.fromisoformat(text) if text else None


def died_on(case: CaseFacts) -> date | None:
    """The day of death that is to stand in the register; None where a wrong record is to be taken back."""
    return None if case.details.get("cause") == ALIVE else day(case, "died_on")


def identity_change(case: CaseFacts) -> IdentityChange | None:
    """What is to become different about a person; None for the birth date, which is ruled on and not edited."""
    details = case.details
    match details.get("item"):
        case "name":
            return IdentityChange(name=details.get("new_name", ""))
        case "number":
            return IdentityChange(
                identity_number=details.get("new_number", ""), mistaken=details.get("why") == "wrong"
            )
        case "sex":
            return IdentityChange(
                sex=Sex(details["new_sex"]) if details.get("new_sex") else None,
                category=int(details.get("new_category", "0")),
            )
    return None


def unit_change(case: CaseFacts) -> UnitChange | None:
    """What is to become different about a unit; None for what the register does not hold, such as an address."""
    details = case.details
    before, after = details.get("before", ""), details.get("after", "")
    match details.get("item"):
        case "name":
            return UnitChange(before=before, name=after)
        case "credit_code":
            return UnitChange(before=before, credit_code=after)
    return None
