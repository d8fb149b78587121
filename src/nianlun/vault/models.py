"""Rows about what lies in the storage root. The bytes and their digests are there; this is the index to them."""

from django.db import models
from django.db.models import F, Q


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
