"""Postings and the workbooks they came from. A posting is never edited, only taken back by another one."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from nianlun.contributions.domain import Part, Source
from nianlun.kernel.identifiers import uuid7
from nianlun.registry.domain import Scheme

FIRST_MONTH = 1951 * 12  # 劳动保险条例 was made in 1951-02; a month before it is a slip of the pen
LAST_MONTH = 2151 * 12


_TWO_PEOPLE = Q(by__isnull=False, decided_by__isnull=False) & ~Q(decided_by=F("by"))


class RosterImport(models.Model):
    """A workbook of contributions that one person handed in and another booked. Its bytes lie in the vault."""

    class State(models.TextChoices):
        WAITING = "waiting", "待复核"
        BOOKED = "booked", "已入账"
        RETURNED = "returned", "已退回"
        WITHDRAWN = "withdrawn", "已撤回"
        ALONE = "alone", "由一人入账"  # before two were asked for; nothing enters this state any more

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    sha512 = models.CharField("摘要", max_length=128)
    name = models.CharField("文件名", max_length=255)
    division = models.CharField("辖区", max_length=12, blank=True)
    vault_object = models.CharField("保管标识", max_length=200, blank=True)
    rows = models.PositiveIntegerField("行数")
    persons = models.PositiveIntegerField("人数", default=0)
    personal = models.DecimalField("新增个人缴费", max_digits=16, decimal_places=2, default=0)
    employer_part = models.DecimalField("新增单位缴费", max_digits=16, decimal_places=2, default=0)
    added_postings = models.PositiveIntegerField("新增记录数")
    known_rows = models.PositiveIntegerField("已有行数")
    refused_rows = models.PositiveIntegerField("有问题的行数")
    left_out = models.JSONField("没有提交的行", default=list)  # sheet and row, as the clerk was shown them
    by = models.ForeignKey(
        "access.Account", models.PROTECT, null=True, related_name="+", verbose_name="经办人"
    )
    by_device = models.CharField("提交的机器", max_length=64, blank=True)
    at = models.DateTimeField("提交时间")
    state = models.CharField("状态", max_length=12, choices=State.choices, default=State.WAITING)
    decided_by = models.ForeignKey(
        "access.Account", models.PROTECT, null=True, related_name="+", verbose_name="复核人"
    )
    decided_at = models.DateTimeField("复核时间", null=True)
    reason = models.CharField("退回理由", max_length=300, blank=True)

    class Meta:
        verbose_name = "缴费名册"
        indexes: ClassVar = [
            models.Index(fields=["-at"], name="roster_import_latest"),
            models.Index(fields=["state", "-at"], name="roster_import_by_state"),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(state="waiting", decided_by__isnull=True, decided_at__isnull=True)
                | Q(state="alone", decided_by__isnull=True)
                | Q(state="withdrawn", decided_by=F("by"), decided_at__isnull=False)
                | (Q(state__in=["booked", "returned"], decided_at__isnull=False) & _TWO_PEOPLE),
                name="roster_import_by_two_people",
            ),
            models.UniqueConstraint(
                fields=["sha512"], condition=Q(state="waiting"), name="roster_import_waits_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.at:%Y-%m-%d}"


class Reversal(models.Model):
    """Postings of one person that one member of staff wants taken back and another confirms."""

    class State(models.TextChoices):
        WAITING = "waiting", "待复核"
        CONFIRMED = "confirmed", "已冲销"
        RETURNED = "returned", "已退回"
        WITHDRAWN = "withdrawn", "已撤回"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    person = models.ForeignKey("registry.Person", models.PROTECT, related_name="+")
    division = models.CharField("辖区", max_length=12)
    postings = models.JSONField("缴费记录")  # their ids, oldest month first
    reason = models.CharField("冲销理由", max_length=300)
    by = models.ForeignKey("access.Account", models.PROTECT, related_name="+", verbose_name="经办人")
    by_device = models.CharField("提交的机器", max_length=64, blank=True)
    at = models.DateTimeField("提交时间")
    state = models.CharField("状态", max_length=12, choices=State.choices, default=State.WAITING)
    decided_by = models.ForeignKey(
        "access.Account", models.PROTECT, null=True, related_name="+", verbose_name="复核人"
    )
    decided_at = models.DateTimeField("复核时间", null=True)
    answer = models.CharField("退回理由", max_length=300, blank=True)

    class Meta:
        verbose_name = "冲销申请"
        indexes: ClassVar = [models.Index(fields=["state", "-at"], name="reversal_by_state")]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(state="waiting", decided_by__isnull=True, decided_at__isnull=True)
                | Q(state="withdrawn", decided_by=F("by"), decided_at__isnull=False)
                | (Q(state__in=["confirmed", "returned"], decided_at__isnull=False) & _TWO_PEOPLE),
                name="reversal_by_two_people",
            ),
            models.UniqueConstraint(
                fields=["person"], condition=Q(state="waiting"), name="reversal_one_waiting"
            ),
        ]

    def __str__(self) -> str:
        return f"{len(self.postings)} {self.at:%Y-%m-%d}"


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
    reversal = models.ForeignKey(Reversal, models.PROTECT, null=True, related_name="+")

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
            models.CheckConstraint(
                condition=~Q(source=Source.ROSTER.value) | Q(roster__isnull=False),
                name="posting_names_its_roster",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.month // 12}-{self.month % 12 + 1:02d} {self.part} {self.amount}"
