"""Rows about what lies in the storage roots. The bytes and their digests are there; this is the index to them."""

from django.db import models
from django.db.models import F, Q

from nianlun.kernel.identifiers import uuid7
from nianlun.vault.domain import Secrecy


class StoredObject(models.Model):
    """One OCFL object. Written after the object itself, in the transaction of whoever needs it stored."""

    class State(models.TextChoices):
        ONLINE = "online", "在线"
        OFFLINE = "offline", "已转离线"  # the bytes lie here still, the key only on offline media
        DESTROYED = "destroyed", "已销毁"

    object_id = models.CharField("对象编号", max_length=512, unique=True)
    versions = models.PositiveIntegerField("版本数")
    stored_at = models.DateTimeField("入库时间")
    secrecy = models.CharField(
        "密级", max_length=12, choices=[(s.value, s.label) for s in Secrecy], default=Secrecy.INTERNAL.value
    )
    state = models.CharField("状态", max_length=10, choices=State, default=State.ONLINE)
    key_version = models.PositiveIntegerField("密钥版本", null=True)  # None: not encrypted

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~Q(state="offline") | Q(key_version__isnull=False),
                name="stored_object_offline_is_encrypted",
            ),
        ]
        indexes = [models.Index(fields=["secrecy", "state"], name="stored_object_by_class")]

    def __str__(self) -> str:
        return self.object_id


class StoredFile(models.Model):
    """A logical file as it was from `version` until, not including, `until_version` (None: to this day).

    Digests and size are those of the original bytes, whether or not they are encrypted in the store.
    """

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


class ObjectCopy(models.Model):
    """An object at one location: how far it has got there, and what the last check found.

    The primary location has a row for every object; another location has one from the moment the copy is due,
    with `version` 0 until it has arrived. A copy whose `version` is below the object's is behind.
    """

    object = models.ForeignKey(StoredObject, models.PROTECT, related_name="copies")
    location = models.CharField("存放处", max_length=40)
    version = models.PositiveIntegerField("版本", default=0)
    written_at = models.DateTimeField("写入时间", null=True)
    problem = models.CharField("未写入原因", max_length=300, blank=True)
    checked_at = models.DateTimeField("上次核对时间", null=True)
    sound = models.BooleanField("完好", null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["object", "location"], name="object_copy_once"),
            models.CheckConstraint(
                condition=Q(checked_at=None, sound=None) | Q(checked_at__isnull=False, sound__isnull=False),
                name="object_copy_sound_as_of_a_check",
            ),
        ]
        indexes = [
            models.Index(
                F("location"),
                F("checked_at").asc(nulls_first=True),
                F("id"),
                name="object_copy_oldest_check",
            ),
            models.Index(fields=["location", "version"], name="object_copy_behind"),
        ]

    def __str__(self) -> str:
        return f"{self.object_id} {self.location} v{self.version}"


class KeptRecord(models.Model):
    """Whether what is known of an object lies with it: each change is counted, and up to which it was written."""

    object = models.OneToOneField(
        StoredObject, models.PROTECT, primary_key=True, related_name="kept_record"
    )
    changes = models.PositiveIntegerField("变动次数")
    written = models.PositiveIntegerField("已随件保存到", default=0)
    changed_at = models.DateTimeField("最近变动")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(written__lte=F("changes")), name="kept_record_not_ahead_of_changes"
            )
        ]
        indexes = [
            models.Index(
                fields=["changed_at"], condition=Q(written__lt=F("changes")), name="kept_record_behind"
            )
        ]


class FixitySchedule(models.Model):
    """How often a location is checked, and how fast at most."""

    location = models.CharField("存放处", max_length=40, primary_key=True)
    every_days = models.PositiveIntegerField("周期（天）")
    pace = models.PositiveIntegerField("最快（MB/秒）", null=True)  # None: as fast as it reads
    next_at = models.DateTimeField("下次")
    set_by = models.CharField("设定人", max_length=100)
    set_at = models.DateTimeField("设定时间")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(every_days__gte=1) & (Q(pace=None) | Q(pace__gte=1)),
                name="fixity_schedule_positive",
            )
        ]


