"""Reading the register of media. A viewer sees the sets of its own scope."""

from collections.abc import Iterable
from datetime import date
from pathlib import Path
from uuid import UUID

from django.conf import settings
from django.db.models import Count, F, Max, Prefetch, Q, QuerySet, Sum

from nianlun.access.domain import NotVisible, Viewer, covers
from nianlun.media.domain import (
    FIXED,
    OVERHEAD,
    SOON,
    Action,
    MediumState,
    Outcome,
    SetState,
    fill,
)
from nianlun.media.imaging.writing import sealed_so_far
from nianlun.media.lines import EventLine, MediumLine, ObjectLine, SetLine
from nianlun.media.models import MediaSet, Medium, MediumEvent, MediumObject
from nianlun.vault import carrying
from nianlun.vault.domain import Secrecy

IN_USE = [MediumState.SHELVED.value, MediumState.LENT.value]
ON_A_PAGE = 50


def media_sets(who: Viewer, *, after: str = "", limit: int = ON_A_PAGE) -> list[SetLine]:
    """The sets that the viewer may see, newest first; `after` is the id of the last one seen."""
    rows = _visible(who).order_by("-id")
    if after:
        rows = rows.filter(id__lt=after)
    return [line_of(row) for row in rows[:limit]]


def media_set(who: Viewer, set_id: UUID) -> SetLine:
    """One set; raises `NotVisible`."""
    row = _visible(who).filter(pk=set_id).first()
    if row is None:
        raise NotVisible
    return line_of(row)


def medium(who: Viewer, medium_id: UUID) -> MediumLine:
    """One medium; raises `NotVisible`."""
    row = Medium.objects.select_related("set").filter(pk=medium_id).first()
    if row is None or not covers(who.scope, division=row.set.scope):
        raise NotVisible
    return medium_line(row)


def objects(set_id: UUID, *, after: str = "", limit: int = ON_A_PAGE) -> list[ObjectLine]:
    """The objects of a set by their id."""
    rows = MediumObject.objects.filter(set=set_id, object_id__gt=after).order_by("object_id")[:limit]
    return [ObjectLine(object_id=row.object_id, version=row.version, size=row.size) for row in rows]


def events(medium_id: UUID, *, limit: int = 100) -> list[EventLine]:
    """The register of a medium, the latest first."""
    rows = MediumEvent.objects.filter(medium=medium_id).order_by("-id")[:limit]
    return [
        EventLine(
            id=row.pk,
            action=Action(row.action),
            at=row.at,
            by_name=row.by_name,
            outcome=Outcome(row.outcome),
            source=row.source,
            note=row.note,
            findings=tuple(row.findings),
        )
        for row in rows
    ]


def due(who: Viewer, *, on: date, limit: int = 200) -> list[MediumLine]:
    """Media to be inspected or renewed by a month from the day, the most urgent first."""
    rows = _due(who, on=on).select_related("set").order_by("next_check_on", "renew_by", "id")[:limit]
    return [medium_line(row) for row in rows]


def due_count(who: Viewer, *, on: date) -> int:
    """How many media are due or overdue on the day."""
    return _due(who, on=on).filter(Q(next_check_on__lte=on) | Q(renew_by__lte=on)).count()


def due_everywhere(*, on: date) -> list[MediumLine]:
    """Media of every agency to be inspected or renewed by a month from the day; for the system's own use."""
    rows = _due_by(on).select_related("set").order_by("next_check_on", "renew_by", "id")
    return [medium_line(row) for row in rows]


def on_media(object_id: str) -> str | None:
    """Which verified media hold the object, as a sentence for whoever must restore it; nothing if none does."""
    rows = Medium.objects.filter(
        set__contents__object_id=object_id,
        state__in=[MediumState.VERIFIED.value, *IN_USE],
    )
    rows = rows.annotate(version=F("set__contents__version")).order_by("set__number", "letter")
    told = [
        f"{medium_line(row).name}（{row.location or '未上架'}）有第 {row.version} 版"
        for row in rows.select_related("set")
    ]
    return f"离线介质 {'，'.join(told)}，请向保管人调取。" if told else None


def waiting(who: Viewer, secrecy: Secrecy) -> list[tuple[str, int, int]]:
    """Id, version and bytes of the viewer's objects of a class that are on no set at their present version.

    The oldest first.
    """
    return list(carrying.online_of_class(who, secrecy, besides=_planned()))


def waiting_by_class(who: Viewer) -> dict[Secrecy, tuple[int, int]]:
    """How many of the viewer's objects wait in each class, and their bytes."""
    return carrying.online_by_class(who, besides=_planned())


