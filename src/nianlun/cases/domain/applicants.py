"""Who applies for a kind of business: whom the matter belongs to, and who may take it back. No database, no clock."""

from enum import StrEnum


class Applicant(StrEnum):
    """At whose word a case is opened; the person it is about is not always the one who asked for it."""

    PERSON = "person"
    EMPLOYER = "employer"
    AGENCY = "agency"
    AUTHORITY = "authority"

    @property
    def label(self) -> str:
        """What people call it."""
        return _LABELS[self]


_LABELS = {
    Applicant.PERSON: "参保人",
    Applicant.EMPLOYER: "参保单位",
    Applicant.AGENCY: "经办机构",
    Applicant.AUTHORITY: "司法、行政机关",
}
_BEFORE_THE_KEY = {
    "assisted_inquiry": Applicant.AUTHORITY,
    "benefit_assessment": Applicant.AGENCY,
    "benefit_suspension": Applicant.AGENCY,
    "inspection": Applicant.AGENCY,
    "life_certification_failed": Applicant.AGENCY,
    "overpayment_recovery": Applicant.AGENCY,
}
"""What definitions mean that were kept before they had to say who applies: where it is not whom they are about."""


def presumed(code: str, *, about: str) -> Applicant:
    """Who applies by a definition that does not say so: as known of that code, else whom it is about."""
    return _BEFORE_THE_KEY.get(code) or Applicant(about)


def not_asked_for(plain_name: str) -> str:
    """Why the insured person cannot take back what the agency's system began, though others apply for it themselves."""
    return (
        f"“{plain_name}”这一件是经办机构的系统发起的，不是您申请的，不能在这里撤回。"
        "您不想办或者有意见的，请到经办机构当面提出，或者打电话问。"
    )


def applying(applicant: Applicant, *, opened_by_system: bool) -> Applicant:
    """Who asked for this one case: what the system opened nobody applied for, whoever usually does."""
    return Applicant.AGENCY if opened_by_system else applicant


def not_yours(plain_name: str, applicant: Applicant) -> str:
    """Why the insured person can neither take the case back nor send papers for it on the phone."""
    return (
        f"“{plain_name}”是{applicant.label}提出的，不是您申请的，不能在这里撤回、交材料或者承诺。"
        "您有意见或者有材料要交的，请到经办机构当面提出，或者打电话问。"
    )
