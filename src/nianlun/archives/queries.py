"""Reading the catalogue. A viewer's scope is part of every query that serves a person."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db.models import Count, Q, QuerySet

from nianlun.access.domain import NotVisible, Viewer
from nianlun.archives.domain import WORK_SECRETS_FOR, Category, DocumentKind
from nianlun.archives.models import Fonds, Item, Page, Volume
from nianlun.kernel.grams import normalised
from nianlun.search.grams import holding
from nianlun.vault.domain import Secrecy


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemLine:
    """One item as lists and evidence show it."""

    id: UUID
    code: str
    title: str
    category: Category
    document_kind: DocumentKind
    creator: str
    recorded_text: str
    recorded_earliest: date | None
    recorded_latest: date | None
    retention: str
    opening: str
    secrecy: Secrecy
    person_id: UUID | None
    agency_id: UUID
    is_original: bool
    page_count: int
    sha512: str
    vault_object: str
    file_name: str
    media_type: str
    filed_at: datetime
    filed_by: str
    is_sample: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class PageLine:
    """One page and its raster size in pixels."""

    id: UUID
    item_id: UUID
    number: int
    width: int
    height: int


_COLUMNS = tuple(f for f in ItemLine.__dataclass_fields__ if f not in {"person_id", "agency_id"})


def item(viewer: Viewer, item_id: UUID) -> ItemLine:
    """One item inside the viewer's scope; raises `NotVisible` for any other."""
    row = _visible(viewer).filter(pk=item_id).first()
    if row is None:
        raise NotVisible
    return _line(row)


def items(ids: Iterable[UUID]) -> dict[UUID, ItemLine]:
    """Items by id, for components that have already settled who may see them."""
    return {row.pk: _line(row) for row in Item.objects.filter(pk__in=set(ids))}


def items_in(vault_objects: Collection[str]) -> dict[UUID, ItemLine]:
    """Items by id, of those whose bytes lie in these objects of the vault."""
    return {row.pk: _line(row) for row in Item.objects.filter(vault_object__in=vault_objects)}


def objects_of(ids: Collection[UUID]) -> list[str]:
    """The objects of the vault in which the bytes of these items lie."""
    return list(Item.objects.filter(pk__in=ids).values_list("vault_object", flat=True))


def items_of_person(person_id: UUID) -> list[ItemLine]:
    """Every item filed for a person, oldest document first, undated ones last."""
    rows = Item.objects.filter(person_id=person_id).order_by("recorded_earliest", "code")
    return [_line(row) for row in rows]


def items_of_category(
    viewer: Viewer, *, category: Category, text: str = "", start: int = 0, limit: int = 50
) -> Sequence[ItemLine]:
    """One page of a category's register, newest filing first."""
    rows = _visible(viewer).filter(category=category.value)
    if text:
        rows = holding(rows, text)
    return [_line(row) for row in rows.order_by("-filed_at", "-code")[start : start + limit]]


def count_by_category(viewer: Viewer) -> dict[Category, int]:
    rows = _visible(viewer).values_list("category").annotate(n=Count("pk")).order_by()
    return {Category(category): n for category, n in rows}


def search_items(viewer: Viewer, text: str, *, limit: int = 20) -> list[ItemLine]:
    """Items whose code, title or creator contains the text, inside the viewer's scope."""
    rows = _visible(viewer).filter(Q(code__iexact=text.strip())) | holding(_visible(viewer), text)
    wanted = normalised(text)
    found = [_line(row) for row in rows.order_by("-filed_at")[: limit * 3]]
    return [line for line in found if wanted in normalised(f"{line.title} {line.code} {line.creator}")][
        :limit
    ]


def known_ids(ids: Iterable[UUID]) -> set[UUID]:
    """Those of the ids that are items."""
    return set(Item.objects.filter(pk__in=set(ids)).values_list("pk", flat=True))


def volume_of_person(person_id: UUID) -> UUID | None:
    """The volume that holds a person's papers, if one is open."""
    return Volume.objects.filter(person_id=person_id).values_list("pk", flat=True).first()


def item_by_bytes(*, agency_id: UUID, sha512: str) -> ItemLine | None:
    """The item of this agency that holds these very bytes, if any."""
    row = Item.objects.filter(agency_id=agency_id, sha512=sha512).first()
    return _line(row) if row else None


def pages(item_id: UUID) -> list[PageLine]:
    return [_page(row) for row in Page.objects.filter(item_id=item_id).order_by("number")]


def page_ids(item_ids: Collection[UUID]) -> dict[UUID, list[UUID]]:
    """Ids of the pages of each item, in page order."""
    found: dict[UUID, list[UUID]] = defaultdict(list)
    rows = Page.objects.filter(item_id__in=item_ids).order_by("number")
    for item_id, page_id in rows.values_list("item_id", "pk"):
        found[item_id].append(page_id)
    return found


def page(page_id: UUID) -> PageLine:
    """One page; raises `NotVisible` where there is none. The caller checks the item's scope."""
    row = Page.objects.filter(pk=page_id).first()
    if row is None:
        raise NotVisible
    return _page(row)


def pages_by_id(ids: Iterable[UUID]) -> dict[UUID, PageLine]:
    return {row.pk: _page(row) for row in Page.objects.filter(pk__in=set(ids))}


def fonds_code(agency_id: UUID) -> str | None:
    """The code of an agency's fonds; None for an agency that has none yet."""
    return Fonds.objects.filter(agency_id=agency_id).values_list("code", flat=True).first()


def visible_ids(viewer: Viewer, ids: Iterable[UUID]) -> set[UUID]:
    """Those of the given items that the viewer may see."""
    return set(_visible(viewer).filter(pk__in=set(ids)).values_list("pk", flat=True))


def items_of_objects(viewer: Viewer, object_ids: Collection[str]) -> dict[str, ItemLine]:
    """Items by the object of the vault in which they lie, as far as the viewer may see them."""
    ids = []
    for object_id in object_ids:
        with suppress(ValueError):  # an object of another kind holds no item
            ids.append(UUID(object_id.rpartition(":")[2]))
    # By the primary key, which an item's object ends in: the column of objects has no index.
    found = _visible(viewer).filter(pk__in=ids, vault_object__in=object_ids)
    return {row.vault_object: _line(row) for row in found}


def _visible(viewer: Viewer) -> QuerySet[Item]:
    """Items of the viewer's agencies, and those of the persons they look after; work secrets for who needs them."""
    if not viewer.scope:
        return Item.objects.none()
    in_scope = Q(agency__division__startswith=viewer.scope)
    rows = Item.objects.filter(in_scope | Q(person__agency__division__startswith=viewer.scope))
    if viewer.role not in WORK_SECRETS_FOR:
        rows = rows.exclude(secrecy=Secrecy.WORK_SECRET.value)
    return rows


def _line(row: Item) -> ItemLine:
    values = {name: getattr(row, name) for name in _COLUMNS}
    values["category"] = Category(row.category)
    values["secrecy"] = Secrecy(row.secrecy)
    values["document_kind"] = DocumentKind(row.document_kind)
    return ItemLine(person_id=row.person_id, agency_id=row.agency_id, **values)


def _page(row: Page) -> PageLine:
    return PageLine(id=row.pk, item_id=row.item_id, number=row.number, width=row.width, height=row.height)
