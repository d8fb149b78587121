"""What somebody was told, for that person and for whoever handles the person's affairs."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet

from nianlun.access.domain import NotVisible, Right, Role, Viewer, authorize
from nianlun.notices.domain import KINDS, Delivery
from nianlun.notices.models import Notice, StaffNotice
from nianlun.registry import queries as registry


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeLine:
    """One notice to an insured person."""

    id: UUID
    person_id: UUID
    kind: str
    kind_label: str
    title: str
    text: str
    about: str
    about_id: str
    division: str
    urgent: bool
    statutory: bool
    sent_at: datetime
    read_at: datetime | None
    delivery: Delivery


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffNoticeLine:
    """One notice to a member of staff."""

    id: UUID
    kind_label: str
    title: str
    text: str
    about: str
    about_id: str
    page: str
    sent_at: datetime
    read_at: datetime | None


def of_person(
    viewer: Viewer, person_id: UUID, *, before: UUID | None = None, limit: int = 20
) -> list[NoticeLine]:
    """What a person was told, latest first, from the one before `before` on. Raises `NotVisible`, `Refused`.

    An insured person sees the own; staff need `Right.NOTICE_READ` and the person in sight.
    """
    rows = _visible(viewer, person_id)
    if before is not None:
        rows = rows.filter(pk__lt=before)
    return [line_of(row) for row in rows.order_by("-pk")[:limit]]


def notice_of_person(viewer: Viewer, person_id: UUID, notice_id: UUID) -> NoticeLine:
    """One of them. Raises `NotVisible`, `Refused`."""
    row = _visible(viewer, person_id).filter(pk=notice_id).first()
    if row is None:
        raise NotVisible
    return line_of(row)


def unread_count(viewer: Viewer, *, up_to: int = 1000) -> int:
    """How much the viewer has been told and not yet looked at, `up_to` at most."""
    if viewer.role is Role.INSURED:
        own = registry.own_person_id(viewer)
        return Notice.objects.filter(person_id=own, read_at=None)[:up_to].count() if own else 0
    return StaffNotice.objects.filter(account_id=viewer.account_id, read_at=None)[:up_to].count()


def of_account(viewer: Viewer, *, before: UUID | None = None, limit: int = 20) -> list[StaffNoticeLine]:
    """What this member of staff was told, latest first."""
    rows = StaffNotice.objects.filter(account_id=viewer.account_id)
    if before is not None:
        rows = rows.filter(pk__lt=before)
    return [_staff_line(row) for row in rows.order_by("-pk")[:limit]]


def staff_notice(viewer: Viewer, notice_id: UUID) -> StaffNoticeLine:
    """One of them. Raises `NotVisible` for another's."""
    row = StaffNotice.objects.filter(account_id=viewer.account_id, pk=notice_id).first()
    if row is None:
        raise NotVisible
    return _staff_line(row)


def line_of(row: Notice) -> NoticeLine:
    """A notice as pages show it."""
    return NoticeLine(
        id=row.pk,
        person_id=row.person_id,
        kind=row.kind,
        kind_label=label_of(row.kind),
        title=row.title,
        text=row.text,
        about=row.about,
        about_id=row.about_id,
        division=row.division,
        urgent=row.urgent,
        statutory=row.statutory,
        sent_at=row.sent_at,
        read_at=row.read_at,
        delivery=Delivery(row.delivery),
    )


def label_of(kind: str) -> str:
    """What a kind is called; one of a component since removed by its code."""
    return KINDS[kind].label if kind in KINDS else kind


def _visible(viewer: Viewer, person_id: UUID) -> QuerySet[Notice]:
    if viewer.role is Role.INSURED:
        if registry.own_person_id(viewer) != person_id:
            raise NotVisible
    else:
        authorize(viewer, Right.NOTICE_READ)
        if not registry.visible_ids(viewer, [person_id]):
            raise NotVisible
    return Notice.objects.filter(person_id=person_id)


def _staff_line(row: StaffNotice) -> StaffNoticeLine:
    return StaffNoticeLine(
        id=row.pk,
        kind_label=label_of(row.kind),
        title=row.title,
        text=row.text,
        about=row.about,
        about_id=row.about_id,
        page=KINDS[row.kind].page if row.kind in KINDS else "",
        sent_at=row.sent_at,
        read_at=row.read_at,
    )
