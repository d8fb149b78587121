"""One door for opening a person's data, for components that stand beside the one that counts (S3.4)."""

from collections.abc import Callable
from datetime import datetime
from uuid import UUID

from nianlun.access.domain import Viewer

Count = Callable[[Viewer, UUID, datetime], None]
counted_by: list[Count] = []
"""Who counts how many persons an account looks at adds the counting here when the system starts."""


def admit(viewer: Viewer, person_id: UUID, *, at: datetime) -> None:
    """Count that the viewer opens this person's data; to be called in the transaction that journals the reading.

    Raises `QueriesStopped` for one person too many in an hour.
    """
    for count in counted_by:
        count(viewer, person_id, at)
