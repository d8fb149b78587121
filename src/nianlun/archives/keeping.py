"""`record.json`: what the register says of an item, kept with its original, and the register made again from it."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from nianlun.archives import numbering
from nianlun.archives.models import Fonds, Item, Page, Volume
from nianlun.registry import keeping as registry
from nianlun.search.grams import filled
from nianlun.vault.keeping import Keeping, keeps
from nianlun.vault.record_text import as_day, as_moment, day, moment

FORM = "nianlun-record/1"
PREFIX = "urn:nianlun:item:"


def persons_by_object(object_ids: Sequence[str]) -> dict[str, set[UUID]]:
    """Whom the items of these objects, and the volumes around them, belong to."""
    rows = Item.objects.filter(vault_object__in=object_ids)
    return {
        vault_object: {person for person in persons if person}
        for vault_object, *persons in rows.values_list("vault_object", "person_id", "volume__person_id")
    }


def _gather(object_ids: Sequence[str]) -> dict[str, dict[str, Any]]:
    items = list(Item.objects.filter(vault_object__in=object_ids).select_related("fonds", "volume"))
    agencies = registry.agencies({item.agency_id for item in items})
    pages: dict[UUID, list[Page]] = defaultdict(list)
    for page in Page.objects.filter(item__in=items).order_by("number"):
        pages[page.item_id].append(page)
    return {
        item.vault_object: _told(item, agency=agencies[item.agency_id], pages=pages[item.pk])
        for item in items
    }


def _told(item: Item, *, agency: Mapping[str, Any], pages: Sequence[Page]) -> dict[str, Any]:
    return {
        "id": str(item.pk),
        "agency": agency,
        "fonds": {"id": str(item.fonds_id), "code": item.fonds.code, "name": item.fonds.name},
        "category": item.category,
        "volume": _told_volume(item.volume),
        "code": item.code,
        "title": item.title,
        "document_kind": item.document_kind,
        "creator": item.creator,
        "recorded": {
            "text": item.recorded_text,
            "earliest": day(item.recorded_earliest),
            "latest": day(item.recorded_latest),
        },
        "retention": item.retention,
        "opening": item.opening,
        "secrecy": item.secrecy,
        "person": str(item.person_id) if item.person_id else None,
        "is_original": item.is_original,
        "file": {"name": item.file_name, "media_type": item.media_type, "sha512": item.sha512},
        "pages": [
            {"id": str(page.pk), "number": page.number, "width": page.width, "height": page.height}
            for page in pages
        ],
        "filed_at": moment(item.filed_at),
        "filed_by": item.filed_by,
        "is_sample": item.is_sample,
    }


def _told_volume(volume: Volume | None) -> dict[str, Any] | None:
    if volume is None:
        return None
    return {
        "id": str(volume.pk),
        "category": volume.category,
        "code": volume.code,
        "title": volume.title,
        "person": str(volume.person_id) if volume.person_id else None,
        "retention": volume.retention,
        "is_sample": volume.is_sample,
    }


def _restore(content: Mapping[str, Any]) -> None:
    agency, fonds, volume = content["agency"], content["fonds"], content["volume"]
    registry.restore_agencies([agency])
    Fonds.objects.bulk_create(
        [Fonds(pk=fonds["id"], agency_id=agency["id"], code=fonds["code"], name=fonds["name"])],
        ignore_conflicts=True,
    )
    if volume:
        fields = {name: volume[name] for name in ("category", "code", "title", "retention", "is_sample")}
        row = Volume(pk=volume["id"], fonds_id=fonds["id"], person_id=volume["person"], **fields)
        Volume.objects.bulk_create([row], ignore_conflicts=True)
    if Item.objects.filter(pk=content["id"]).exists():
        return
    same = (
        "category code title document_kind creator retention opening secrecy is_original filed_by is_sample"
    )
    Item.objects.create(
        id=content["id"],
        fonds_id=fonds["id"],
        volume_id=volume["id"] if volume else None,
        person_id=content["person"],
        agency_id=agency["id"],
        recorded_text=content["recorded"]["text"],
        recorded_earliest=as_day(content["recorded"]["earliest"]),
        recorded_latest=as_day(content["recorded"]["latest"]),
        page_count=len(content["pages"]),
        sha512=content["file"]["sha512"],
        vault_object=content["object"],
        file_name=content["file"]["name"],
        media_type=content["file"]["media_type"],
        filed_at=as_moment(content["filed_at"]),
        grams=filled(f"{content['title']} {content['code']} {content['creator']}"),
        **{name: content[name] for name in same.split()},
    )
    Page.objects.bulk_create(Page(item_id=content["id"], **page) for page in content["pages"])


def _finish(_at: datetime, unreadable: int) -> None:
    """Let numbering go on where it stood. What could not be read may have held the last numbers: they are skipped."""
    last: dict[str, int] = defaultdict(int)
    for codes in (Volume.objects.values_list("code"), Item.objects.values_list("code")):
        for (code,) in codes.iterator():
            prefix, number = _numbered(code)
            last[prefix] = max(last[prefix], number)
    numbering.go_on_from({prefix: number + unreadable for prefix, number in last.items()})


def _numbered(code: str) -> tuple[str, int]:
    """A code without its last number, as `operations` counts it, and that number."""
    prefix, _, number = code.rpartition("-")
    return prefix, int(number)


def _counts() -> dict[str, int]:
    return {"items": Item.objects.count()}


keeps(
    Keeping(
        prefix=PREFIX,
        file_name="record.json",
        form=FORM,
        gather=_gather,
        restore=_restore,
        counts=_counts,
        finish=_finish,
    )
)
