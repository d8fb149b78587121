"""The pipeline as resumable jobs: examine a file, then read each of its pages. Parsing happens in limited processes."""

from datetime import datetime
from uuid import UUID

from nianlun.archives import queries as archives
from nianlun.archives.operations import PageSize
from nianlun.digitization import operations, page_images, quarantine, queries
from nianlun.digitization.reading import OpenedFile, PageReading, Reader, Refused
from nianlun.digitization.steps import EXAMINE_SHEET, READ_PAGE
from nianlun.jobs import operations as jobs
from nianlun.jobs.domain import Job
from nianlun.jobs.registry import handles

_reader: Reader | None = None


@handles(EXAMINE_SHEET)
def examine_sheet(job: Job, at: datetime) -> None:
    """Examine a waiting file and file it, or set it aside with the reason."""
    sheet_id = UUID(job.payload["sheet"])
    name = queries.waiting_name(sheet_id)
    path = quarantine.path_of(sheet_id)
    if name is None:
        with jobs.effect(job):
            pass
        quarantine.discard(sheet_id)  # a run that died after its transaction left the file behind
        return
    keep = queries.pictures_may_be_kept(sheet_id)
    try:
        with OpenedFile(path) as file:
            examined = file.examine(name=name)
            sizes = []
            for number in range(1, examined.pages + 1):
                image = page_images.rasterise(file, item_id=sheet_id, number=number, keep=keep)
                sizes.append(PageSize(width=image.width, height=image.height))
    except Refused as reason:
        page_images.drop(sheet_id)
        with jobs.effect(job):
            operations.refuse_sheet(sheet_id, reason=reason, at=at)
        return
    with jobs.effect(job):
        operations.file_sheet(sheet_id, examined=examined, pages=sizes, at=at)
    quarantine.discard(sheet_id)


@handles(READ_PAGE)
def read_page(job: Job, at: datetime) -> None:
    """Read one page; a page that cannot be read is told as such and left to a person."""
    page = archives.page(UUID(job.payload["page"]))
    item = archives.items([page.item_id])[page.item_id]
    sentence = ""
    try:
        reading = reader().read(page_images.page_of(item, number=page.number))
    except Refused as reason:
        sentence = reason.sentence
        reading = PageReading(width=page.width, height=page.height, kind="unread", engine="")
    with jobs.effect(job):
        operations.record_reading(page.id, reading=reading, at=at, sentence=sentence)


def reader() -> Reader:
    """This worker's reading process, started once because loading its models takes seconds."""
    global _reader
    if _reader is None:
        _reader = Reader()
    return _reader
