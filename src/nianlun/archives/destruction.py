"""What the register has to say before an item's bytes are destroyed: its term, and whose item it is."""

from datetime import date

from nianlun.access.domain import NotVisible, Viewer, covers
from nianlun.archives.domain import kept_until
from nianlun.archives.models import Item
from nianlun.vault.destruction_rules import refuses_destruction


@refuses_destruction
def while_kept(object_id: str, *, by: Viewer, on: date) -> str:
    """An item is kept permanently or until its term is over; only its own agency's people touch it at all."""
    for item in Item.objects.filter(vault_object=object_id).select_related("agency"):
        if not covers(by.scope, division=item.agency.division):
            raise NotVisible
        until = kept_until(item.retention, formed_on=item.recorded_latest or item.filed_at.date())
        if until is None:
            return f"档号 {item.code} 的保管期限是永久，不能销毁。"
        if on < until:
            return f"档号 {item.code} 的保管期限到 {until} 才满。"
    return ""
