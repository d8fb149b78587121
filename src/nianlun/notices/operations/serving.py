"""What a person does about a notice that did not arrive: have it sent again, or serve it on paper."""

from datetime import date, datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from nianlun.access.domain import NotVisible, Refused, Right, Viewer, authorize
from nianlun.journal import operations as journal
from nianlun.journal.domain import declare
from nianlun.notices.domain import Delivery, MessageState, kind_of, read_service, short_text
from nianlun.notices.models import Message, Notice, WrittenService
from nianlun.notices.operations.delivering import hurry
from nianlun.notices.operations.sending import queue_messages
from nianlun.notices.operations.standing import stand_anew
from nianlun.registry import queries as registry

SENT_AGAIN = declare("notices.notice_sent_again", "重新发送通知：{about}")
SERVED = declare("notices.notice_served", "书面送达通知：{about}")
_ARRIVED = {Delivery.SERVED, Delivery.READ, Delivery.DELIVERED}


@transaction.atomic
def retry(viewer: Viewer, notice_id: UUID, *, at: datetime) -> int:
    """Send a notice again to where its person is reached now, or have what still waits tried at once; how many.

    Raises `NotVisible`, and `Refused` where it has arrived, is on its way, or there is nowhere to send it.
    """
    notice = _own(viewer, notice_id)
    if Delivery(notice.delivery) in _ARRIVED:
        raise Refused("这条通知已经送达，不用再发。本人说没有收到的，请改为书面送达。")
    waiting = list(
        Message.objects.select_for_update().filter(notice=notice, state=MessageState.QUEUED, due_at=None)
    )
    waiting += Message.objects.select_for_update().filter(
        notice=notice, state=MessageState.QUEUED, due_at__gt=at
    )
    if waiting:
        for row in waiting:
            hurry(row, at=at)
        count = len(waiting)
    elif notice.delivery == Delivery.UNDER_WAY:
        raise Refused("正在发送，还没有结果。请稍后再看。")
    else:
        count = _send_anew(notice, at=at)
    journal.record(
        SENT_AGAIN,
        by=viewer,
        about=notice.title,
        about_id=str(notice.pk),
        person_id=notice.person_id,
        details={"messages": count},
        at=at,
    )
    return count


@transaction.atomic
def serve_in_writing(
    viewer: Viewer, notice_id: UUID, *, way: str, served_on: str, evidence: str, at: datetime, on: date
) -> None:
    """Note that a notice was handed over or came by post. Raises `NotServed`, `NotVisible`, `Refused`."""
    notice = _own(viewer, notice_id)
    if notice.delivery == Delivery.SERVED:
        raise Refused("这条通知已经登记过书面送达。")
    service = read_service(way, served_on, evidence, told_on=timezone.localdate(notice.sent_at), today=on)
    WrittenService.objects.create(
        notice=notice,
        way=service.way,
        served_on=service.served_on,
        evidence=service.evidence,
        account_id=viewer.account_id,
        at=at,
    )
    stand_anew(notice)
    journal.record(
        SERVED,
        by=viewer,
        about=notice.title,
        about_id=str(notice.pk),
        person_id=notice.person_id,
        details={"way": service.way.label, "served_on": service.served_on.isoformat()},
        at=at,
    )


def _send_anew(notice: Notice, *, at: datetime) -> int:
    text = short_text(kind_of(notice.kind), title=notice.title)
    if not text:
        raise Refused("这类通知只在网上，不发短信。需要时请改为书面送达。")
    last = Message.objects.filter(notice=notice).aggregate(last=Max("round"))["last"] or 0
    channels = queue_messages(notice, text, number=last + 1, at=at)
    if not channels:
        raise Refused("本人没有同意接收的手机号或邮箱。请登记联系方式，或改为书面送达。")
    return len(channels)


def _own(viewer: Viewer, notice_id: UUID) -> Notice:
    """The notice, locked, where the viewer may act on it. Raises `NotVisible`, `Refused`."""
    notice = Notice.objects.select_for_update().filter(pk=notice_id).first()
    if notice is None:
        raise NotVisible
    authorize(viewer, Right.NOTICE_READ, scope_of=notice.division)
    if notice.person_id in registry.persons_close_to(viewer.account_id):
        raise Refused("这是发给您本人或登记亲属的通知，要由别的同事处理。")
    return notice
