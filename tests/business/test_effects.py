"""What a granted case does to the registers."""

import pytest
from django.db import connection
from tests import factories
from tests.business.counter import Counter, details_for, give_all, opened, passed, version_of

from nianlun.access.domain import NotVisible, Refused
from nianlun.cases import effects, gathering, queries, type_files
from nianlun.cases.domain.facts import CaseFacts
from nianlun.cases.domain.flow import Outcome, State
from nianlun.cases.models import Case
from nianlun.cases.operations import door, opening
from nianlun.kernel.identifiers import uuid7
from nianlun.registry import queries as registry

pytestmark = pytest.mark.django_db


@pytest.fixture
def counter():
    return Counter()


def newcomer(counter, number):
    factories.agency()
    case_id = opening.open_case(
        "person_registration",
        by=counter.clerk,
        details=details_for(
            "person_registration", name="宋小梅", identity_number=number, scheme="enterprise", category="50"
        ),
        request_key=uuid7(),
        at=counter.tick(),
    )
    give_all(counter, case_id)
    door.accept(case_id, by=counter.clerk, version=version_of(counter, case_id), at=counter.tick())
    return case_id


def test_a_granted_registration_registers_the_person_and_ties_the_case_to_them(counter):
    number = factories.identity_number(sex="female")
    case_id = newcomer(counter, number)
    assert queries.case(counter.clerk, case_id).line.title == "参保人员登记：宋小梅"
    passed(counter, case_id, "clerk", "reviewer")
    view = queries.case(counter.clerk, case_id)
    assert (view.line.state, view.line.outcome) == (State.CONCLUDED, Outcome.GRANTED)
    person = registry.find_by_identity_number(counter.clerk, number)
    assert person is not None and person.id == view.line.person_id
    assert person.personal_number in view.effect_said


def test_a_person_registered_meanwhile_is_not_registered_twice(counter):
    number = factories.identity_number(sex="female")
    case_id = newcomer(counter, number)
    passed(counter, case_id, "clerk")
    factories.person(name="宋小梅", sex="female", number=number)
    with pytest.raises(Refused, match="已经登记参保"):
        passed(counter, case_id, "reviewer")
    assert queries.case(counter.clerk, case_id).line.state is State.SECOND_REVIEW


@pytest.mark.parametrize(
    ("code", "sentence"), [("deemed_years", "没有提出的认定"), ("benefit_assessment", "没有提出的待遇核定")]
)
def test_nothing_is_granted_where_there_is_nothing_to_carry_out(counter, code, sentence):
    case_id = opened(counter, code, person_id=factories.person().id)
    with pytest.raises(Refused, match=sentence):
        facts = facts_of(counter, case_id)
        effects.run(facts.type.effect, facts, by=counter.leader, at=counter.tick())


def facts_of(counter, case_id) -> CaseFacts:
    return gathering.facts(Case.objects.get(pk=case_id))


def test_every_effect_a_type_names_is_carried_out_by_somebody():
    wanted = {one.effect for one in type_files.all_types() if one.effect}
    assert wanted <= set(effects.names())


def test_no_identity_number_of_an_application_lies_open_in_the_database(counter):
    number = factories.identity_number(sex="female")
    case_id = newcomer(counter, number)
    passed(counter, case_id, "clerk", "reviewer")
    with connection.cursor() as cursor:
        for table in ("cases_case", "cases_action", "cases_material", "jobs_job", "journal_entry"):
            cursor.execute(f"SELECT count(*) FROM {table} t WHERE t::text LIKE %s", [f"%{number}%"])  # noqa: S608
            assert cursor.fetchone() == (0,), table


def test_a_granted_registration_registers_the_unit(counter):
    factories.agency()
    case_id = opening.open_case(
        "employer_registration",
        by=counter.clerk,
        details=details_for(
            "employer_registration", unit_name="保定市恒通机械有限公司", credit_code="91130606MA0000058D"
        ),
        request_key=uuid7(),
        at=counter.tick(),
    )
    give_all(counter, case_id)
    door.accept(case_id, by=counter.clerk, version=version_of(counter, case_id), at=counter.tick())
    passed(counter, case_id, "clerk", "reviewer")
    view = queries.case(counter.clerk, case_id)
    assert (
        registry.employers([view.line.employer_id])[view.line.employer_id].name == "保定市恒通机械有限公司"
    )


def test_a_unit_of_another_agency_is_not_there(counter):
    factories.agency()
    elsewhere = factories.employer(
        "石家庄市第二棉纺厂", at_agency=factories.agency("130102", "长安区经办处")
    )
    with pytest.raises(NotVisible):
        opening.open_case(
            "employer_change",
            by=counter.clerk,
            details=details_for("employer_change"),
            request_key=uuid7(),
            employer_id=elsewhere,
            at=counter.tick(),
        )
