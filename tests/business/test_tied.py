"""A grant brings into force what the first review looked at, and nothing that was put in its place since."""

import pytest
from tests.business.counter import Counter, accepted, passed, version_of
from tests.desk.casework import address, words
from tests.entitlements.test_assessing import local_law, retired
from tests.evidence.conftest import file_paper, settle

from nianlun.access.domain import Refused
from nianlun.cases import queries as cases
from nianlun.cases.domain.flow import Outcome, State
from nianlun.cases.domain.types import Step
from nianlun.cases.models import Action, Case
from nianlun.cases.operations import deciding
from nianlun.entitlements import assessing
from nianlun.entitlements import deciding as assessments
from nianlun.entitlements.wish import Wish
from nianlun.evidence import queries, queue, rulings
from nianlun.evidence.domain import Kind

__all__ = ["file_paper", "local_law", "retired", "settle"]

pytestmark = pytest.mark.django_db


@pytest.fixture
def counter(now):
    return Counter(at=now)


@pytest.fixture
def born_twice(person, file_paper, settle):
    """Two papers that were examined say 1967 and 1963."""
    settle(file_paper(made="1984-08-29", birth_date="1967-04-28"))
    settle(file_paper(made="1990-01-01", birth_date="1963-04-28"))
    return person


def propose(counter, person, value, *, by="clerk3"):
    claim = next(
        one for one in queries.date_claims(person.id, kind=Kind.BIRTH_DATE) if one.value.text == value
    )
    return rulings.propose_by_hearing(
        person.id,
        kind=Kind.BIRTH_DATE,
        claim_id=claim.id,
        reason="会审后按这一份材料认定出生日期",
        by=getattr(counter, by),
        at=counter.tick(),
    )


def exchange(counter, person, ruling_id, value):
    """Two who have no part in the case put another ruling in the place of the one that was reviewed."""
    rulings.return_ruling(ruling_id, by=counter.reviewer2, reason="请再核对", at=counter.tick())
    return propose(counter, person, value, by="clerk2")


def back_to_first_review(counter, case_id):
    deciding.send_back(
        case_id,
        by=counter.leader,
        version=version_of(counter, case_id),
        to=Step.FIRST_REVIEW,
        text="认定换过了，请重看",
        at=counter.tick(),
    )


def in_force(person):
    return [one.value for one in queue.rulings_of_person(person.id) if one.state == "in_force"]


def outcome_of(case_id):
    row = Case.objects.get(pk=case_id)
    return State(row.state), row.outcome


def test_the_ruling_that_was_reviewed_comes_into_force(counter, born_twice):
    propose(counter, born_twice, "1967-04-28")
    case_id = accepted(counter, "deemed_years", person_id=born_twice.id)
    passed(counter, case_id, "clerk", "reviewer", "leader")
    assert outcome_of(case_id) == (State.CONCLUDED, Outcome.GRANTED.value)
    assert in_force(born_twice) == ["1967-04-28"]
    first = Action.objects.get(case_id=case_id, move="pass", state="first_review")
    assert first.details["subject"]["sentence"].startswith("出生日期 1967-04-28（")


@pytest.mark.parametrize("tab", ["overview", "review"])
def test_whoever_reviews_next_reads_what_the_first_review_looked_at(client_of, counter, born_twice, tab):
    propose(counter, born_twice, "1967-04-28")
    case_id = accepted(counter, "deemed_years", person_id=born_twice.id)
    passed(counter, case_id, "clerk")
    for post, then in (("reviewer", ["reviewer"]), ("leader", [])):
        seen = words(client_of(getattr(counter, post)).get(address(case_id, "desk:case-tab", tab)))
        assert "初审看的是" in seen
        assert "出生日期 1967-04-28（" in seen
        passed(counter, case_id, *then)


def test_a_ruling_exchanged_after_the_first_review_is_not_granted_until_it_was_reviewed(
    counter, born_twice
):
    ruling_id = propose(counter, born_twice, "1967-04-28")
    case_id = accepted(counter, "deemed_years", person_id=born_twice.id)
    passed(counter, case_id, "clerk", "reviewer")
    exchange(counter, born_twice, ruling_id, "1963-04-28")
    with pytest.raises(
        Refused,
        match=r"提出的认定变了（原来：出生日期 1967-04-28（.*现在：出生日期 1963-04-28（.*退回初审重看",
    ):
        passed(counter, case_id, "leader")
    assert (outcome_of(case_id), in_force(born_twice)) == ((State.APPROVAL, ""), [])
    back_to_first_review(counter, case_id)
    passed(counter, case_id, "clerk", "reviewer", "leader")
    assert in_force(born_twice) == ["1963-04-28"]


def test_the_same_value_proposed_anew_was_not_reviewed_either(counter, born_twice):
    ruling_id = propose(counter, born_twice, "1967-04-28")
    case_id = accepted(counter, "deemed_years", person_id=born_twice.id)
    passed(counter, case_id, "clerk", "reviewer")
    exchange(counter, born_twice, ruling_id, "1967-04-28")
    with pytest.raises(Refused, match="提出的认定变了"):
        passed(counter, case_id, "leader")


def test_what_was_reviewed_once_does_not_count_after_another_was_reviewed(counter, born_twice):
    ruling_id = propose(counter, born_twice, "1967-04-28")
    case_id = accepted(counter, "deemed_years", person_id=born_twice.id)
    passed(counter, case_id, "clerk", "reviewer")
    back_to_first_review(counter, case_id)
    other = exchange(counter, born_twice, ruling_id, "1963-04-28")
    passed(counter, case_id, "clerk", "reviewer")
    exchange(counter, born_twice, other, "1967-04-28")
    with pytest.raises(Refused, match="原来：出生日期 1963-04-28"):
        passed(counter, case_id, "leader")
    assert in_force(born_twice) == []


def test_a_ruling_proposed_where_the_first_review_saw_none_is_not_granted(counter, born_twice):
    case_id = accepted(counter, "deemed_years", person_id=born_twice.id)
    passed(counter, case_id, "clerk", "reviewer")
    propose(counter, born_twice, "1963-04-28")
    with pytest.raises(Refused, match="原来：没有，现在：出生日期 1963-04-28"):
        passed(counter, case_id, "leader")
    assert in_force(born_twice) == []


def test_an_assessment_exchanged_after_the_first_review_is_not_granted_until_it_was_reviewed(
    counter, retired
):
    reviewed = assessing.propose(retired.id, wish=Wish(), by=counter.clerk3, at=counter.tick())
    case_id = accepted(counter, "benefit_assessment", person_id=retired.id)
    passed(counter, case_id, "clerk", "reviewer")
    assessments.send_back(reviewed, reason="请再核对", by=counter.reviewer2, at=counter.tick())
    other = assessing.propose(retired.id, wish=Wish(), by=counter.clerk2, at=counter.tick())
    with pytest.raises(Refused, match=r"提出的待遇核定变了（原来：2026-08 起每月.*退回初审重看"):
        passed(counter, case_id, "leader")
    assert assessing.in_force_of(retired.id) is None
    back_to_first_review(counter, case_id)
    passed(counter, case_id, "clerk", "reviewer", "leader")
    assert assessing.in_force_of(retired.id).id == other
    assert "待遇核定生效" in cases.case(counter.clerk, case_id).effect_said