class FixityRun(models.Model):
    """One check of a location, in slices that can be interrupted: what was not checked since its start is left."""

    class State(models.TextChoices):
        RUNNING = "running", "进行中"
        PAUSED = "paused", "已暂停"
        FINISHED = "finished", "已完成"
        CANCELLED = "cancelled", "已取消"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    location = models.CharField("存放处", max_length=40)
    state = models.CharField("状态", max_length=10, choices=State, default=State.RUNNING)
    requested_at = models.DateTimeField("提出时间")
    requested_by = models.CharField("提出人", max_length=100)
    pace = models.PositiveIntegerField("最快（MB/秒）", null=True)
    finished_at = models.DateTimeField("完成时间", null=True)
    hindered = models.CharField("等候原因", max_length=300, blank=True)
    objects_total = models.PositiveBigIntegerField("应核对对象数", default=0)
    objects_read = models.PositiveBigIntegerField("核对对象数", default=0)
    bytes_read = models.PositiveBigIntegerField("核对字节数", default=0)
    damaged = models.PositiveBigIntegerField("损坏对象数", default=0)
    findings = models.JSONField("问题", default=list)  # the first thousand; the incidents tell all
    sound = models.BooleanField("完好", null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["location"],
                condition=Q(state__in=["running", "paused"]),
                name="fixity_run_one_at_a_location",
            ),
            models.CheckConstraint(
                condition=Q(state="finished", finished_at__isnull=False, sound__isnull=False)
                | (~Q(state="finished") & Q(sound=None)),
                name="fixity_run_sound_once_finished",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.location} {self.requested_at:%Y-%m-%d %H:%M} {self.requested_by}"


class Incident(models.Model):
    """A copy found damaged or missing, until it is restored or its object destroyed; never deleted (事故记录)."""

    class State(models.TextChoices):
        OPEN = "open", "待处置"
        RESTORED = "restored", "已恢复"
        DESTROYED = "destroyed", "对象已销毁"  # nothing to restore any more

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    object = models.ForeignKey(StoredObject, models.PROTECT, related_name="incidents")
    location = models.CharField("存放处", max_length=40)
    found_at = models.DateTimeField("发现时间")
    run = models.ForeignKey(FixityRun, models.PROTECT, null=True, related_name="incidents")
    findings = models.JSONField("问题")
    state = models.CharField("状态", max_length=10, choices=State, default=State.OPEN)
    restored_from = models.CharField("恢复自", max_length=80, blank=True)
    restored_at = models.DateTimeField("恢复时间", null=True)
    restored_by = models.CharField("恢复人", max_length=100, blank=True)
    kept_at = models.CharField("损坏的原样留在", max_length=300, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["object", "location"], condition=Q(state="open"), name="incident_open_once"
            ),
            models.CheckConstraint(
                condition=Q(state="open", restored_at=None)
                | (~Q(state="open") & Q(restored_at__isnull=False)),
                name="incident_restored_has_time",
            ),
        ]


class Destruction(models.Model):
    """The lawful destruction of an object: asked for by one, approved by another, permanent (销毁)."""

    class State(models.TextChoices):
        PROPOSED = "proposed", "待批准"
        REFUSED = "refused", "不同意"
        DONE = "done", "已销毁"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    object = models.ForeignKey(StoredObject, models.PROTECT, related_name="destructions")
    authority = models.CharField("销毁依据", max_length=300)
    state = models.CharField("状态", max_length=10, choices=State, default=State.PROPOSED)
    proposed_by = models.ForeignKey("access.Account", models.PROTECT, related_name="+")
    proposed_by_name = models.CharField(max_length=60)
    proposed_at = models.DateTimeField()
    decided_by = models.ForeignKey("access.Account", models.PROTECT, null=True, related_name="+")
    decided_by_name = models.CharField(max_length=60, blank=True)
    decided_at = models.DateTimeField(null=True)
    reason = models.CharField("不同意的理由", max_length=300, blank=True)
    digests = models.JSONField("销毁前的摘要", default=list)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["object"], condition=Q(state__in=["proposed", "done"]), name="destruction_once"
            ),
            models.CheckConstraint(
                condition=Q(decided_by=None) | ~Q(decided_by=F("proposed_by")), name="destruction_by_two"
            ),
            models.CheckConstraint(
                condition=Q(state="proposed", decided_by=None)
                | (~Q(state="proposed") & Q(decided_by__isnull=False)),
                name="destruction_decided_by_someone",
            ),
        ]
