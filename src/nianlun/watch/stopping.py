"""Letting a stopped account look at persons again."""

from datetime import datetime

from django.db import transaction

from nianlun.access import operations as access
from nianlun.access.domain import Viewer
from nianlun.watch import counting


@transaction.atomic
def resume(viewer: Viewer, stop_id: int, *, reason: str, at: datetime) -> None:
    """Lift a stop and count the account anew. Raises as `access.operations.lift_stop`."""
    counting.forget(access.lift_stop(viewer, stop_id, reason=reason, at=at))
