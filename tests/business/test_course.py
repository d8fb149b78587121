"""A case from the counter to the decision: who may do what, on which version, and what is left behind."""

from dataclasses import replace
from datetime import date
from uuid import UUID

import pytest
from django.db import IntegrityError, connection, transaction
from tests import factories
from tests.business.counter import Counter, accepted, details_for, give_all, opened, passed, version_of

from nianlun.access import operations as access
from nianlun.access.domain import NotVisible, Refused, Role
from nianlun.cases import effects, moving, queries
from nianlun.cases.domain.facts import How
from nianlun.cases.domain.flow import Move, Outcome, State
from nianlun.cases.domain.types import Step
from nianlun.cases.models import Case, CloseCall
from nianlun.cases.operations import (
    deciding,
    door,
    hearing,
    holding,
    materials,
    opening,
    pausing,
    withdrawing,
)
from nianlun.jobs.models import Job
from nianlun.journal.models import Entry
from nianlun.kernel.identifiers import uuid7
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
    """What the system finds in a case is tested where it finds it; here the way through is."""
    monkeypatch.setattr("nianlun.cases.checks.findings", lambda case, *, on: [])


def line(counter, case_id):
    return queries.case(counter.clerk, case_id).line


def test_a_retirement_goes_from_the_counter_to_its_end_by_four_people_and_waits_to_be_filed(
    counter, person
):
    case_id = accepted(counter, person_id=person.id)
    assert line(counter, case_id).due_on == date(2026, 4, 1)  # 20 working days after 4 March
    passed(counter, case_id, "clerk", "reviewer", "leader")
    view = queries.case(counter.clerk, case_id)
    assert (view.line.state, view.line.outcome) == (State.CONCLUDED, Outcome.GRANTED)
    assert set(view.duties) == {Step.FIRST_REVIEW, Step.SECOND_REVIEW, Step.APPROVAL}
    assert len(set(view.duties.values())) == 3
    assert Job.objects.filter(kind="cases.prepare_filing", key=str(case_id)).count() == 1
    assert [a.move for a in view.actions][-3:] == [Move.PASS] * 3
    assert [a.number for a in view.actions] == list(range(1, len(view.actions) + 1))
    about = Entry.objects.filter(about=view.line.number)
    assert about.count() == len(view.actions)
    assert set(about.values_list("person_id", flat=True)) == {person.id}


def test_the_same_form_sent_twice_opens_one_case(counter, person):
    key = uuid7()
    args = {
        "by": counter.clerk,
        "details": details_for("retirement"),
        "request_key": key,
        "person_id": person.id,
    }
    first = opening.open_case("retirement", at=counter.tick(), **args)
    assert opening.open_case("retirement", at=counter.tick(), **args) == first
    assert Case.objects.count() == 1
    with pytest.raises(Refused, match="提交标识"):
        opening.open_case("retirement", at=counter.tick(), **{**args, "by": counter.clerk2})


def test_two_reviewers_at_once_one_decides_and_the_other_is_told_who_did(counter, person):
    case_id = accepted(counter, person_id=person.id)
    passed(counter, case_id, "clerk")
    seen = version_of(counter, case_id)
    deciding.pass_on(case_id, by=counter.reviewer, version=seen, at=counter.tick())
    with pytest.raises(moving.Stale, match=counter.reviewer.name):
        deciding.pass_on(case_id, by=counter.reviewer2, version=seen, at=counter.tick())
    assert line(counter, case_id).state is State.APPROVAL


@pytest.mark.parametrize("second", ["clerk", "reviewer"])
def test_one_person_takes_no_second_step_even_with_a_second_post(counter, person, second):
    case_id = accepted(counter, person_id=person.id)
    everything = replace(
        counter.clerk, standing_in=frozenset({Role.REVIEWER, Role.LEADER}), device=f"another-{second}"
    )
    moving_still = moving.access.still
    passed(counter, case_id, "clerk")
    moving.access.still = lambda by: by  # whatever rights somebody got hold of
    try:
        with pytest.raises(Refused, match="另一位同事"):
            deciding.pass_on(
                case_id, by=everything, version=version_of(counter, case_id), at=counter.tick()
            )
    finally:
        moving.access.still = moving_still
    assert line(counter, case_id).state is State.SECOND_REVIEW
    assert CloseCall.objects.filter(account_id=counter.clerk.account_id).count() == 1
    assert Entry.objects.filter(action="cases.separation_refused").count() == 1


def test_two_steps_at_one_machine_are_refused(counter, person):
    case_id = accepted(counter, person_id=person.id)
    passed(counter, case_id, "clerk")
    same = replace(counter.reviewer, device=counter.clerk.device)
    with pytest.raises(Refused, match="这台电脑"):
        deciding.pass_on(case_id, by=same, version=version_of(counter, case_id), at=counter.tick())


