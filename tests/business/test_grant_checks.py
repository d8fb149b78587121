"""What stops a review stops the grant too, whatever was advised, replaced or let lapse in between."""

import pytest
from tests import factories
from tests.business.counter import Counter, accepted, give_all, opened, passed, version_of

from nianlun.access.domain import Refused
from nianlun.cases import queries
from nianlun.cases.domain.facts import How
from nianlun.cases.domain.flow import Outcome, State
from nianlun.cases.models import Case
from nianlun.cases.operations import deciding, door, materials, pausing, withdrawing

pytestmark = pytest.mark.django_db


@pytest.fixture
def counter():
    return Counter()


@pytest.fixture
def person():
    return factories.person()


def now(counter, case_id, who):
    return {"by": getattr(counter, who), "version": version_of(counter, case_id), "at": counter.tick()}


def take(counter, case_id, code, how, note=""):
    materials.take_material(case_id, requirement=code, how=how, note=note, **now(counter, case_id, "clerk"))


def state_of(case_id):
    row = Case.objects.get(pk=case_id)
    return State(row.state), row.outcome


@pytest.mark.parametrize(
    ("kind", "hands"),
    [("benefit_account_change", ["reviewer"]), ("transfer_out", ["reviewer", "leader"])],
)
def test_advising_against_it_does_not_bring_a_case_without_papers_past_the_grant(
    counter, person, kind, hands
):
    case_id = opened(counter, kind, person_id=person.id)
    door.accept(case_id, **now(counter, case_id, "clerk"))
    with pytest.raises(Refused, match="系统预审不通过"):
        passed(counter, case_id, "clerk")
    deciding.pass_on(case_id, text="材料没有交", advice=False, **now(counter, case_id, "clerk"))
    *before, decider = hands
    passed(counter, case_id, *before)
    with pytest.raises(Refused, match=r"现在还不能批准：没有收到.*退回初审补正"):
        passed(counter, case_id, decider)
    deciding.refuse(case_id, text="材料没有交", **now(counter, case_id, decider))
    assert state_of(case_id) == (State.CONCLUDED, Outcome.REFUSED.value)


def test_a_paper_exchanged_after_the_review_stops_the_grant_until_it_is_there_again(counter, person):
    case_id = accepted(counter, "benefit_resumption", person_id=person.id, why="confirmed")
    passed(counter, case_id, "clerk")
    pausing.ask_supplement(case_id, missing=["identity"], text="", **now(counter, case_id, "reviewer"))
    take(counter, case_id, "identity", How.ORIGINAL_SEEN)
    take(counter, case_id, "confirmation", How.NOT_NEEDED, note="不需要这个")
    pausing.resume(case_id, **now(counter, case_id, "clerk"))
    passed(counter, case_id, "reviewer")
    with pytest.raises(Refused, match="记为不需要，按规定应当收取"):
        passed(counter, case_id, "leader")
    pausing.ask_supplement(case_id, missing=["confirmation"], text="", **now(counter, case_id, "leader"))
    take(counter, case_id, "confirmation", How.ORIGINAL_SEEN)
    pausing.resume(case_id, **now(counter, case_id, "clerk"))
    passed(counter, case_id, "leader")
    assert state_of(case_id)[0] is State.PAYMENT


def test_a_promise_that_ran_out_after_the_review_stops_the_grant_until_the_paper_came(counter, person):
    case_id = opened(counter, "account_correction", person_id=person.id)
    for wanted in queries.case(counter.clerk, case_id).type.requirements:
        how = How.PROMISED if wanted.code == "evidence" else How.ORIGINAL_SEEN
        take(counter, case_id, wanted.code, how)
    door.accept(case_id, **now(counter, case_id, "clerk"))
    passed(counter, case_id, "clerk")
    counter.tick(days=30)
    passed(counter, case_id, "reviewer")
    with pytest.raises(Refused, match=r"承诺到 .* 为止补交的"):
        passed(counter, case_id, "leader")
    pausing.ask_supplement(case_id, missing=["evidence"], text="", **now(counter, case_id, "leader"))
    take(counter, case_id, "evidence", How.ORIGINAL_SEEN)
    pausing.resume(case_id, **now(counter, case_id, "clerk"))
    passed(counter, case_id, "leader")
    assert state_of(case_id) == (State.CONCLUDED, Outcome.GRANTED.value)


@pytest.mark.parametrize("stopped", [State.SUPPLEMENT, State.SUSPENDED])
def test_a_denied_withdrawal_leaves_the_case_waiting_for_what_it_waited_for(counter, person, stopped):
    case_id = accepted(counter, "account_correction", person_id=person.id)
    passed(counter, case_id, "clerk", "reviewer")
    if stopped is State.SUPPLEMENT:
        pausing.ask_supplement(case_id, missing=["evidence"], text="", **now(counter, case_id, "leader"))
    else:
        pausing.suspend(case_id, reason="等鉴定结论", **now(counter, case_id, "leader"))
    withdrawing.withdraw(case_id, reason="重复立案", **now(counter, case_id, "clerk"))
    assert Case.objects.get(pk=case_id).due_on is not None
    withdrawing.decide_withdrawal(
        case_id, agree=False, text="不是重复的", **now(counter, case_id, "reviewer")
    )
    view = queries.case(counter.clerk, case_id)
    assert (view.line.state, view.line.resumes, view.line.due_on) == (stopped, State.APPROVAL, None)
    assert [pause.until is None for pause in view.pauses] == [False, True]
    assert view.pauses[0].reason == view.pauses[1].reason
    if stopped is State.SUPPLEMENT:
        with pytest.raises(Refused, match="还缺"):
            pausing.resume(case_id, **now(counter, case_id, "clerk"))


def test_a_denied_withdrawal_at_the_door_still_waits_for_the_paper_and_has_no_clock(counter, person):
    case_id = opened(counter, "account_correction", person_id=person.id)
    pausing.ask_supplement(case_id, missing=["evidence"], text="", **now(counter, case_id, "clerk"))
    withdrawing.withdraw(case_id, reason="重复立案", **now(counter, case_id, "clerk"))
    withdrawing.decide_withdrawal(
        case_id, agree=False, text="不是重复的", **now(counter, case_id, "reviewer")
    )
    view = queries.case(counter.clerk, case_id)
    assert (view.line.state, view.line.resumes, view.pauses) == (State.SUPPLEMENT, State.RECEIVED, ())
    give_all(counter, case_id)
    pausing.resume(case_id, **now(counter, case_id, "clerk"))
    assert state_of(case_id)[0] is State.RECEIVED
