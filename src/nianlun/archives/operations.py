"""Filing: giving an item its code, its pages and its place. One transaction each, one journal entry each."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from nianlun.access.domain import Viewer
from nianlun.archives.codes import ArchivalCode
from nianlun.archives.domain import Category, DocumentKind
from nianlun.archives.models import Fonds, Item, Page, Volume
from nianlun.archives.numbering import last_number, next_number
from nianlun.journal import operations as journal
from nianlun.journal.domain import declare
from nianlun.kernel.dates import PartialDate
from nianlun.registry import queries as registry
from nianlun.search.grams import filled
from nianlun.vault import keeping
from nianlun.vault.domain import Secrecy

FILED = declare("archives.item_filed", "归档 {code}《{title}》，共 {pages} 页")
DESCRIBED = declare("archives.item_described", "著录 {code}：{what}")
FONDS_OPENED = declare("archives.fonds_opened", "建立全宗 {code} {name}")
VOLUME_OPENED = declare("archives.volume_opened", "立卷 {code}《{title}》")


@dataclass(frozen=True, slots=True, kw_only=True)
class PageSize:
    """Pixels of one page as it is read, upright."""

    width: int
    height: int


def open_fonds(code: str, *, name: str, agency_id: UUID, by: Viewer | None, at: datetime) -> UUID:
    """Open the fonds of an agency, or return the one it has."""
    with transaction.atomic():
        fonds, created = Fonds.objects.get_or_create(
            agency_id=agency_id, defaults={"code": code, "name": name}
        )
        if created:
            details = {"code": code, "name": name}
            journal.record(
                FONDS_OPENED, by=by, about="archives.fonds", about_id=str(fonds.id), details=details, at=at
            )
        return fonds.id


def open_volume(
    title: str,
    *,
    agency_id: UUID,
    person_id: UUID | None,
    category: Category,
    year: int,
    retention: str,
    by: Viewer | None,
    at: datetime,
    is_sample: bool = False,
) -> UUID:
    """Open a volume (案卷) with the next number of its category and year."""
    with transaction.atomic():
        fonds = Fonds.objects.get(agency_id=agency_id)
        stem = _category_number(category, year=year, retention=retention)
        number = next_number(f"{fonds.code}-{stem}")
        volume = Volume.objects.create(
            fonds=fonds,
            category=category.value,
            code=f"{fonds.code}-{stem}-{number:04d}",
            title=title,
            person_id=person_id,
            retention=retention,
            is_sample=is_sample,
        )
        details = {"code": volume.code, "title": title}
        journal.record(
            VOLUME_OPENED,
            by=by,
            about="archives.volume",
            about_id=str(volume.id),
            person_id=person_id,
            details=details,
            division=_division(agency_id, by=by),
            at=at,
        )
        return volume.id


def file_item(
    item_id: UUID,
    *,
    agency_id: UUID,
    title: str,
    category: Category,
    document_kind: DocumentKind,
    retention: str,
    pages: Sequence[PageSize],
    sha512: str,
    vault_object: str,
    file_name: str,
    media_type: str,
    by: Viewer | None,
    at: datetime,
    person_id: UUID | None = None,
    volume_id: UUID | None = None,
    creator: str = "",
    recorded: PartialDate | None = None,
    is_original: bool = True,
    secrecy: Secrecy = Secrecy.INTERNAL,
    is_sample: bool = False,
) -> str:
    """File one record and return its archival code. Whoever files stores the bytes, and `keeping.files_of` with them.

    The caller chooses `item_id`, so that a job which is run again files the same item: a second call with the
    same id changes nothing and returns the code that was given.
    """
    with transaction.atomic():
        known = Item.objects.filter(pk=item_id).values_list("code", flat=True).first()
        if known:
            return known
        fonds = Fonds.objects.get(agency_id=agency_id)
        code = _item_code(fonds, category=category, retention=retention, volume_id=volume_id, at=at)
        Item.objects.create(
            id=item_id,
            fonds=fonds,
            category=category.value,
            volume_id=volume_id,
            code=code,
            title=title,
            document_kind=document_kind.value,
            creator=creator,
            retention=retention,
            person_id=person_id,
            agency_id=agency_id,
            secrecy=secrecy.value,
            is_original=is_original,
            page_count=len(pages),
            sha512=sha512,
            vault_object=vault_object,
            file_name=file_name,
            media_type=media_type,
            filed_at=at,
            filed_by=by.name if by else "系统",
            is_sample=is_sample,
            grams=filled(f"{title} {code} {creator}"),
            **_recorded_columns(recorded),
        )
        Page.objects.bulk_create(
            Page(item_id=item_id, number=n, width=size.width, height=size.height)
            for n, size in enumerate(pages, start=1)
        )
        journal.record(
            FILED,
            by=by,
            about="archives.item",
            about_id=str(item_id),
            person_id=person_id,
            details={"code": code, "title": title, "pages": len(pages)},
            division=_division(agency_id, by=by),
            at=at,
        )
        return code


def code_to_come(agency_id: UUID, *, category: Category, retention: str, at: datetime) -> str:
    """The code an item outside volumes would get if it were filed now, "" without a fonds; the filing decides."""
    fonds = Fonds.objects.filter(agency_id=agency_id).first()
    if fonds is None:
        return ""
    year = timezone.localdate(at).year
    prefix = f"{fonds.code}-{_category_number(category, year=year, retention=retention)}·J"
    last = last_number(prefix)
    return f"{prefix}-{last + 1:05d}"


def describe_item(
    item_id: UUID,
    *,
    by: Viewer | None,
    at: datetime,
    document_kind: DocumentKind | None = None,
    title: str | None = None,
    creator: str | None = None,
    recorded: PartialDate | None = None,
    person_id: UUID | None = None,
) -> None:
    """Enter what is known of an item into its description (著录); what is not given stays as it is."""
    with transaction.atomic():
        item = Item.objects.select_for_update().get(pk=item_id)
        changes: dict[str, object] = {}
        if document_kind is not None and document_kind.value != item.document_kind:
            changes["document_kind"] = document_kind.value
        if title and title != item.title:
            changes["title"] = title
        if creator and creator != item.creator:
            changes["creator"] = creator
        if recorded is not None and recorded.text != item.recorded_text:
            changes |= _recorded_columns(recorded)
        if person_id is not None and person_id != item.person_id:
            changes["person_id"] = person_id
        if not changes:
            return
        Item.objects.filter(pk=item_id).update(**changes)
        _write_grams(item_id)
        what = "、".join(_LABELS[name] for name in changes if name in _LABELS)
        journal.record(
            DESCRIBED,
            by=by,
            about="archives.item",
            about_id=str(item_id),
            person_id=person_id or item.person_id,
            details={"code": item.code, "what": what},
            division=_division(item.agency_id, by=by),
            at=at,
        )
        keeping.changed([item.vault_object], at=at)


_LABELS = {
    "document_kind": "材料种类",
    "title": "题名",
    "creator": "责任者",
    "recorded_text": "形成日期",
    "person_id": "归属人",
}


def _recorded_columns(recorded: PartialDate | None) -> dict[str, object]:
    if recorded is None:
        return {}
    return {
        "recorded_text": recorded.text,
        "recorded_earliest": recorded.earliest,
        "recorded_latest": recorded.latest,
    }


def _category_number(category: Category, *, year: int, retention: str) -> str:
    return f"{category.code_stem}·{year}·{retention}"


def _item_code(
    fonds: Fonds, *, category: Category, retention: str, volume_id: UUID | None, at: datetime
) -> str:
    if volume_id is not None:
        prefix = Volume.objects.values_list("code", flat=True).get(pk=volume_id)
        width = 3
    else:
        prefix = f"{fonds.code}-{_category_number(category, year=timezone.localdate(at).year, retention=retention)}·J"
        width = 5
    fonds_code, category_number, *volume = prefix.split("-")
    kind, *parts = category_number.split("·")
    return str(
        ArchivalCode(
            fonds=fonds_code,
            kind=kind,
            parts=tuple(parts),
            volume=volume[0] if volume else None,
            item=f"{next_number(prefix):0{width}d}",
        )
    )


def _write_grams(item_id: UUID) -> None:
    title, code, creator = Item.objects.values_list("title", "code", "creator").get(pk=item_id)
    Item.objects.filter(pk=item_id).update(grams=filled(f"{title} {code} {creator}"))


def _division(agency_id: UUID, *, by: Viewer | None) -> str:
    """Whose business it was where nobody did it; an actor has a scope of its own."""
    return registry.division_of(agency_id) if by is None else ""
