"""A hearing (会审): who may be called, when it can be spoken in, and how it ends without whoever has left."""

import pytest
from tests import factories
from tests.business.counter import Counter, accepted, passed, version_of

from nianlun.access.domain import Refused
from nianlun.access.models import Account
from nianlun.cases import queries
from nianlun.cases.domain.flow import Move, Outcome, State
from nianlun.cases.models import Case
from nianlun.cases.operations import hearing, withdrawing
from nianlun.notices.models import Notice
from nianlun.registry import operations as registry

pytestmark = pytest.mark.django_db


@pytest.fixture
def counter():
    return Counter()


@pytest.fixture
def person():
    return factories.person()


@pytest.fixture(autouse=True)
def no_checks(monkeypatch):
    """What the system finds in a case is tested where it finds it; here the hearing is."""
    monkeypatch.setattr("nianlun.cases.checks.findings", lambda case, *, on: [])


@pytest.fixture
def reviewed(counter, person):
    """A retirement at its second review."""
    case_id = accepted(counter, person_id=person.id)
    passed(counter, case_id, "clerk")
    return case_id


def now(counter, case_id, who):
    return {"by": getattr(counter, who), "version": version_of(counter, case_id), "at": counter.tick()}


def call(counter, case_id, *members):
    called = [getattr(counter, member).account_id for member in members]
    hearing.call_hearing(
        case_id, members=called, question="年限怎样算", **now(counter, case_id, "reviewer")
    )


def speak(counter, case_id, who):
    hearing.give_opinion(case_id, agree=True, text="以招工表为准", **now(counter, case_id, who))


def close(counter, case_id, who="reviewer"):
    hearing.close_hearing(case_id, text="以招工表为准", **now(counter, case_id, who))


@pytest.mark.parametrize("ended", [State.CONCLUDED, State.FILED])
def test_a_closed_case_hears_nobody_and_tells_nobody_that_it_ended_again(counter, person, reviewed, ended):
    own = factories.insured(person)
    call(counter, reviewed, "archivist", "leader")
    withdrawing.withdraw_own(reviewed, **now(counter, reviewed, "clerk") | {"by": own})
    if ended is State.FILED:
        Case.objects.filter(pk=reviewed).update(state=ended.value, filed_at=counter.at)
    before = Case.objects.values().get(pk=reviewed), Notice.objects.count()
    for attempt in (
        lambda: speak(counter, reviewed, "archivist"),
        lambda: close(counter, reviewed, "leader"),
    ):
        with pytest.raises(Refused, match="会审已随之结束"):
            attempt()
    assert (Case.objects.values().get(pk=reviewed), Notice.objects.count()) == before


def test_whom_the_case_is_about_is_not_called_to_its_hearing(counter, person, reviewed):
    registry.link_login(
        by=None, account_id=counter.archivist.account_id, person_id=person.id, at=factories.START
    )
    with pytest.raises(Refused, match=f"{counter.archivist.name}本人、配偶或登记亲属.*另选"):
        call(counter, reviewed, "archivist", "leader")
    call(counter, reviewed, "clerk2", "leader")


def test_a_hearing_ends_without_whoever_left_meanwhile_and_names_them(counter, reviewed):
    call(counter, reviewed, "leader2", "clerk3")
    speak(counter, reviewed, "leader2")
    with pytest.raises(Refused, match=f"还没有发表意见：{counter.clerk3.name}"):
        close(counter, reviewed)
    Account.objects.filter(pk=counter.clerk3.account_id).update(is_active=False)
    close(counter, reviewed)
    closed = queries.case(counter.clerk, reviewed).actions[-1]
    assert closed.move is Move.HEARING_CLOSED
    assert f"{counter.clerk3.name}已不能参加，没有发表意见" in closed.text
    passed(counter, reviewed, "reviewer", "leader")
    assert queries.case(counter.clerk, reviewed).line.outcome is Outcome.GRANTED


def test_a_hearing_ends_without_whoever_turned_out_to_be_close_to_the_person(counter, person, reviewed):
    call(counter, reviewed, "leader2", "clerk3")
    speak(counter, reviewed, "leader2")
    registry.link_login(
        by=None, account_id=counter.clerk3.account_id, person_id=person.id, at=factories.START
    )
    with pytest.raises(Refused, match="回避"):
        speak(counter, reviewed, "clerk3")
    close(counter, reviewed)
    passed(counter, reviewed, "reviewer", "leader")
