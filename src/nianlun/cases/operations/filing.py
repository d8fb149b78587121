"""Filing ended cases (归档): corrected by an archivist where need be, then one item each, whatever is done twice."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.utils import timezone

from nianlun.access.domain import NotVisible, Refused, Right, Viewer, authorize
from nianlun.archives import operations as archives
from nianlun.archives import queries as archive_queries
from nianlun.archives.domain import Category, DocumentKind
from nianlun.archives.operations import PageSize
from nianlun.cases import filing as drafting
from nianlun.cases import moving
from nianlun.cases.announcing import ISSUE_SLIP, PREPARE_FILING
from nianlun.cases.domain.filing import Description, NotFilable, checked
from nianlun.cases.domain.flow import Move, State
from nianlun.cases.guarding import guarded
from nianlun.cases.models import Case, Filing
from nianlun.jobs import operations as jobs
from nianlun.jobs import queries as job_queries
from nianlun.journal import operations as journal
from nianlun.journal.domain import declare
from nianlun.kernel.dates import PartialDate
from nianlun.registry import queries as registry
from nianlun.vault import keeping
from nianlun.vault import operations as vault
from nianlun.vault import queries as vault_queries
from nianlun.vault.domain import Secrecy
from nianlun.vault.ocfl import StorageError

DESCRIBED = declare("cases.filing_described", "更正 {about} 的归档著录：{what}")
RETRIED = declare("cases.papers_retried", "重新生成 {about} 的文书和阅读件")
MESSAGE = "归档"
_LABELS = {"title": "题名", "retention": "保管期限", "secrecy": "密级"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Filed:
    """What became of one case of several: its archival code, or why it was not filed."""

    case_id: UUID
    number: str
    code: str = ""
    sentence: str = ""


@guarded
def describe(
    case_id: UUID,
    *,
    by: Viewer,
    version: int,
    edition: int,
    title: str,
    retention: str,
    secrecy: str,
    at: datetime,
) -> None:
    """Correct the proposed title, term and level of secrecy before the case is filed. Raises `Refused`.

    A term may only be lengthened.
    """
    row, draft = _opened(case_id, by=by, version=version, edition=edition)
    case_type = moving.type_of(row)
    given = Description(
        title=title, retention_item=case_type.retention_item, retention=retention, secrecy=secrecy
    )
    try:
        settled = checked(given, least=case_type.retention, item=case_type.retention_item)
    except NotFilable as reason:
        raise Refused(str(reason)) from reason
    if secrecy not in {level.value for level in levels(row.object_id)}:
        raise Refused(
            "材料收进时没有加密，不能改为加密存放的密级。确需改的，请与档案保管员商定后另行存入。"
        )
    changed = [name for name in _LABELS if getattr(draft, name) != getattr(settled, name)]
    if not changed:
        return
    for name in changed:
        setattr(draft, name, getattr(settled, name))
    draft.edition += 1
    draft.save(update_fields=[*changed, "edition"])
    journal.record(
        DESCRIBED,
        by=by,
        about=row.number,
        about_id=str(row.pk),
        person_id=row.person_id,
        purpose=f"归档 {row.number}",
        details={"what": "、".join(_LABELS[name] for name in changed)},
        at=at,
    )
    keeping.changed([row.object_id], at=at)


def levels(object_id: str) -> list[Secrecy]:
    """The levels a case may be filed under: those stored as its papers already are, open or encrypted."""
    sealed = vault_queries.is_sealed(object_id)
    return [level for level in Secrecy if vault_queries.is_sealed_class(level) == sealed]


@guarded
def file(case_id: UUID, *, by: Viewer, version: int, edition: int, at: datetime) -> str:
    """File an ended case as one item and return its archival code. Raises `Refused` while it is not ready.

    The item, the move and the record beside the papers stand or fall together; the vault is written last, so that a
    process killed after it leaves a version that the next filing takes over.
    """
    row, draft = _opened(case_id, by=by, version=version, edition=edition)
    agency = registry.agency(row.agency_id)
    if archive_queries.fonds_code(agency.id) is None:
        raise Refused(f"{agency.name}还没有全宗号，不能编档号。请系统管理员先建立全宗。")
    code = archives.file_item(
        row.item_id,
        agency_id=row.agency_id,
        title=draft.title,
        category=Category.BUSINESS,
        document_kind=DocumentKind.CASE_FILE,
        retention=draft.retention,
        pages=[PageSize(width=width, height=height) for width, height in draft.pages],
        sha512=draft.sha512,
        vault_object=row.object_id,
        file_name=drafting.READING_FILE,
        media_type="application/pdf",
        by=by,
        at=at,
        person_id=row.person_id,
        creator=agency.name,
        recorded=PartialDate.of_day(timezone.localdate(row.concluded_at)),
        secrecy=Secrecy(draft.secrecy),
        is_sample=row.is_sample,
    )
    row.filed_at = at
    moving.moved(
        row,
        Move.FILE,
        to=State.FILED,
        by=by,
        at=at,
        text=code,
        details={"code": code, "retention": draft.retention, "retention_item": draft.retention_item},
        said={"what": code},
        announce=False,
    )
    records = keeping.files_of([row.object_id])[row.object_id]
    try:
        vault.store(row.object_id, records, by=by, message=MESSAGE, at=at)
    except StorageError as reason:
        raise Refused(f"档案库现在写不进，没有归档：{reason}") from reason
    return code


def file_several(wanted: Sequence[tuple[UUID, int, int]], *, by: Viewer, at: datetime) -> list[Filed]:
    """File several cases, each whole or not at all, and say for each what became of it.

    They are taken in one order, so that two archivists with the same list wait for each other and none is stuck.
    """
    return [_filed(each, by=by, at=at) for each in sorted(wanted)]


def _filed(wanted: tuple[UUID, int, int], *, by: Viewer, at: datetime) -> Filed:
    case_id, version, edition = wanted
    number = Case.objects.filter(pk=case_id).values_list("number", flat=True).first() or ""
    try:
        code = file(case_id, by=by, version=version, edition=edition, at=at)
    except NotVisible:
        return Filed(case_id=case_id, number="", sentence="没有找到，或不在您的业务范围内。")
    except Refused as reason:
        return Filed(case_id=case_id, number=number, sentence=reason.sentence)
    return Filed(case_id=case_id, number=number, code=code)


@guarded
def retry(case_id: UUID, *, by: Viewer, at: datetime) -> int:
    """Have papers and reading file tried again that could not be made; returns how many jobs were queued."""
    row = Case.objects.filter(pk=case_id).first()
    if row is None:
        raise NotVisible
    authorize(by, Right.CASE_READ, scope_of=row.division)
    authorize(by, Right.CASE_FILE, scope_of=row.division)
    failed = [
        job
        for action, _ in drafting.papers_missing(row)
        for job in job_queries.failed(kind_prefix=ISSUE_SLIP, key_prefix=str(action.pk))
        if job.key == str(action.pk)
    ]
    failed += job_queries.failed(kind_prefix=PREPARE_FILING, key_prefix=str(row.pk))
    for job in failed:
        jobs.retry(job.id, at=at)
    if failed:
        journal.record(
            RETRIED,
            by=by,
            about=row.number,
            about_id=str(row.pk),
            person_id=row.person_id,
            purpose=f"归档 {row.number}",
            at=at,
        )
    return len(failed)


def _opened(case_id: UUID, *, by: Viewer, version: int, edition: int) -> tuple[Case, Filing]:
    """The ended case, locked, with its draft. Raises `Refused` where it is filed, open, or not ready."""
    row, by = moving.opened(case_id, by=by, version=version)
    authorize(by, Right.CASE_FILE, scope_of=row.division)
    moving.ensure_not_own(row, by=by)
    if row.state == State.FILED.value:
        raise Refused("这件业务已经归档。")
    if row.state != State.CONCLUDED.value:
        raise Refused(f"这件业务现在是“{State(row.state).label}”，办结以后才能归档。")
    draft = Filing.objects.select_for_update().filter(case=row).first()
    if draft is None:
        raise Refused("阅读件还没有生成，稍后再归档。长时间没有生成的，看本页上的原因。")
    if draft.edition != edition:
        raise Refused("这件业务的著录刚刚改过，没有生效。请看过最新的再办。")
    return row, draft
