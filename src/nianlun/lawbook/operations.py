"""Drafting a change of the tables and putting it into force: one person proposes, another approves."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone

from nianlun.access.domain import NotVisible, Refused, Right, Viewer, authorize
from nianlun.access.operations import refuse_in_emergency, tie
from nianlun.access.queries import still
from nianlun.journal import operations as journal
from nianlun.journal.domain import declare
from nianlun.lawbook import checks, domain, queries, recording, writing
from nianlun.lawbook.domain import NotAllowedNow, NotATable, Source, State
from nianlun.lawbook.incoming import read_incoming
from nianlun.lawbook.models import Draft, DraftFile
from nianlun.lawbook.writing import NewValue
from nianlun.policy.lawbook import LawBook
from nianlun.policy.tables import NATION, TableBroken

OPENED = declare("lawbook.draft_opened", "起草政策修订《{about}》")
VALUE_PUT = declare("lawbook.value_put", "在修订《{about}》里填入 {table} {since} 起的数值")
FILE_PUT = declare("lawbook.file_put", "在修订《{about}》里改写 {path}")
FILE_DROPPED = declare("lawbook.file_dropped", "从修订《{about}》里去掉 {path}")
IMPORTED = declare("lawbook.region_imported", "向修订《{about}》导入 {region} 的政策表 {files} 个文件")
IMPORT_REFUSED = declare("lawbook.import_refused", "拒收导入的政策表：{reason}")
REBASED = declare("lawbook.draft_rebased", "把修订《{about}》换到第 {number} 版上")
SUBMITTED = declare("lawbook.draft_submitted", "提交修订《{about}》批准，改动 {changes} 处")
APPROVED = declare("lawbook.draft_approved", "批准修订《{about}》，为第 {number} 版")
RETURNED = declare("lawbook.draft_returned", "退回修订《{about}》，理由：{reason}")
WITHDRAWN = declare("lawbook.draft_withdrawn", "撤回修订《{about}》")


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """What became of an import: the paths that changed, or a sentence why nothing was taken."""

    draft_id: UUID | None = None
    paths: tuple[str, ...] = ()
    refused: str = ""


@transaction.atomic
def open_draft(
    viewer: Viewer,
    *,
    title: str,
    reason: str,
    region: str,
    at: datetime,
    draft_id: UUID | None = None,
) -> UUID:
    """Begin a draft for one folder on the edition in force; the same id again is the same draft.

    Raises `NotAllowedNow`, `NotATable` for a region that is no folder, and `Refused`.
    """
    region = domain.folder(region)
    _authorize(viewer, Right.POLICY_DRAFT, region=region)
    title, reason = domain.title_text(title), domain.reason_text(reason)
    if (
        draft_id is not None
        and Draft.objects.filter(pk=draft_id, proposed_by_id=viewer.account_id).exists()
    ):
        return draft_id
    row = Draft(
        title=title,
        reason=reason,
        region=region,
        base=recording.newest(at=at),
        proposed_by_id=viewer.account_id,
        proposed_by_name=viewer.name,
        opened_at=at,
    )
    if draft_id is not None:
        row.id = draft_id
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError:  # somebody else's draft has this id, or the same form arrived twice at once
        raise NotAllowedNow("这份草案已经建好了。请回到草案列表打开它。") from None
    _tell(OPENED, row, by=viewer, at=at, region=region)
    return row.pk


@transaction.atomic
def put_value(viewer: Viewer, draft_id: UUID, *, table: str, new: NewValue, at: datetime) -> None:
    """Put one value into a table of the draft's folder; the same value again changes nothing.

    Raises `NotATable` where the value does not fit the table, `NotAllowedNow`, `Refused`, `NotVisible`.
    """
    row = _editable(viewer, draft_id)
    files = _files(row)
    path = domain.path_of(region=row.region, table=table)
    home = "" if row.region == NATION else row.region
    book = queries.edition(row.base.digest)
    known = book.tables.get(table) if book else None
    if known is None:
        raise NotATable(f"没有表 {table[:40]}。新的表请用“改整个文件”。")
    if new.region and (not new.region.startswith(home.rstrip("0")) or not home):
        raise NotATable(f"地区 {new.region} 不在这份草案的地区 {row.region} 之内。请留空，或另起一份草案。")
    if path in files:
        text = writing.put_value(files[path], new, home=home, yearly=known.lasts == "year")
    else:
        text = writing.new_file(known, new, home=home)
    domain.file_text(text, path=path)
    if _put(row, {path: text}):
        details = {"table": table, "since": str(new.since), "group": new.group, "path": path}
        _tell(VALUE_PUT, row, by=viewer, at=at, **details)


@transaction.atomic
def put_file(viewer: Viewer, draft_id: UUID, *, path: str, text: str, at: datetime) -> None:
    """Replace the whole text of a file. Raises `NotATable`, `NotAllowedNow`, `Refused`, `NotVisible`."""
    row = _editable(viewer, draft_id)
    text = text.replace("\r\n", "\n").rstrip() + "\n"
    domain.file_text(text, path=path)
    if path.partition("/")[0] != row.region:
        raise NotATable(f"{path} 不属于这份草案的地区 {row.region}。请另起一份草案。")
    if _put(row, {path: text}):
        _tell(FILE_PUT, row, by=viewer, at=at, path=path)


@transaction.atomic
def drop_file(viewer: Viewer, draft_id: UUID, *, path: str, at: datetime) -> None:
    """Take a file out of the draft: it stays as it is in force. Raises as `put_file`."""
    row = _editable(viewer, draft_id)
    deleted, _ = row.files.filter(path=path).delete()
    if deleted:
        _tell(FILE_DROPPED, row, by=viewer, at=at, path=path)


@transaction.atomic
def import_region(
    viewer: Viewer, draft_id: UUID, *, uploads: Sequence[tuple[str, bytes]], at: datetime
) -> Imported:
    """Take the files of the draft's folder from a .zip or several .toml; a refusal is journaled too (S4.7).

    Raises `NotAllowedNow`, `Refused`, `NotVisible`.
    """
    row = _editable(viewer, draft_id)
    try:
        incoming = read_incoming(uploads, region=row.region)
    except NotATable as refusal:
        return _import_refused(viewer, row.title, str(refusal), at=at)
    book = queries.edition(row.base.digest)
    there = {**(book.files if book else {}), **recording.files_of(row)}
    changed = {path: text for path, text in incoming.files.items() if there.get(path) != text}
    if _put(row, changed):
        _tell(IMPORTED, row, by=viewer, at=at, region=row.region, files=len(changed))
    return Imported(draft_id=row.pk, paths=tuple(sorted(changed)))


@transaction.atomic
def import_as_draft(
    viewer: Viewer,
    *,
    title: str,
    reason: str,
    region: str,
    uploads: Sequence[tuple[str, bytes]],
    at: datetime,
    draft_id: UUID | None = None,
) -> Imported:
    """Make a draft of the files of one folder; no draft where nothing differs from what is in force.

    `region` may be empty where a .zip names its folder. Raises as `open_draft`.
    """
    authorize(viewer, Right.POLICY_DRAFT)
    try:
        incoming = read_incoming(uploads, region=region)
    except NotATable as refusal:
        return _import_refused(viewer, title, str(refusal), at=at)
    there = queries.current(at).files
    if all(there.get(path) == text for path, text in incoming.files.items()):
        return Imported()
    made = open_draft(viewer, title=title, reason=reason, region=incoming.region, at=at, draft_id=draft_id)
    return import_region(viewer, made, uploads=uploads, at=at)


@transaction.atomic
def rebase(viewer: Viewer, draft_id: UUID, *, at: datetime) -> tuple[str, ...]:
    """Put the draft on the edition in force. Returns the paths that both have changed, left for a person.

    What the draft changed is put on top of what has come into force since. Where both changed the same line the
    file keeps the draft's text and is named, so that somebody looks at it in the list of changes.
    """
    row = _editable(viewer, draft_id)
    now = recording.newest(at=at)
    if now.digest == row.base.digest:
        return ()
    old, new = queries.edition(row.base.digest), queries.edition(now.digest)
    if old is None or new is None:
        raise NotAllowedNow("所据的版本读不出来。请系统管理员核对数据库。")
    both = []
    for path, text in recording.files_of(row).items():
        before, after = old.files.get(path, ""), new.files.get(path, "")
        if before == after:
            continue
        merged = _merged(before, text, after, path=path)
        if merged is None:
            both.append(path)
        else:
            _put(row, {path: merged})
    row.base = now
    row.save(update_fields=["base"])
    _tell(REBASED, row, by=viewer, at=at, number=now.number, both=both)
    return tuple(both)


@transaction.atomic
def submit(viewer: Viewer, draft_id: UUID, *, retroactive_reason: str = "", at: datetime) -> None:
    """Hand the draft in for approval; handed in already, nothing happens.

    Raises `NotAllowedNow` naming what is wrong, `Refused`, `NotVisible`.
    """
    row = _own(viewer, draft_id)
    if row.state == State.SUBMITTED.value:
        return
    _check_state(row, State.OPEN, State.RETURNED)
    base, drafted = _books(row)
    if row.base.digest != recording.newest(at=at).digest:
        raise NotAllowedNow("起草之后有新的版本生效。请先“换到现行版本上”，看过差异再提交。")
    changes = domain.differences(base, drafted)
    if base.digest == drafted.digest:
        raise NotAllowedNow("草案与现行版本没有差异。请先填入数值或导入文件。")
    report = checks.compare(base, drafted)
    if report.broken:
        names = "、".join(one.title for one in report.broken)
        raise NotAllowedNow(f"有算例算不出来了：{names}。请看“检查”一栏，改好再提交。")
    row.retroactive_reason = ""
    if domain.is_retroactive(changes, today=timezone.localdate(at)):
        row.retroactive_reason = domain.reason_text(
            retroactive_reason, what="有数值的起用日在今天以前，追溯的理由要"
        )
    row.state, row.submitted_at = State.SUBMITTED.value, at
    row.decided_by_id, row.decided_by_name, row.decided_at, row.decision_reason = None, "", None, ""
    row.save()
    _tell(SUBMITTED, row, by=viewer, at=at, changes=len(changes), retroactive=bool(row.retroactive_reason))


@transaction.atomic
def approve(viewer: Viewer, draft_id: UUID, *, at: datetime) -> int:
    """Put the draft into force as a new edition and return its number; the approver's second time returns it again.

    Raises `NotAllowedNow` for its proposer, where another has decided, and where another edition has come into
    force since; `Refused` without the right or the scope.
    """
    viewer, row = still(viewer), _locked(draft_id)
    _authorize(viewer, Right.POLICY_APPROVE, region=row.region)
    refuse_in_emergency(viewer, "批准政策修订")
    if row.state == State.APPROVED.value and row.decided_by_id == viewer.account_id:
        return row.edition.number
    _check_state(row, State.SUBMITTED)
    _check_other(viewer, row, "批准")
    recording.lock()
    now = recording.newest(at=at)
    if row.base.digest != now.digest:
        raise NotAllowedNow(
            f"提交之后第 {now.number} 版已经生效。请退回，由起草人换到现行版本上，再行提交。"
        )
    _, drafted = _books(row)
    row.state, row.decided_at = State.APPROVED.value, at
    row.decided_by_id, row.decided_by_name = viewer.account_id, viewer.name
    row.save()
    made = recording.add(drafted, source=Source.DRAFT, program_digest=now.program_digest, at=at, draft=row)
    _tell(APPROVED, row, by=viewer, at=at, number=made.number, digest=drafted.digest)
    return made.number


@transaction.atomic
def return_draft(viewer: Viewer, draft_id: UUID, *, reason: str, at: datetime) -> None:
    """Send the draft back to its proposer with the reason; nothing comes into force. Raises as `approve`."""
    viewer, row = still(viewer), _locked(draft_id)
    _authorize(viewer, Right.POLICY_APPROVE, region=row.region)
    if row.state == State.RETURNED.value and row.decided_by_id == viewer.account_id:
        return
    _check_state(row, State.SUBMITTED)
    _check_other(viewer, row, "退回")
    row.decision_reason = domain.reason_text(reason, what="退回的理由")
    row.state, row.decided_at = State.RETURNED.value, at
    row.decided_by_id, row.decided_by_name = viewer.account_id, viewer.name
    row.save()
    _tell(RETURNED, row, by=viewer, at=at, reason=row.decision_reason)


@transaction.atomic
def withdraw(viewer: Viewer, draft_id: UUID, *, at: datetime) -> None:
    """Take the own draft back before it is decided. Raises `NotAllowedNow`, `Refused`, `NotVisible`."""
    row = _own(viewer, draft_id)
    if row.state == State.WITHDRAWN.value:
        return
    _check_state(row, State.OPEN, State.RETURNED, State.SUBMITTED)
    row.state = State.WITHDRAWN.value
    row.save(update_fields=["state"])
    _tell(WITHDRAWN, row, by=viewer, at=at)


def _authorize(viewer: Viewer, right: Right, *, region: str) -> None:
    authorize(viewer, right)
    if not domain.may_amend(viewer.scope, region=region):
        raise Refused("全国和外省的政策表由省级的政策岗修订；本辖区以外的不能改。请交给省级经办机构。")


def _locked(draft_id: UUID) -> Draft:
    row = Draft.objects.select_for_update(of=("self",)).select_related("base").filter(pk=draft_id).first()
    if row is None:
        raise NotVisible
    return row


def _own(viewer: Viewer, draft_id: UUID) -> Draft:
    row = _locked(draft_id)
    _authorize(viewer, Right.POLICY_DRAFT, region=row.region)
    if row.proposed_by_id != viewer.account_id:
        raise NotAllowedNow(f"这份草案由 {row.proposed_by_name} 起草，只有起草人能改。")
    return row


def _editable(viewer: Viewer, draft_id: UUID) -> Draft:
    row = _own(viewer, draft_id)
    _check_state(row, State.OPEN, State.RETURNED)
    return row


def _check_state(row: Draft, *wanted: State) -> None:
    if row.state not in wanted:
        who = f"，由 {row.decided_by_name} 办理" if row.decided_by_name else ""
        raise NotAllowedNow(f"这份草案{State(row.state).label}{who}，不能再这样办。请刷新看最新状态。")


def _check_other(viewer: Viewer, row: Draft, what: str) -> None:
    if who := tie(viewer.account_id, row.proposed_by_id):
        raise NotAllowedNow(f"起草和{what}不能是{who}。请由另一位同事办理。")


def _books(row: Draft) -> tuple[LawBook, LawBook]:
    try:
        return queries.draft_books(row.pk)
    except TableBroken as error:
        raise NotAllowedNow(f"政策表装不起来：{domain.broken_sentence(error)}请改好再办。") from error


def _import_refused(viewer: Viewer, title: str, sentence: str, *, at: datetime) -> Imported:
    details = {"reason": sentence}
    journal.record(IMPORT_REFUSED, by=viewer, about=title, details=details, outcome="refused", at=at)
    return Imported(refused=sentence)


def _merged(before: str, mine: str, theirs: str, *, path: str) -> str | None:
    region = path.partition("/")[0]
    try:
        merged = writing.merge(before, mine, theirs, home="" if region == NATION else region)
        if merged is not None:
            domain.file_text(merged, path=path)
    except NotATable:
        return None
    return merged


def _files(row: Draft) -> Mapping[str, str]:
    """The folder's files as they stand with the draft."""
    book = queries.edition(row.base.digest)
    return {**(book.of_region(row.region) if book else {}), **recording.files_of(row)}


def _put(row: Draft, files: Mapping[str, str]) -> int:
    """Keep these texts as the draft's; returns how many differ from what was there."""
    there = recording.files_of(row)
    changed = {path: text for path, text in files.items() if there.get(path) != text}
    for path, digest in recording.keep(changed).items():
        DraftFile.objects.update_or_create(draft=row, path=path, defaults={"text_id": digest})
    return len(changed)


def _tell(action: str, row: Draft, *, by: Viewer, at: datetime, **details: object) -> None:
    journal.record(action, by=by, about=row.title, about_id=str(row.pk), details=details, at=at)
