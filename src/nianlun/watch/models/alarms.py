"""Alarms: a question about an account that somebody has to answer."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from nianlun.kernel.identifiers import uuid7
from nianlun.watch.domain.rules import Kind


class Alarm(models.Model):
    """One reason, one account, one hour. The account is written out: it may have changed when the question is read."""

    class State(models.TextChoices):
        OPEN = "open", "待处理"
        EXPLAINED = "explained", "有正当业务"
        BREACH = "breach", "属于违规"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    kind = models.CharField("类别", max_length=20, choices=[(kind.value, kind.label) for kind in Kind])
    account_id = models.BigIntegerField("账号")
    name = models.CharField("姓名", max_length=100)
    role_label = models.CharField("岗位", max_length=30)
    agency_name = models.CharField("机构", max_length=200, blank=True)
    scope = models.CharField("辖区", max_length=12, blank=True)
    hour = models.DateTimeField("所在小时")
    since = models.DateTimeField("从")
    until = models.DateTimeField("到")
    count = models.PositiveIntegerField("数目")
    evidence = models.JSONField("留痕编号", default=list)
    raised_at = models.DateTimeField("提醒时间")
    state = models.CharField("状态", max_length=10, choices=State, default=State.OPEN)
    settled_by = models.BigIntegerField("处理人账号", null=True)
    settled_name = models.CharField("处理人", max_length=100, blank=True)
    settled_at = models.DateTimeField("处理时间", null=True)
    note = models.CharField("说明", max_length=500, blank=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["account_id", "kind", "hour"], name="alarm_one_per_account_kind_hour"
            ),
            models.CheckConstraint(
                condition=Q(state="open", settled_by=None, settled_at=None)
                | Q(state__in=["explained", "breach"], settled_by__isnull=False, settled_at__isnull=False)
                & ~Q(note=""),
                name="alarm_settled_says_by_whom_and_why",
            ),
            models.CheckConstraint(
                condition=Q(settled_by=None) | ~Q(settled_by=models.F("account_id")),
                name="alarm_not_settled_by_its_own_account",
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["state", "-raised_at", "-id"], name="alarm_state_latest"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.name}"
