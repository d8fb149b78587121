"""Whose the papers of a case are before it is filed: of the agency that handles it."""

from typing import Any

from django.db.models import CharField, QuerySet, Value
from django.db.models.functions import Cast, Concat

from nianlun.cases.models import OBJECTS, Case
from nianlun.vault.belonging import tells_whose


@tells_whose
def cases() -> QuerySet[Any, Any]:
    """Every case's object with its division."""
    name = Concat(Value(OBJECTS), Cast("item_id", CharField()))
    return Case.objects.values("division", object_id=name)
