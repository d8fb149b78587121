"""Applications as the checks see them, without a case in the database."""

from datetime import UTC, date, datetime
from uuid import UUID, uuid4

from nianlun.cases import checks, type_files
from nianlun.cases.domain.facts import CaseFacts, How, MaterialFacts
from nianlun.cases.domain.findings import Finding
from nianlun.cases.domain.flow import State
from nianlun.cases.domain.types import Origin

TODAY = date(2026, 11, 23)


def shown(code: str, how: How = How.ORIGINAL_SEEN, *, until: date | None = None) -> MaterialFacts:
    """A paper that was shown, or what stands for it."""
    at = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)
    return MaterialFacts(
        code=code, how=how, file_name="", promised_until=until, note="", by_name="李敏", at=at
    )


def application(type_code: str, *, person_id: UUID | None = None, **details: str) -> CaseFacts:
    """An application as it was taken in, with nothing shown yet."""
    return CaseFacts(
        id=uuid4(),
        number="130606-2026-000001",
        type=type_files.case_type(type_code, TODAY),
        state=State.FIRST_REVIEW,
        origin=Origin.COUNTER,
        person_id=person_id,
        employer_id=None,
        agency_id=uuid4(),
        division="130606",
        details=details,
        materials=(),
        hands={},
        received_on=date(2026, 11, 20),
        accepted_on=date(2026, 11, 20),
        corrects=None,
        others_open=(),
    )


def said(name: str, case: CaseFacts, *, on: date = TODAY) -> list[Finding]:
    """What one check finds."""
    return checks.check_named(name)(case, on=on)
