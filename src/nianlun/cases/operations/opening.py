"""Taking a case in: at the counter, from an insured person's own application, or because the system found a reason."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from uuid import UUID

from django.utils import timezone

from nianlun.access import queries as access
from nianlun.access.domain import NotVisible, Refused, Right, Viewer, authorize, covers
from nianlun.archives.numbering import next_number
from nianlun.cases import definitions, effects, moving, type_files
from nianlun.cases.domain.flow import OPEN, Move, Outcome, State
from nianlun.cases.domain.forms import checked_details, tidied
from nianlun.cases.domain.separation import NotSeparate
from nianlun.cases.domain.types import About, CaseType, Origin, Risk
from nianlun.cases.guarding import guarded
from nianlun.cases.models import Case
from nianlun.cases.queuing import in_turn
from nianlun.registry import queries as registry
from nianlun.registry.domain import AgencyLine
from nianlun.search.grams import filled

MOST_ONLINE = 10
"""Applications of one person within a day over the phone: more is nobody's own affairs. Our own number."""


@guarded
def open_case(
    type_code: str,
    *,
    by: Viewer,
    details: Mapping[str, str],
    request_key: UUID,
    at: datetime,
    person_id: UUID | None = None,
    employer_id: UUID | None = None,
) -> UUID:
    """Take a case in at the counter; the same `request_key` again returns the case it made the first time.

    Raises `forms.Incomplete` with a sentence for each field, `NotInForce`, `NotVisible`, and `Refused`.
    """
    by = access.still(by)
    case_type = type_files.case_type(type_code, on=timezone.localdate(at))
    _ensure_origin(case_type, Origin.COUNTER)
    _ensure_fitting(case_type, person_id=person_id, employer_id=employer_id)
    agency = registry.home_agency(by)
    if person_id is not None:
        person = registry.person(by, person_id)
        agency = registry.agency(person.agency_id)
    if employer_id is not None:
        employer = registry.employers([employer_id]).get(employer_id)
        if employer is None or not covers(by.scope, division=employer.division):
            raise NotVisible
    authorize(by, Right.CASE_ACCEPT, scope_of=agency.division)
    try:
        moving.keep_away(case_type, tidied(case_type, details), person_id=person_id, by=by)
    except NotSeparate as reason:
        raise Refused(str(reason)) from reason
    return _opened(
        case_type,
        agency=agency,
        origin=Origin.COUNTER,
        by=by,
        details=details,
        request_key=request_key,
        person_id=person_id,
        employer_id=employer_id,
        at=at,
    )


@guarded
def apply_online(
    type_code: str, *, by: Viewer, details: Mapping[str, str], request_key: UUID, at: datetime
) -> UUID:
    """An insured person's own application. Raises as `open_case`; the case waits to be accepted by a clerk."""
    by = access.still(by)
    authorize(by, Right.OWN_READ)
    person_id = registry.own_person_id(by)
    if person_id is None:
        raise NotVisible
    case_type = type_files.case_type(type_code, on=timezone.localdate(at))
    _ensure_origin(case_type, Origin.ONLINE)
    agency = registry.agency(registry.person(by, person_id).agency_id)
    return _opened(
        case_type,
        agency=agency,
        origin=Origin.ONLINE,
        by=by,
        details=details,
        request_key=request_key,
        person_id=person_id,
        employer_id=None,
        at=at,
    )


@guarded
def open_by_system(
    type_code: str,
    *,
    agency_id: UUID,
    details: Mapping[str, str],
    request_key: UUID,
    at: datetime,
    person_id: UUID | None = None,
    employer_id: UUID | None = None,
    reason: str,
) -> UUID:
    """A case the system opens for somebody to look at; it decides nothing. Raises as `open_case`."""
    case_type = type_files.case_type(type_code, on=timezone.localdate(at))
    _ensure_origin(case_type, Origin.SYSTEM)
    _ensure_fitting(case_type, person_id=person_id, employer_id=employer_id)
    return _opened(
        case_type,
        agency=registry.agency(agency_id),
        origin=Origin.SYSTEM,
        by=None,
        details=details,
        request_key=request_key,
        person_id=person_id,
        employer_id=employer_id,
        at=at,
        text=reason,
    )


@guarded
def open_correction(case_id: UUID, *, by: Viewer, request_key: UUID, reason: str, at: datetime) -> UUID:
    """A new case that corrects an ended one, which stays as it is (更正). Raises `Refused` for one still open."""
    by = access.still(by)
    old = Case.objects.select_for_update().filter(pk=case_id).first()
    if old is None:
        raise NotVisible
    authorize(by, Right.CASE_READ, scope_of=old.division)
    authorize(by, Right.CASE_ACCEPT, scope_of=old.division)
    moving.ensure_not_own(old, by=by)
    if old.outcome != Outcome.GRANTED.value:
        raise Refused("只有准予办结的业务才能更正。未办结的可以退回，未批准的可以重新申请。")
    if not reason.strip():
        raise Refused("请写明为什么更正，例如“复核发现缴费月数少计 3 个月”。")
    case_type = type_files.case_type(old.type, on=timezone.localdate(at))
    if case_type.effect:
        effects.ensure_correctable(case_type.effect)
    other = Case.objects.filter(corrects=old, state__in=[state.value for state in OPEN]).first()
    if other is not None and other.request_key != request_key:
        raise Refused(f"这件业务的更正 {other.number} 正在办理。请接着办那一件，不要另立。")
    return _opened(
        case_type,
        agency=registry.agency(old.agency_id),
        origin=Origin.COUNTER,
        by=by,
        details=old.details,
        request_key=request_key,
        person_id=old.person_id,
        employer_id=old.employer_id,
        at=at,
        text=reason.strip(),
        corrects=old,
    )


