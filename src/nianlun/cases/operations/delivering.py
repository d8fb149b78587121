"""Bringing papers to whom they are for (送达): entered by the staff, or seen when the person reads one."""

from datetime import date, datetime
from uuid import UUID

from django.utils import timezone

from nianlun.access import queries as access
from nianlun.access.domain import NotVisible, Refused, Right, Viewer, authorize
from nianlun.cases import moving, type_files
from nianlun.cases.domain.delivery import Delivery, NotDelivered, Way, checked
from nianlun.cases.domain.flow import Move, State
from nianlun.cases.domain.types import SlipKind
from nianlun.cases.guarding import guarded
from nianlun.cases.models import Case, Slip
from nianlun.notices import operations as notices
from nianlun.notices.domain import declare_kind
from nianlun.registry import queries as registry

NOTICE = declare_kind(
    "cases.paper_issued",
    "文书送达",
    sms="您有一份新文书：{title}。请登录查看，或到经办机构领取，不要把验证码告诉他人。",
)


@guarded
def deliver(
    case_id: UUID,
    *,
    by: Viewer,
    version: int,
    slip_id: UUID,
    way: Way,
    on: date | None = None,
    receipt: str = "",
    at: datetime,
) -> None:
    """Enter how a paper was delivered; `receipt` is the number of the post's receipt, or who signed for it.

    A notice is sent here, to the person's own pages and by the ways the person agreed to. Raises `Refused`.
    """
    row, by = moving.opened(case_id, by=by, version=version)
    authorize(by, Right.CASE_ACCEPT, scope_of=row.division)
    slip = _slip(row, slip_id)
    try:
        delivery = checked(
            way,
            on=on,
            receipt=receipt,
            issued_on=timezone.localdate(slip.for_action.at),
            today=timezone.localdate(at),
        )
    except NotDelivered as reason:
        raise Refused(str(reason)) from reason
    if way is Way.NOTICE:
        _send(row, slip, at=at)
    _delivered(row, slip, delivery, by=by, at=at)


@guarded
def read(case_id: UUID, *, by: Viewer, slip_id: UUID, at: datetime) -> None:
    """The insured person has opened a paper of the own case: it is delivered with that, once."""
    by = access.still(by)
    authorize(by, Right.OWN_READ)
    row = Case.objects.select_for_update().filter(pk=case_id).first()
    if row is None or row.person_id is None or row.person_id != registry.own_person_id(by):
        raise NotVisible
    if row.type in type_files.kept_from_person():
        raise NotVisible
    slip = _slip(row, slip_id)
    known = row.actions.filter(move=Move.DELIVER.value, details__slip=str(slip.pk))
    if known.filter(details__way=Way.READ.value).exists():
        return
    delivery = Delivery(way=Way.READ, on=timezone.localdate(at), receipt="")
    _delivered(row, slip, delivery, by=by, at=at)


def _slip(row: Case, slip_id: UUID) -> Slip:
    found = row.slips.select_related("for_action").filter(pk=slip_id).first()
    if found is None:
        raise NotVisible
    return found


def _send(row: Case, slip: Slip, *, at: datetime) -> None:
    if row.person_id is None:
        raise Refused("这件业务不是某位参保人的，没有可发的手机号。请当面或邮寄送达。")
    if row.type in type_files.kept_from_person():
        raise Refused("这件业务是司法、行政机关提出的，不通知本人。请当面或邮寄送达提出的机关。")
    label = SlipKind(slip.kind).label
    notices.send(
        person_id=row.person_id,
        kind=NOTICE,
        title=f"{label}　{slip.number}",
        text=f"业务编号 {row.number} 的{label}已经出具，请在“我的办件”里查看。",
        about="cases.case",
        about_id=str(row.pk),
        division=row.division,
        key=f"cases:slip:{slip.pk}:{row.version}",
        at=at,
    )


def _delivered(row: Case, slip: Slip, delivery: Delivery, *, by: Viewer, at: datetime) -> None:
    label = f"{SlipKind(slip.kind).label} {slip.number}"
    told = f"{label}，{delivery.way.label} {delivery.on}" + (
        f"，{delivery.receipt}" if delivery.receipt else ""
    )
    moving.moved(
        row,
        Move.DELIVER,
        to=State(row.state),
        by=by,
        at=at,
        text=told,
        details={
            "slip": str(slip.pk),
            "way": delivery.way.value,
            "on": delivery.on.isoformat(),
            "receipt": delivery.receipt,
        },
        said={"what": label},
        announce=False,
    )
