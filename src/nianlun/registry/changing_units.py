"""Changing what is registered of a unit, on the authority of a granted case: its name, its credit code, its end."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone

from nianlun.access.domain import NotVisible, Right, Viewer, authorize
from nianlun.journal import operations as journal
from nianlun.journal.domain import declare
from nianlun.kernel.credit_codes import CreditCode, NotACreditCode
from nianlun.kernel.grams import normalised
from nianlun.registry import domain, employer_logins, former, queries
from nianlun.registry.domain import AlreadyRegistered, Changed, NotRegistrable
from nianlun.registry.models import Employer
from nianlun.search.grams import filled

EMPLOYER_CHANGED = declare(
    "registry.employer_changed", "变更单位 {about} 的{what}：由“{before}”改为“{after}”，依据业务 {case}"
)
EMPLOYER_CLOSED = declare("registry.employer_closed", "登记单位 {about} 终止于 {after}，依据业务 {case}")
EMPLOYER_CLOSING_CORRECTED = declare(
    "registry.employer_closing_corrected",
    "更正单位 {about} 的终止日期：{before} 改为 {after}，依据业务 {case}",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitChange:
    """What becomes different about a unit, with what the applicant says stood there before."""

    before: str
    name: str = ""
    credit_code: str = ""


def check_employer(employer_id: UUID, change: UnitChange) -> None:
    """Return where the change can be made now. Raises as `change_employer`."""
    _changed_unit(_employer(Employer.objects.filter(pk=employer_id).first()), change)


@transaction.atomic
def change_employer(
    *, by: Viewer | None, employer_id: UUID, change: UnitChange, case_number: str, at: datetime
) -> Changed:
    """Change a unit's name or credit code; it goes on to be found by the former name.

    Raises `NotRegistrable` and `AlreadyRegistered` with a sentence, `Refused`, `NotVisible`.
    """
    row = _employer(Employer.objects.select_for_update().filter(pk=employer_id).first())
    _authorize(by, row)
    made = _changed_unit(row, change)
    former.keep_unit(row, case_number=case_number, until=at)
    if change.name:
        row.name = made.after
        row.name_plain = normalised(row.name)
    else:
        row.credit_code = made.after
    row.grams = filled(row.name)
    try:
        with transaction.atomic():
            _save(row, "name", "name_plain", "grams", "credit_code")
    except IntegrityError as error:
        raise AlreadyRegistered("这个统一社会信用代码已经登记在另一个单位名下。请核对。") from error
    _tell(EMPLOYER_CHANGED, row, made, by=by, case_number=case_number, at=at)
    return made


def _changed_unit(row: Employer, change: UnitChange) -> Changed:
    if change.name:
        after = domain.given_name(change.name)
        made = Changed(what="名称", before=row.name, after=after)
        agrees = normalised(change.before) == row.name_plain
    else:
        try:
            after = CreditCode.parse(change.credit_code).text
        except NotACreditCode as reason:
            raise NotRegistrable(str(reason)) from reason
        made = Changed(what="统一社会信用代码", before=row.credit_code or "没有登记", after=after)
        agrees = row.credit_code is None or change.before.strip().upper() == row.credit_code
        if Employer.objects.filter(credit_code=after).exclude(pk=row.pk).exists():
            raise AlreadyRegistered("这个统一社会信用代码已经登记在另一个单位名下。请核对。")
    if not agrees:
        raise NotRegistrable(
            f"申请写的变更前{made.what}是“{change.before[:60]}”，登记的是“{made.before}”。请核对是不是这个单位。"
        )
    if made.before == made.after:
        raise NotRegistrable("变更后的内容和登记的一样，没有要改的。请核对。")
    return made


def check_closing(employer_id: UUID, *, ended_on: date, correcting: bool, on: date) -> None:
    """Return where the unit can be closed on that day. Raises `NotRegistrable`, `NotVisible`."""
    row = _employer(Employer.objects.filter(pk=employer_id).first())
    domain.check_closing(ended_on, since=row.since, until=row.until, correcting=correcting, on=on)


@transaction.atomic
def close_employer(
    *,
    by: Viewer | None,
    employer_id: UUID,
    ended_on: date,
    correcting: bool,
    case_number: str,
    at: datetime,
) -> None:
    """Record that a unit no longer exists from that day on; it stays in the register, careers name it.

    A correction replaces the day. Raises `NotRegistrable` with a sentence, `Refused` and `NotVisible`.
    """
    row = _employer(Employer.objects.select_for_update().filter(pk=employer_id).first())
    _authorize(by, row)
    on = timezone.localdate(at)
    domain.check_closing(ended_on, since=row.since, until=row.until, correcting=correcting, on=on)
    before, row.until = row.until, ended_on
    _save(row, "until")
    employer_logins.close_employer_logins(employer_id, by=by, at=at)
    changed = Changed(what="终止日期", before=str(before or ""), after=str(ended_on))
    action = EMPLOYER_CLOSING_CORRECTED if before else EMPLOYER_CLOSED
    _tell(action, row, changed, by=by, case_number=case_number, at=at)


def _employer(row: Employer | None) -> Employer:
    if row is None:
        raise NotVisible
    return row


def _authorize(by: Viewer | None, row: Employer) -> None:
    if by is not None:
        authorize(by, Right.PERSON_ADD, scope_of=queries.division_of(row.agency_id))


def _save(row: Employer, *columns: str) -> None:
    row.revision += 1  # of two that a rebuild finds in the vault, the later one counts
    row.save(update_fields=[*columns, "revision"])


def _tell(
    action: str, row: Employer, made: Changed, *, by: Viewer | None, case_number: str, at: datetime
) -> None:
    journal.record(
        action,
        by=by,
        about=row.name,
        about_id=str(row.pk),
        purpose=f"办理 {case_number}",
        details={"what": made.what, "before": made.before, "after": made.after, "case": case_number},
        at=at,
    )
