"""Taking files in: receive into quarantine, examine, file, read. Each step whole or not at all, each repeatable."""

import json
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import BinaryIO
from uuid import UUID

from django.db import IntegrityError, connection, transaction

from nianlun.access.domain import Viewer
from nianlun.archives import operations as archives
from nianlun.archives import queries as archive_queries
from nianlun.archives.domain import Category, DocumentKind
from nianlun.archives.operations import PageSize
from nianlun.digitization import quarantine, queries
from nianlun.digitization.masking import mask_within
from nianlun.digitization.models import Batch, Reading, Sheet
from nianlun.digitization.quarantine import NoRoom
from nianlun.digitization.reading import Examined, Line, PageReading, Refused
from nianlun.digitization.reading.refusals import refusal
from nianlun.digitization.steps import EXAMINE_SHEET, PAGE_READ, READ_PAGE
from nianlun.jobs import operations as jobs
from nianlun.journal import operations as journal
from nianlun.journal.domain import declare
from nianlun.kernel.cipher import seal
from nianlun.kernel.identifiers import uuid7
from nianlun.registry import queries as registry
from nianlun.registry.keys import keyring
from nianlun.search.grams import filled
from nianlun.vault import keeping
from nianlun.vault import operations as vault
from nianlun.vault.domain import Secrecy
from nianlun.vault.secrecy import StateSecret, given_secrecy

OPENED = declare("digitization.batch_opened", "开批次《{title}》")
NO_STATE_SECRETS = declare(
    "digitization.state_secret_refused", "想按“{level}”开批次，没有收：国家秘密不进本系统"
)
RECEIVED = declare("digitization.file_received", "收件：{name}，{size} 字节")
REFUSED = declare("digitization.file_refused", "未收 {name}：{sentence}")
READ = declare("digitization.page_read", "识读 {code} 第 {page} 页，{lines} 行")
UNREAD = declare("digitization.page_unread", "{code} 第 {page} 页没有读出：{sentence}")
SWEPT = declare("digitization.quarantine_swept", "清理隔离区里的无主残留 {count} 个")
STARTED = declare("digitization.batch_started", "开始识读批次《{title}》，{count} 件")

FILED = "收件归档"
"""What an object's inventory says of its first version, and no name: it is read without the key, for ever."""
RETENTION = {
    Category.BUSINESS: "D100",
    Category.ADMINISTRATIVE: "D30",
    Category.EQUIPMENT: "D30",
    Category.OBJECT: "Y",
    Category.AUDIO_VISUAL: "D30",
}
"""The term an item is filed with until the agency's approved schedule says otherwise; none is certain (marked M/D)."""


