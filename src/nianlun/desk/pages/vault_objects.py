"""The objects of the vault: a list to search, and one object with its versions, files and copies."""

from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET

from nianlun.access.domain import NotVisible, Right, Viewer
from nianlun.access.gate import needs, viewer
from nianlun.archives import queries as archives
from nianlun.archives.queries import ItemLine
from nianlun.desk.seeing import saw_list
from nianlun.desk.shell import answer
from nianlun.ui.shell import Crumb
from nianlun.vault import destroying, holdings, incidents, locations, settling
from nianlun.vault import queries as vault
from nianlun.vault.domain import Secrecy
from nianlun.vault.ocfl import NotStored

PER_PAGE = 50
ASKED = ("q", "secrecy", "state", "location", "condition")


@require_GET
@needs(Right.VAULT_READ)
def objects(request: HttpRequest) -> HttpResponse:
    """Every object, the one stored last first; found by its number, or by title where the viewer may see the item."""
    who = viewer(request)
    asked = {name: request.GET.get(name, "").strip()[:200] for name in ASKED}
    titled = archives.search_items(who, asked["q"]) if asked["q"] and who.may(Right.ITEM_READ) else []
    before = request.GET.get("before", "")
    found = holdings.holdings(
        text=asked["q"],
        object_ids=[item.vault_object for item in titled],
        secrecy=asked["secrecy"],
        state=asked["state"],
        location=asked["location"],
        condition=asked["condition"],
        before=int(before) if before.isdecimal() and len(before) < 19 else None,
        limit=PER_PAGE + 1,
    )
    lines = found[:PER_PAGE]
    items = _items(who, [line.object_id for line in lines])
    saw_list(request, what="档案库对象的题名", rows=len(items), at=timezone.now())
    kept = {name: value for name, value in asked.items() if value}
    return answer(
        request,
        "desk/vault_objects.html",
        lines=lines,
        items=items,
        asked=asked,
        filtered=bool(kept),
        first=f"?{urlencode(kept)}" if before else "",
        more=f"?{urlencode({**kept, 'before': lines[-1].cursor})}" if len(found) > PER_PAGE else "",
        classes=list(Secrecy),
        states=holdings.STATES,
        places=[each.name for each in locations.locations()],
        called=locations.called,
        conditions=holdings.CONDITIONS,
        may_search_titles=who.may(Right.ITEM_READ),
        crumbs=_crumbs("对象"),
    )


@require_GET
@needs(Right.VAULT_READ)
def stored_object(request: HttpRequest, object_id: str) -> HttpResponse:
    """One object: where it lies, whether it was whole, and every version and file with its digests."""
    who = viewer(request)
    try:
        holding = holdings.holding(object_id)
    except NotStored:
        raise Http404 from None
    versions, unreadable = holdings.versions(object_id)
    item = _items(who, [object_id]).get(object_id)
    saw_list(request, what="档案库对象的题名", rows=1 if item else 0, at=timezone.now())
    return answer(
        request,
        "desk/vault_object.html",
        holding=holding,
        called=locations.called,
        line=holding.line,
        versions=versions,
        unreadable=unreadable,
        absence=vault.absence(object_id),
        item=item,
        incidents=incidents.incidents(object_id=object_id),
        pending=settling.pending(object_id),
        destructions=destroying.of_object(object_id),
        hindrances=_hindrances(who, object_id),
        may_propose=who.may(Right.VAULT_DESTROY) and holding.line.state != "destroyed",
        may_approve=who.may(Right.VAULT_DESTROY_APPROVE),
        crumbs=[*_crumbs("对象", url=reverse("desk:vault-objects")), Crumb(label=short(object_id))],
    )


def _hindrances(who: Viewer, object_id: str) -> list[str]:
    """Why the object may not be destroyed now, for those who might want it; one out of their sight is no business."""
    if not (who.may(Right.VAULT_DESTROY) or who.may(Right.VAULT_DESTROY_APPROVE)):
        return []
    try:
        return destroying.hindrances(object_id, by=who, at=timezone.now())
    except NotVisible:
        return ["这件档案不在您的业务范围内。"]


def short(object_id: str) -> str:
    """The end of an object's number, which tells it from its neighbours."""
    return object_id.rpartition(":")[2][-12:]


def _items(who: Viewer, object_ids: list[str]) -> dict[str, ItemLine]:
    return archives.items_of_objects(who, object_ids) if who.may(Right.ITEM_READ) else {}


def _crumbs(label: str, *, url: str = "") -> list[Crumb]:
    return [Crumb(label="档案库", url=reverse("desk:vault")), Crumb(label=label, url=url)]
