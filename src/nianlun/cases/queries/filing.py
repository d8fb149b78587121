"""What waits to be filed. Every ended case that is not filed stands here, whatever hinders it."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from uuid import UUID

from django.db.models import Count, Q, QuerySet
from django.utils import timezone

from nianlun.access.domain import NotVisible, Right, Viewer
from nianlun.archives.retention import RetentionItem, retention_item
from nianlun.cases import calendars, type_files
from nianlun.cases.announcing import ISSUE_SLIP, PREPARE_FILING, paper_of
from nianlun.cases.domain.facts import How
from nianlun.cases.domain.filing import LATE, Description, late_before
from nianlun.cases.domain.flow import State
from nianlun.cases.models import Action, Case
from nianlun.cases.queries.lines import CaseLine, case_line
from nianlun.cases.queries.sight import in_scope, visible
from nianlun.jobs import queries as jobs
from nianlun.vault.domain import Secrecy


@dataclass(frozen=True, slots=True, kw_only=True)
class FilingLine:
    """One ended case of the queue. Without `description` its reading file is not made yet; `problem` says why."""

    case: CaseLine
    description: Description | None
    edition: int
    pages: int
    materials: int
    promised: int
    late: bool
    problem: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ContentsLine:
    """One line of a reading file's contents."""

    title: str
    first: int
    pages: int
    file_name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FilingView:
    """One ended case as the archivist looks it over. `absent` names required papers that were never shown."""

    line: FilingLine
    agency_id: UUID
    least: str
    item: RetentionItem
    contents: tuple[ContentsLine, ...]
    sizes: tuple[tuple[int, int], ...]
    absent: tuple[str, ...]
    promised: tuple[tuple[str, date], ...]
    object_id: str
    item_id: UUID


def to_file(
    viewer: Viewer,
    *,
    on: date,
    late_only: bool = False,
    after: tuple[datetime, UUID] | None = None,
    limit: int = 50,
) -> list[FilingLine]:
    """Ended cases that are not filed, the longest waiting first, from the one after `after`."""
    rows = _waiting(viewer)
    if late_only:
        rows = rows.filter(concluded_at__lt=_late_before(on))
    if after is not None:
        ended, last = after
        rows = rows.filter(Q(concluded_at__gt=ended) | Q(concluded_at=ended, pk__gt=last))
    return _lines(list(_counted(rows).order_by("concluded_at", "pk")[:limit]), on=on)


def count_to_file(viewer: Viewer, *, up_to: int = 1000) -> int:
    """How many cases wait to be filed, `up_to` at most."""
    return _waiting(viewer)[:up_to].count()


def count_late(viewer: Viewer, *, on: date, up_to: int = 1000) -> int:
    """How many of them are late, `up_to` at most."""
    return _waiting(viewer).filter(concluded_at__lt=_late_before(on))[:up_to].count()


def all_unfiled(*, on: date, days: int = LATE, at_once: int = 500) -> Iterator[FilingLine]:
    """Every ended case of the installation that is not filed, the longest waiting first, for the operator.

    Fetched by hundreds, so that years of unfiled cases do not fill the memory.
    """
    rows = _counted(Case.objects.filter(state=State.CONCLUDED.value)).order_by("concluded_at", "pk")
    part = list(rows[:at_once])
    while part:
        yield from _lines(part, on=on, days=days)
        ended, last = part[-1].concluded_at, part[-1].pk
        part = list(rows.filter(Q(concluded_at__gt=ended) | Q(concluded_at=ended, pk__gt=last))[:at_once])


