"""Nobody decides alone, whatever the program above does: the database counts hands, and two at once make one case."""

import threading
from datetime import timedelta

import pytest
from django.db import IntegrityError, connections, transaction
from tests import factories
from tests.business.counter import Counter, accepted, details_for, passed, version_of

from nianlun.access.domain import Refused
from nianlun.cases import queries
from nianlun.cases.domain.facts import How
from nianlun.cases.domain.flow import State
from nianlun.cases.models import Case, Pause
from nianlun.cases.operations import holding, materials, opening, pausing, withdrawing
from nianlun.cases.queries import Pile
from nianlun.kernel.identifiers import uuid7

pytestmark = pytest.mark.django_db


@pytest.fixture
def counter(monkeypatch):
    monkeypatch.setattr("nianlun.cases.checks.findings", lambda case, *, on: [])
    return Counter()


@pytest.mark.parametrize(
    ("kind", "posts"),
    [("retirement", ["clerk", "reviewer"]), ("benefit_account_change", ["clerk"])],
)
def test_the_database_lets_no_case_be_granted_with_a_hand_too_few(counter, kind, posts):
    case_id = accepted(counter, kind, person_id=factories.person().id)
    passed(counter, case_id, *posts)
    with pytest.raises(IntegrityError, match="经手"), transaction.atomic():
        Case.objects.filter(pk=case_id).update(
            outcome="granted", state="concluded", concluded_at=counter.at
        )
    assert Case.objects.get(pk=case_id).outcome == ""


def test_two_hands_may_refuse_a_high_risk_case(counter):
    case_id = accepted(counter, person_id=factories.person().id)
    passed(counter, case_id, "clerk", "reviewer")
    Case.objects.filter(pk=case_id).update(outcome="refused", state="concluded", concluded_at=counter.at)
    assert Case.objects.get(pk=case_id).outcome == "refused"


@pytest.mark.django_db(transaction=True)
def test_the_same_form_sent_by_three_browsers_at_once_is_one_case(counter):
    clerk, person, key, at = counter.clerk, factories.person(), uuid7(), counter.tick()
    together, found = threading.Barrier(3), []

    def send():
        together.wait()
        try:
            found.append(
                opening.open_case(
                    "retirement",
                    by=clerk,
                    details=details_for("retirement"),
                    request_key=key,
                    person_id=person.id,
                    at=at,
                )
            )
        finally:
            connections.close_all()

    senders = [threading.Thread(target=send) for _ in range(3)]
    for sender in senders:
        sender.start()
    for sender in senders:
        sender.join()
    assert len(found) == 3 and set(found) == {Case.objects.get().pk}


def test_a_clock_set_back_stops_nobody_from_going_on(counter):
    case_id = accepted(counter, person_id=factories.person().id)
    pausing.ask_supplement(
        case_id,
        by=counter.clerk,
        version=version_of(counter, case_id),
        missing=["identity"],
        text="",
        at=counter.tick(days=3),
    )
    counter.at -= timedelta(days=1)
    with pytest.raises(Refused, match="还缺"):
        pausing.resume(case_id, by=counter.clerk, version=version_of(counter, case_id), at=counter.tick())
    materials.take_material(
        case_id,
        by=counter.clerk,
        version=version_of(counter, case_id),
        requirement="identity",
        how=How.ORIGINAL_SEEN,
        at=counter.tick(),
    )
    pausing.resume(case_id, by=counter.clerk, version=version_of(counter, case_id), at=counter.tick())
    pause = Pause.objects.get(case_id=case_id)
    assert pause.until == pause.since and Case.objects.get(pk=case_id).due_on is not None


@pytest.mark.parametrize("how", ["resume", "withdraw", "withdraw_own"])
def test_a_suspension_ends_though_the_clock_was_set_back(counter, how):
    person = factories.person()
    case_id = accepted(counter, person_id=person.id)
    pausing.suspend(
        case_id,
        by=counter.clerk,
        version=version_of(counter, case_id),
        reason="等鉴定结论",
        at=counter.tick(days=3),
    )
    at, version = counter.at - timedelta(days=1), version_of(counter, case_id)
    match how:
        case "resume":
            pausing.resume(case_id, by=counter.clerk, version=version, at=at)
        case "withdraw":
            withdrawing.withdraw(case_id, by=counter.clerk, version=version, reason="重复立案", at=at)
        case _:
            withdrawing.withdraw_own(case_id, by=factories.insured(person), version=version, at=at)
    pause = Pause.objects.get(case_id=case_id)
    assert pause.until == pause.since


def test_an_ended_case_is_neither_taken_nor_handed_over(counter):
    case_id = accepted(counter, person_id=factories.person().id)
    passed(counter, case_id, "clerk", "reviewer", "leader")
    for by in (counter.archivist, counter.clerk):
        with pytest.raises(Refused, match="不能领取或转交"):
            holding.take(case_id, by=by, version=version_of(counter, case_id), at=counter.tick())
    with pytest.raises(Refused, match="不能领取或转交"):
        holding.hand_over(
            case_id,
            by=counter.leader,
            version=version_of(counter, case_id),
            to=counter.clerk2.account_id,
            reason="请你来办这件",
            at=counter.tick(),
        )


def test_a_case_suspended_at_approval_lies_with_those_who_may_resume_it(counter):
    case_id = accepted(counter, person_id=factories.person().id)
    passed(counter, case_id, "clerk", "reviewer")
    pausing.suspend(
        case_id,
        by=counter.leader,
        version=version_of(counter, case_id),
        reason="等鉴定结论",
        at=counter.tick(),
    )
    for post in ("clerk", "reviewer", "leader"):
        viewer = getattr(counter, post)
        waiting = [line.id for line in queries.worklist(viewer, Pile.PAUSED, on=counter.at.date())]
        assert waiting == ([case_id] if post == "leader" else [])
        if post != "leader":
            with pytest.raises(Refused):
                pausing.resume(case_id, by=viewer, version=version_of(counter, case_id), at=counter.tick())
    holding.take(case_id, by=counter.leader, version=version_of(counter, case_id), at=counter.tick())
    pausing.resume(case_id, by=counter.leader, version=version_of(counter, case_id), at=counter.tick())
    assert Case.objects.get(pk=case_id).state == State.APPROVAL
