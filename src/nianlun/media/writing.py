"""Writing a set: asked for by one person, done in the background, and either wholly on record or not at all."""

import shutil
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from nianlun.access.domain import Right, Viewer, authorize
from nianlun.jobs import operations as jobs
from nianlun.jobs import queries as queue
from nianlun.jobs.domain import State
from nianlun.journal import operations as journal
from nianlun.journal.domain import FAILED, declare
from nianlun.media import domain, operations, queries
from nianlun.media.domain import Action, MediumState, NotNow, SetState
from nianlun.media.gathering import Gathered
from nianlun.media.imaging import leaflet, unpacking
from nianlun.media.imaging import writing as imaging
from nianlun.media.imaging.faults import NoRecipients, NoRoom
from nianlun.media.imaging.leaflet import Cover
from nianlun.media.imaging.sealing import Recipient, read_recipients
from nianlun.media.imaging.writing import Package, Written
from nianlun.media.label import label_of
from nianlun.media.lines import MediumLine
from nianlun.media.models import MediaSet, Medium, MediumObject
from nianlun.vault.domain import Secrecy

WRITE_REQUESTED = declare("media.write_requested", "要求写入离线介质 {about}")
WRITTEN = declare(
    "media.set_written", "写成离线介质 {about}：{objects} 个对象，能打开的保管人 {recipients}"
)
WRITE_FAILED = declare("media.write_failed", "离线介质 {about} 没有写成：{problem}")
WRITE = "media.write"


@dataclass(frozen=True, slots=True, kw_only=True)
class Produced:
    """What was written for a set: the package, an image for each medium, and what is to be noted of each object."""

    package: Package
    recipients: tuple[Recipient, ...]
    images: dict[UUID, Written]
    objects: dict[str, tuple[str, str]]
    """Folder and SHA-512 of the inventory by object id; empty where the package was taken over from a medium."""


def out_folder() -> Path:
    """Where images appear, made on first use."""
    folder = Path(settings.MEDIA_OUT)
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def image_path(line: MediumLine) -> Path:
    """Where the image of a medium lies once it is written."""
    return out_folder() / line.file_name