def filing(viewer: Viewer, case_id: UUID, *, on: date) -> FilingView:
    """One ended case that waits to be filed. Raises `NotVisible`."""
    row = _counted(_waiting(viewer).filter(pk=case_id)).first()
    if row is None:
        raise NotVisible
    case_type = type_files.case_type_by_digest(row.type, row.type_digest)
    standing = {one.requirement: one for one in row.materials.filter(replaced_by__isnull=True)}
    draft = getattr(row, "filing", None)
    return FilingView(
        line=_lines([row], on=on)[0],
        agency_id=row.agency_id,
        least=case_type.retention,
        item=retention_item(case_type.retention_item),
        contents=tuple(ContentsLine(**line) for line in draft.contents) if draft else (),
        sizes=tuple((width, height) for width, height in draft.pages) if draft else (),
        absent=tuple(
            one.name
            for one in case_type.requirements
            if one.needed(row.details) and one.code not in standing
        ),
        promised=tuple(
            (one.name, found.promised_until)
            for one in case_type.requirements
            if (found := standing.get(one.code)) is not None and found.promised_until is not None
        ),
        object_id=row.object_id,
        item_id=row.item_id,
    )


def case_of_item(viewer: Viewer, item_id: UUID) -> CaseLine | None:
    """The case that was filed as this item, if it was one and the viewer may see cases."""
    row = visible(viewer).select_related("holder").filter(item_id=item_id, state=State.FILED.value).first()
    return case_line(row) if row else None


def _waiting(viewer: Viewer) -> QuerySet[Case]:
    if not viewer.may(Right.CASE_FILE):
        return Case.objects.none()
    return in_scope(viewer).filter(state=State.CONCLUDED.value)


def _counted(rows: QuerySet[Case]) -> QuerySet[Case]:
    standing = Q(materials__replaced_by__isnull=True)
    return rows.select_related("holder", "filing").annotate(
        n_materials=Count("materials", filter=standing),
        n_promised=Count("materials", filter=standing & Q(materials__how=How.PROMISED.value)),
    )


def _late_before(on: date, days: int = LATE) -> datetime:
    first = late_before(on, days=days, calendar=calendars.calendar())
    return timezone.make_aware(datetime.combine(first, time.min))


def _lines(rows: Sequence[Case], *, on: date, days: int = LATE) -> list[FilingLine]:
    problems = _problems([row for row in rows if getattr(row, "filing", None) is None])
    limit = _late_before(on, days)
    return [_line(row, problem=problems.get(row.pk, ""), limit=limit) for row in rows]


def _line(row: Case, *, problem: str, limit: datetime) -> FilingLine:
    draft = getattr(row, "filing", None)
    return FilingLine(
        case=case_line(row),
        description=Description(
            title=draft.title,
            retention_item=draft.retention_item,
            retention=draft.retention,
            secrecy=Secrecy(draft.secrecy).value,
        )
        if draft
        else None,
        edition=draft.edition if draft else 0,
        pages=len(draft.pages) if draft else 0,
        materials=getattr(row, "n_materials"),  # noqa: B009  an annotation the type does not know
        promised=getattr(row, "n_promised"),  # noqa: B009  as above
        late=row.concluded_at is not None and row.concluded_at < limit,
        problem=problem,
    )


def _problems(rows: Sequence[Case]) -> dict[UUID, str]:
    """Why papers or reading files of these cases could not be made, in a fixed number of questions."""
    if not rows:
        return {}
    by_id = {row.pk: row for row in rows}
    keys: dict[str, UUID] = {}
    for action in Action.objects.filter(case_id__in=by_id, slip__isnull=True).order_by("pk"):
        row = by_id[action.case_id]
        case_type = type_files.case_type_by_digest(row.type, row.type_digest)
        if paper_of(action, outcome=row.outcome, case_type=case_type) is not None:
            keys[str(action.pk)] = row.pk
    found = {keys[key]: said for key, said in jobs.failures(kind=ISSUE_SLIP, keys=keys).items()}
    prepare = {str(pk): pk for pk in by_id} | {
        key: pk for pk, more in _prepare_keys(by_id).items() for key in more
    }
    for key, said in jobs.failures(kind=PREPARE_FILING, keys=prepare).items():
        found.setdefault(prepare[key], said)
    return found


def _prepare_keys(rows: dict[UUID, Case]) -> dict[UUID, list[str]]:
    """Under which keys papers asked for the reading files of these cases."""
    found: dict[UUID, list[str]] = defaultdict(list)
    for case_id, number in Action.objects.filter(case_id__in=rows, slip__isnull=False).values_list(
        "case_id", "number"
    ):
        found[case_id].append(f"{case_id}:{number}")
    return found
