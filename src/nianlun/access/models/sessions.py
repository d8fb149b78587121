"""Sessions: who is signed in from where (S1.6)."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from nianlun.access.domain import SessionEnd
from nianlun.access.models.accounts import Account
from nianlun.kernel.identifiers import uuid7


class Session(models.Model):
    """One sign-in in one browser. The key in the cookie is kept as a digest, so that the table opens no door."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    key_digest = models.BinaryField("会话标识摘要", max_length=32, unique=True)
    account = models.ForeignKey(Account, models.PROTECT, related_name="sessions", verbose_name="账号")
    device = models.CharField("浏览器摘要", max_length=64)
    address = models.CharField("来源地址", max_length=45, blank=True)
    browser = models.CharField("浏览器", max_length=120, blank=True)
    signed_in_at = models.DateTimeField("登录时间")
    seen_at = models.DateTimeField("上次操作")
    proven_at = models.DateTimeField("第二因子验证时间", null=True)
    ended_at = models.DateTimeField("结束时间", null=True)
    ended_why = models.CharField(
        "结束原因", max_length=20, blank=True, choices=[(end.value, end.label) for end in SessionEnd]
    )

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["account", "-signed_in_at"], name="session_of_account"),
        ]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=Q(ended_at=None, ended_why="") | (Q(ended_at__isnull=False) & ~Q(ended_why="")),
                name="session_end_has_a_reason",
            ),
        ]
