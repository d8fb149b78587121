"""From settled claims to the one fact a person has, by two people, with the losers kept."""

from datetime import timedelta

import pytest

from nianlun.archives.domain import DocumentKind
from nianlun.evidence import queries, queue, rulings
from nianlun.evidence.domain import Kind, Unsettled
from nianlun.evidence.operations import NotAllowedNow, SamePerson

pytestmark = pytest.mark.django_db


@pytest.fixture
def disagreeing(file_paper, settle):
    """A hiring form of 1984 and an identity card that differ."""
    settle(file_paper(made="1984-08-29", birth_date="1967-04-28"))
    settle(file_paper(DocumentKind.IDENTITY_CARD, made="1988-01-01", birth_date="1968-04-28"))


def test_the_fact_keeps_its_decisive_claims_and_its_losers(disagreeing, person, viewer, now):
    ruling = rulings.propose_by_rule(person.id, kind=Kind.BIRTH_DATE, by=viewer("clerk"), at=now)
    rulings.confirm_ruling(ruling, by=viewer("reviewer"), at=now)
    fact = queries.facts(person.id)[Kind.BIRTH_DATE]
    assert fact.value == "1967-04-28"
    assert [c.value for c in fact.decisive] == ["1967-04-28"]
    assert [c.value for c in fact.against] == ["1968-04-28"]
    assert fact.rule == "劳社部发〔1999〕8号 第二条"


def test_nobody_confirms_his_own_ruling(disagreeing, person, viewer, now):
    one = viewer("reviewer")
    ruling = rulings.propose_by_rule(person.id, kind=Kind.BIRTH_DATE, by=one, at=now)
    with pytest.raises(SamePerson):
        rulings.confirm_ruling(ruling, by=one, at=now)
    assert queries.facts(person.id) == {}


def test_unconfirmed_claims_count_for_nothing(file_paper, person, viewer, now):
    file_paper(birth_date="1967-04-28")
    with pytest.raises(Unsettled):
        rulings.propose_by_rule(person.id, kind=Kind.BIRTH_DATE, by=viewer("clerk"), at=now)


def test_a_hearing_needs_a_reason_and_keeps_it(disagreeing, person, viewer, now):
    card = next(c for c in queries.claims(person.id) if c.value == "1968-04-28")
    with pytest.raises(NotAllowedNow, match="理由"):
        rulings.propose_by_hearing(
            person.id, kind=Kind.BIRTH_DATE, claim_id=card.id, reason="太短", by=viewer("clerk"), at=now
        )
    reason = "原件经鉴定为后补，身份证与出生证一致"
    ruling = rulings.propose_by_hearing(
        person.id, kind=Kind.BIRTH_DATE, claim_id=card.id, reason=reason, by=viewer("clerk"), at=now
    )
    rulings.confirm_ruling(ruling, by=viewer("reviewer"), at=now)
    fact = queries.facts(person.id)[Kind.BIRTH_DATE]
    assert (fact.value, fact.rule, fact.reason) == ("1968-04-28", "会审认定", reason)


def test_a_new_ruling_supersedes_the_old_and_leaves_it_to_be_seen(disagreeing, person, viewer, now):
    first = rulings.propose_by_rule(person.id, kind=Kind.BIRTH_DATE, by=viewer("clerk"), at=now)
    rulings.confirm_ruling(first, by=viewer("reviewer"), at=now)
    card = next(c for c in queries.claims(person.id) if c.value == "1968-04-28")
    later = now + timedelta(days=1)
    second = rulings.propose_by_hearing(
        person.id,
        kind=Kind.BIRTH_DATE,
        claim_id=card.id,
        reason="会审采信证件，理由见纪要",
        by=viewer("clerk"),
        at=later,
    )
    rulings.confirm_ruling(second, by=viewer("reviewer"), at=later)
    states = {line.value: line.state for line in queue.rulings_of_person(person.id)}
    assert states == {"1967-04-28": "superseded", "1968-04-28": "in_force"}


def test_a_ruling_is_not_confirmed_over_papers_that_came_after_it(
    disagreeing, file_paper, settle, person, viewer, now
):
    ruling = rulings.propose_by_rule(person.id, kind=Kind.BIRTH_DATE, by=viewer("clerk"), at=now)
    settle(file_paper(DocumentKind.HOUSEHOLD_PAGE, made="1983-01-01", birth_date="1966-04-28"))
    with pytest.raises(NotAllowedNow, match="新的记载"):
        rulings.confirm_ruling(ruling, by=viewer("reviewer"), at=now)


def test_one_ruling_of_a_kind_waits_at_a_time(disagreeing, person, viewer, now):
    rulings.propose_by_rule(person.id, kind=Kind.BIRTH_DATE, by=viewer("clerk"), at=now)
    with pytest.raises(NotAllowedNow, match="待复核"):
        rulings.propose_by_rule(person.id, kind=Kind.BIRTH_DATE, by=viewer("clerk"), at=now)


def test_the_number_of_queries_does_not_grow_with_the_papers(
    file_paper, settle, person, django_assert_max_num_queries
):
    for year in (1984, 1987, 1990):
        settle(
            file_paper(
                made=f"{year}-01-02", birth_date="1967-04-28", work_start="1984-09", unit="保定第二棉纺厂"
            )
        )
    with django_assert_max_num_queries(3):
        queries.claims(person.id)
