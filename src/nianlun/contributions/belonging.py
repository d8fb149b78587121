"""Whose the workbook of a roster is: of the scope of whoever imported it."""

from typing import Any

from django.db.models import F, QuerySet

from nianlun.contributions.models import RosterImport
from nianlun.vault.belonging import tells_whose


@tells_whose
def rosters() -> QuerySet[Any, Any]:
    """Every imported workbook with the scope of its importer; the system's own belong to nobody."""
    rows = RosterImport.objects.filter(by__isnull=False)
    return rows.values(object_id=F("vault_object"), division=F("by__scope"))
