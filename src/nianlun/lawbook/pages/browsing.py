"""Reading the library: what counts on a day, one table through the years, regions, editions."""

import zipfile
from dataclasses import dataclass
from datetime import date
from io import BytesIO

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_GET

from nianlun.access.domain import Right
from nianlun.access.gate import needs, viewer
from nianlun.kernel.identifiers import uuid7
from nianlun.lawbook import domain, queries
from nianlun.lawbook.incoming import LARGEST_UPLOAD
from nianlun.lawbook.pages.shared import ROOT, answer, asked_day, folders, region_choices, sliced
from nianlun.policy.tables import Span, Table
from nianlun.ui.shell import Crumb

TOPICS = ("缴费", "账户", "退休", "计发", "居民", "机关事业", "转移接续", "病残遗属", "调整", "办理")
_ZIP_DAY = (2000, 1, 1, 0, 0, 0)
"""Every file of an export bears this day, so that equal texts give equal archives."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TimelineLine:
    """One line of a table through the years: a value, or an absence with its reason."""

    region: str
    group: str
    since: date
    until: date | None
    span: Span | None
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FolderLine:
    """One folder of the edition in force, and what of it was changed here."""

    region: str
    files: int
    amended: tuple[str, ...]
    outdated: tuple[str, ...]


@require_GET
@needs(Right.POLICY_READ)
def overview(request: HttpRequest) -> HttpResponse:
    """What the tables say on a day in a region, by topic; what is missing stands there with its reason."""
    on, fault = asked_day(request.GET.get("on", ""))
    region, topic = request.GET.get("region", ""), request.GET.get("topic", "")
    line = queries.current_line()
    book = queries.current()
    choices = region_choices(book, also=region)
    if region not in dict(choices):
        region, fault = "", fault or f"没有地区“{region[:12]}”的政策表。下面列的是全国的。"
    if topic not in TOPICS:
        topic = ""
    rows = queries.rows(on=on, region=region, topic=topic, book=book)
    order = {name: place for place, name in enumerate(TOPICS)}
    rows.sort(key=lambda row: (order.get(row.table.topic, len(order)), row.table.name, row.group))
    return answer(
        request,
        "lawbook/overview.html",
        crumbs=[Crumb(label="政策库")],
        found=sliced(request, rows),
        on=on,
        region=region,
        topic=topic,
        topics=TOPICS,
        choices=choices,
        edition=line,
        fault=fault,
        conflict=queries.conflict(),
    )


@require_GET
@needs(Right.POLICY_READ)
def table(request: HttpRequest, name: str) -> HttpResponse:
    """One table through the years, by region and group."""
    book = queries.current()
    found = book.tables.get(name)
    if found is None:
        raise Http404
    lines = _timeline(found)
    regions = list(dict.fromkeys(line.region for line in lines))
    groups = list(dict.fromkeys(line.group for line in lines))
    region, group = request.GET.get("region", "all"), request.GET.get("group", "all")
    shown = [line for line in lines if region in ("all", line.region) and group in ("all", line.group)]
    return answer(
        request,
        "lawbook/table.html",
        crumbs=[ROOT, Crumb(label=found.title)],
        table=found,
        found=sliced(request, shown),
        regions=regions,
        groups=sorted(groups),
        region=region,
        group=group,
    )


@require_GET
@needs(Right.POLICY_READ)
def regions(request: HttpRequest) -> HttpResponse:
    """The folders of the edition in force: export, import, and which files were changed here."""
    book = queries.current()
    changed = queries.overridden()
    lines = [
        FolderLine(
            region=name,
            files=len(book.of_region(name)),
            amended=tuple(one.path for one in changed if one.path.startswith(f"{name}/")),
            outdated=tuple(one.path for one in changed if one.outdated and one.path.startswith(f"{name}/")),
        )
        for name in folders(book)
    ]
    return answer(
        request,
        "lawbook/regions.html",
        crumbs=[ROOT, Crumb(label="地区")],
        lines=lines,
        choices=region_choices(book),
        may_draft=viewer(request).may(Right.POLICY_DRAFT),
        largest=LARGEST_UPLOAD // 1024 // 1024,
        key=uuid7(),
        conflict=queries.conflict(),
    )


@require_GET
@needs(Right.POLICY_READ)
def export(request: HttpRequest, region: str) -> HttpResponse:
    """The files of one folder as a .zip; equal texts give equal bytes."""
    try:
        files = queries.current().of_region(domain.folder(region))
    except domain.NotATable:
        raise Http404 from None
    if not files:
        raise Http404
    packed = BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for path in sorted(files):
            entry = zipfile.ZipInfo(path, date_time=_ZIP_DAY)
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, files[path].encode())
    response = HttpResponse(packed.getvalue(), content_type="application/zip")
    response["Content-Disposition"] = f'attachment; filename="policy-{region}.zip"'
    return response


@require_GET
@needs(Right.POLICY_READ)
def editions(request: HttpRequest) -> HttpResponse:
    """Every edition: since when, who proposed and approved it, and why."""
    queries.current()
    return answer(
        request,
        "lawbook/editions.html",
        crumbs=[ROOT, Crumb(label="版本")],
        found=sliced(request, queries.editions()),
        overridden=queries.overridden(),
        conflict=queries.conflict(),
    )


@require_GET
@needs(Right.POLICY_READ)
def edition(request: HttpRequest, number: int) -> HttpResponse:
    """One edition and how it differs from the one before it."""
    if number > 2_000_000_000:
        raise Http404
    line, changes = queries.edition_change(number)
    return answer(
        request,
        "lawbook/edition.html",
        crumbs=[ROOT, Crumb(label="版本", url="/policy/editions/"), Crumb(label=f"第 {number} 版")],
        edition=line,
        found=sliced(request, changes),
    )


def _timeline(table: Table) -> list[TimelineLine]:
    """Values and absences in the order of region, group and day; a value ends where the next begins."""
    lines = []
    for (group, region), spans in table.series().items():
        for place, span in enumerate(spans):
            following = spans[place + 1].since if place + 1 < len(spans) else None
            gaps = [a.since for a in table.absences if (a.group, a.region) == (group, region)]
            ends = [day for day in (span.until, following, *gaps) if day and day > span.since]
            lines.append(
                TimelineLine(
                    region=region,
                    group=group,
                    since=span.since,
                    until=min(ends, default=None),
                    span=span,
                    reason="",
                )
            )
    lines += [
        TimelineLine(
            region=a.region, group=a.group, since=a.since, until=a.until, span=None, reason=a.reason
        )
        for a in table.absences
    ]
    return sorted(lines, key=lambda line: (line.region, line.group, line.since))
