"""Nothing that anything rests on is destroyed: a roster whose rows were booked is their voucher."""

from datetime import date

from nianlun.access.domain import Viewer
from nianlun.contributions.models import RosterImport
from nianlun.vault.destruction_rules import refuses_destruction


@refuses_destruction
def while_booked(object_id: str, *, by: Viewer, on: date) -> str:
    """Contribution months are kept for good, and with them the workbook they were booked from."""
    roster = RosterImport.objects.filter(vault_object=object_id).first()
    if roster is None:
        return ""
    if roster.state == RosterImport.State.WAITING:
        return f"缴费名册“{roster.name}”还在等复核，不能销毁。"
    if roster.added_postings:
        return f"缴费名册“{roster.name}”有 {roster.added_postings} 条缴费记录以它为凭证，不能销毁。"
    return ""