class BatchClosed(Exception):
    """Work on the batch has ended; the message says what to do with files that come late."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """What became of one file at the door: received, duplicate or refused, with a sentence where it is not plain."""

    name: str
    outcome: str
    sheet_id: UUID | None = None
    sha512: str = ""
    size: int = 0
    item_id: UUID | None = None
    archival_code: str = ""
    code: str = ""
    sentence: str = ""


def open_batch(
    title: str,
    *,
    agency_id: UUID,
    person_id: UUID | None,
    by: Viewer | None,
    at: datetime,
    category: Category = Category.BUSINESS,
    secrecy: str = Secrecy.INTERNAL,
    is_sample: bool = False,
) -> UUID:
    """Open a batch for the files that come in together; category and secrecy are what they will be filed with.

    Raises `StateSecret`, with nothing stored and the attempt journaled without its title.
    """
    try:
        level = given_secrecy(secrecy)
    except StateSecret as reason:
        with transaction.atomic():
            details = {"level": reason.label}
            journal.record(NO_STATE_SECRETS, by=by, details=details, outcome="refused", at=at)
        raise
    with transaction.atomic():
        return _open_batch(
            title,
            agency_id=agency_id,
            person_id=person_id,
            by=by,
            at=at,
            category=category,
            secrecy=level,
            is_sample=is_sample,
        )


def _open_batch(
    title: str,
    *,
    agency_id: UUID,
    person_id: UUID | None,
    by: Viewer | None,
    at: datetime,
    category: Category,
    secrecy: Secrecy,
    is_sample: bool,
) -> UUID:
    batch = Batch.objects.create(
        agency_id=agency_id,
        person_id=person_id,
        category=category.value,
        secrecy=secrecy.value,
        title=title.strip()[:100] or f"{at:%Y-%m-%d %H:%M} 收件",
        opened_by_id=by.account_id if by else None,
        opened_by_name=by.name if by else "系统",
        opened_at=at,
        is_sample=is_sample,
    )
    details = {"title": batch.title}
    journal.record(
        OPENED,
        by=by,
        about="digitization.batch",
        about_id=str(batch.pk),
        person_id=person_id,
        details=details,
        division=_division(agency_id, by=by),
        at=at,
    )
    return batch.pk


def receive(
    batch_id: UUID, *, name: str, stream: BinaryIO, by: Viewer | None, at: datetime, start: bool = True
) -> Received:
    """Take one file into a batch. Never raises for what the file is: the outcome says it.

    Raises `NoRoom` on a full disk, `BatchClosed` once the batch is closed.

    The same bytes are taken once in an agency, however often they come. With `start` the reading is queued at once.
    """
    batch = Batch.objects.get(pk=batch_id)
    _ensure_open(batch)
    sheet_id = uuid7()
    shown = display_name(name)
    try:
        _check_name(name)
        sha512, size = quarantine.keep(sheet_id, stream=stream)
    except Refused as reason:
        return _refuse_at_the_door(batch, name=shown, reason=reason, by=by, at=at)
    except NoRoom as reason:
        _refuse_at_the_door(batch, name=shown, reason=Refused("no_room", str(reason)), by=by, at=at)
        raise
    if size and (known := _already_here(batch.agency_id, sha512=sha512, name=shown, size=size)):
        quarantine.discard(sheet_id)
        return known
    if size == 0:  # told apart here, because all empty files are alike
        return _keep_aside(sheet_id, batch=batch, name=shown, sha512=sha512, by=by, at=at)
    try:
        with transaction.atomic():
            _keep_open(batch)
            Sheet.objects.create(
                id=sheet_id,
                batch=batch,
                agency_id=batch.agency_id,
                person_id=batch.person_id,
                name=shown,
                sha512=sha512,
                size=size,
                received_at=at,
                received_by_id=by.account_id if by else None,
            )
            details = {"name": shown, "size": size, "sha512": sha512}
            _tell(RECEIVED, sheet_id, of=batch, by=by, at=at, details=details)
            if start:
                jobs.enqueue(
                    EXAMINE_SHEET, {"sheet": str(sheet_id)}, key=str(sheet_id), at=at, patient=True
                )
    except BatchClosed:
        quarantine.discard(sheet_id)
        raise
    except IntegrityError:  # another upload of the same bytes was quicker
        quarantine.discard(sheet_id)
        known = _already_here(batch.agency_id, sha512=sha512, name=shown, size=size)
        if known is None:
            raise
        return known
    return Received(name=shown, outcome="received", sheet_id=sheet_id, sha512=sha512, size=size)


def _ensure_open(batch: Batch) -> None:
    if batch.closed_at is not None:
        raise BatchClosed("这个批次已经关闭，没有收下。请档案员另开一个批次。")


def _keep_open(batch: Batch) -> None:
    """See that the batch is open and stays so until the transaction ends; uploads do not wait for each other."""
    with connection.cursor() as cursor:  # Django has no FOR SHARE
        cursor.execute("SELECT id FROM digitization_batch WHERE id = %s FOR SHARE", [batch.pk])
    batch.refresh_from_db(fields=["closed_at"])
    _ensure_open(batch)


@transaction.atomic
def start_batch(batch_id: UUID, *, by: Viewer | None, at: datetime) -> int:
    """Queue every waiting sheet of a batch for reading; returns how many. Pressing twice queues nothing twice."""
    batch = Batch.objects.get(pk=batch_id)
    waiting = list(
        batch.sheets.filter(state=Sheet.State.WAITING).order_by("name").values_list("pk", flat=True)
    )
    for sheet_id in waiting:
        jobs.enqueue(EXAMINE_SHEET, {"sheet": str(sheet_id)}, key=str(sheet_id), at=at, patient=True)
    if waiting:
        details = {"title": batch.title, "count": len(waiting)}
        journal.record(
            STARTED,
            by=by,
            about="digitization.batch",
            about_id=str(batch_id),
            details=details,
            division=_division(batch.agency_id, by=by),
            at=at,
        )
    return len(waiting)


@transaction.atomic
def refuse_sheet(sheet_id: UUID, *, reason: Refused, at: datetime) -> None:
    """Set a sheet aside: its bytes stay in quarantine, its row says why and what to do."""
    sheet = Sheet.objects.select_for_update().get(pk=sheet_id)
    if sheet.state != Sheet.State.WAITING:
        return
    sheet.state, sheet.code, sheet.sentence = Sheet.State.REFUSED, reason.code, reason.sentence
    sheet.save()
    details = {"name": sheet.name, "sentence": reason.sentence, "code": reason.code, "sha512": sheet.sha512}
    _tell(REFUSED, sheet_id, of=sheet, by=None, at=at, outcome="refused", details=details)


@transaction.atomic
def file_sheet(sheet_id: UUID, *, examined: Examined, pages: list[PageSize], at: datetime) -> str:
    """File an examined sheet: bytes to the vault, item to the register, one reading job per page. Returns the code.

    The item takes the sheet's id and the vault object the item's, so that a run after a crash finds what the
    broken one left; its record then is a version of its own, since it tells of another filing.
    """
    sheet = Sheet.objects.select_for_update().get(pk=sheet_id)
    twin = archive_queries.item_by_bytes(agency_id=sheet.agency_id, sha512=sheet.sha512)
    if twin is not None and twin.id != sheet.pk:
        sheet.state, sheet.item_id = Sheet.State.DUPLICATE, twin.id
        sheet.sentence = f"同一份文件已在库，档号 {twin.code}。"
        sheet.save()
        return twin.code
    category, secrecy = Category(sheet.batch.category), Secrecy(sheet.batch.secrecy)
    file_name = f"original{examined.extension}"
    vault_object = f"urn:nianlun:item:{sheet.pk}"
    code = archives.file_item(
        sheet.pk,
        agency_id=sheet.agency_id,
        title=_title_of(sheet.name),
        category=category,
        document_kind=DocumentKind.OTHER,
        retention=RETENTION[category],
        pages=pages,
        sha512=sheet.sha512,
        vault_object=vault_object,
        file_name=file_name,
        media_type=examined.media_type,
        by=None,
        at=at,
        person_id=sheet.person_id,
        secrecy=secrecy,
    )
    vault.store(
        vault_object,
        files={file_name: quarantine.path_of(sheet.pk), **keeping.files_of([vault_object])[vault_object]},
        by=None,
        message=FILED,
        at=at,
        secrecy=secrecy,
    )
    sheet.state, sheet.item_id, sheet.page_count = Sheet.State.FILED, sheet.pk, len(pages)
    sheet.save()
    for page in archive_queries.pages(sheet.pk):
        # due since the file came in, so that each file is finished before the next is begun
        jobs.enqueue(
            READ_PAGE, {"page": str(page.id)}, key=str(page.id), at=at, due=sheet.received_at, patient=True
        )
    return code


@transaction.atomic
def record_reading(
    page_id: UUID, *, reading: PageReading, at: datetime, sentence: str = "", is_sample: bool = False
) -> UUID:
    """Keep what an engine read on a page as its current reading and announce it; older readings stay.

    A page that could not be read has a reading without lines and a `sentence` that says why.
    """
    page = archive_queries.page(page_id)
    item = archive_queries.items([page.item_id])[page.item_id]
    Reading.objects.filter(page_id=page_id, current=True).update(current=False)
    lines = [{**line.to_json(), "text": mask_within(line.text)} for line in reading.lines]
    text = "\n".join(str(line["text"]) for line in lines)
    reading_id = uuid7()
    fields = json.dumps([found.to_json() for found in reading.fields], ensure_ascii=False)
    Reading.objects.create(
        id=reading_id,
        page_id=page_id,
        engine=reading.engine[:60],
        kind=reading.kind[:30],
        lines=lines,
        fields=seal(fields, keys=keyring(), about=f"digitization.reading.fields:{reading_id}"),
        text=text,
        grams=filled(text),
        read_at=at,
        is_sample=is_sample,
    )
    details: dict[str, object] = {
        "code": item.code,
        "page": page.number,
        "lines": len(lines),
        "sentence": sentence,
    }
    journal.record(
        UNREAD if sentence else READ,
        by=None,
        about="archives.item",
        about_id=str(item.id),
        person_id=item.person_id,
        details=details,
        division=_division(item.agency_id, by=None),
        at=at,
    )
    keeping.changed([item.vault_object], at=at)
    received_at = _finish_sheet(item.id, sentence=sentence)
    jobs.enqueue(PAGE_READ, {"reading": str(reading_id)}, key=str(reading_id), at=at, due=received_at)
    return reading_id


@transaction.atomic
def adopt_sample_reading(page_id: UUID, *, lines: Sequence[Line], kind: str, at: datetime) -> None:
    """Keep the known text of a sample page as its reading, marked as such, so that it can be searched."""
    if Reading.objects.filter(page_id=page_id, current=True).exists():
        return
    told = [{**line.to_json(), "text": mask_within(line.text)} for line in lines]
    text = "\n".join(str(line["text"]) for line in told)
    reading_id = uuid7()
    Reading.objects.create(
        id=reading_id,
        page_id=page_id,
        engine="样本数据",
        kind=kind,
        lines=told,
        fields=seal("[]", keys=keyring(), about=f"digitization.reading.fields:{reading_id}"),
        text=text,
        grams=filled(text),
        read_at=at,
        is_sample=True,
    )


@transaction.atomic
def sweep_quarantine(*, at: datetime) -> list[str]:
    """Take away what broken uploads left in quarantine; returns the names. Files of sheets stay."""
    names = queries.leftovers(at=at)
    for name in names:
        quarantine.remove_leftover(name)
    if names:
        journal.record(SWEPT, by=None, rows=len(names), details={"count": len(names)}, at=at)
    return names


def display_name(name: str) -> str:
    """A sender's file name made safe to show: no folders, no control characters, at most 200 characters."""
    last = name.replace("\\", "/").rsplit("/", 1)[-1]
    kept = "".join(c for c in last if unicodedata.category(c)[0] != "C")
    return kept.strip()[:200] or "未命名"


