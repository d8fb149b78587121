"""That somebody has looked at what they were told."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from nianlun.access.domain import NotVisible, Viewer
from nianlun.journal import operations as journal
from nianlun.journal.domain import declare
from nianlun.notices.models import Notice, StaffNotice
from nianlun.notices.operations.standing import stand_anew
from nianlun.registry import queries as registry

NOTICE_READ = declare("notices.notice_read", "本人看到通知：{about}")


@transaction.atomic
def mark_read(viewer: Viewer, notice_id: UUID, *, at: datetime) -> None:
    """Note that the insured person has the own notice open; the first time counts. Raises `NotVisible`."""
    own = registry.own_person_id(viewer)
    if own is None:
        raise NotVisible
    notice = Notice.objects.select_for_update().filter(pk=notice_id, person_id=own).first()
    if notice is None:
        raise NotVisible
    if notice.read_at is not None:
        return
    notice.read_at = at
    stand_anew(notice)
    journal.record(
        NOTICE_READ,
        by=viewer,
        about=notice.title,
        about_id=str(notice.pk),
        person_id=notice.person_id,
        at=at,
    )


@transaction.atomic
def mark_staff_read(viewer: Viewer, notice_id: UUID, *, at: datetime) -> None:
    """Note that a member of staff has seen what they were told. Raises `NotVisible` for another's."""
    own = StaffNotice.objects.filter(pk=notice_id, account_id=viewer.account_id)
    if not own.filter(read_at=None).update(read_at=at) and not own.exists():
        raise NotVisible
