"""The application of a case: its fields as a form asks for them, and its answers as a page shows them."""

from collections.abc import Mapping
from dataclasses import dataclass

from nianlun.cases.domain.forms import answered
from nianlun.cases.domain.payee import payees, veiled
from nianlun.cases.domain.types import CaseType
from nianlun.cases.queries import CaseView
from nianlun.digitization.masking import mask_within

PREFIX = "d-"
"""Before the code of a field in a form, so that a field may be called like something of the form's own."""
LONGEST = 2400


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One answer of an application as it is shown; `code` leads to its field."""

    code: str
    label: str
    text: str


def typed(case_type: CaseType, sent: Mapping[str, str]) -> dict[str, str]:
    """What a form sent for each field of the type, untouched but for its length."""
    return {field.code: sent.get(PREFIX + field.code, "")[:LONGEST] for field in case_type.fields}


def answers(case_type: CaseType, details: Mapping[str, str], *, masked: bool = False) -> list[Answer]:
    """The answers in the order of the form; those not given are left out."""
    return [
        Answer(
            code=field.code,
            label=field.label,
            text=mask_within(answered(field, text)) if masked else answered(field, text),
        )
        for field in case_type.fields
        if (text := details.get(field.code, ""))
    ]


def shown(view: CaseView, *, revealed: bool) -> list[Answer]:
    """The answers of a case, numbers of persons, accounts and telephones masked unless revealed (S2.3)."""
    accounts = [
        Answer(code="", label="新的收款账户", text=account)
        for account in payees(view.details if revealed else veiled(view.details))
    ]
    return answers(view.type, view.details, masked=not revealed) + accounts


def hides_something(view: CaseView) -> bool:
    """Whether masking takes anything away."""
    hidden = veiled(view.details)
    return any(mask_within(hidden[code]) != text for code, text in view.details.items())
