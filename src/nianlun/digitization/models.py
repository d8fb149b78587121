"""Batches of files as they came in, what became of each, and every reading of every page."""

from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models import Q

from nianlun.archives.domain import Category
from nianlun.kernel.identifiers import uuid7
from nianlun.vault.domain import Secrecy

CATEGORIES = [(category.value, category.label) for category in Category]


class Batch(models.Model):
    """A stack of files that one person brought in together (批次)."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    agency = models.ForeignKey("registry.Agency", models.PROTECT, related_name="+")
    person = models.ForeignKey("registry.Person", models.PROTECT, null=True, related_name="+")
    category = models.CharField(
        "门类", max_length=20, choices=[(c.value, c.label) for c in Category], default="business"
    )
    secrecy = models.CharField(
        "密级",
        max_length=12,
        choices=[(secrecy.value, secrecy.label) for secrecy in Secrecy],
        default=Secrecy.INTERNAL.value,
    )
    title = models.CharField("批次名称", max_length=100)
    opened_by = models.ForeignKey("access.Account", models.PROTECT, null=True, related_name="+")
    opened_by_name = models.CharField(max_length=60)
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField("关闭时间", null=True)
    closed_by_name = models.CharField("关闭人", max_length=60, blank=True)
    is_sample = models.BooleanField("样本数据", default=False)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(closed_at=None, closed_by_name="")
                | Q(~Q(closed_by_name=""), closed_at__isnull=False),
                name="batch_closed_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return self.title


class Assignment(models.Model):
    """A batch given to a contractor to work on (S2.6); it lets the account see the batch until that is closed."""

    batch = models.ForeignKey(Batch, models.PROTECT, related_name="assignments")
    account = models.ForeignKey("access.Account", models.PROTECT, related_name="+", verbose_name="外包人员")
    assigned_by = models.ForeignKey("access.Account", models.PROTECT, null=True, related_name="+")
    assigned_at = models.DateTimeField("分派时间")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["batch", "account"], name="assignment_once"),
        ]
        indexes = [models.Index(fields=["account", "batch"], name="assignment_of_account")]


class Sheet(models.Model):
    """One file of a batch. Its bytes wait in quarantine until examined, then lie in the vault or stay aside."""

    class State(models.TextChoices):
        WAITING = "waiting", "待识读"
        FILED = "filed", "识读中"
        READ = "read", "已识读"
        REFUSED = "refused", "未收"
        DUPLICATE = "duplicate", "已在库"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    batch = models.ForeignKey(Batch, models.PROTECT, related_name="sheets")
    agency = models.ForeignKey("registry.Agency", models.PROTECT, related_name="+")
    person = models.ForeignKey("registry.Person", models.PROTECT, null=True, related_name="+")
    name = models.CharField("文件名", max_length=200)
    sha512 = models.CharField(max_length=128)
    size = models.BigIntegerField("字节数")
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    code = models.CharField("拒收原因代码", max_length=40, blank=True)
    sentence = models.CharField("说明", max_length=300, blank=True)
    item = models.ForeignKey("archives.Item", models.PROTECT, null=True, related_name="+")
    page_count = models.PositiveIntegerField(default=0)
    received_at = models.DateTimeField()
    received_by = models.ForeignKey("access.Account", models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["agency", "sha512"],
                condition=Q(state__in=["waiting", "filed", "read"]),
                name="sheet_same_bytes_once",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["filed", "read", "duplicate"]) | Q(item__isnull=False),
                name="sheet_filed_has_item",
            ),
            models.CheckConstraint(
                condition=~Q(state="refused") | ~Q(sentence=""), name="sheet_refused_says_why"
            ),
        ]
        indexes = [models.Index(fields=["batch", "state"], name="sheet_of_batch")]


class Reading(models.Model):
    """What one engine read on one page. A new reading stands beside the old, never in its place.

    `lines` carries identity numbers masked; `fields` is sealed, since it carries them whole (S5.1).
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    page = models.ForeignKey("archives.Page", models.PROTECT, related_name="+")
    engine = models.CharField("引擎与版本", max_length=60)
    kind = models.CharField("页的种类", max_length=30)
    lines = models.JSONField("文字行")
    fields = models.BinaryField("识别出的各项，加密")
    text = models.TextField("全文")
    grams = SearchVectorField(null=True)
    current = models.BooleanField(default=True)
    read_at = models.DateTimeField()
    is_sample = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["page"], condition=Q(current=True), name="reading_one_current"),
        ]
        indexes = [GinIndex(fields=["grams"], name="reading_grams")]
