"""Whose the workbook of a roster is: of the scope in which it was handed in."""

from typing import Any

from django.db.models import F, QuerySet

from nianlun.contributions.models import RosterImport
from nianlun.vault.belonging import tells_whose


@tells_whose
def rosters() -> QuerySet[Any, Any]:
    """Every workbook with the scope of whoever handed it in; the system's own belong to nobody."""
    return RosterImport.objects.exclude(division="").values("division", object_id=F("vault_object"))
