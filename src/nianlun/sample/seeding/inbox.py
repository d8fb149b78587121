"""The unread scans: received into a batch, left for the real pipeline to read while somebody watches."""

from datetime import datetime
from io import BytesIO
from uuid import UUID

from nianlun.digitization import operations as digitization
from nianlun.digitization import queries as digitization_queries
from nianlun.sample.inbox import inbox, inbox_papers
from nianlun.sample.people import City
from nianlun.sample.seeding.people import Tell

TITLE = "待识读的扫描件"


def receive_inbox(city: City, *, agency_id: UUID, at: datetime, tell: Tell, processes: int = 2) -> None:
    """Receive the inbox's files once; broken ones are received too, so that the pipeline can say what is wrong."""
    if digitization_queries.has_sample_batch(agency_id):
        return
    files = list(inbox(city, processes=processes))
    batch_id = digitization.open_batch(
        TITLE, agency_id=agency_id, person_id=None, by=None, at=at, is_sample=True
    )
    total = len(inbox_papers(city))
    for number, file in enumerate(files, start=1):
        digitization.receive(
            batch_id, name=file.name, stream=BytesIO(file.data), by=None, at=at, start=False
        )
        tell("待识读的扫描件", number, max(total, len(files)))
