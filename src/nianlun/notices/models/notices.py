"""What was said to whom."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from nianlun.kernel.identifiers import uuid7
from nianlun.notices.domain import FOR_A_PERSON, LONGEST_TEXT, LONGEST_TITLE, Delivery, Way


class Notice(models.Model):
    """One thing told to one insured person. Its words never change; `delivery` follows what became of it."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    person = models.ForeignKey("registry.Person", models.PROTECT, related_name="+", verbose_name="参保人")
    kind = models.CharField("类别", max_length=80)
    title = models.CharField("标题", max_length=LONGEST_TITLE)
    text = models.CharField("正文", max_length=LONGEST_TEXT)
    about = models.CharField("关于", max_length=100, blank=True)
    about_id = models.CharField("关于哪一件", max_length=100, blank=True)
    division = models.CharField("行政区划代码", max_length=12)
    urgent = models.BooleanField("急", default=False)
    statutory = models.BooleanField("须依法送达", default=False)
    key = models.CharField("一次一条的名下", max_length=200, unique=True)
    sent_at = models.DateTimeField("通知时间")
    read_at = models.DateTimeField("本人看到的时间", null=True)
    delivery = models.CharField("送达情况", max_length=20, choices=[(d.value, d.label) for d in Delivery])

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(condition=~Q(title="") & ~Q(text=""), name="notice_says_something"),
            models.CheckConstraint(
                condition=Q(division__regex=r"^\d{2,12}$"), name="notice_division_is_digits"
            ),
            models.CheckConstraint(
                condition=Q(delivery__in=[d.value for d in Delivery]), name="notice_delivery"
            ),
            models.CheckConstraint(
                condition=~Q(delivery="read") | Q(read_at__isnull=False), name="notice_read_has_time"
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["person", "-id"], name="notice_of_person"),
            models.Index(fields=["person"], name="notice_unread", condition=Q(read_at__isnull=True)),
            models.Index(
                fields=["-id"],
                name="notice_for_a_person",
                condition=Q(delivery__in=[one.value for one in FOR_A_PERSON])
                | Q(delivery="inside", statutory=True),
            ),
            models.Index(fields=["about", "about_id"], name="notice_about"),
        ]

    def __str__(self) -> str:
        return self.title


class WrittenService(models.Model):
    """That a notice was served on paper, because no other way was sure."""

    notice = models.OneToOneField(Notice, models.PROTECT, related_name="service", verbose_name="通知")
    way = models.CharField("方式", max_length=20, choices=[(w.value, w.label) for w in Way])
    served_on = models.DateField("送达日期")
    evidence = models.CharField("签收人或单号", max_length=200)
    account = models.ForeignKey("access.Account", models.PROTECT, related_name="+", verbose_name="登记人")
    at = models.DateTimeField("登记时间")

    def __str__(self) -> str:
        return f"{self.get_way_display()} {self.served_on}"


class StaffNotice(models.Model):
    """One thing told to one member of staff; it waits inside only."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    account = models.ForeignKey("access.Account", models.PROTECT, related_name="+", verbose_name="账号")
    kind = models.CharField("类别", max_length=80)
    title = models.CharField("标题", max_length=LONGEST_TITLE)
    text = models.CharField("正文", max_length=LONGEST_TEXT)
    about = models.CharField("关于", max_length=100, blank=True)
    about_id = models.CharField("关于哪一件", max_length=100, blank=True)
    key = models.CharField("一次一条的名下", max_length=200)
    sent_at = models.DateTimeField("通知时间")
    read_at = models.DateTimeField("看到的时间", null=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["key", "account"], name="staff_notice_once"),
            models.CheckConstraint(
                condition=~Q(title="") & ~Q(text=""), name="staff_notice_says_something"
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["account", "-id"], name="staff_notice_of_account"),
            models.Index(fields=["account"], name="staff_notice_unread", condition=Q(read_at__isnull=True)),
        ]

    def __str__(self) -> str:
        return self.title
