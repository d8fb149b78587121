"""Whose an object is. The vault knows bytes and no agencies; a component that does says so in its `belonging.py`:

@tells_whose
def items() -> QuerySet[Any, Any]: ...   # rows of `object_id` and `division`
"""

from collections.abc import Callable, Iterable
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.module_loading import autodiscover_modules

from nianlun.access.domain import Viewer
from nianlun.registry import queries as registry
from nianlun.vault.models import StoredObject

Claims = Callable[[], QuerySet[Any, Any]]

_claims: list[Claims] = []


def tells_whose(claims: Claims) -> Claims:
    """Register rows of `object_id` and the `division` of the agency it belongs to."""
    _claims.append(claims)
    return claims


def within(who: Viewer) -> Q:
    """Stored objects that belong to agencies in the viewer's scope alone.

    What nobody claims belongs to the whole installation: to a viewer in whose scope every agency lies.
    """
    autodiscover_modules("belonging")
    if not who.scope:
        return Q(pk__in=[])
    inside, outside = Q(), Q()
    for claims in _claims:
        of_it = claims().filter(object_id=OuterRef("object_id"))
        inside |= Q(Exists(of_it.filter(division__startswith=who.scope)))
        outside |= Q(Exists(of_it.exclude(division__startswith=who.scope)))
    if not registry.is_agency_outside(who.scope):
        return ~outside
    return inside & ~outside


def all_within(who: Viewer, object_ids: Iterable[str]) -> bool:
    """Whether every one of these stored objects belongs to the viewer's scope."""
    rows = StoredObject.objects.filter(object_id__in=list(object_ids))
    return not rows.exclude(within(who)).exists()
