"""What granted registrations do: the register below this component learns of a new person or employer."""

from datetime import date, datetime

from nianlun.access.domain import Refused, Viewer
from nianlun.archives.numbering import next_number
from nianlun.cases.domain.facts import CaseFacts
from nianlun.cases.effects import Done, effect
from nianlun.registry import operations as registry
from nianlun.registry.domain import AlreadyRegistered, NotRegistrable


@effect("registry.person_registered")
def register_person(case: CaseFacts, *, by: Viewer, at: datetime) -> Done:
    """Register the person the case names, with the next personal number of the agency's division."""
    number = f"{case.division}{next_number(f'person-{case.division}'):08d}"
    details = case.details
    try:
        person_id = registry.register_person(
            by=by,
            name=details.get("name", ""),
            identity_number=details.get("identity_number", ""),
            scheme=details.get("scheme", ""),
            category=int(details.get("category", "0")),
            agency_id=case.agency_id,
            personal_number=number,
            at=at,
        )
    except (NotRegistrable, AlreadyRegistered, ValueError) as reason:
        raise Refused(f"不能登记：{reason}") from reason
    return Done(sentence=f"已登记参保，个人编号 {number}。", person_id=person_id)


@effect("registry.employer_registered")
def register_employer(case: CaseFacts, *, by: Viewer, at: datetime) -> Done:
    """Register the unit the case names."""
    details = case.details
    try:
        employer_id = registry.register_employer(
            by=by,
            name=details.get("unit_name", ""),
            agency_id=case.agency_id,
            credit_code=details.get("credit_code", "").upper(),
            since=date.fromisoformat(details["founded_on"]) if details.get("founded_on") else None,
            at=at,
        )
    except (NotRegistrable, AlreadyRegistered, ValueError) as reason:
        raise Refused(f"不能登记：{reason}") from reason
    return Done(sentence="已登记参保单位。", employer_id=employer_id)
