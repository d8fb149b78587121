"""Fonds, volumes, items and pages, by DA/T 13-2022 (codes) and DA/T 18-2022 (description)."""

from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models import F, Q

from nianlun.archives.domain import Category, DocumentKind
from nianlun.kernel.identifiers import uuid7
from nianlun.vault.domain import Secrecy

DOCUMENT_KINDS = [(kind.value, kind.label) for kind in DocumentKind]
SECRECIES = [(secrecy.value, secrecy.label) for secrecy in Secrecy]
CATEGORIES = [(category.value, category.label) for category in Category]


class Fonds(models.Model):
    """All archives of one agency (全宗)."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    agency = models.OneToOneField("registry.Agency", models.PROTECT, related_name="+")
    code = models.CharField("全宗号", max_length=4, unique=True)
    name = models.CharField("全宗名称", max_length=100)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(code__regex=r"^[A-Z][0-9]{3}$"), name="fonds_code_form")
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"


class CodeSequence(models.Model):
    """The last number given out below one prefix; numbers have no gaps and are never used twice."""

    prefix = models.CharField(primary_key=True, max_length=80)
    last = models.PositiveIntegerField(default=0)


class Volume(models.Model):
    """A file of items kept together (案卷), such as one person's retirement folder."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    fonds = models.ForeignKey(Fonds, models.PROTECT, related_name="+")
    category = models.CharField("门类", max_length=20, choices=CATEGORIES)
    code = models.CharField("案卷号", max_length=80, unique=True)
    title = models.CharField("案卷题名", max_length=200)
    person = models.ForeignKey("registry.Person", models.PROTECT, null=True, related_name="+")
    retention = models.CharField("保管期限", max_length=6)
    is_sample = models.BooleanField("样本数据", default=False)


class Item(models.Model):
    """One record as filed (件). Its bytes lie in the vault under `vault_object`; they never change."""

    class Opening(models.TextChoices):
        OPEN = "open", "开放"
        CONTROLLED = "controlled", "控制"
        DELAYED = "delayed", "延期开放"
        UNREVIEWED = "unreviewed", "未审核"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    fonds = models.ForeignKey(Fonds, models.PROTECT, related_name="+")
    category = models.CharField("门类", max_length=20, choices=CATEGORIES)
    volume = models.ForeignKey(Volume, models.PROTECT, null=True, related_name="+")
    code = models.CharField("档号", max_length=80, unique=True)
    title = models.CharField("题名", max_length=200)
    document_kind = models.CharField("材料种类", max_length=30, choices=DOCUMENT_KINDS)
    creator = models.CharField("责任者", max_length=120, blank=True)
    recorded_text = models.CharField("形成日期", max_length=40, blank=True)
    recorded_earliest = models.DateField(null=True)
    recorded_latest = models.DateField(null=True)
    retention = models.CharField("保管期限", max_length=6)
    opening = models.CharField("开放标识", max_length=12, choices=Opening, default=Opening.UNREVIEWED)
    secrecy = models.CharField("密级", max_length=12, choices=SECRECIES, default=Secrecy.INTERNAL.value)
    person = models.ForeignKey("registry.Person", models.PROTECT, null=True, related_name="+")
    agency = models.ForeignKey("registry.Agency", models.PROTECT, related_name="+")
    is_original = models.BooleanField("原件", default=True)
    page_count = models.PositiveIntegerField("页数")
    sha512 = models.CharField("原文件摘要", max_length=128)
    vault_object = models.CharField("库内对象", max_length=120)
    file_name = models.CharField("库内文件名", max_length=120)
    media_type = models.CharField(max_length=60)
    filed_at = models.DateTimeField("归档时间")
    filed_by = models.CharField("归档人", max_length=60)
    is_sample = models.BooleanField("样本数据", default=False)
    grams = SearchVectorField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(recorded_earliest__isnull=True)
                | Q(recorded_earliest__lte=F("recorded_latest")),
                name="item_recorded_period_in_order",
            ),
            models.CheckConstraint(
                condition=Q(secrecy__in=[secrecy.value for secrecy in Secrecy]), name="item_secrecy_known"
            ),
            models.UniqueConstraint(fields=["agency", "sha512"], name="item_same_bytes_filed_once"),
        ]
        indexes = [
            models.Index(fields=["person", "recorded_earliest"], name="item_of_person"),
            models.Index(fields=["agency", "category", "-filed_at"], name="item_by_category"),
            models.Index(fields=["vault_object"], name="item_by_vault_object"),
            GinIndex(fields=["grams"], name="item_grams"),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.title}"


class Page(models.Model):
    """One page of an item as it is read: upright, with the size of the raster its regions were measured on."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    item = models.ForeignKey(Item, models.PROTECT, related_name="pages")
    number = models.PositiveIntegerField("页次")
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["item", "number"], name="page_once_in_item")]
