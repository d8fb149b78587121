"""Which cases a viewer may see at all: part of every query, never of the page (S2.2)."""

from django.db.models import QuerySet

from nianlun.access.domain import Right, Viewer
from nianlun.cases.models import Case
from nianlun.registry import queries as registry


def in_scope(viewer: Viewer) -> QuerySet[Case]:
    """The cases of the viewer's divisions, for somebody who may see cases."""
    if viewer.scope == "" or not viewer.may(Right.CASE_READ):
        return Case.objects.none()
    return Case.objects.filter(division__startswith=viewer.scope)


def visible(viewer: Viewer) -> QuerySet[Case]:
    """The cases the viewer may see: those in scope for staff, the own ones for an insured person."""
    if viewer.may(Right.OWN_READ):
        own = registry.own_person_id(viewer)
        return Case.objects.filter(person_id=own) if own else Case.objects.none()
    return in_scope(viewer)
