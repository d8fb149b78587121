"""回避: whoever a case is about or names, and that person's kin, does nothing with it from the first day on (S2.5)."""

import pytest
from tests import factories
from tests.business.counter import Counter, details_for, opened, version_of

from nianlun.access.domain import Refused
from nianlun.cases import queries
from nianlun.cases.models import Action, Case, CloseCall
from nianlun.cases.operations import door, holding, opening, pausing, withdrawing
from nianlun.kernel.identifiers import uuid7
from nianlun.registry import operations as registry

pytestmark = pytest.mark.django_db
KIND = "benefit_account_change"


@pytest.fixture
def counter(monkeypatch):
    monkeypatch.setattr("nianlun.cases.checks.findings", lambda case, *, on: [])
    return Counter()


def is_the_clerk(counter, **person):
    """A person who is the clerk of the counter."""
    found = factories.person(**person)
    registry.link_login(
        by=None, account_id=counter.clerk.account_id, person_id=found.id, at=factories.START
    )
    return found


def test_a_clerk_opens_no_case_of_the_own(counter):
    own = is_the_clerk(counter)
    with pytest.raises(Refused, match="回避"):
        opened(counter, KIND, person_id=own.id)
    assert not Case.objects.exists()


MOVES = {
    "take": lambda case, **how: holding.take(case, **how),
    "complete": lambda case, **how: door.complete_details(case, details=details_for(KIND), **how),
    "accept": lambda case, **how: door.accept(case, **how),
    "reject": lambda case, **how: door.reject(case, reason="不属本机构管辖", **how),
    "ask": lambda case, **how: pausing.ask_supplement(case, missing=[], text="补充材料", **how),
    "suspend": lambda case, **how: pausing.suspend(case, reason="等鉴定结论", **how),
    "resume": lambda case, **how: pausing.resume(case, **how),
    "withdraw": lambda case, **how: withdrawing.withdraw(case, reason="重复立案", **how),
}


@pytest.mark.parametrize("move", MOVES)
def test_a_clerk_does_nothing_with_the_own_case_and_the_attempt_is_kept(counter, move):
    own = factories.person()
    case_id = opened(counter, KIND, person_id=own.id)
    version = version_of(counter, case_id)
    registry.link_login(by=None, account_id=counter.clerk.account_id, person_id=own.id, at=factories.START)
    with pytest.raises(Refused, match="回避"):
        MOVES[move](case_id, by=counter.clerk, version=version, at=counter.tick())
    assert CloseCall.objects.get().case_id == case_id
    assert Action.objects.filter(case_id=case_id).count() == 1


def test_a_case_taken_before_one_is_known_to_be_close_is_no_purpose_for_the_file(counter):
    own = factories.person()
    case_id = opened(counter, KIND, person_id=own.id)
    holding.take(case_id, by=counter.clerk, version=version_of(counter, case_id), at=counter.tick())
    assert queries.in_hand(counter.clerk, own.id) is not None
    registry.link_login(by=None, account_id=counter.clerk.account_id, person_id=own.id, at=factories.START)
    assert queries.in_hand(counter.clerk, own.id) is None


def test_nobody_is_handed_the_own_case(counter):
    own = is_the_clerk(counter)
    case_id = opening.open_case(
        KIND,
        by=counter.clerk2,
        details=details_for(KIND),
        request_key=uuid7(),
        person_id=own.id,
        at=counter.tick(),
    )
    with pytest.raises(Refused, match="回避"):
        holding.hand_over(
            case_id,
            by=counter.leader,
            version=1,
            to=counter.clerk.account_id,
            reason="请你来办这件",
            at=counter.tick(),
        )


@pytest.mark.parametrize(
    ("kind", "field"),
    [("employment_backdated", "person_number"), ("death_benefits", "applicant_number")],
)
def test_whoever_an_application_names_keeps_away_from_it(counter, kind, field):
    number = factories.identity_number()
    is_the_clerk(counter, number=number)
    whom = (
        {"employer_id": factories.employer()}
        if kind == "employment_backdated"
        else {"person_id": factories.person().id}
    )

    def open_by(clerk, **answers):
        return opening.open_case(
            kind,
            by=clerk,
            details=details_for(kind, **answers),
            request_key=uuid7(),
            at=counter.tick(),
            **whom,
        )

    with pytest.raises(Refused, match="回避"):
        open_by(counter.clerk, **{field: number.lower()})
    case_id = open_by(counter.clerk2, **{field: number})
    with pytest.raises(Refused, match="回避"):
        door.accept(case_id, by=counter.clerk, version=1, at=counter.tick())
    other = open_by(counter.clerk)
    with pytest.raises(Refused, match="回避"):
        door.complete_details(
            other,
            by=counter.clerk,
            version=1,
            details=details_for(kind, **{field: number}),
            at=counter.tick(),
        )


@pytest.mark.parametrize("there", [True, False])
def test_a_unit_s_case_takes_no_person_and_a_person_s_no_unit_whether_there_is_one_or_not(counter, there):
    person = factories.person(factories.agency("130102", "石家庄市长安区养老保险经办处"), name="欧阳外地")
    unit = factories.employer()
    with pytest.raises(Refused, match="不选参保人"):
        opening.open_case(
            "employer_change",
            by=counter.clerk,
            details=details_for("employer_change"),
            request_key=uuid7(),
            person_id=person.id if there else uuid7(),
            employer_id=unit,
            at=counter.tick(),
        )
    with pytest.raises(Refused, match="不选参保单位"):
        opening.open_case(
            KIND,
            by=counter.clerk,
            details=details_for(KIND),
            request_key=uuid7(),
            person_id=factories.person().id,
            employer_id=unit if there else uuid7(),
            at=counter.tick(),
        )
