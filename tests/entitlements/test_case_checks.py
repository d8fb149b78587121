"""What the law and the record say of an application to retire, to draw or to end, by the facts that were ruled."""

from datetime import date

import pytest
from tests import factories
from tests.business.applications import application, said
from tests.entitlements.approving import approved
from tests.entitlements.makers import MILL
from tests.entitlements.test_assessing import local_law

from nianlun.entitlements import assessing
from nianlun.entitlements.wish import Wish
from nianlun.evidence import rulings
from nianlun.evidence.domain import Kind
from nianlun.registry import operations as registry

__all__ = ["local_law"]

pytestmark = pytest.mark.django_db


@pytest.fixture
def ruled(person, file_paper, settle, viewer, now):
    """Born 1966-04 by ruling, a man: the statutory month is 2026-08."""
    settle(file_paper(birth_date="1966-04-28", work_start="1984-09-01", unit=MILL, made="1984-08-29"))
    for kind in (Kind.BIRTH_DATE, Kind.WORK_START):
        ruling = rulings.propose_by_rule(person.id, kind=kind, by=viewer("clerk"), at=now)
        rulings.confirm_ruling(ruling, by=viewer("reviewer"), at=now)
    return person


@pytest.fixture
def insured_for_years(ruled, agency, now):
    mill = registry.register_employer(by=None, name=MILL, agency_id=agency.id, at=now)
    factories.pay(ruled.id, employer_id=mill, since="1993-01", until="2026-09", at=now)
    return ruled


@pytest.mark.parametrize(
    ("month", "manner", "sentence"),
    [
        ("2026-08", "statutory", ""),
        (
            "2026-07",
            "statutory",
            "申请 2026-07 退休，按认定的出生日期最早是 2026-08。请改年月，或到时再来。",
        ),
        ("2026-07", "earlier", ""),
        ("2026-03", "earlier", "申请 2026-03 退休，按认定的出生日期最早是 2026-04。请改年月，或到时再来。"),
        ("2026-12", "later", ""),
        ("2029-09", "later", "申请 2029-09 退休，弹性延迟最晚到 2029-08。请改年月。"),
        (
            "2026-12",
            "statutory",
            "法定退休年龄在 2026-08 已到，申请的是 2026-12。请核对是迟办，还是选了弹性延迟。",
        ),
    ],
)
def test_the_month_asked_for_lies_within_what_the_law_allows(ruled, month, manner, sentence):
    case = application("retirement", person_id=ruled.id, retire_month=month, manner=manner)
    found = said("entitlements.retirement_age_reached", case)
    assert [one.sentence for one in found] == ([sentence] if sentence else [])


def test_without_a_ruling_on_the_birth_date_no_age_is_guessed(person):
    case = application("retirement", person_id=person.id, retire_month="2020-01", manner="statutory")
    [finding] = said("entitlements.retirement_age_reached", case)
    assert (finding.stops, "认定" in finding.sentence) == (False, True)


def test_too_few_months_stand_in_the_way_of_a_pension_and_enough_in_the_way_of_ending(ruled):
    pension = application("retirement", person_id=ruled.id)
    [finding] = said("entitlements.minimum_months_held", pension)
    assert (finding.stops, "还差" in finding.sentence) == (True, True)
    ending = application("relation_ending", person_id=ruled.id, why="years")
    assert said("entitlements.minimum_months_lacking", ending) == []


def test_who_has_enough_months_draws_a_pension_and_does_not_end(insured_for_years):
    pension = application("retirement", person_id=insured_for_years.id)
    assert said("entitlements.minimum_months_held", pension) == []
    ending = application("relation_ending", person_id=insured_for_years.id, why="years")
    assert [one.stops for one in said("entitlements.minimum_months_lacking", ending)] == [True]
    leaving = application("relation_ending", person_id=insured_for_years.id, why="abroad")
    assert said("entitlements.minimum_months_lacking", leaving) == []


def test_the_sickness_allowance_ends_where_the_pension_begins(ruled):
    case = application("sickness_allowance", person_id=ruled.id)
    assert said("entitlements.below_retirement_age", case, on=date(2026, 7, 31)) == []
    assert [one.stops for one in said("entitlements.below_retirement_age", case)] == [True]


def test_nobody_is_assessed_twice(insured_for_years, local_law, viewer, now):
    again = application("retirement", person_id=insured_for_years.id)
    paid = application("benefit_suspension", person_id=insured_for_years.id)
    assert said("entitlements.not_drawing", again) == []
    assert [one.stops for one in said("entitlements.drawing", paid)] == [False]
    assessed = application("benefit_assessment", person_id=insured_for_years.id)
    [lacking] = said("entitlements.assessment_proposed", assessed)
    assert (lacking.stops, "还没有提出" in lacking.sentence) == (True, True)
    assessing.propose(insured_for_years.id, wish=Wish(), by=viewer("clerk"), at=now)
    assert said("entitlements.assessment_proposed", assessed) == []
    approved(insured_for_years.id, at=now)
    [finding] = said("entitlements.not_drawing", again)
    assert (finding.stops, "2026-08 起每月" in finding.sentence) == (True, True)
    assert said("entitlements.drawing", paid) == []


def test_papers_that_contradict_each_other_are_ruled_on_first(person, file_paper, settle, viewer, now):
    case = application("retirement", person_id=person.id)
    settle(file_paper(birth_date="1966-04-28", made="1984-08-29"))
    assert said("evidence.nothing_contradicts", case) == []
    settle(file_paper(birth_date="1964-04-28", made="1990-01-01"))
    [finding] = said("evidence.nothing_contradicts", case)
    assert (finding.stops, finding.sentence.startswith("出生日期各材料说法不同")) == (False, True)
    ruling = rulings.propose_by_rule(person.id, kind=Kind.BIRTH_DATE, by=viewer("clerk"), at=now)
    rulings.confirm_ruling(ruling, by=viewer("reviewer"), at=now)
    assert said("evidence.nothing_contradicts", case) == []
