"""Employers and agencies."""

from datetime import date
from uuid import UUID

import pytest
from django.db import IntegrityError, transaction
from tests import factories

from nianlun.access.domain import NotVisible
from nianlun.registry import operations, queries
from nianlun.registry.domain import AlreadyRegistered, NotRegistrable
from nianlun.registry.models import Employer

pytestmark = pytest.mark.django_db


def employer(agency, name: str, **more):
    return operations.register_employer(by=None, name=name, agency_id=agency.id, at=factories.START, **more)


def test_an_employer_is_found_by_any_part_of_its_name_in_the_own_scope(agency, elsewhere, viewer):
    mill = employer(agency, "保定第一棉纺织厂", since=date(1957, 10, 1), until=date(2003, 6, 1))
    employer(elsewhere, "石家庄第一棉纺织厂")
    clerk = viewer("clerk")
    assert [line.id for line in queries.search_employers(clerk, "棉纺")] == [mill]
    assert [line.id for line in queries.search_employers(clerk, "第一 棉纺織厂"[:5])] == [mill]
    assert queries.search_employers(viewer("scanner"), "棉纺") == []
    assert queries.employers([mill])[mill].name == "保定第一棉纺织厂"


def test_an_employer_ends_after_it_began(agency):
    with pytest.raises(NotRegistrable, match="终止日期"):
        employer(agency, "一天也没有的厂", since=date(1990, 1, 1), until=date(1990, 1, 1))
    mill = employer(agency, "厂", since=date(1990, 1, 1))
    with pytest.raises(IntegrityError), transaction.atomic():
        Employer.objects.filter(pk=mill).update(until=date(1989, 1, 1))


def test_several_employers_may_have_no_credit_code_but_no_two_the_same(agency):
    employer(agency, "老厂一")
    employer(agency, "老厂二")
    employer(agency, "新公司", credit_code="91130600MA07XJ5L0P")
    with pytest.raises(AlreadyRegistered, match="信用代码"):
        employer(agency, "另一公司", credit_code="91130600MA07XJ5L0P")


@pytest.mark.parametrize("division", ["", "1", "13060x", "１３０６０６", "1306061306061"])
def test_an_agency_needs_a_division_code(division):
    with pytest.raises(NotRegistrable, match="区划代码"):
        operations.register_agency(by=None, name="某处", division=division, at=factories.START)


def test_a_division_has_one_agency(agency):
    with pytest.raises(AlreadyRegistered):
        operations.register_agency(by=None, name="又一处", division=agency.division, at=factories.START)
    assert queries.agencies(scope="1306") == [agency]
    assert queries.agency(agency.id) == agency
    with pytest.raises(NotVisible):
        queries.agency(UUID(int=1))
    assert queries.agencies(scope="") == []


def test_new_work_belongs_to_the_agency_at_the_head_of_the_scope(agency, elsewhere, viewer):
    city = factories.agency("1306", "保定市养老保险经办中心")
    assert queries.home_agency(viewer("archivist", scope="1306")) == city
    assert queries.home_agency(viewer("archivist", scope="130606")) == agency
    for scope in ("", "11"):
        with pytest.raises(NotVisible):
            queries.home_agency(viewer("archivist", scope=scope))


def test_who_runs_the_machine_sees_every_agency(db):
    assert queries.widest_scope() == ""
    factories.agency("130606")
    assert queries.widest_scope() == "130606"
    factories.agency("130102")
    assert queries.widest_scope() == "130"
