"""What the registers and the contribution record say of an application before a person reviews it."""

from datetime import datetime

import pytest
from tests import factories
from tests.business.applications import TODAY, application, said
from tests.business.counter import details_for

from nianlun.cases import checks, type_files
from nianlun.cases.domain.types import About
from nianlun.registry import operations as registry
from nianlun.registry.domain import AgencyLine, PersonLine

pytestmark = pytest.mark.django_db

CODE = "91130606MA07XBQRXD"


def test_every_check_that_a_business_names_is_made_by_somebody():
    named = {name for one in type_files.all_types() for name in one.checks}
    assert named == {name for name in checks.names() if not name.startswith("tests.")}


def test_somebody_who_is_registered_anywhere_is_not_registered_again(elsewhere: AgencyLine):
    number = factories.identity_number()
    case = application("person_registration", identity_number=number)
    assert said("registry.person_not_registered", case) == []
    factories.person(elsewhere, number=number)
    [finding] = said("registry.person_not_registered", case)
    assert finding.stops
    assert number not in finding.sentence


def test_a_number_that_is_none_is_said_to_be_none():
    case = application("person_registration", identity_number="130606196604280011")
    [finding] = said("registry.person_not_registered", case)
    assert finding.stops


def test_a_unit_is_registered_once(agency: AgencyLine, now: datetime):
    case = application("employer_registration", credit_code=CODE.lower())
    before = said("registry.employer_not_registered", case)
    registry.register_employer(
        by=None, name="保定恒丰服装有限公司", agency_id=agency.id, credit_code=CODE, at=now
    )
    [finding] = said("registry.employer_not_registered", case)
    assert before == []
    assert (finding.stops, "保定恒丰服装有限公司" in finding.sentence) == (True, True)


@pytest.fixture
def paid(person: PersonLine, agency: AgencyLine, now: datetime) -> PersonLine:
    """Paid in 2020, from January to before June."""
    mill = registry.register_employer(by=None, name="保定市第二棉纺厂", agency_id=agency.id, at=now)
    factories.pay(person.id, employer_id=mill, since="2020-01", until="2020-06", at=now)
    return person


@pytest.mark.parametrize(
    ("since", "until", "sentence"),
    [
        ("2019-10", "2019-12", ""),
        ("2020-06", "2020-06", ""),
        ("2019-10", "2020-01", "2020-01 已有缴费记录，不能重复补缴。请核对起止年月。"),
        (
            "2020-01",
            "2020-09",
            "2020-01、2020-02、2020-03 等 5 个月已有缴费记录，不能重复补缴。请核对起止年月。",
        ),
        ("2020-07", "2020-06", "止的年月早于起的年月。请改正。"),
        ("2026-09", "2026-11", "2026-11 还没有过完，不是补缴。请核对起止年月。"),
    ],
)
def test_only_months_that_are_not_paid_are_paid_belatedly(
    paid: PersonLine, since: str, until: str, sentence: str
):
    case = application("back_contribution", person_id=paid.id, since_month=since, until_month=until)
    found = said("contributions.months_free", case)
    assert [one.sentence for one in found] == ([sentence] if sentence else [])


@pytest.mark.parametrize(
    ("since", "until", "sentence"),
    [
        ("2020-02", "2020-05", ""),
        ("2020-05", "2020-06", "2020-06 没有缴费记录，没有可退的费用。请核对起止年月。"),
        ("2020-05", "2020-04", "止的年月早于起的年月。请改正。"),
    ],
)
def test_only_what_was_paid_is_given_back(paid: PersonLine, since: str, until: str, sentence: str):
    case = application("contribution_refund", person_id=paid.id, since_month=since, until_month=until)
    found = said("contributions.months_paid", case)
    assert [one.sentence for one in found] == ([sentence] if sentence else [])


def test_a_relation_without_contributions_is_looked_at_before_it_moves(paid: PersonLine):
    with_months = application("transfer_out", person_id=paid.id)
    without = application("transfer_out", person_id=factories.person(name="李娜").id)
    assert said("contributions.has_months", with_months) == []
    assert [one.stops for one in said("contributions.has_months", without)] == [False]


def test_whatever_is_asked_for_the_checks_answer_in_sentences(paid: PersonLine):
    for kind in type_files.case_types(TODAY):
        about_nobody = kind.field("name") is not None or kind.about is not About.PERSON
        person_id = None if about_nobody else paid.id
        case = application(kind.code, person_id=person_id, **details_for(kind.code))
        found = [one.sentence for one in checks.findings(case, on=TODAY)]
        assert found, kind.code  # nothing has been shown yet
        assert all(sentence.endswith("。") for sentence in found), found