def recipients() -> list[Recipient]:
    """The keepers for whom sets are sealed now. Raises `NoRecipients`."""
    path = Path(settings.MEDIA_RECIPIENTS)
    try:
        return read_recipients(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise NoRecipients(
            f"没有保管人公钥文件 {path}。请由两名以上保管人各自生成私钥，把公钥写进这个文件。"
        ) from None


@transaction.atomic
def request_write(who: Viewer, set_id: UUID, *, at: datetime) -> None:
    """Have the images of a set written; asking twice writes once. Raises `NotNow` and `NoRecipients`."""
    authorize(who, Right.MEDIA_WRITE)
    row = operations.locked_set(who, set_id)
    if row.state == SetState.WRITING.value:
        if queue.state_of(kind=WRITE, key=_key(row)) != State.FAILED:
            return
        row.state = SetState.PLANNED.value  # nobody works on it any more
    if row.state != SetState.PLANNED.value or operations.was_written(row):
        raise NotNow("这一套已经写过。要换新介质，请在介质页上更新。")
    recipients()
    row.state = SetState.WRITING.value
    row.write_attempts += 1
    row.write_requested_by_id, row.write_requested_by_name = who.account_id, who.name
    row.write_requested_at, row.problem = at, ""
    row.save()
    jobs.enqueue(WRITE, {"set": str(row.pk)}, key=_key(row), at=at)
    journal.record(WRITE_REQUESTED, by=who, about=row.number, about_id=str(row.pk), at=at)


def _key(row: MediaSet) -> str:
    return f"{row.pk}:{row.write_attempts}"


def produce(set_id: UUID) -> Produced:
    """Seal the package of a set and write its images; what an interrupted call finished is kept and not done again.

    Outside any transaction, since it takes long. Raises `MediumError` and the vault's `StorageError`.
    """
    row = MediaSet.objects.get(pk=set_id)
    at = row.write_requested_at or row.planned_at
    keepers = recipients()
    folder = draft_folder(set_id)
    gathered = Gathered(set_id)
    size = sum(row.contents.values_list("size", flat=True))
    cover = _cover(row, keepers, letter="", payload_bytes=size)
    package = imaging.sealed_package(folder, recipients=keepers)
    if package is None:
        _check_room(size + domain.OVERHEAD * row.contents.count() + domain.FIXED)
        files = gathered.files(cover)
        package = imaging.seal_package(
            files, folder, name=row.number, info=leaflet.bag_info(cover, at=at), recipients=keepers, at=at
        )
    else:
        gathered.look()
    images = {}
    for medium in row.media.exclude(state=MediumState.RETIRED.value).select_related("set"):
        images[medium.pk] = _image(medium, package, folder, keepers=keepers)
    return Produced(
        package=package, recipients=tuple(keepers), images=images, objects=dict(gathered.looked_up)
    )


def record_written(set_id: UUID, made: Produced, *, at: datetime) -> None:
    """Put on record that a set was written, in the transaction of the caller."""
    row = MediaSet.objects.select_for_update().get(pk=set_id)
    if row.state != SetState.WRITING.value:
        return
    row.package = asdict(made.package) | {"spans": []}
    row.recipients = [asdict(one) for one in made.recipients]
    row.save(update_fields=["package", "recipients"])
    spans = {span.object_id: span for span in made.package.spans}
    for found in MediumObject.objects.filter(set=row):
        span = spans[found.object_id]
        found.since, found.until = span.since, span.until
        found.folder, found.inventory_sha512 = made.objects[found.object_id]
        found.save(update_fields=["since", "until", "folder", "inventory_sha512"])
    for medium in row.media.exclude(state=MediumState.RETIRED.value).select_related("set"):
        note_written(
            medium,
            made.images[medium.pk],
            by_id=row.write_requested_by_id,
            by_name=row.write_requested_by_name,
            at=at,
        )
    operations.settle_set(row)
    details = {
        "objects": len(spans) - ("" in spans),
        "recipients": "、".join(one.name for one in made.recipients),
        "sha512": made.package.sha512,
    }
    journal.record(WRITTEN, by=None, about=row.number, about_id=str(row.pk), details=details, at=at)


def record_failed(set_id: UUID, *, problem: str, at: datetime) -> None:
    """Put a set that could not be written back to planned, with the reason, in the transaction of the caller."""
    row = MediaSet.objects.select_for_update().get(pk=set_id)
    if row.state != SetState.WRITING.value:
        return
    row.state, row.problem = SetState.PLANNED.value, problem[:500]
    row.save(update_fields=["state", "problem"])
    journal.record(
        WRITE_FAILED,
        by=None,
        about=row.number,
        about_id=str(row.pk),
        details={"problem": problem},
        outcome=FAILED,
        at=at,
    )


def forget_draft(set_id: UUID) -> None:
    """Take away the parts from which the images of a set were made; to be called once they are on record."""
    shutil.rmtree(draft_folder(set_id), ignore_errors=True)


def note_written(row: Medium, made: Written, *, by_id: int | None, by_name: str, at: datetime) -> None:
    """Put the image of one medium on record."""
    row.size, row.sha512, row.sm3 = made.size, made.sha512, made.sm3
    row.files = [asdict(file) for file in made.files]
    row.written_by_id, row.written_by_name, row.written_at = by_id, by_name, at
    row.state = MediumState.WRITTEN.value
    row.save()
    event = operations.note(row, Action.WRITTEN, by=None, at=at, text=f"镜像 {row.size} 字节")
    event.by_id, event.by_name = by_id, by_name
    event.save(update_fields=["by", "by_name"])


def draft_folder(set_id: UUID) -> Path:
    """Where the parts of a set lie while it is written."""
    return out_folder() / ".drafts" / str(set_id)


def write_renewed(medium_id: UUID, source: Path) -> Written:
    """Write the image of a renewed medium from a sound one that lies at `source`.

    Raises `MediumError` where the package on it is not the one on record.
    """
    row = Medium.objects.select_related("set").get(pk=medium_id)
    package = Package(**{**(row.set.package or {}), "spans": ()})
    folder = draft_folder(medium_id)
    unpacking.take_package(source, folder, name=package.name, sha512=package.sha512)
    keepers = [Recipient(**one) for one in row.set.recipients]
    return _image(row, package, folder, keepers=keepers)


def _image(row: Medium, package: Package, folder: Path, *, keepers: list[Recipient]) -> Written:
    line = queries.medium_line(row)
    cover = _cover(row.set, keepers, letter=row.letter, payload_bytes=package.payload_bytes)
    return imaging.image_of(
        package,
        folder,
        image_path(line),
        cover=cover,
        volume=domain.volume_of(row.set.number, row.letter),
        label=label_of(line, cover=cover, package=package),
    )


def _cover(row: MediaSet, keepers: list[Recipient], *, letter: str, payload_bytes: int) -> Cover:
    return Cover(
        number=row.number,
        letter=letter,
        secrecy=Secrecy(row.secrecy).label,
        holder=row.holder,
        objects=row.contents.count(),
        payload_bytes=payload_bytes,
        written_on=f"{timezone.localtime(row.write_requested_at or row.planned_at):%Y-%m-%d}",
        recipients=tuple(keepers),
    )


def _check_room(package_bytes: int) -> None:
    """The package and two images will lie side by side."""
    needed = 3 * package_bytes
    free = shutil.disk_usage(out_folder()).free
    if free < needed:
        raise NoRoom(
            f"写镜像的磁盘还有 {free >> 20} MB，这一套要 {needed >> 20} MB。请腾出空间，或另设 NIANLUN_MEDIA_OUT。"
        )
