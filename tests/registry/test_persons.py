"""Persons: found by those who may see them, kept sealed, and never registered twice."""

from nianlun.registry import queries
from tests import factories


def test_a_name_of_two_characters_is_found(agency, viewer):
    wanted = factories.person(agency, name="张伟")
    longer = factories.person(agency, name="张伟民")
    factories.person(agency, name="伟张")
    found = queries.search_persons(viewer("clerk"), "张伟")
    assert [line.id for line in found] == [wanted.id, longer.id]
