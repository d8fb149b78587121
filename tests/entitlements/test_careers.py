"""The person page reads little, sees only what it may, and the stored career can be made again."""

import pytest
from django.utils import timezone
from tests import factories
from tests.entitlements.makers import MILL, ON

from nianlun.access.domain import NotVisible
from nianlun.archives.domain import DocumentKind
from nianlun.entitlements import operations, queries
from nianlun.entitlements.models import CareerLine
from nianlun.evidence import rulings
from nianlun.evidence.domain import Kind
from nianlun.jobs.registry import handlers
from nianlun.jobs.worker import Worker
from nianlun.kernel.months import parse_month
from nianlun.lawbook import queries as lawbook
from nianlun.registry import operations as registry


@pytest.fixture
def book(person, agency, now):
    mill = registry.register_employer(by=None, name=MILL, agency_id=agency.id, at=now)

    def run(since, until):
        factories.pay(person.id, employer_id=mill, since=since, until=until, at=now)

    return run


@pytest.fixture
def filed(file_paper, settle):
    def run():
        settle(file_paper(birth_date="1966-04-28", work_start="1984-09-01", unit=MILL, made="1984-08-29"))

    return run


def rows():
    return list(CareerLine.objects.order_by("person").values())


def test_the_page_takes_as_many_queries_for_a_long_career_as_for_a_short_one(
    person, viewer, book, filed, file_paper, settle
):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    clerk = viewer("clerk")
    filed()
    book("1993-01", "1993-03")
    lawbook.current()  # the first question of all records the edition that the program brings
    with CaptureQueriesContext(connection) as short:
        queries.person_figures(clerk, person.id, on=ON)
    for year in range(1985, 1990):
        settle(
            file_paper(DocumentKind.WAGE_CHANGE, made=f"{year}-01-01", unit=MILL, birth_date="1966-04-28")
        )
    book("1993-03", "2013-03")
    with CaptureQueriesContext(connection) as long:
        shown = queries.person_figures(clerk, person.id, on=ON)
    assert len(shown.ring) > 400
    assert len(long) == len(short) <= 10


def test_a_person_out_of_sight_has_no_figures_and_no_reasons(person, viewer):
    stranger = viewer("clerk", scope="130102")
    for read in (queries.person_figures, queries.working_life):
        with pytest.raises(NotVisible):
            read(stranger, person.id, on=ON)
    with pytest.raises(NotVisible):
        queries.derivation(stranger, person.id, "retirement", on=ON)
    with pytest.raises(NotVisible):
        queries.career(stranger, person.id)


def test_a_figure_that_does_not_exist_has_no_reason(person, viewer):
    with pytest.raises(queries.NoSuchFigure):
        queries.derivation(viewer("clerk"), person.id, "fortune", on=ON)


def test_the_stored_career_can_be_dropped_and_made_again_to_equal_bytes(person, book, filed, now):
    filed()
    book("1993-01", "2001-01")
    operations.refresh_career(person.id, at=now)
    before = rows()
    assert before[0]["states"].startswith("p" * 100) and before[0]["deemed_months"] == 100
    CareerLine.objects.all().delete()
    assert operations.refresh_careers([person.id], at=now) == 1
    assert rows() == before


def test_a_posting_and_a_ruling_refresh_the_career_by_themselves(
    person, viewer, book, filed, now, transactional_db
):
    clerk = viewer("clerk")
    filed()
    book("1993-01", "1994-01")
    ruling = rulings.propose_by_rule(person.id, kind=Kind.BIRTH_DATE, by=clerk, at=now)
    rulings.confirm_ruling(ruling, by=viewer("reviewer"), at=now)
    Worker(handlers()).run(until_empty=True)
    found = queries.career(clerk, person.id)
    assert found.contribution_months == 112
    assert found.statutory_month == parse_month("2026-08")  # born 1966-04: sixty years and four months
    assert found.as_of == timezone.localdate()


def test_the_reason_of_the_retirement_month_leads_to_the_ruled_claim(person, viewer, filed, now):
    clerk = viewer("clerk")
    filed()
    assert queries.person_figures(clerk, person.id, on=ON).retirement.unsettled.about == "birth_date"
    ruling = rulings.propose_by_rule(person.id, kind=Kind.BIRTH_DATE, by=clerk, at=now)
    rulings.confirm_ruling(ruling, by=viewer("reviewer"), at=now)
    tree = queries.derivation(clerk, person.id, "retirement", on=ON)
    kinds = {e.kind for e in tree.find("birth_date").evidence}
    assert kinds == {"fact", "ruling", "claim"}