def test_every_machine_on_which_the_others_decided_counts_not_the_first_alone(counter, person):
    case_id = accepted(counter, person_id=person.id)
    passed(counter, case_id, "clerk")
    deciding.send_back(
        case_id,
        by=counter.reviewer,
        version=version_of(counter, case_id),
        to=Step.FIRST_REVIEW,
        text="请再核对",
        at=counter.tick(),
    )
    elsewhere = replace(counter.clerk, device="machine-of-the-hall")  # the second time at another machine
    deciding.pass_on(case_id, by=elsewhere, version=version_of(counter, case_id), at=counter.tick())
    same = replace(counter.reviewer, device="machine-of-the-hall")
    with pytest.raises(Refused, match="这台电脑"):
        deciding.pass_on(case_id, by=same, version=version_of(counter, case_id), at=counter.tick())
    passed(counter, case_id, "reviewer")


def test_nobody_touches_the_own_case(counter, person):
    case_id = opened(counter, person_id=person.id)
    registry.link_login(
        by=None, account_id=counter.clerk2.account_id, person_id=person.id, at=counter.tick()
    )
    with pytest.raises(Refused, match="回避"):
        door.accept(case_id, by=counter.clerk2, version=version_of(counter, case_id), at=counter.tick())


def test_an_approval_after_the_right_was_withdrawn_is_refused(counter, person):
    case_id = accepted(counter, person_id=person.id)
    passed(counter, case_id, "clerk", "reviewer")
    officer = factories.staff("system_officer")
    access.set_active(officer, account_id=counter.leader.account_id, active=False, at=counter.tick())
    with pytest.raises(NotVisible):
        deciding.pass_on(
            case_id, by=counter.leader, version=version_of(counter, case_id), at=counter.tick()
        )
    assert line(counter, case_id).state is State.APPROVAL


def test_another_agency_s_clerk_does_not_know_of_the_case(counter, person):
    case_id = opened(counter, person_id=person.id)
    stranger = factories.staff("clerk", scope="130602")
    with pytest.raises(NotVisible):
        queries.case(stranger, case_id)
    with pytest.raises(NotVisible):
        door.accept(case_id, by=stranger, version=1, at=counter.tick())
    assert queries.worklist(stranger, queries.Pile.ALL, on=counter.at.date()) == []


def test_missing_papers_stop_the_clock_and_the_due_day_moves_by_as_many_working_days(counter, person):
    case_id = accepted(counter, person_id=person.id)
    due = line(counter, case_id).due_on
    wanted = queries.case(counter.clerk, case_id).type.requirements[0]
    pausing.ask_supplement(
        case_id,
        by=counter.clerk,
        version=version_of(counter, case_id),
        missing=[wanted.code],
        text="复印件不清楚",
        at=counter.tick(),
    )
    assert (line(counter, case_id).state, line(counter, case_id).due_on) == (State.SUPPLEMENT, None)
    counter.tick(days=7)
    with pytest.raises(Refused, match=wanted.name):
        pausing.resume(case_id, by=counter.clerk, version=version_of(counter, case_id), at=counter.tick())
    materials.take_material(
        case_id,
        by=counter.clerk,
        version=version_of(counter, case_id),
        requirement=wanted.code,
        how=How.ORIGINAL_SEEN,
        at=counter.tick(),
    )
    pausing.resume(case_id, by=counter.clerk, version=version_of(counter, case_id), at=counter.tick())
    after = line(counter, case_id)
    assert after.state is State.FIRST_REVIEW
    assert (due, after.due_on) == (date(2026, 4, 1), date(2026, 4, 8))  # four working days, over Qingming


def test_a_year_without_a_calendar_accepts_nothing_and_leaves_the_case_as_it_was(counter, person):
    counter.at = counter.at.replace(year=2031)
    case_id = opened(counter, person_id=person.id)
    before = version_of(counter, case_id)
    with pytest.raises(Refused, match="工作日历"):
        door.accept(case_id, by=counter.clerk, version=before, at=counter.tick())
    assert (line(counter, case_id).state, version_of(counter, case_id)) == (State.RECEIVED, before)


