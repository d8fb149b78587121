"""Rows about what lies in the storage root. The bytes and their digests are there; this is the index to them."""

from django.db import models
from django.db.models import F, Q

from nianlun.kernel.identifiers import uuid7


class StoredObject(models.Model):
    """One OCFL object. Written after the object itself, in the transaction of whoever needs it stored."""

    object_id = models.CharField("对象编号", max_length=512, unique=True)
    versions = models.PositiveIntegerField("版本数")
    stored_at = models.DateTimeField("入库时间")
    checked_at = models.DateTimeField("上次核对时间", null=True)
    sound = models.BooleanField("完好", null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(checked_at=None, sound=None) | Q(checked_at__isnull=False, sound__isnull=False),
                name="stored_object_sound_as_of_a_check",
            ),
        ]

    def __str__(self) -> str:
        return self.object_id


class StoredFile(models.Model):
    """A logical file as it was from `version` until, not including, `until_version` (None: to this day)."""

    object = models.ForeignKey(StoredObject, models.PROTECT, related_name="files")
    logical_path = models.CharField("文件名", max_length=1024)
    version = models.PositiveIntegerField("起始版本")
    until_version = models.PositiveIntegerField("截止版本", null=True)
    sha512 = models.CharField("SHA-512", max_length=128)
    sm3 = models.CharField("SM3", max_length=64)
    size = models.PositiveBigIntegerField("字节数")
    media_type = models.CharField("类型", max_length=100)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["object", "logical_path", "version"], name="stored_file_once"),
            models.UniqueConstraint(
                fields=["object", "logical_path"],
                condition=Q(until_version=None),
                name="stored_file_current_once",
            ),
            models.CheckConstraint(
                condition=Q(version__gte=1) & (Q(until_version=None) | Q(until_version__gt=F("version"))),
                name="stored_file_period_half_open",
            ),
            models.CheckConstraint(
                condition=Q(sha512__regex=r"^[0-9a-f]{128}$") & Q(sm3__regex=r"^[0-9a-f]{64}$"),
                name="stored_file_digests_hex",
            ),
        ]
        indexes = [models.Index(fields=["sha512"], name="stored_file_sha512")]

    def __str__(self) -> str:
        return f"{self.logical_path} v{self.version}"


class Check(models.Model):
    """One check of the whole vault: asked for, then finished with what it found."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    requested_at = models.DateTimeField("提出时间")
    requested_by = models.CharField("提出人", max_length=100)
    finished_at = models.DateTimeField("完成时间", null=True)
    objects_read = models.PositiveBigIntegerField("核对对象数", default=0)
    sound = models.BooleanField("完好", null=True)
    findings = models.JSONField("问题", default=list)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(finished_at=None, sound=None)
                | Q(finished_at__isnull=False, sound__isnull=False),
                name="check_sound_once_finished",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.requested_at:%Y-%m-%d %H:%M} {self.requested_by}"