def _check_name(name: str) -> None:
    parts = name.replace("\\", "/").split("/")
    if ".." in parts or name.startswith("/"):
        raise refusal("bad_name", why="里面有“../”或绝对路径")
    if any(unicodedata.category(c) in ("Cc", "Cf") for c in name):
        raise refusal("bad_name", why="里面有控制字符")


def _refuse_at_the_door(
    batch: Batch, *, name: str, reason: Refused, by: Viewer | None, at: datetime
) -> Received:
    with transaction.atomic():
        details = {"name": name, "sentence": reason.sentence, "code": reason.code}
        _tell(REFUSED, batch.pk, of=batch, by=by, at=at, outcome="refused", details=details)
    return Received(name=name, outcome="refused", code=reason.code, sentence=reason.sentence)


def _keep_aside(
    sheet_id: UUID, *, batch: Batch, name: str, sha512: str, by: Viewer | None, at: datetime
) -> Received:
    """Refuse an empty file with a row of its own, so that the batch shows what came of it."""
    reason = refusal("empty")
    with transaction.atomic():
        Sheet.objects.create(
            id=sheet_id,
            batch=batch,
            agency_id=batch.agency_id,
            person_id=batch.person_id,
            name=name,
            sha512=sha512,
            size=0,
            state=Sheet.State.REFUSED,
            code=reason.code,
            sentence=reason.sentence,
            received_at=at,
            received_by_id=by.account_id if by else None,
        )
        details = {"name": name, "sentence": reason.sentence, "code": reason.code}
        _tell(REFUSED, sheet_id, of=batch, by=by, at=at, outcome="refused", details=details)
    return Received(
        name=name,
        outcome="refused",
        sheet_id=sheet_id,
        sha512=sha512,
        code=reason.code,
        sentence=reason.sentence,
    )