def test_not_accepting_takes_two_people_and_a_reason(counter, person):
    case_id = opened(counter, person_id=person.id)
    with pytest.raises(Refused, match="理由"):
        door.reject(
            case_id, by=counter.clerk, version=version_of(counter, case_id), reason=" ", at=counter.tick()
        )
    door.reject(
        case_id,
        by=counter.clerk,
        version=version_of(counter, case_id),
        reason="不属本机构管辖",
        at=counter.tick(),
    )
    door.decide_rejection(
        case_id, by=counter.reviewer, version=version_of(counter, case_id), agree=True, at=counter.tick()
    )
    assert line(counter, case_id).outcome is Outcome.NOT_ACCEPTED


def test_a_closed_case_takes_no_papers(counter, person):
    case_id = accepted(counter, person_id=person.id)
    passed(counter, case_id, "clerk", "reviewer", "leader")
    wanted = queries.case(counter.clerk, case_id).type.requirements[0]
    before = version_of(counter, case_id)
    with pytest.raises(Refused, match="不收材料"):
        materials.take_material(
            case_id,
            by=counter.clerk,
            version=before,
            requirement=wanted.code,
            how=How.ORIGINAL_SEEN,
            at=counter.tick(),
        )
    assert version_of(counter, case_id) == before


def test_the_effect_runs_once_and_a_failing_effect_undoes_the_decision(counter, person, monkeypatch):
    ran = []

    def carry_out(case, *, by, at):
        ran.append(case.number)
        if len(ran) == 1:
            raise Refused("登记系统正在更新，请稍后再批。")
        return effects.Done(sentence="已登记退休")

    monkeypatch.setitem(effects._effects, "tests.retired", carry_out)
    monkeypatch.setattr(
        moving, "type_of", lambda row, of=moving.type_of: replace(of(row), effect="tests.retired")
    )
    case_id = accepted(counter, person_id=person.id)
    passed(counter, case_id, "clerk", "reviewer")
    with pytest.raises(Refused, match="稍后再批"):
        passed(counter, case_id, "leader")
    assert line(counter, case_id).state is State.APPROVAL
    passed(counter, case_id, "leader")
    assert queries.case(counter.clerk, case_id).effect_said == "已登记退休"
    assert len(ran) == 2


def test_returned_cases_come_back_to_the_same_hands_and_go_on(counter, person):
    case_id = accepted(counter, person_id=person.id)
    passed(counter, case_id, "clerk", "reviewer")
    deciding.send_back(
        case_id,
        by=counter.leader,
        version=version_of(counter, case_id),
        to=Step.FIRST_REVIEW,
        text="请核对出生日期",
        at=counter.tick(),
    )
    assert line(counter, case_id).state is State.FIRST_REVIEW
    passed(counter, case_id, "clerk", "reviewer", "leader")
    assert line(counter, case_id).outcome is Outcome.GRANTED


def test_a_refusal_wants_its_reasons_and_is_the_decider_s(counter, person):
    case_id = accepted(counter, person_id=person.id)
    passed(counter, case_id, "clerk")
    with pytest.raises(Refused, match="由审批决定"):
        deciding.refuse(
            case_id,
            by=counter.reviewer,
            version=version_of(counter, case_id),
            text="年龄不够",
            at=counter.tick(),
        )
    passed(counter, case_id, "reviewer")
    with pytest.raises(Refused, match="理由"):
        deciding.refuse(
            case_id, by=counter.leader, version=version_of(counter, case_id), text="", at=counter.tick()
        )
    deciding.refuse(
        case_id,
        by=counter.leader,
        version=version_of(counter, case_id),
        text="未到法定退休年龄",
        at=counter.tick(),
    )
    assert line(counter, case_id).outcome is Outcome.REFUSED


def test_a_hearing_holds_the_decision_until_everybody_has_spoken(counter, person):
    case_id = accepted(counter, person_id=person.id)
    passed(counter, case_id, "clerk")
    members = [counter.archivist.account_id, counter.clerk2.account_id]
    hearing.call_hearing(
        case_id,
        by=counter.reviewer,
        version=version_of(counter, case_id),
        members=members,
        question="两份材料出生日期不同",
        at=counter.tick(),
    )
    with pytest.raises(Refused, match="会审还没有结束"):
        passed(counter, case_id, "reviewer")
    for who in ("archivist", "clerk2"):
        hearing.give_opinion(
            case_id,
            by=getattr(counter, who),
            version=version_of(counter, case_id),
            agree=True,
            text="以招工表为准",
            at=counter.tick(),
        )
    with pytest.raises(Refused, match="已经发表过"):
        hearing.give_opinion(
            case_id,
            by=counter.clerk2,
            version=version_of(counter, case_id),
            agree=False,
            text="再说一次",
            at=counter.tick(),
        )
    hearing.close_hearing(
        case_id,
        by=counter.reviewer,
        version=version_of(counter, case_id),
        text="以招工表为准",
        at=counter.tick(),
    )
    passed(counter, case_id, "reviewer", "leader")
    assert line(counter, case_id).outcome is Outcome.GRANTED


