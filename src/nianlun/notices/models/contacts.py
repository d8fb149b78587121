"""Where people are reached. Addresses lie here sealed (S5.1)."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from nianlun.kernel.identifiers import uuid7
from nianlun.notices.domain import TRIES_OF_A_CODE, Channel, ConfirmedBy

_CHANNELS = [(c.value, c.label) for c in Channel]


class Contact(models.Model):
    """A person's address on one channel from `since_at` until another takes its place. Earlier ones stay:

    whoever looks into a fraud asks since when the messages went elsewhere.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    person = models.ForeignKey("registry.Person", models.PROTECT, related_name="+", verbose_name="参保人")
    channel = models.CharField("方式", max_length=10, choices=_CHANNELS)
    address_sealed = models.BinaryField("地址（加密）", max_length=200)
    address_index = models.BinaryField("地址（摘要）", max_length=32)
    key_version = models.PositiveIntegerField("密钥版本")
    consented = models.BooleanField("同意接收")
    confirmed_by = models.CharField(
        "确认方式", max_length=10, choices=[(c.value, c.label) for c in ConfirmedBy]
    )
    proof = models.CharField("核对的证件", max_length=100, blank=True)
    account = models.ForeignKey(
        "access.Account", models.PROTECT, null=True, related_name="+", verbose_name="登记人"
    )
    since_at = models.DateTimeField("起用时间")
    until_at = models.DateTimeField("停用时间", null=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["person", "channel"], name="contact_one_in_use", condition=Q(until_at__isnull=True)
            ),
            models.CheckConstraint(
                condition=Q(until_at=None) | Q(until_at__gte=F("since_at")), name="contact_period"
            ),
            models.CheckConstraint(
                condition=~Q(confirmed_by="counter") | ~Q(proof=""), name="contact_of_the_counter_has_proof"
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(
                fields=["address_index"], name="contact_address", condition=Q(until_at__isnull=True)
            ),
            models.Index(fields=["key_version", "id"], name="contact_key_version"),
        ]


class Code(models.Model):
    """A number sent to an address, to see whether the person reads what arrives there."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    person = models.ForeignKey("registry.Person", models.PROTECT, related_name="+", verbose_name="参保人")
    channel = models.CharField("方式", max_length=10, choices=_CHANNELS)
    address_sealed = models.BinaryField("地址（加密）", max_length=200)
    address_index = models.BinaryField("地址（摘要）", max_length=32)
    digest = models.BinaryField("验证码（摘要）", max_length=32)
    tries = models.PositiveSmallIntegerField("已试次数", default=0)
    requested_at = models.DateTimeField("索取时间")
    expires_at = models.DateTimeField("失效时间")
    ended_at = models.DateTimeField("用过或作废的时间", null=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["person", "channel"], name="code_one_open", condition=Q(ended_at__isnull=True)
            ),
            models.CheckConstraint(condition=Q(tries__lte=TRIES_OF_A_CODE), name="code_tries_limited"),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["person", "requested_at"], name="code_of_person"),
            models.Index(fields=["address_index", "requested_at"], name="code_of_address"),
        ]
