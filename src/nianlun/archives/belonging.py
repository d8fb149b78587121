"""Whose the bytes of an item are: of the agency that filed it."""

from typing import Any

from django.db.models import F, QuerySet

from nianlun.archives.models import Item
from nianlun.vault.belonging import tells_whose


@tells_whose
def items() -> QuerySet[Any, Any]:
    """Every item's object with the division of its agency."""
    return Item.objects.values(object_id=F("vault_object"), division=F("agency__division"))
