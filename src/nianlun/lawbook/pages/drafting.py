"""Forms of the policy officer: a new draft, one value, a whole file, the import of a region."""

from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from nianlun.access.domain import NotVisible, Right
from nianlun.access.gate import needs, viewer
from nianlun.kernel.identifiers import uuid7, uuid_or_none
from nianlun.lawbook import operations, queries, writing
from nianlun.lawbook.domain import NotAllowedNow, NotATable, entries, may_amend
from nianlun.lawbook.pages.drafts import uploads
from nianlun.lawbook.pages.shared import DRAFTS, ROOT, answer, folders, region_choices
from nianlun.lawbook.queries import DraftDetail
from nianlun.lawbook.writing import NewValue
from nianlun.policy.derivation import CONFIDENCES
from nianlun.policy.lawbook import LawBook
from nianlun.policy.tables import NATION, NotInForce, Span, Table, TableBroken
from nianlun.ui.shell import Crumb

_FIELDS = ("group", "region", "value", "since", "until", "published_on", "source", "confidence", "note")
_LONGEST = 20_000


@dataclass
class _Form:
    """What was typed, kept when something is wrong, and the sentence at each field."""

    values: dict[str, str]
    faults: dict[str, str] = field(default_factory=dict)

    def day(self, name: str, what: str, *, needed: bool = False) -> date | None:
        """The day of a field, or None with its fault noted."""
        text = self.values[name]
        if not text:
            if needed:
                self.faults[name] = f"请填{what}。"
            return None
        try:
            day = date.fromisoformat(text)
        except ValueError:
            self.faults[name] = f"{what}应写成 2027-01-01 的样子，现在是“{text[:20]}”。"
            return None
        if not 1900 <= day.year <= 2200:
            self.faults[name] = f"{what} {day} 不合情理，应在 1900 到 2200 年之间。请核对。"
        return day


@require_http_methods(["GET", "POST"])
@needs(Right.POLICY_DRAFT)
def begin(request: HttpRequest) -> HttpResponse:
    """The form for a new draft; the same form sent twice makes one draft."""
    who, fault = viewer(request), ""
    typed = {name: request.POST.get(name, "")[:_LONGEST] for name in ("title", "reason", "region", "key")}
    if request.method == "POST":
        try:
            draft_id = operations.open_draft(
                who,
                title=typed["title"],
                reason=typed["reason"],
                region=typed["region"] or NATION,
                draft_id=uuid_or_none(typed["key"]),
                at=timezone.now(),
            )
        except (NotAllowedNow, NotATable) as reason:
            fault = str(reason)
        else:
            messages.success(request, "草案已建。请填入数值或导入文件，看过差异再提交。")
            return redirect("lawbook:draft", draft_id)
    choices = [(code or NATION, word) for code, word in region_choices(queries.current())]
    return answer(
        request,
        "lawbook/begin.html",
        crumbs=[ROOT, DRAFTS, Crumb(label="起草修订")],
        status=422 if fault else 200,
        typed={**typed, "key": typed["key"] or str(uuid7())},
        choices=[(code, word) for code, word in choices if may_amend(who.scope, region=code)],
        fault=fault,
    )


@require_POST
@needs(Right.POLICY_DRAFT)
def import_as_draft(request: HttpRequest) -> HttpResponse:
    """Make a draft of a region's files, sent as a .zip or one by one."""
    region = request.POST.get("region", "")
    sent = uploads(request)
    try:
        outcome = operations.import_as_draft(
            viewer(request),
            title=request.POST.get("title", ""),
            reason=request.POST.get("reason", ""),
            region=region,
            uploads=sent,
            draft_id=uuid_or_none(request.POST.get("key", "")),
            at=timezone.now(),
        )
    except (NotAllowedNow, NotATable) as reason:
        messages.error(request, str(reason))
        return redirect("lawbook:regions")
    if outcome.refused:
        messages.error(request, outcome.refused)
        return redirect("lawbook:regions")
    if outcome.draft_id is None:
        messages.info(request, "导入的文件与现行版本没有差异，没有建草案。")
        return redirect("lawbook:regions")
    messages.success(request, f"草案已建，改动 {len(outcome.paths)} 个文件。请看差异，再提交。")
    return redirect("lawbook:draft", outcome.draft_id)


