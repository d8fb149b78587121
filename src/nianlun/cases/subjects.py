"""Whom a case is about, as its papers name them: the number always masked (S5.1)."""

from nianlun.cases.domain.applicants import Applicant, applying
from nianlun.cases.domain.types import CaseType, Origin
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


def applicant_of(row: Case, case_type: CaseType) -> Applicant:
    """Who asked for this case; what the system opened nobody did."""
    return applying(case_type.applicant, opened_by_system=row.origin == Origin.SYSTEM.value)


def addressee_of(row: Case, *, case_type: CaseType) -> Subject:
    """To whom a slip goes: an authority that asks about somebody is answered itself."""
    subject = subject_of(row)
    if case_type.applicant is not Applicant.AUTHORITY:
        return subject
    organ = next((one.code for one in case_type.fields if one.code == "organ"), None)
    name = row.details.get(organ, "").strip() if organ else ""
    about = f"{subject.name}　{subject.number}".strip()
    return Subject(name=name or Applicant.AUTHORITY.label, number_label="查询对象", number=about)