def _planned() -> QuerySet[MediumObject]:
    return MediumObject.objects.exclude(set__state=SetState.CLOSED.value)


def fitting(found: Iterable[tuple[str, int, int]], *, capacity: int) -> list[tuple[str, int, int]]:
    """Those of the waiting objects that go onto a medium of this capacity."""
    lines = list(found)
    chosen = set(fill(((object_id, size) for object_id, _, size in lines), capacity=capacity))
    return [line for line in lines if line[0] in chosen]


def progress(line: SetLine) -> tuple[int, int]:
    """Bytes that lie written and bytes expected, of the package and the images of a set being written."""
    folder = Path(settings.MEDIA_OUT)
    expected = line.object_bytes + line.objects * OVERHEAD + FIXED
    images = 0
    for one in line.media:
        for name in (one.file_name, f".{one.file_name}.part"):
            images += (folder / name).stat().st_size if (folder / name).exists() else 0
    draft = folder / ".drafts" / str(line.id)
    return min(images + sealed_so_far(draft), expected * 3), expected * 3


def _visible(who: Viewer) -> QuerySet[MediaSet]:
    rows = MediaSet.objects.filter(scope__startswith=who.scope) if who.scope else MediaSet.objects.none()
    in_use = Medium.objects.exclude(state=MediumState.RETIRED.value).order_by("letter", "generation")
    return rows.prefetch_related(
        Prefetch("media", in_use.select_related("set"), to_attr="in_use")
    ).annotate(object_count=Count("contents"), object_bytes=Sum("contents__size", default=0))


def _due(who: Viewer, *, on: date) -> QuerySet[Medium]:
    rows = _due_by(on)
    return rows.filter(set__scope__startswith=who.scope) if who.scope else rows.none()


def _due_by(on: date) -> QuerySet[Medium]:
    soon = on + SOON
    rows = Medium.objects.filter(state__in=IN_USE)
    return rows.filter(Q(next_check_on__lte=soon) | Q(renew_by__lte=soon))


def set_named(who: Viewer, number: str) -> SetLine:
    """The set of this number; raises `NotVisible`."""
    row = _visible(who).filter(number=number).first()
    if row is None:
        raise NotVisible(f"没有离线介质 {number}，或不在您的业务范围内。请核对编号。")
    return line_of(row)


def last_fonds(who: Viewer) -> str:
    """The fonds number the viewer's last set was planned under, "" before the first."""
    newest = MediaSet.objects.filter(scope=who.scope).aggregate(at=Max("planned_at"))["at"]
    row = MediaSet.objects.filter(scope=who.scope, planned_at=newest).first() if newest else None
    return row.number.split("-")[0] if row else ""


def line_of(row: MediaSet) -> SetLine:
    """A row of `_visible` as pages see it."""
    package = row.package or {}
    return SetLine(
        id=row.pk,
        number=row.number,
        scope=row.scope,
        holder=row.holder,
        secrecy=row.secrecy,
        secrecy_label=Secrecy(row.secrecy).label,
        state=SetState(row.state),
        capacity=row.capacity,
        planned_by_name=row.planned_by_name,
        planned_at=row.planned_at,
        write_requested_by_name=row.write_requested_by_name,
        write_requested_at=row.write_requested_at,
        problem=row.problem,
        recipients=tuple(one["name"] for one in row.recipients),
        package_name=package.get("name", ""),
        package_bytes=package.get("size", 0),
        package_sha512=package.get("sha512", ""),
        keys_proved_at=row.keys_proved_at,
        offline_at=row.offline_at,
        is_sample=row.is_sample,
        objects=row.object_count,  # type: ignore[attr-defined]  # annotated
        object_bytes=row.object_bytes,  # type: ignore[attr-defined]  # annotated
        media=tuple(medium_line(one) for one in row.in_use),  # type: ignore[attr-defined]  # prefetched
    )


def medium_line(row: Medium) -> MediumLine:
    """A medium as pages see it; its set must be at hand."""
    return MediumLine(
        id=row.pk,
        set_id=row.set_id,
        number=row.set.number,
        letter=row.letter,
        generation=row.generation,
        kind_code=row.kind,
        serial=row.serial,
        state=MediumState(row.state),
        size=row.size,
        sha512=row.sha512,
        sm3=row.sm3,
        written_by=row.written_by_id,
        written_by_name=row.written_by_name,
        written_at=row.written_at,
        verified_by_name=row.verified_by_name,
        verified_at=row.verified_at,
        location=row.location,
        keeper=row.keeper,
        checked_on=row.checked_on,
        next_check_on=row.next_check_on,
        renew_by=row.renew_by,
        sound=row.sound,
    )
