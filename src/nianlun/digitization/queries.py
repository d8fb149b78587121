"""Reading batches, their progress and page readings."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Count, Q, QuerySet

from nianlun.access.domain import NotVisible, Role, Viewer
from nianlun.archives import queries as archives
from nianlun.archives.queries import ItemLine
from nianlun.digitization import page_images, quarantine
from nianlun.digitization.models import Assignment, Batch, Reading, Sheet
from nianlun.digitization.reading import PageImage
from nianlun.digitization.reading.values import Field
from nianlun.digitization.steps import EXAMINE_SHEET, PAGE_READ, READ_PAGE
from nianlun.jobs import queries as jobs
from nianlun.kernel.cipher import unseal
from nianlun.kernel.grams import normalised
from nianlun.registry.keys import keyring
from nianlun.search.grams import holding
from nianlun.vault import queries as vault
from nianlun.vault.domain import Secrecy

UPLOAD_TAKES = timedelta(hours=1)
"""No upload is still writing after this long."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchLine:
    """A batch and how far it has got, in files."""

    id: UUID
    title: str
    agency_id: UUID
    person_id: UUID | None
    opened_by_name: str
    opened_at: datetime
    closed_at: datetime | None
    closed_by_name: str
    is_sample: bool
    total: int
    waiting: int
    filed: int
    read: int
    refused: int
    duplicate: int

    @property
    def finished(self) -> int:
        return self.read + self.refused + self.duplicate


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetLine:
    """One file of a batch."""

    id: UUID
    name: str
    state: str
    state_label: str
    sentence: str
    sha512: str
    size: int
    item_id: UUID | None
    archival_code: str
    person_id: UUID | None
    page_count: int
    pages_read: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadingLine:
    """What an engine read on a page; `fields` carry identity numbers whole and go to the evidence only."""

    id: UUID
    page_id: UUID
    engine: str
    kind: str
    lines: list[dict[str, object]]
    fields: tuple[Field, ...]
    read_at: datetime
    is_sample: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class TextHit:
    """A page whose words hold what was searched, with the words around."""

    item_id: UUID
    page_id: UUID
    excerpt: str


def batches(viewer: Viewer, *, start: int = 0, limit: int = 50) -> Sequence[BatchLine]:
    """The viewer's batches, newest first; contractors see those assigned to them and still open (S2.6)."""
    rows = _visible(viewer).order_by("-opened_at")
    return [_batch(row) for row in _counted(rows)[start : start + limit]]


def batch(viewer: Viewer, batch_id: UUID) -> BatchLine:
    """One batch inside the viewer's scope; raises `NotVisible`."""
    row = _counted(_visible(viewer)).filter(pk=batch_id).first()
    if row is None:
        raise NotVisible
    return _batch(row)


@dataclass(frozen=True, slots=True, kw_only=True)
class SetAside:
    """A refused file, kept in quarantine until somebody decides what becomes of it."""

    id: UUID
    name: str
    size: int
    code: str
    sentence: str


def set_aside() -> list[SetAside]:
    """Every refused file that is kept, oldest first."""
    rows = Sheet.objects.filter(state=Sheet.State.REFUSED).order_by("received_at", "pk")
    return [
        SetAside(id=row.pk, name=row.name, size=row.size, code=row.code, sentence=row.sentence)
        for row in rows
    ]


def leftovers(*, at: datetime) -> list[str]:
    """Names of quarantine files that no waiting or refused sheet owns: what a broken upload left behind."""
    old = {path.name for path in quarantine.sweepable(older_than=UPLOAD_TAKES, now=at.timestamp())}
    owned = Sheet.objects.filter(state__in=[Sheet.State.WAITING, Sheet.State.REFUSED]).values_list(
        "pk", flat=True
    )
    return sorted(old - {pk.hex for pk in owned})


def has_sample_batch(agency_id: UUID) -> bool:
    """Whether the sample's inbox has been received at an agency."""
    return Batch.objects.filter(agency_id=agency_id, is_sample=True).exists()


def sheets(batch_id: UUID) -> list[SheetLine]:
    """The files of a batch by name."""
    rows = list(Sheet.objects.filter(batch_id=batch_id).order_by("name", "pk"))
    items = archives.items(row.item_id for row in rows if row.item_id)
    read = _pages_read([row.item_id for row in rows if row.item_id])
    return [
        SheetLine(
            id=row.pk,
            name=row.name,
            state=row.state,
            state_label=row.get_state_display(),
            sentence=row.sentence,
            sha512=row.sha512,
            size=row.size,
            item_id=row.item_id,
            archival_code=items[row.item_id].code if row.item_id else "",
            person_id=items[row.item_id].person_id if row.item_id else row.person_id,
            page_count=row.page_count,
            pages_read=read.get(row.item_id, 0) if row.item_id else 0,
        )
        for row in rows
    ]


def sheet_item(viewer: Viewer, batch_id: UUID, sheet_id: UUID) -> ItemLine:
    """The item that a sheet of a batch in sight was filed as; raises `NotVisible`, also before it is filed.

    A duplicate stands for an item that came in otherwise and belongs to somebody else's batch.
    """
    rows = Sheet.objects.filter(
        pk=sheet_id,
        batch__in=_visible(viewer).filter(pk=batch_id),
        state__in=[Sheet.State.FILED, Sheet.State.READ],
    )
    item_id = rows.values_list("item_id", flat=True).first()
    if item_id is None:
        raise NotVisible
    return archives.items([item_id])[item_id]


