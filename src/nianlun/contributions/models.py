"""Postings and the workbooks they came from. A posting is never edited, only taken back by another one."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from nianlun.contributions.domain import Part, Source
from nianlun.kernel.identifiers import uuid7
from nianlun.registry.domain import Scheme

FIRST_MONTH = 1951 * 12  # 劳动保险条例 was made in 1951-02; a month before it is a slip of the pen
LAST_MONTH = 2151 * 12


class RosterImport(models.Model):
    """A workbook of contributions whose rows a clerk confirmed. Its bytes lie in the vault."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    sha512 = models.CharField("摘要", max_length=128)
    name = models.CharField("文件名", max_length=255)
    vault_object = models.CharField("保管标识", max_length=200, blank=True)
    rows = models.PositiveIntegerField("行数")
    added_postings = models.PositiveIntegerField("新增记录数")
    known_rows = models.PositiveIntegerField("已有行数")
    refused_rows = models.PositiveIntegerField("有问题的行数")
    by = models.ForeignKey(
        "access.Account", models.PROTECT, null=True, related_name="+", verbose_name="经办人"
    )
    at = models.DateTimeField("导入时间")

    class Meta:
        verbose_name = "缴费名册"
        indexes: ClassVar = [models.Index(fields=["-at"], name="roster_import_latest")]

    def __str__(self) -> str:
        return f"{self.name} {self.at:%Y-%m-%d}"


class Posting(models.Model):
    """One amount for one part of one month. Append only; a trigger refuses change and deletion."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    key = models.BinaryField("防重键", max_length=16, unique=True)
    person = models.ForeignKey("registry.Person", models.PROTECT, related_name="+", db_index=False)
    month = models.IntegerField("费款所属期")  # year * 12 + month - 1
    months = models.PositiveSmallIntegerField("月数", default=1)  # residents pay a year at once
    scheme = models.CharField("险种", max_length=24, choices=[(s.value, s.label) for s in Scheme])
    part = models.CharField("部分", max_length=8, choices=[(p.value, p.value) for p in Part])
    amount = models.DecimalField("金额", max_digits=14, decimal_places=2)
    base = models.DecimalField("缴费基数", max_digits=14, decimal_places=2)
    employer = models.ForeignKey(
        "registry.Employer", models.PROTECT, null=True, related_name="+", db_index=False
    )
    source = models.CharField("来源", max_length=12, choices=[(s.value, s.label) for s in Source])
    place = models.CharField("来源位置", max_length=80, blank=True)
    roster = models.ForeignKey(RosterImport, models.PROTECT, null=True, related_name="+")
    booked_on = models.DateField("记账日期")
    reverses = models.OneToOneField("self", models.PROTECT, null=True, related_name="+")

    class Meta:
        verbose_name = "缴费记录"
        indexes: ClassVar = [
            models.Index(fields=["person", "month"], name="posting_person_month"),
            models.Index(fields=["employer", "month"], name="posting_employer_month"),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(month__gte=FIRST_MONTH, month__lt=LAST_MONTH), name="posting_month_in_range"
            ),
            models.CheckConstraint(
                condition=Q(months__gte=1, months__lte=12), name="posting_within_a_year"
            ),
            models.CheckConstraint(
                condition=Q(scheme__in=[s.value for s in Scheme]), name="posting_scheme_known"
            ),
            models.CheckConstraint(
                condition=Q(part__in=[p.value for p in Part]), name="posting_part_known"
            ),
            models.CheckConstraint(
                condition=Q(source__in=[s.value for s in Source]), name="posting_source_known"
            ),
            models.CheckConstraint(
                condition=Q(reverses__isnull=True, amount__gt=0, base__gte=0)
                | Q(reverses__isnull=False, amount__lt=0, base__lte=0, source=Source.REVERSAL.value),
                name="posting_sign_follows_reversal",
            ),
            models.CheckConstraint(
                condition=Q(reverses__isnull=False) | ~Q(source=Source.REVERSAL.value),
                name="posting_reversal_names_its_posting",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.month // 12}-{self.month % 12 + 1:02d} {self.part} {self.amount}"