def _already_here(agency_id: UUID, *, sha512: str, name: str, size: int) -> Received | None:
    item = archive_queries.item_by_bytes(agency_id=agency_id, sha512=sha512)
    if item is not None:
        return Received(
            name=name,
            outcome="duplicate",
            sha512=sha512,
            size=size,
            item_id=item.id,
            archival_code=item.code,
            sentence=f"同一份文件已在库，档号 {item.code}，没有重复收。",
        )
    sheet = Sheet.objects.filter(agency_id=agency_id, sha512=sha512, state=Sheet.State.WAITING).first()
    if sheet is not None:
        return Received(
            name=name,
            outcome="duplicate",
            sheet_id=sheet.pk,
            sha512=sha512,
            size=size,
            sentence="同一份文件已收下，正在等待识读，没有重复收。",
        )
    return None


def _finish_sheet(item_id: UUID, *, sentence: str) -> datetime | None:
    """Mark a sheet as read when its last page is; returns when it came in, None for an item that was no sheet."""
    sheet = Sheet.objects.select_for_update().filter(pk=item_id).first()
    if sheet is None:
        return None
    if sheet.state == Sheet.State.FILED:
        pages = [page.id for page in archive_queries.pages(item_id)]
        if Reading.objects.filter(page_id__in=pages, current=True).count() == len(pages):
            sheet.state = Sheet.State.READ
    if sentence:
        sheet.sentence = sentence[:300]
    sheet.save()
    return sheet.received_at


def _title_of(name: str) -> str:
    return name.rsplit(".", 1)[0] or name


def _tell(
    action: str,
    sheet_id: UUID,
    *,
    of: Batch | Sheet,
    by: Viewer | None,
    at: datetime,
    details: Mapping[str, object],
    outcome: str = "done",
) -> None:
    journal.record(
        action,
        by=by,
        about="digitization.sheet",
        about_id=str(sheet_id),
        person_id=of.person_id,
        details=details,
        outcome=outcome,
        division=_division(of.agency_id, by=by),
        at=at,
    )


def _division(agency_id: UUID, *, by: Viewer | None) -> str:
    """Whose business it was where nobody did it; an actor has a scope of its own."""
    return registry.division_of(agency_id) if by is None else ""
