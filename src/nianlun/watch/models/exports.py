"""Exports: who asked for which rows and why, who agreed, and the sealed file until it is fetched."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from nianlun.kernel.identifiers import uuid7


class Export(models.Model):
    """One request. The file lies here sealed for a day at most and is gone once it was fetched."""

    class State(models.TextChoices):
        WAITING = "waiting", "等待批准"
        REFUSED = "refused", "没有批准"
        MAKING = "making", "正在制作"
        READY = "ready", "可以下载"
        FETCHED = "fetched", "已经取走"
        EXPIRED = "expired", "过期未取，已销毁"
        FAILED = "failed", "没有做成"

    class Format(models.TextChoices):
        XLSX = "xlsx", "Excel 表格"
        CSV = "csv", "CSV 文本"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    token = models.UUIDField("表单编号")
    offered = models.CharField("哪个名单", max_length=50)
    label = models.CharField("名单", max_length=100)
    filters = models.JSONField("条件", default=dict)
    format = models.CharField("格式", max_length=4, choices=Format)
    reason = models.CharField("事由", max_length=200)
    rows = models.PositiveIntegerField("行数")
    asked_by = models.BigIntegerField("申请人账号")
    asked_name = models.CharField("申请人", max_length=100)
    asked_role = models.CharField("申请人岗位", max_length=30)
    agency_name = models.CharField("机构", max_length=200, blank=True)
    scope = models.CharField("辖区", max_length=12)
    asked_at = models.DateTimeField("申请时间")
    entry_id = models.BigIntegerField("申请的留痕")
    state = models.CharField("状态", max_length=10, choices=State)
    decided_by = models.BigIntegerField("批准人账号", null=True)
    decided_name = models.CharField("批准人", max_length=100, blank=True)
    decided_at = models.DateTimeField("批准时间", null=True)
    sentence = models.CharField("说明", max_length=300, blank=True)
    made_at = models.DateTimeField("制作时间", null=True)
    expires_at = models.DateTimeField("失效时间", null=True)
    fetched_at = models.DateTimeField("取走时间", null=True)
    content_sealed = models.BinaryField("文件（加密）", null=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["asked_by", "token"], name="export_asked_once_per_form"),
            models.CheckConstraint(
                condition=Q(decided_by=None) | ~Q(decided_by=F("asked_by")),
                name="export_decided_by_another",
            ),
            models.CheckConstraint(
                condition=Q(state="ready", content_sealed__isnull=False, expires_at__isnull=False)
                | (~Q(state="ready") & Q(content_sealed=None)),
                name="export_file_only_while_ready",
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["asked_by", "-asked_at", "-id"], name="export_of_account"),
            models.Index(fields=["state", "expires_at"], name="export_state"),
        ]

    def __str__(self) -> str:
        return f"{self.label} {self.asked_name}"
