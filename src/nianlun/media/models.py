"""Rows about offline media: what was planned, written, shelved and inspected. The bytes are on the media alone."""

from django.db import models
from django.db.models import F, Q

from nianlun.kernel.identifiers import uuid7
from nianlun.media.domain import LETTERS, Action, MediumState, Outcome, SetState
from nianlun.vault.domain import Secrecy


class MediaSet(models.Model):
    """Media that hold the same sealed package (一套). The package is told of once it was written."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    number = models.CharField("套号", max_length=20, unique=True)
    token = models.UUIDField("表单编号", unique=True)  # a form sent twice plans once
    scope = models.CharField("辖区", max_length=12)
    holder = models.CharField("保管单位", max_length=200)
    secrecy = models.CharField("密级", max_length=12, choices=[(s.value, s.label) for s in Secrecy])
    state = models.CharField("状态", max_length=10, choices=[(s.value, s.label) for s in SetState])
    capacity = models.PositiveBigIntegerField("容量")
    planned_by = models.ForeignKey("access.Account", models.PROTECT, null=True, related_name="+")
    planned_by_name = models.CharField("规划人", max_length=100)
    planned_at = models.DateTimeField("规划时间")
    write_attempts = models.PositiveIntegerField("写入次数", default=0)
    write_requested_by = models.ForeignKey("access.Account", models.PROTECT, null=True, related_name="+")
    write_requested_by_name = models.CharField("写入人", max_length=100, blank=True)
    write_requested_at = models.DateTimeField("要求写入时间", null=True)
    problem = models.CharField("未写成的原因", max_length=500, blank=True)
    recipients = models.JSONField("能打开的保管人", default=list)
    package = models.JSONField("加密包", null=True)
    keys_proved_at = models.DateTimeField("核对过密钥的时间", null=True)
    offline_at = models.DateTimeField("转离线时间", null=True)
    is_sample = models.BooleanField("样本", default=False)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=["planned", "writing", "closed"]) | Q(package__isnull=False),
                name="media_set_written_has_package",
            ),
            models.CheckConstraint(
                condition=Q(offline_at=None) | Q(package__isnull=False), name="media_set_offline_is_written"
            ),
        ]
        indexes = [models.Index(fields=["-planned_at", "-id"], name="media_set_newest")]

    def __str__(self) -> str:
        return self.number


class Medium(models.Model):
    """One carrier of a set: a disc, a disk, a tape. A renewed one is a new row of the next generation."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    set = models.ForeignKey(MediaSet, models.PROTECT, related_name="media")
    letter = models.CharField("份", max_length=1, choices=[(letter, letter) for letter in LETTERS])
    generation = models.PositiveSmallIntegerField("代", default=1)
    kind = models.CharField("载体", max_length=10)
    serial = models.CharField("序列号", max_length=60, blank=True)
    state = models.CharField("状态", max_length=10, choices=[(s.value, s.label) for s in MediumState])
    size = models.PositiveBigIntegerField("镜像字节数", null=True)
    sha512 = models.CharField("镜像 SHA-512", max_length=128, blank=True)
    sm3 = models.CharField("镜像 SM3", max_length=64, blank=True)
    files = models.JSONField("镜像里的文件", default=list)
    written_by = models.ForeignKey("access.Account", models.PROTECT, null=True, related_name="+")
    written_by_name = models.CharField("写入人", max_length=100, blank=True)
    written_at = models.DateTimeField("写入时间", null=True)
    verified_by = models.ForeignKey("access.Account", models.PROTECT, null=True, related_name="+")
    verified_by_name = models.CharField("回读人", max_length=100, blank=True)
    verified_at = models.DateTimeField("回读时间", null=True)
    location = models.CharField("库房柜格", max_length=100, blank=True)
    keeper = models.CharField("保管人", max_length=60, blank=True)
    checked_on = models.DateField("上次读检", null=True)
    next_check_on = models.DateField("下次巡检", null=True)
    renew_by = models.DateField("更新期限", null=True)
    sound = models.BooleanField("完好", null=True)
    renewal_of = models.OneToOneField("self", models.PROTECT, null=True, related_name="renewed_by")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["set", "letter", "generation"], name="medium_once"),
            models.CheckConstraint(
                condition=Q(verified_by=None) | Q(written_by=None) | ~Q(verified_by=F("written_by")),
                name="medium_verified_by_another",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["planned", "retired"])
                | Q(
                    sha512__regex=r"^[0-9a-f]{128}$",
                    sm3__regex=r"^[0-9a-f]{64}$",
                    size__isnull=False,
                    written_at__isnull=False,
                ),
                name="medium_written_has_digests",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["planned", "written", "retired"]) | Q(verified_at__isnull=False),
                name="medium_shelved_was_verified",
            ),
            models.CheckConstraint(
                condition=~Q(state="shelved")
                | (
                    ~Q(location="") & ~Q(keeper="") & Q(next_check_on__isnull=False, renew_by__isnull=False)
                ),
                name="medium_shelved_has_place_and_term",
            ),
        ]
        indexes = [
            models.Index(
                fields=["next_check_on"], name="medium_due", condition=Q(state__in=["shelved", "lent"])
            )
        ]

    def __str__(self) -> str:
        return f"{self.set} {self.letter}"


class MediumObject(models.Model):
    """An object on a set, at the version it had when planned; `since` and `until` are bytes of the tar stream."""

    set = models.ForeignKey(MediaSet, models.PROTECT, related_name="contents")
    object_id = models.CharField("对象编号", max_length=512)
    version = models.PositiveIntegerField("版本")
    size = models.PositiveBigIntegerField("字节数")
    folder = models.CharField("对象文件夹", max_length=300, blank=True)
    inventory_sha512 = models.CharField("inventory.json 的 SHA-512", max_length=128, blank=True)
    since = models.PositiveBigIntegerField(null=True)
    until = models.PositiveBigIntegerField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["set", "object_id"], name="medium_object_once"),
            models.CheckConstraint(
                condition=Q(since=None, until=None) | Q(since__lt=F("until")), name="medium_object_span"
            ),
        ]
        indexes = [models.Index(fields=["object_id"], name="medium_object_by_id")]

    def __str__(self) -> str:
        return self.object_id


class MediumEvent(models.Model):
    """One line of a medium's register; only a reading in progress is ever changed, once, by its outcome."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    medium = models.ForeignKey(Medium, models.PROTECT, related_name="events")
    action = models.CharField("事项", max_length=10, choices=[(a.value, a.label) for a in Action])
    at = models.DateTimeField("时间")
    by = models.ForeignKey("access.Account", models.PROTECT, null=True, related_name="+")
    by_name = models.CharField("经手人", max_length=100)
    outcome = models.CharField("结果", max_length=10, choices=[(o.value, o.label) for o in Outcome])
    source = models.CharField("读自", max_length=200, blank=True)
    note = models.CharField("说明", max_length=500, blank=True)
    findings = models.JSONField("问题", default=list)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["medium"], condition=Q(outcome="running"), name="medium_read_once_at_a_time"
            ),
        ]
        indexes = [models.Index(fields=["medium", "-id"], name="medium_event_newest")]

    def __str__(self) -> str:
        return f"{self.medium} {self.action}"