def test_a_correction_is_a_new_case_and_the_old_one_stays(counter, person):
    case_id = accepted(counter, person_id=person.id)
    with pytest.raises(Refused, match="准予办结"):
        opening.open_correction(
            case_id, by=counter.clerk, request_key=uuid7(), reason="少算 3 个月", at=counter.tick()
        )
    passed(counter, case_id, "clerk", "reviewer", "leader")
    before = queries.case(counter.clerk, case_id)
    new = opening.open_correction(
        case_id, by=counter.clerk, request_key=uuid7(), reason="少算 3 个月", at=counter.tick()
    )
    assert queries.case(counter.clerk, new).corrects.number == before.line.number
    after = queries.case(counter.clerk, case_id)
    assert (after.line, [c.id for c in after.corrected_by]) == (before.line, [new])


def test_withdrawing_by_the_agency_takes_two_and_the_denied_case_goes_on(counter, person):
    case_id = accepted(counter, person_id=person.id)
    withdrawing.withdraw(
        case_id,
        by=counter.clerk,
        version=version_of(counter, case_id),
        reason="重复立案",
        at=counter.tick(),
    )
    withdrawing.decide_withdrawal(
        case_id,
        by=counter.reviewer,
        version=version_of(counter, case_id),
        agree=False,
        text="不是重复的",
        at=counter.tick(),
    )
    assert line(counter, case_id).state is State.FIRST_REVIEW


def test_what_a_colleague_holds_is_not_taken_from_under_the_hands(counter, person):
    case_id = accepted(counter, person_id=person.id)
    holding.take(case_id, by=counter.clerk, version=version_of(counter, case_id), at=counter.tick())
    with pytest.raises(Refused, match=counter.clerk.name):
        passed(counter, case_id, "clerk2")
    holding.hand_over(
        case_id,
        by=counter.leader,
        version=version_of(counter, case_id),
        to=counter.clerk2.account_id,
        reason="休假两周",
        at=counter.tick(),
    )
    passed(counter, case_id, "clerk2")
    assert line(counter, case_id).state is State.SECOND_REVIEW


def test_the_database_itself_lets_no_case_be_decided_by_one_hand(counter, person):
    case_id = accepted(counter, person_id=person.id)
    with pytest.raises(IntegrityError, match="人以上经手"), transaction.atomic():
        Case.objects.filter(pk=case_id).update(
            state="concluded", outcome="granted", concluded_at=counter.at
        )


@pytest.mark.parametrize("table", ["cases_action", "cases_duty"])
def test_the_database_itself_lets_nobody_rewrite_the_history(counter, person, table):
    case_id = accepted(counter, person_id=person.id)
    passed(counter, case_id, "clerk")
    for deed in (f"UPDATE {table} SET device = 'x'", f"DELETE FROM {table}"):  # noqa: S608
        with (
            pytest.raises(IntegrityError, match="只增不改"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(deed)


def test_nobody_floods_the_counter_from_the_phone(counter, person):
    own = factories.insured(person)

    def apply(code: str) -> UUID:
        return opening.apply_online(
            code, by=own, details=details_for(code), request_key=uuid7(), at=counter.tick()
        )

    first = apply("retirement")
    with pytest.raises(Refused, match=f"业务编号 {line(counter, first).number}，正在办"):
        apply("retirement")
    withdrawing.withdraw_own(first, by=own, version=1, at=counter.tick())
    for _ in range(opening.MOST_ONLINE - 1):
        withdrawing.withdraw_own(apply("retirement"), by=own, version=1, at=counter.tick())
    with pytest.raises(Refused, match="24 小时内最多申请 10 件"):
        apply("retirement")
    counter.tick(days=1)
    apply("retirement")


def test_the_insured_person_sees_and_withdraws_the_own_case_and_no_other(counter, person):
    own = factories.insured(person)
    other = factories.insured(factories.person(name="李丽", sex="female"))
    case_id = opening.apply_online(
        "retirement", by=own, details=details_for("retirement"), request_key=uuid7(), at=counter.tick()
    )
    assert [c.id for c in queries.own_cases(own)] == [case_id]
    with pytest.raises(NotVisible):
        queries.case(other, case_id)
    with pytest.raises(NotVisible):
        withdrawing.withdraw_own(case_id, by=other, version=1, at=counter.tick())
    give_all(counter, case_id)
    withdrawing.withdraw_own(case_id, by=own, version=version_of(counter, case_id), at=counter.tick())
    assert line(counter, case_id).outcome is Outcome.WITHDRAWN
