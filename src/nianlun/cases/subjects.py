"""Whom a case is about, as its papers name them: the number always masked (S5.1)."""

from nianlun.cases.models import Case
from nianlun.cases.slip_content import Subject
from nianlun.digitization.masking import mask_within
from nianlun.registry import queries as registry

_IDENTITY = "公民身份号码"


def subject_of(row: Case) -> Subject:
    """The person, employer or agency; who is only being registered is named as the application does."""
    if row.person_id is not None:
        person = registry.system_person(row.person_id)
        return Subject(name=person.name, number_label=_IDENTITY, number=person.masked_identity_number)
    if row.employer_id is not None:
        employer = registry.employers([row.employer_id])[row.employer_id]
        return Subject(name=employer.name, number_label="统一社会信用代码", number=employer.credit_code)
    named = row.details.get("name", "").strip()
    if named:
        number = mask_within(row.details.get("identity_number", ""))
        return Subject(name=named, number_label=_IDENTITY, number=number)
    return Subject(name=registry.agency(row.agency_id).name)
