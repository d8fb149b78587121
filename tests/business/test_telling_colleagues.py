"""Whose turn it is by name stands in the inbox of staff: what is handed over, sent back, or wants an opinion."""

from datetime import UTC, date, datetime

import pytest
from tests import factories
from tests.business.counter import Counter, accepted, opened, passed, version_of

from nianlun.cases import queries
from nianlun.cases.domain.facts import How
from nianlun.cases.domain.types import Step
from nianlun.cases.operations import deciding, hearing, holding, materials
from nianlun.notices import queries as notices

pytestmark = pytest.mark.django_db


@pytest.fixture
def counter() -> Counter:
    return Counter()


@pytest.fixture
def person():
    return factories.person()


@pytest.fixture(autouse=True)
def no_checks(monkeypatch):
    """What is found wrong has its own tests."""
    monkeypatch.setattr("nianlun.cases.checks.findings", lambda case, *, on: [])


def told(counter: Counter, role: str) -> list[str]:
    return [line.title for line in notices.of_account(getattr(counter, role))]


def test_who_is_handed_a_case_or_gets_one_back_or_is_called_reads_it_in_the_inbox(
    counter, person, client_of
):
    case_id = accepted(counter, person_id=person.id)
    number = queries.case(counter.clerk, case_id).line.number
    holding.take(case_id, by=counter.clerk, version=version_of(counter, case_id), at=counter.tick())
    holding.hand_over(
        case_id,
        by=counter.clerk,
        version=version_of(counter, case_id),
        to=counter.clerk2.account_id,
        reason="休假两周",
        at=counter.tick(),
    )
    assert told(counter, "clerk2") == [f"转给您的业务：{number}"]
    passed(counter, case_id, "clerk2")
    deciding.send_back(
        case_id,
        by=counter.reviewer,
        version=version_of(counter, case_id),
        to=Step.FIRST_REVIEW,
        text="请核对出生日期",
        at=counter.tick(),
    )
    assert told(counter, "clerk2")[0] == f"退回来的业务：{number}"
    passed(counter, case_id, "clerk2")
    members = [counter.archivist.account_id, counter.clerk3.account_id]
    hearing.call_hearing(
        case_id,
        by=counter.reviewer,
        version=version_of(counter, case_id),
        members=members,
        question="两份材料出生日期不同",
        at=counter.tick(),
    )
    assert told(counter, "clerk3") == told(counter, "archivist") == [f"请您会审：{number}"]
    assert told(counter, "clerk") == []
    browser = client_of(counter.clerk2)
    notice = notices.of_account(counter.clerk2)[0]
    page = browser.get(f"/inbox/{notice.id}/").content.decode()
    assert "请核对出生日期" in page
    assert f'href="/cases/{number}/"' in page


def test_a_promise_is_good_for_so_many_working_days(counter, person):
    case_id = opened(counter, "account_correction", person_id=person.id)
    promised = next(
        one for one in queries.case(counter.clerk, case_id).type.requirements if one.promise_days
    )
    assert promised.promise_days == 10
    counter.at = datetime(2026, 9, 21, 4, tzinfo=UTC)  # a Monday before the national holiday
    materials.take_material(
        case_id,
        by=counter.clerk,
        version=version_of(counter, case_id),
        requirement=promised.code,
        how=How.PROMISED,
        at=counter.tick(),
    )
    (taken,) = [
        one
        for one in queries.case(counter.clerk, case_id).materials
        if one.stands and one.requirement == promised.code
    ]
    assert taken.promised_until == date(2026, 10, 12)
