"""Taking in the papers of a case: seen, copied, looked up in shared data, or promised."""

from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from uuid import UUID

from django.utils import timezone

from nianlun.access.domain import Refused, Right, Viewer, authorize
from nianlun.cases import calendars, moving
from nianlun.cases.domain.facts import How
from nianlun.cases.domain.flow import WITH_MATERIALS, Move, OutOfStep, State
from nianlun.cases.domain.types import Requirement, Substitute
from nianlun.cases.guarding import guarded
from nianlun.cases.models import Case, Material
from nianlun.digitization import reading
from nianlun.kernel.digests import digest_file
from nianlun.vault import keeping
from nianlun.vault import operations as vault

LONGEST_NOTE = 400


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload:
    """A file as it came in, lying in a place of its own until it is stored; `name` is what the sender called it."""

    path: Path
    name: str


@guarded
def take_material(
    case_id: UUID,
    *,
    by: Viewer,
    version: int,
    requirement: str,
    how: How,
    upload: Upload | None = None,
    note: str = "",
    at: datetime,
) -> None:
    """Enter how a required paper was shown, with its copy where one is kept; a later one takes its place.

    Raises `Refused` for a file that is not what it says, a substitute the law does not give, or a case that takes
    no papers any more.
    """
    row, by = moving.opened(case_id, by=by, version=version)
    authorize(by, Right.CASE_ACCEPT, scope_of=row.division)
    moving.ensure_not_own(row, by=by)
    _take(row, by=by, requirement=requirement, how=how, upload=upload, note=note, at=at)


@guarded
def send_material(
    case_id: UUID, *, by: Viewer, version: int, requirement: str, upload: Upload, at: datetime
) -> None:
    """A copy the insured person sends for the own case. Raises as `take_material`."""
    row, by = moving.opened_by_applicant(case_id, by=by, version=version)
    if State(row.state) not in (State.RECEIVED, State.SUPPLEMENT):
        raise OutOfStep("这件业务已经在审核，现在不收材料。需要补的，经办人员会通知您。")
    _take(row, by=by, requirement=requirement, how=How.COPY_KEPT, upload=upload, note="本人网上提交", at=at)


@guarded
def promise_material(case_id: UUID, *, by: Viewer, version: int, requirement: str, at: datetime) -> None:
    """The insured person's promise instead of a paper (告知承诺). Raises `Refused` where the law gives no such way."""
    row, by = moving.opened_by_applicant(case_id, by=by, version=version)
    if State(row.state) not in (State.RECEIVED, State.SUPPLEMENT):
        raise OutOfStep("这件业务已经在审核，现在不收材料。")
    _take(row, by=by, requirement=requirement, how=How.PROMISED, upload=None, note="本人网上承诺", at=at)


def _take(
    row: Case, *, by: Viewer, requirement: str, how: How, upload: Upload | None, note: str, at: datetime
) -> None:
    if State(row.state) not in WITH_MATERIALS:
        raise OutOfStep(f"这件业务现在是“{State(row.state).label}”，不收材料。需要补的，请先要求补正。")
    if row.granted_at is not None and how is not How.COPY_KEPT and how is not How.ORIGINAL_SEEN:
        raise Refused("待遇已经批准，只是款没有付成。现在只收新账户的原件或者复印件，不能承诺或者免交。")
    case_type = moving.type_of(row)
    wanted = case_type.requirement(requirement)
    if wanted is None:
        raise Refused("这类业务没有这项材料。请刷新页面后重选。")
    _ensure_allowed(wanted, how, upload=upload, note=note)
    material = Material(
        case=row,
        requirement=wanted.code,
        how=how.value,
        note=" ".join(note.split())[:LONGEST_NOTE],
        promised_until=_promised_until(wanted, at=at) if how is How.PROMISED else None,
        account_id=by.account_id,
        by_name=by.name,
        at=at,
    )
    if upload is not None:
        _store(row, material, wanted, upload=upload, by=by, at=at)
    before = row.materials.filter(requirement=wanted.code, replaced_by__isnull=True).first()
    if before is not None:
        before.replaced_by = (
            before  # out of the constraint's way: one stands, and the new one is not there yet
        )
        before.save(update_fields=["replaced_by"])
    material.save(force_insert=True)
    if before is not None:
        before.replaced_by = material
        before.save(update_fields=["replaced_by"])
    moving.moved(
        row,
        Move.MATERIAL,
        to=State(row.state),
        by=by,
        at=at,
        text=f"{wanted.name}：{how.label}",
        details={"requirement": wanted.code, "how": how.value, "sha512": material.sha512},
        said={"what": wanted.name},
        announce=False,
    )


def _ensure_allowed(wanted: Requirement, how: How, *, upload: Upload | None, note: str) -> None:
    if how is How.COPY_KEPT and upload is None:
        raise Refused(f"“{wanted.name}”要留复印件，请选择扫描件或照片。")
    if how is How.SHARED_DATA and Substitute.SHARED_DATA not in wanted.substitutes:
        raise Refused(
            f"“{wanted.name}”不能用共享数据代替：{wanted.no_substitute or '没有可核验的共享数据'}。"
        )
    if how is How.SHARED_DATA:
        moving.reason(note, "核验了哪个部门的什么数据", example="公安人口库，姓名和证件号一致")
    if how is How.PROMISED and Substitute.PROMISE not in wanted.substitutes:
        raise Refused(
            f"“{wanted.name}”不适用告知承诺：{wanted.no_substitute or '法律没有规定'}。请收取材料。"
        )
    if how is How.NOT_NEEDED and wanted.required and not wanted.condition:
        raise Refused(f"“{wanted.name}”是这类业务必须的材料，不能免收。")
    if how is How.NOT_NEEDED:
        moving.reason(note, "为什么不需要", example="男职工，不涉及岗位认定")


def _promised_until(wanted: Requirement, *, at: datetime) -> date:
    """The last of the working days the type gives. Raises `CalendarMissing`."""
    return calendars.calendar().add_working_days(
        timezone.localdate(at), wanted.promise_days or 0
    )  # a type that may promise gives them


def _store(
    row: Case, material: Material, wanted: Requirement, *, upload: Upload, by: Viewer, at: datetime
) -> None:
    """Look at the file in a limited process, then keep it with the case: a name of ours, its bytes as they came."""
    try:
        examined = reading.examine(upload.path, name=upload.name)
    except reading.Refused as reason:
        raise Refused(f"“{wanted.name}”的文件没有收下：{reason.sentence}") from reason
    number = row.materials.exclude(file_name="").count() + 1
    material.file_name = f"materials/{number:03d}-{wanted.code}{examined.extension}"
    material.shown_name = upload.name[:200]
    material.media_type, material.page_count = examined.media_type, examined.pages
    material.sha512 = digest_file(upload.path).sha512
    keeping.changed(
        [row.object_id], at=at
    )  # before the object is held: the job that writes it holds both so
    vault.store(
        row.object_id, {material.file_name: upload.path}, by=by, message=f"收取材料：{wanted.name}", at=at
    )