def _ensure_fitting(case_type: CaseType, *, person_id: UUID | None, employer_id: UUID | None) -> None:
    """Refuse somebody the type is not about, whether there is such a one or not."""
    about = case_type.about
    if person_id is not None and about is not About.PERSON:
        raise Refused(f"“{case_type.name}”是{about.label}的业务，不选参保人。请去掉参保人再提交。")
    if employer_id is not None and about is not About.EMPLOYER:
        raise Refused(f"“{case_type.name}”是{about.label}的业务，不选参保单位。请去掉单位再提交。")


def _ensure_origin(case_type: CaseType, origin: Origin) -> None:
    if origin not in case_type.origins:
        ways = "、".join(each.label for each in case_type.origins)
        raise Refused(f"“{case_type.name}”的来源不能是{origin.label}，可以是：{ways}。")


def _opened(
    case_type: CaseType,
    *,
    agency: AgencyLine,
    origin: Origin,
    by: Viewer | None,
    details: Mapping[str, str],
    request_key: UUID,
    person_id: UUID | None,
    employer_id: UUID | None,
    at: datetime,
    text: str = "",
    corrects: Case | None = None,
) -> UUID:
    in_turn(
        f"cases:{request_key}"
    )  # the same form sent twice at once: the second waits and finds the first
    known = Case.objects.filter(request_key=request_key).first()
    if known is not None:
        if known.opened_by_id != (by.account_id if by else None) or known.type != case_type.code:
            raise Refused("这个提交标识已经用过。请刷新页面后重新填写。")
        return known.pk
    if origin is Origin.ONLINE and person_id is not None:
        _ensure_few(case_type, person_id=person_id, at=at)
    about = _about(case_type, agency, person_id=person_id, employer_id=employer_id, details=details)
    year = timezone.localdate(at).year
    number = next_number(f"{agency.division}-{year}")
    row = Case(
        number=f"{agency.division}-{year}-{number:06d}",
        type=case_type.code,
        type_digest=case_type.digest,
        agency_id=agency.id,
        division=agency.division,
        person_id=person_id,
        employer_id=employer_id,
        title=f"{case_type.name}：{about}",
        origin=origin.value,
        high_risk=case_type.risk is Risk.HIGH,
        state=State.RECEIVED.value,
        state_since=at,
        opened_by_id=by.account_id if by else None,
        request_key=request_key,
        received_at=at,
        corrects=corrects,
        grams=filled(f"{case_type.name}：{about}"),
    )
    row.details = checked_details(case_type, details, complete=origin is not Origin.SYSTEM)
    definitions.keep(case_type)
    row.save(force_insert=True)
    moving.written(
        row,
        Move.CORRECT if corrects else Move.OPEN,
        before=None,
        by=by,
        at=at,
        text=text,
        said={"what": corrects.number if corrects else ""},
    )
    return row.pk


def _ensure_few(case_type: CaseType, *, person_id: UUID, at: datetime) -> None:
    """Refuse a second application of a kind that is still open, and more than a day's worth of applications."""
    in_turn(f"cases-online:{person_id}")
    own = Case.objects.filter(person_id=person_id, origin=Origin.ONLINE.value)
    waiting = own.filter(type=case_type.code, state__in=[one.value for one in OPEN]).first()
    if waiting is not None:
        raise Refused(
            f"这件事您已经申请过，业务编号 {waiting.number}，正在办。进度和要补的材料在“我的办件”里。"
        )
    if own.filter(received_at__gt=at - timedelta(days=1)).count() >= MOST_ONLINE:
        raise Refused(f"24 小时内最多申请 {MOST_ONLINE} 件。请明天再来，急办的可以到窗口。")


def _about(
    case_type: CaseType,
    agency: AgencyLine,
    *,
    person_id: UUID | None,
    employer_id: UUID | None,
    details: Mapping[str, str],
) -> str:
    """Whom the case is about, in words. Raises `Refused` where the type needs somebody who is not named."""
    if case_type.about is About.PERSON:
        if person_id is not None:
            return registry.system_person(person_id).name
        if (
            case_type.field("name") is not None and details.get("name", "").strip()
        ):  # nobody is registered yet
            return details["name"].strip()[:60]
        raise Refused(f"“{case_type.name}”要先选定参保人。")
    if case_type.about is About.EMPLOYER:
        found = registry.employers([employer_id]) if employer_id else {}
        if employer_id in found:
            return found[employer_id].name
        if case_type.field("unit_name") is not None and details.get("unit_name", "").strip():
            return details["unit_name"].strip()[:100]
        raise Refused(f"“{case_type.name}”要先选定参保单位。")
    return agency.name
