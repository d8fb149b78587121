"""What the registers below can say of an application: whether somebody is there already."""

from datetime import date

from nianlun.cases.checks import pre_check
from nianlun.cases.domain.facts import CaseFacts
from nianlun.cases.domain.findings import Finding
from nianlun.kernel.credit_codes import CreditCode, NotACreditCode
from nianlun.kernel.identity import NotAnIdentityNumber
from nianlun.registry import queries as registry

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
