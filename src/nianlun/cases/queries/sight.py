"""Which cases a viewer may see at all: part of every query, never of the page (S2.2)."""

from collections.abc import Collection

from django.db.models import QuerySet

from nianlun.access.domain import Right, Viewer
from nianlun.cases import type_files
from nianlun.cases.models import Case
from nianlun.registry import queries as registry


def in_scope(viewer: Viewer) -> QuerySet[Case]:
    """The cases of the viewer's divisions, for somebody who may see cases."""
    if viewer.scope == "" or not viewer.may(Right.CASE_READ):
        return Case.objects.none()
    return Case.objects.filter(division__startswith=viewer.scope)


def visible(viewer: Viewer) -> QuerySet[Case]:
    """The cases the viewer may see: those in scope for staff, the own ones for an insured person.

    What a court or another authority asks about somebody is not among that person's own.
    """
    if viewer.may(Right.OWN_READ):
        own = registry.own_person_id(viewer)
        rows = Case.objects.filter(person_id=own) if own else Case.objects.none()
        return rows.exclude(type__in=type_files.kept_from_person())
    return in_scope(viewer)


def withheld(numbers: Collection[str]) -> set[str]:
    """Those of the numbers under which stand cases that are kept from the persons they are about."""
    rows = Case.objects.filter(number__in=numbers, type__in=type_files.kept_from_person())
    return set(rows.values_list("number", flat=True))
