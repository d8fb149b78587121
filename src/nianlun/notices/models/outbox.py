"""The outbox: what goes to the gateway, and what the gateway says came of it."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from nianlun.kernel.identifiers import uuid7
from nianlun.notices.domain import Channel, MessageState, Said
from nianlun.notices.models.contacts import Code
from nianlun.notices.models.notices import Notice


class Message(models.Model):
    """One message to one address. Its id is the key under which the gateway takes it once, however often it is sent."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    notice = models.ForeignKey(
        Notice, models.PROTECT, null=True, related_name="messages", verbose_name="通知"
    )
    code = models.ForeignKey(
        Code, models.PROTECT, null=True, related_name="messages", verbose_name="验证码"
    )
    channel = models.CharField("方式", max_length=10, choices=[(c.value, c.label) for c in Channel])
    round = models.PositiveSmallIntegerField("第几次发", default=1)
    content_sealed = models.BinaryField(
        "地址和文字（加密）", max_length=4000
    )  # empty once a code is of no more use
    key_version = models.PositiveIntegerField("密钥版本")
    state = models.CharField(
        "状态",
        max_length=10,
        choices=[(s.value, s.label) for s in MessageState],
        default=MessageState.QUEUED,
    )
    contradictory = models.BooleanField("回执矛盾", default=False)
    problem = models.CharField("为何没有发出或送达", max_length=300, blank=True)
    gateway_id = models.CharField("网关的编号", max_length=100, blank=True)
    tries = models.PositiveIntegerField("已试次数", default=0)
    queued_at = models.DateTimeField("排队时间")
    due_at = models.DateTimeField("下次何时再试", null=True)
    expires_at = models.DateTimeField("过时不发", null=True)
    accepted_at = models.DateTimeField("网关收下的时间", null=True)
    settled_at = models.DateTimeField("有结果的时间", null=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["notice", "channel", "round"], name="message_one_a_round"),
            models.CheckConstraint(
                condition=Q(notice__isnull=False, code=None) | Q(notice=None, code__isnull=False),
                name="message_of_notice_or_code",
            ),
            models.CheckConstraint(
                condition=~Q(state="sent") | ~Q(gateway_id=""), name="message_sent_has_gateway_id"
            ),
            models.CheckConstraint(
                condition=Q(state__in=["queued", "sent"]) ^ Q(settled_at__isnull=False),
                name="message_settled_has_time",
            ),
            models.CheckConstraint(
                condition=~Q(contradictory=True) | Q(state="failed"), name="message_contradictory_is_failed"
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["queued_at"], name="message_queued", condition=Q(state="queued")),
            models.Index(fields=["key_version", "id"], name="message_key_version"),
        ]


class Receipt(models.Model):
    """What the gateway said about a message, each thing once; None as message where it is none of ours."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    receipt = models.CharField("回执编号", max_length=100, unique=True)
    message = models.ForeignKey(
        Message, models.PROTECT, null=True, related_name="receipts", verbose_name="消息"
    )
    gateway_id = models.CharField("网关的编号", max_length=100)
    said = models.CharField("说的是", max_length=10, choices=[(s.value, s.value) for s in Said])
    reason = models.CharField("原因", max_length=200, blank=True)
    fetched = models.BooleanField("是去问来的")
    at = models.DateTimeField("收到时间")


class SeenCall(models.Model):
    """The signature of a call just accepted, so that nobody plays it to us again while its time is still good."""

    signature = models.BinaryField("签名", max_length=32, primary_key=True)
    at = models.DateTimeField("收到时间", db_index=True)
