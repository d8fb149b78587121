"""Nothing that anything rests on is destroyed: an item with claims stays, whatever became of them."""

from datetime import date

from nianlun.access.domain import Viewer
from nianlun.archives import queries as archives
from nianlun.evidence.models import Claim
from nianlun.vault.destruction_rules import refuses_destruction


@refuses_destruction
def while_claimed(object_id: str, *, by: Viewer, on: date) -> str:
    """Every claim shows the region of the page it was read from, and rulings name the claims they weighed."""
    claims = Claim.objects.filter(item__in=list(archives.items_in([object_id]))).count()
    return f"有 {claims} 条主张出自这件档案，认定和待遇可能以它为据，不能销毁。" if claims else ""
