"""An assessment goes through its case: taken in, looked over by two and approved by a third."""

from datetime import datetime
from uuid import UUID

from tests.business.counter import Counter, accepted, passed


def approved(person_id: UUID, *, at: datetime, code: str = "benefit_assessment", **details: str) -> UUID:
    """A case that puts the person's proposed assessment into force, from the counter to the approval."""
    counter = Counter(at=at)
    case_id = accepted(counter, code, person_id=person_id, **details)
    passed(counter, case_id, "clerk", "reviewer", "leader")
    return case_id