@require_http_methods(["GET", "POST"])
@needs(Right.POLICY_DRAFT)
def value(request: HttpRequest, draft_id: UUID) -> HttpResponse:
    """Put one value: choose the table, then group, value, first day, source and mark."""
    found, book = _draft_book(request, draft_id)
    chosen = book.tables.get(request.GET.get("table", "") or request.POST.get("table", ""))
    crumbs = _crumbs(found, "填入数值")
    if chosen is None:
        tables = sorted(book.tables.values(), key=lambda one: (one.topic, one.title))
        return answer(request, "lawbook/choose_table.html", crumbs=crumbs, draft=found.line, tables=tables)
    span = _in_force(chosen, found.line.region, group=request.GET.get("group", ""))
    form = _Form({name: request.POST.get(name, "").strip()[:_LONGEST] for name in _FIELDS})
    if request.method == "POST":
        new = _new_value(form, chosen)
        if new is not None:
            try:
                operations.put_value(
                    viewer(request), draft_id, table=chosen.name, new=new, at=timezone.now()
                )
            except (NotATable, NotAllowedNow) as reason:
                form.faults["value"] = str(reason)
            else:
                messages.success(request, f"已填入《{chosen.title}》{new.since} 起的数值。请看差异。")
                return redirect("lawbook:draft", draft_id)
    elif span is not None:
        form.values |= {"group": span.group, "value": writing.value_text(span.value)}
    else:
        form.values["group"] = request.GET.get("group", "")[:80]
    return answer(
        request,
        "lawbook/value.html",
        crumbs=crumbs,
        status=422 if form.faults else 200,
        draft=found.line,
        table=chosen,
        span=span,
        form=form,
        groups=sorted({one.group for one in entries(chosen)} - {""}),
        confidences=CONFIDENCES,
    )


@require_http_methods(["GET", "POST"])
@needs(Right.POLICY_DRAFT)
def file(request: HttpRequest, draft_id: UUID) -> HttpResponse:
    """Replace the whole text of one file of the draft's folder."""
    found, book = _draft_book(request, draft_id)
    path = (request.GET.get("path", "") or request.POST.get("path", ""))[:120]
    text, fault = found.files.get(path, book.files.get(path, "")), ""
    if request.method == "POST":
        text = request.POST.get("text", "")
        try:
            operations.put_file(viewer(request), draft_id, path=path, text=text, at=timezone.now())
        except (NotATable, NotAllowedNow) as reason:
            fault = str(reason)
        else:
            messages.success(request, f"已改写 {path}。请看差异。")
            return redirect("lawbook:draft", draft_id)
    return answer(
        request,
        "lawbook/file.html",
        crumbs=_crumbs(found, "改整个文件"),
        status=422 if fault else 200,
        draft=found.line,
        path=path or f"{found.line.region}/",
        paths=sorted({*book.of_region(found.line.region), *found.files}),
        text=text,
        fault=fault,
        folders=folders(book),
    )


def _draft_book(request: HttpRequest, draft_id: UUID) -> tuple[DraftDetail, LawBook]:
    """The draft, which must be the reader's own, and the edition with it as far as it can be read."""
    found = queries.draft(viewer(request), draft_id)
    if found.line.proposed_by != viewer(request).account_id:
        raise NotVisible
    try:
        _, book = queries.draft_books(draft_id)
    except TableBroken:  # a draft that does not hold together is mended against what it began with
        book = queries.edition(found.line.base_digest) or queries.current()
    return found, book


def _crumbs(found: DraftDetail, label: str) -> list[Crumb]:
    line = found.line
    return [ROOT, DRAFTS, Crumb(label=line.title, url=f"/policy/drafts/{line.id}/"), Crumb(label=label)]


def _in_force(table: Table, region: str, *, group: str) -> Span | None:
    """The value of today in the folder, or the last one there was."""
    home = "" if region == NATION else region
    try:
        return table.on(timezone.localdate(), region=home, group=group)
    except NotInForce:
        spans = [span for span in table.spans if (span.region, span.group) == (home, group)]
        return spans[-1] if spans else None


def _new_value(form: _Form, table: Table) -> NewValue | None:
    """What the form gives, or None with the faults noted at their fields."""
    since = form.day("since", "起用日", needed=True)
    until, published = form.day("until", "止日"), form.day("published_on", "公布日")
    try:
        parsed = writing.parse_value(form.values["value"])
        writing.check_shape(parsed, table=table, group=form.values["group"])
    except NotATable as reason:
        form.faults["value"] = str(reason)
        parsed = ""
    if not form.values["source"]:
        form.faults["source"] = "请写出处：哪份文件、文号、哪一条。"
    if form.values["confidence"] not in CONFIDENCES:
        form.faults["confidence"] = "请选可信度。"
    if form.values["region"] and not (form.values["region"].isdigit() and len(form.values["region"]) == 6):
        form.faults["region"] = "地区应是六位行政区划代码，或留空。"
    if form.faults or since is None:
        return None
    return NewValue(
        since=since,
        value=parsed,
        source=form.values["source"],
        confidence=form.values["confidence"],
        group=form.values["group"],
        region=form.values["region"],
        until=until,
        published_on=published,
        note=form.values["note"],
    )
