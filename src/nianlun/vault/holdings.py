"""What lies where, for those who keep it: locations, classes, lists of objects and one object with its copies."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, F, Max, Q, QuerySet, Sum

from nianlun.vault import locations, queries, runs, schedules
from nianlun.vault.domain import (
    ClassLine,
    CopyLine,
    FileLine,
    HoldingLine,
    PlaceLine,
    RunLine,
    Secrecy,
    VersionLine,
)
from nianlun.vault.models import FixityRun, ObjectCopy, StoredFile, StoredObject
from nianlun.vault.ocfl import NotStored, StorageError

BEHIND, NEVER, DAMAGED = "behind", "never", "damaged"
CONDITIONS = {BEHIND: "副本没有跟上", NEVER: "从未核对", DAMAGED: "上次核对有损坏"}
STATES = {state.value: str(state.label) for state in StoredObject.State}
_KEPT = ~Q(object__state=StoredObject.State.DESTROYED)
_COMPLETE = Q(version__gte=F("object__versions"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Holding:
    """One object with everything the rows know of it."""

    line: HoldingLine
    key_version: int | None
    files: tuple[FileLine, ...]
    copies: tuple[CopyLine, ...]


def places() -> list[PlaceLine]:
    """Every configured location, the primary first, then those that are in the rows but no longer configured."""
    kept = StoredObject.objects.exclude(state=StoredObject.State.DESTROYED).count()
    counted: dict[str, Mapping[str, Any]] = {
        row["location"]: row
        for row in ObjectCopy.objects.order_by()
        .values("location")
        .annotate(
            arrived=Count("pk", filter=Q(version__gt=0) & _KEPT),
            complete=Count("pk", filter=_COMPLETE & _KEPT),
            damaged=Count("pk", filter=Q(sound=False)),
            never=Count("pk", filter=Q(version__gt=0, checked_at=None) & _KEPT),
            problem=Max("problem", filter=~_COMPLETE & _KEPT),
        )
    }
    configured = {each.name: each for each in locations.locations()}
    plans, last = schedules.schedules(), _last_runs()
    found = []
    for name in (*configured, *sorted(set(counted) - set(configured))):
        here, row = configured.get(name), counted.get(name, {})
        found.append(
            PlaceLine(
                name=name,
                label=here.label if here else "已不在设置里",
                url=here.shown if here else "",
                configured=here is not None,
                objects=row.get("arrived", 0),
                behind=kept - row.get("complete", 0),
                damaged=row.get("damaged", 0),
                never_checked=row.get("never", 0),
                problem=row.get("problem") or "",
                last_run=last.get(name),
                schedule=plans.get(name),
            )
        )
    return found


def classes() -> list[ClassLine]:
    """How much of each secrecy class is stored, in the order of the classes; classes without objects are left out."""
    counted = StoredObject.objects.order_by().values("secrecy").annotate(
        stored=Count("pk"),
        offline=Count("pk", filter=Q(state=StoredObject.State.OFFLINE)),
        destroyed=Count("pk", filter=Q(state=StoredObject.State.DESTROYED)),
    )  # fmt: skip
    sizes = dict(StoredFile.objects.order_by().values_list("object__secrecy").annotate(Sum("size")))
    by_class = {row["secrecy"]: row for row in counted}
    return [
        ClassLine(
            secrecy=secrecy,
            objects=by_class[secrecy.value]["stored"],
            size=sizes.get(secrecy.value) or 0,
            offline=by_class[secrecy.value]["offline"],
            destroyed=by_class[secrecy.value]["destroyed"],
        )
        for secrecy in Secrecy
        if secrecy.value in by_class
    ]


def holdings(
    *,
    text: str = "",
    object_ids: Collection[str] = (),
    secrecy: str = "",
    state: str = "",
    location: str = "",
    condition: str = "",
    before: int | None = None,
    limit: int = 50,
) -> list[HoldingLine]:
    """Objects that fit, those stored last first; `before` is the cursor of the last line of the page before.

    `text` is an object id, its beginning, or the identifier at its end; objects in `object_ids` fit too.
    `condition` is one of `CONDITIONS`, at `location` if one is given, else anywhere.
    """
    rows = StoredObject.objects.all()
    if text:
        ends = [f"urn:nianlun:{kind}:{text.lower()}" for kind in ("item", "roster")]
        rows = rows.filter(Q(object_id__startswith=text) | Q(object_id__in=[*ends, *object_ids]))
    if secrecy:
        rows = rows.filter(secrecy=secrecy)
    if state:
        rows = rows.filter(state=state)
    rows = _conditioned(rows, location=location, condition=condition)
    if before:
        rows = rows.filter(pk__lt=before)
    return _lines(list(rows.order_by("-pk")[:limit]))


def holding(object_id: str) -> Holding:
    """One object, whatever has become of it; raises `NotStored`."""
    row = StoredObject.objects.filter(object_id=object_id).first()
    if row is None:
        raise NotStored(f"库里没有对象 {object_id}。请核对编号。")
    configured = {each.name for each in locations.locations()}
    copies = {copy.location: copy for copy in ObjectCopy.objects.filter(object=row)}
    absent = [name for name in configured if name not in copies]
    lines = [_copy(copies[name], row, configured=name in configured) for name in copies]
    lines += [_copy(ObjectCopy(object=row, location=name), row, configured=True) for name in absent]
    order = [each.name for each in locations.locations()]
    return Holding(
        line=_lines([row])[0],
        key_version=row.key_version,
        files=tuple(queries.files(object_id)),
        copies=tuple(
            sorted(lines, key=lambda c: order.index(c.location) if c.location in order else len(order))
        ),
    )


def versions(object_id: str) -> tuple[list[VersionLine], str]:
    """The versions of an object as its primary copy tells of them, the newest first; else why they cannot be read."""
    try:
        inventory = queries.root().inventory(object_id)
    except (StorageError, OSError) as fault:
        return [], str(fault)
    return [
        VersionLine.read(number, inventory.block(number)) for number in range(inventory.number, 0, -1)
    ], ""


def _conditioned(rows: QuerySet[StoredObject], *, location: str, condition: str) -> QuerySet[StoredObject]:
    if not location and not condition:
        return rows
    copies = ObjectCopy.objects.filter(location=location) if location else ObjectCopy.objects.all()
    if condition == BEHIND:
        return rows.exclude(state=StoredObject.State.DESTROYED).filter(
            pk__in=copies.filter(version__lt=F("object__versions")).values("object")
        )
    if condition == NEVER:
        return rows.exclude(state=StoredObject.State.DESTROYED).filter(
            pk__in=copies.filter(checked_at=None, version__gt=0).values("object")
        )
    if condition == DAMAGED:
        return rows.filter(pk__in=copies.filter(sound=False).values("object"))
    return rows.filter(pk__in=copies.filter(version__gt=0).values("object"))


def _lines(rows: Sequence[StoredObject]) -> list[HoldingLine]:
    ids = [row.pk for row in rows]
    sizes = dict(
        StoredFile.objects.filter(object__in=ids).order_by().values_list("object").annotate(Sum("size"))
    )
    copies: dict[int, list[ObjectCopy]] = defaultdict(list)
    configured = {each.name for each in locations.locations()}
    for copy in ObjectCopy.objects.filter(object__in=ids, location__in=configured):
        copies[copy.object_id].append(copy)
    return [_line(row, copies[row.pk], size=sizes.get(row.pk) or 0, places=len(configured)) for row in rows]


def _line(row: StoredObject, copies: Sequence[ObjectCopy], *, size: int, places: int) -> HoldingLine:
    """Soundness of the whole: damaged anywhere is damaged; checked as of the oldest check, if every copy had one."""
    checks = [copy.checked_at for copy in copies if copy.version]
    verdicts = {copy.sound for copy in copies if copy.version}
    return HoldingLine(
        object_id=row.object_id,
        secrecy=Secrecy(row.secrecy),
        state=row.state,
        state_label=row.get_state_display(),
        versions=row.versions,
        stored_at=row.stored_at,
        size=size,
        copies=sum(copy.version >= row.versions for copy in copies),
        places=places,
        checked_at=min((c for c in checks if c is not None), default=None) if None not in checks else None,
        sound=False if False in verdicts else (None if None in verdicts or not verdicts else True),
        cursor=row.pk,
    )


def _copy(copy: ObjectCopy, row: StoredObject, *, configured: bool) -> CopyLine:
    return CopyLine(
        location=copy.location,
        configured=configured,
        version=copy.version,
        written_at=copy.written_at,
        problem=copy.problem,
        checked_at=copy.checked_at,
        sound=copy.sound,
        behind=copy.version < row.versions and row.state != StoredObject.State.DESTROYED,
    )


def _last_runs() -> dict[str, RunLine]:
    """The run asked for last at each location."""
    found = FixityRun.objects.order_by("location", "-requested_at", "-id").distinct("location")
    return {row.location: runs.line_of(row) for row in found}