def pending_jobs(batch_id: UUID) -> int:
    """How many steps of a batch are still queued or running; 0 also when what is left has failed for good."""
    sheet_ids = [str(pk) for pk in Sheet.objects.filter(batch_id=batch_id).values_list("pk", flat=True)]
    readings = Reading.objects.filter(page__item_id__in=sheet_ids)
    page_ids = [str(page.id) for sheet_id in sheet_ids for page in archives.pages(UUID(sheet_id))]
    reading_ids = [str(pk) for pk in readings.values_list("pk", flat=True)]
    return (
        jobs.count_unfinished(kind=EXAMINE_SHEET, keys=sheet_ids)
        + jobs.count_unfinished(kind=READ_PAGE, keys=page_ids)
        + jobs.count_unfinished(kind=PAGE_READ, keys=reading_ids)
    )


def waiting_name(sheet_id: UUID) -> str | None:
    """The name of a sheet that still waits to be examined; None once something has become of it."""
    return (
        Sheet.objects.filter(pk=sheet_id, state=Sheet.State.WAITING).values_list("name", flat=True).first()
    )


def pictures_may_be_kept(sheet_id: UUID) -> bool:
    """Whether pictures of a sheet's pages may lie at hand: not of what will lie encrypted in the vault."""
    level = Sheet.objects.values_list("batch__secrecy", flat=True).get(pk=sheet_id)
    return not vault.is_sealed_class(Secrecy(level))


def unfinished(viewer: Viewer) -> int:
    """Files that wait for the pipeline, for the counter in the navigation."""
    return Sheet.objects.filter(batch__in=_visible(viewer), state__in=["waiting", "filed"]).count()


def reading(reading_id: UUID) -> ReadingLine:
    """One reading with its fields opened; raises `NotVisible` where there is none."""
    row = Reading.objects.filter(pk=reading_id).first()
    if row is None:
        raise NotVisible
    sealed = unseal(bytes(row.fields), keys=keyring(), about=f"digitization.reading.fields:{row.pk}")
    return ReadingLine(
        id=row.pk,
        page_id=row.page_id,
        engine=row.engine,
        kind=row.kind,
        lines=row.lines,
        fields=tuple(Field.from_json(found) for found in json.loads(sealed)),
        read_at=row.read_at,
        is_sample=row.is_sample,
    )


def search_text(viewer: Viewer, text: str, *, limit: int = 20) -> list[TextHit]:
    """Pages inside the viewer's scope whose words hold the text."""
    rows = holding(Reading.objects.filter(current=True), text)
    rows = (
        rows.filter(page__item__agency__division__startswith=viewer.scope) if viewer.scope else rows.none()
    )
    wanted = normalised(text)
    hits = []
    for row in rows.select_related("page").order_by("-read_at")[: limit * 5]:
        if wanted in normalised(row.text):
            hits.append(
                TextHit(item_id=row.page.item_id, page_id=row.page_id, excerpt=_excerpt(row.text, text))
            )
        if len(hits) == limit:
            break
    return hits


def _visible(viewer: Viewer) -> QuerySet[Batch]:
    if not viewer.scope:
        return Batch.objects.none()
    rows = Batch.objects.filter(agency__division__startswith=viewer.scope)
    if viewer.role is Role.SCANNER:
        mine = Assignment.objects.filter(account_id=viewer.account_id)
        return rows.filter(pk__in=mine.values("batch_id"), closed_at=None)
    return rows


def _counted(rows: QuerySet[Batch]) -> QuerySet[Batch]:
    counts = {state: Count("sheets", filter=Q(sheets__state=state)) for state in Sheet.State.values}
    return rows.annotate(total=Count("sheets"), **{f"n_{state}": n for state, n in counts.items()})


def _batch(row: Batch) -> BatchLine:
    counts = {state: int(getattr(row, f"n_{state}")) for state in Sheet.State.values}
    return BatchLine(
        id=row.pk,
        title=row.title,
        agency_id=row.agency_id,
        person_id=row.person_id,
        opened_by_name=row.opened_by_name,
        opened_at=row.opened_at,
        closed_at=row.closed_at,
        closed_by_name=row.closed_by_name,
        is_sample=row.is_sample,
        total=int(getattr(row, "total")),  # noqa: B009  an annotation the type does not know
        **counts,
    )


def _pages_read(item_ids: list[UUID]) -> dict[UUID, int]:
    rows = Reading.objects.filter(page__item_id__in=item_ids, current=True).values_list("page__item_id")
    return dict(rows.annotate(n=Count("pk")).order_by())


def _excerpt(text: str, wanted: str) -> str:
    at = max(0, text.find(wanted.strip()))
    return " ".join(text[max(0, at - 18) : at + len(wanted) + 30].split())


def picture(item: ItemLine, *, number: int) -> PageImage:
    """The upright picture of one page.

    Raises `Refused` where the original cannot be rendered, and what the vault raises where it is offline, destroyed
    or damaged.
    """
    return page_images.page_of(item, number=number)


def pictures(item: ItemLine) -> Iterator[PageImage]:
    """The upright pictures of all pages of an item in their order. Raises as `picture`."""
    return page_images.pages_of(item)
