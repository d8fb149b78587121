"""A batch for the contractor of the sample: opened by the archivist, empty, to drop scans onto."""

from datetime import datetime
from uuid import UUID

from nianlun.access import queries as access
from nianlun.digitization import assignments
from nianlun.digitization import operations as digitization
from nianlun.digitization import queries as digitization_queries

ARCHIVIST, CONTRACTOR = "wanghai", "waibao01"
TITLE = "外包第一箱"


def give_a_batch(*, agency_id: UUID, at: datetime) -> None:
    """Open a batch and assign it, unless the contractor has one."""
    archivist, contractor = access.viewer_named(ARCHIVIST), access.viewer_named(CONTRACTOR)
    if digitization_queries.batches(contractor, limit=1):
        return
    batch_id = digitization.open_batch(TITLE, agency_id=agency_id, person_id=None, by=archivist, at=at)
    assignments.assign(batch_id, account_id=contractor.account_id, by=archivist, at=at)
